"""What every door offers, in one place: the engine's answers, in threads, counted."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Literal, TypeVar, cast

import anyio
import anyio.to_thread

from rag.errors import CorpusError, GroundlineError, PlaceError, QuestionError
from rag.events import Event
from rag.schema import Answer, Check, Frozen, Hit, Turn
from rag.verification import verify
from ui.access import Refused
from ui.doors.engine import Engine
from ui.doors.metrics import Metrics

# Two cores answer some twenty questions a second; those at work share them, those that wait are answered in turn.
AT_ONCE = 8
MOST_WAITING = 200
MOST_STREAMS = 100
MOST_SHOWN = 100_000
MOST_OFFSET = 10**12
LIST_HINT = "GET /api/v1/documents lists them."

T = TypeVar("T")


class Slice(Frozen):
    """The characters `[start, end)` of a document's text, which has `length` of them."""

    path: str
    sha256: str
    length: int
    start: int
    end: int
    text: str


class PassageText(Frozen):
    """One passage of a document, numbered from 1."""

    path: str
    sha256: str
    passage: int
    start: int
    end: int
    text: str


class Health(Frozen):
    """Whether questions can be asked, and what is there to ask; `detail` says what is wrong."""

    status: Literal["ready", "empty", "failed"]
    generation: int | None = None
    documents: int | None = None
    passages: int | None = None
    detail: str = ""


class Events:
    """The events of one answer, the first of which has come. Whoever has them closes them: that ends the answer and frees its place."""

    def __init__(self, first: Event, rest: AsyncGenerator[Event]) -> None:
        self._first = first
        self._rest = rest

    async def __aiter__(self) -> AsyncIterator[Event]:
        yield self._first
        async for event in self._rest:
            yield event

    async def aclose(self) -> None:
        """End the answer where it is."""
        await self._rest.aclose()


class Service:
    """One corpus for all doors. `engine` returns the open engine at each call and raises GroundlineError where there is none."""

    def __init__(self, engine: Callable[[], Engine], metrics: Metrics, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self.metrics = metrics
        self._engine = engine
        self._limiter = anyio.CapacityLimiter(at_once)
        self._most_waiting = most_waiting
        self._streams = 0

    @property
    def settles_late(self) -> bool:
        """Whether sentences that were told may be missing from the settled answer."""
        return self._engine().settings.on_unsupported != "mark"

    async def run(self, call: Callable[[Engine], T]) -> T:
        """What `call` returns or raises, in a thread. Raises Refused (503) when too many wait already."""
        if self._limiter.statistics().tasks_waiting >= self._most_waiting:
            raise _busy()
        return await anyio.to_thread.run_sync(lambda: call(self._engine()), limiter=self._limiter)

    async def ask(self, question: str, history: Sequence[Turn] = (), paths: Sequence[str] | None = None) -> Answer:
        """The answer to a question, or to a follow-up."""
        return self.metrics.answered(await self.run(lambda engine: _known(engine, paths).ask(question, history=history, paths=paths)))

    async def events(self, question: str, history: Sequence[Turn] = (), paths: Sequence[str] | None = None) -> Events:
        """The events of an answer. The first is awaited here, so that what it raises is not yet part of a stream."""
        if self._streams >= MOST_STREAMS:
            raise _busy()
        events = self._events(question, history, paths)
        return Events(await anext(events), events)

    async def _events(self, question: str, history: Sequence[Turn], paths: Sequence[str] | None) -> AsyncGenerator[Event]:
        self._streams += 1
        try:
            engine = await self.run(lambda engine: _known(engine, paths))
            async with aclosing(cast(AsyncGenerator[Event], engine.astream(question, history=history, paths=paths))) as events:
                async for event in events:
                    yield self.metrics.seen(event)
        finally:
            self._streams -= 1

    async def search(self, question: str, k: int, paths: Sequence[str] | None = None) -> tuple[Hit, ...]:
        """The best passages for a question."""
        return await self.run(lambda engine: _known(engine, paths).retrieve(question, k=k, paths=paths))

    async def verify(self, answer: Answer) -> tuple[Check, ...]:
        """One check for each citation of an answer against the files as they are now."""
        return await self.run(lambda engine: verify(answer, engine.corpus))

    async def health(self) -> Health:
        """Whether questions can be asked; never raises."""
        try:
            state = await self.run(lambda engine: engine.state())
        except CorpusError as error:
            return Health(status="empty", detail=str(error))
        except (GroundlineError, Refused) as error:
            return Health(status="failed", detail=str(error))
        return Health(status="ready", generation=state.generation, documents=state.documents, passages=state.passages)


def slice_of(engine: Engine, path: str, start: int, end: int | None) -> Slice:
    """The characters of a document as it was indexed, 100,000 at most. Raises PlaceError for a place that is not in it."""
    document = engine.document(path)
    if document is None:
        raise PlaceError(f"The index has no document {path[:200]}.", LIST_HINT)
    length = len(document.text)
    last = min(length, start + MOST_SHOWN) if end is None else end
    if not 0 <= start <= last <= length:
        raise PlaceError(f"{path} has {length:,} characters; {start}-{last} is not a part of it.", "Check the offsets.")
    if last - start > MOST_SHOWN:
        raise QuestionError(f"{last - start:,} characters are more than are shown at once.", f"Ask for {MOST_SHOWN:,} at most.")
    return Slice(path=path, sha256=document.sha256, length=length, start=start, end=last, text=document.text[start:last])


def passages_in(engine: Engine, path: str) -> tuple[PassageText, ...]:
    """The passages of a document in order. Raises PlaceError when it is not indexed."""
    rows = engine.passages(path)
    if not rows and engine.document(path) is None:
        raise PlaceError(f"The index has no document {path[:200]}.", LIST_HINT)
    return tuple(PassageText(path=r.path, sha256=r.sha256, passage=r.number, start=r.start, end=r.end, text=r.text) for r in rows)


def _busy() -> Refused:
    return Refused(503, "Too many questions wait already.", "Try again in a moment.", {"Retry-After": "2"})


def _known(engine: Engine, paths: Sequence[str] | None) -> Engine:
    """The engine, when it knows all documents that a question is asked of: a slip in a path must not look like an abstention."""
    if paths is not None and not paths:
        raise QuestionError("No document is named in paths.", "Leave it out to ask all documents.")
    for path in dict.fromkeys(paths or ()):  # a long list may name one long document again and again
        if engine.document(path) is None:
            raise PlaceError(f"The index has no document {path[:200]}.", LIST_HINT)
    return engine
