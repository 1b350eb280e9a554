"""REST under /api/v1: JSON in, the nouns of `rag.schema` out, errors as problems with a message and a hint."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from rag.events import Event
from rag.schema import Answer, Check, Frozen, Hit, IngestReport, SourceInfo, Turn
from ui.doors.errors import tell_errors
from ui.doors.reference import page
from ui.doors.scopes import may, needs
from ui.doors.service import MOST_OFFSET, Health, PassageText, Service, Slice, passages_in, slice_of
from ui.gate import Problem

if TYPE_CHECKING:
    from fastapi import FastAPI


class Question(Frozen):
    """What is asked, what was said before it, and of which documents (all, when not given)."""

    question: str = Field(description="The question, or a follow-up when there is a history.")
    history: tuple[Turn, ...] = Field((), max_length=200, description="Earlier turns, oldest first.")
    paths: tuple[str, ...] | None = Field(None, max_length=10_000, description="Only these documents are asked.")


def application(service: Service) -> "FastAPI":
    """The doors under /api/v1, to be mounted there."""
    from fastapi import FastAPI

    app = FastAPI(
        title="Groundline",
        version="1",
        description="Answers from a folder of documents; every sentence cites the exact characters that support it.",
        docs_url=None,
        redoc_url=None,
        responses={"default": {"model": Problem, "description": "What went wrong, and what to do."}},
    )
    tell_errors(app, "/api/v1")
    _asking(app, service)
    _reading(app, service)
    _tending(app, service)
    return app


def _asking(app: "FastAPI", service: Service) -> None:
    from fastapi import Depends, Header, Query
    from fastapi.responses import Response

    from ui.streaming import Streamed

    @app.post("/ask", dependencies=[Depends(needs("ask"))], response_model=Answer)
    async def ask(
        question: Question,
        stream: Annotated[bool, Query(description="Send the events as they happen, as server-sent events.")] = False,
        accept: Annotated[str, Header(include_in_schema=False)] = "",
    ) -> Answer | Response:
        """Answers from the documents with citations and verdicts, or abstains.

        With `stream=true` or `Accept: text/event-stream`, server-sent events: `retrieved`, `token`s and `sentence`s, then `done` with
        the answer or `error`.
        """
        if not stream and ("text/event-stream" not in accept or "application/json" in accept):
            return await service.ask(question.question, question.history, question.paths)
        events = await service.events(question.question, question.history, question.paths)
        return Streamed(sse(events), events, "text/event-stream")


def _reading(app: "FastAPI", service: Service) -> None:
    from fastapi import Depends, Query

    read = [Depends(needs("read"))]

    @app.get("/documents", dependencies=read)
    async def documents() -> tuple[SourceInfo, ...]:
        """The indexed documents, each compared with its file as it is now."""
        return await service.run(lambda engine: engine.sources())

    @app.get("/documents/{path:path}/passages", dependencies=read)
    async def passages_of(path: str) -> tuple[PassageText, ...]:
        """The passages of a document in order."""
        return await service.run(lambda engine: passages_in(engine, path))

    @app.get("/documents/{path:path}", dependencies=read)
    async def document(
        path: str,
        start: Annotated[int, Query(ge=0, le=MOST_OFFSET)] = 0,
        end: Annotated[int | None, Query(ge=0, le=MOST_OFFSET)] = None,
    ) -> Slice:
        """A slice of a document's text as it was indexed, counted in characters; 100,000 at most."""
        return await service.run(lambda engine: slice_of(engine, path, start, end))

    @app.get("/passages", dependencies=read)
    async def passages(
        question: str,
        k: Annotated[int, Query(ge=1, le=50, description="How many passages.")] = 8,
        paths: Annotated[list[str] | None, Query(max_length=1_000, description="Only in these documents.")] = None,
    ) -> tuple[Hit, ...]:
        """The best passages for a question with their scores, best first."""
        return await service.search(question, k, paths)

    @app.post("/verify", dependencies=read)
    async def verify(answer: Answer) -> tuple[Check, ...]:
        """One check for each citation of an answer: do its characters still stand in the file?"""
        return await service.verify(answer)


def _tending(app: "FastAPI", service: Service) -> None:
    from fastapi import Depends, Request
    from fastapi.responses import HTMLResponse, Response

    @app.get("/health")
    async def health(request: Request, response: Response) -> Health:
        """Whether questions can be asked (503 when not). Open to all; what the index holds is told to those who may read."""
        found = await service.health()
        response.status_code = 200 if found.status == "ready" else 503
        return found if may(request.scope, "read") else Health(status=found.status)

    @app.get("/metrics", dependencies=[Depends(needs("admin"))], response_class=Response)
    async def metrics(request: Request) -> Response:
        """Counts and latencies for Prometheus."""
        body, kind = service.metrics.text(request.headers.get("accept", ""))
        return Response(body, headers={"Content-Type": kind})

    @app.post("/update", dependencies=[Depends(needs("admin"))])
    async def update() -> IngestReport:
        """Indexes what has changed in the corpus since the last time."""
        return await service.run(lambda engine: engine.update())

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))


async def sse(events: AsyncIterable[Event]) -> AsyncIterator[bytes]:
    """Events as server-sent events: the type, then its JSON."""
    async for event in events:
        yield f"event: {event.type}\ndata: {event.model_dump_json()}\n\n".encode()
