"""REST under /api/v1: JSON in, the nouns of `rag.schema` out, errors as problems with a message and a hint."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from rag.errors import PlaceError, QuestionError
from rag.events import Event
from rag.schema import Answer, Frozen, Turn
from ui.doors.engine import Engine
from ui.doors.errors import tell_errors
from ui.doors.scopes import needs
from ui.doors.work import Work
from ui.gate import Problem

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.access import Access


class Question(Frozen):
    """What is asked, what was said before it, and of which documents (all, when not given)."""

    question: str = Field(description="The question, or a follow-up when there is a history.")
    history: tuple[Turn, ...] = Field((), max_length=200, description="Earlier turns, oldest first.")
    paths: tuple[str, ...] | None = Field(None, max_length=10_000, description="Only these documents are asked.")


def application(engine: Callable[[], Engine], access: "Access", work: Work) -> "FastAPI":
    """The doors under /api/v1, to be mounted there."""
    from fastapi import Depends, FastAPI, Header, Query
    from fastapi.responses import StreamingResponse

    app = FastAPI(title="Groundline", version="1", docs_url=None, redoc_url=None, responses={"default": {"model": Problem}})
    tell_errors(app, "/api/v1")

    @app.post("/ask", dependencies=[Depends(needs("ask"))], response_model=Answer)
    async def ask(
        question: Question, stream: Annotated[bool, Query()] = False, accept: Annotated[str, Header()] = ""
    ) -> Answer | StreamingResponse:
        """Answers from the documents with citations and verdicts, or abstains. With `stream`, its events as server-sent events."""
        opened = await work.run(lambda: checked(engine(), question.paths))
        if stream or "text/event-stream" in accept:
            events = opened.astream(question.question, history=question.history, paths=question.paths)
            return StreamingResponse(sse(await started(events)), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        return await work.run(lambda: asked(opened, question.question, question.history, question.paths))

    return app


def checked(engine: Engine, paths: Sequence[str] | None) -> Engine:
    """The engine, when it knows all documents that a question is asked of. Raises PlaceError or QuestionError."""
    if paths is not None and not paths:
        raise QuestionError("No document is named in paths.", "Leave it out to ask all documents.")
    for path in paths or ():
        if engine.document(path) is None:
            raise PlaceError(f"The index has no document {path[:200]}.", "GET /api/v1/documents lists them.")
    return engine


def asked(engine: Engine, question: str, history: Sequence[Turn], paths: Sequence[str] | None) -> Answer:
    """The answer to a question, or to a follow-up."""
    return engine.ask(question, history=history, paths=paths) if history else engine.ask(question, paths=paths)


async def started(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    """The same events; the first is awaited here, so that what it raises still has a status code of its own."""
    first = await anext(events)

    async def again() -> AsyncIterator[Event]:
        yield first
        async for event in events:
            yield event

    return again()


async def sse(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    """Events as server-sent events: the type, then its JSON."""
    async with aclosing(events) as open_events:  # type: ignore[type-var]
        async for event in open_events:
            yield f"event: {event.type}\ndata: {event.model_dump_json()}\n\n".encode()
