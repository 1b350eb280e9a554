"""The tools of the MCP door: what each takes, gives and does. Nothing here knows the protocol."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, model_validator

from rag.errors import GroundlineError, PlaceError
from rag.schema import Answer, Check, Citation, Frozen, Hit, Turn
from ui.doors.engine import Engine
from ui.doors.service import MOST_OFFSET, PassageText, Service, passages_in, slice_of

Paths = Annotated[tuple[str, ...], Field(max_length=1_000)]


class Ask(Frozen):
    """What `ask` takes."""

    question: str = Field(description="A question, or a follow-up when there is a history.")
    history: Annotated[tuple[Turn, ...], Field(max_length=200)] = Field((), description="Earlier turns, oldest first.")
    paths: Paths | None = Field(None, description="Ask these documents only.")


class Search(Frozen):
    """What `search` takes."""

    question: str = Field(description="A question or words to look for.")
    k: int = Field(8, ge=1, le=50, description="How many passages.")
    paths: Paths | None = Field(None, description="Look into these documents only.")


class Found(Frozen):
    """What `search` gives: passages, best first."""

    hits: tuple[Hit, ...]


class GetPassage(Frozen):
    """What `get_passage` takes: a passage's number, or a range of characters."""

    path: str = Field(description="The document, as citations and hits name it.")
    passage: int | None = Field(None, ge=1, le=MOST_OFFSET, description="The passage's number, from 1.")
    start: int | None = Field(None, ge=0, le=MOST_OFFSET, description="The first character.")
    end: int | None = Field(None, ge=0, le=MOST_OFFSET, description="The character after the last one.")

    @model_validator(mode="after")
    def _one_way(self) -> "GetPassage":
        if (self.passage is None) == (self.start is None and self.end is None):
            raise ValueError("give passage, or start and end")
        return self


class Excerpt(Frozen):
    """What `get_passage` gives: the characters `[start, end)` of a document's text, and the passage's number when one was asked for."""

    path: str
    sha256: str
    passage: int | None
    start: int
    end: int
    text: str


class Verify(Frozen):
    """What `verify` takes: citations as an answer gave them, or the whole answer."""

    citations: Annotated[tuple[Citation, ...], Field(max_length=1_000)] | None = None
    answer: Answer | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Verify":
        if (self.citations is None) == (self.answer is None):
            raise ValueError("give citations, or an answer")
        return self


class Checked(Frozen):
    """What `verify` gives: whether all citations hold, and one check for each."""

    holds: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Tool:
    """One tool, the scope that it needs, and what it does."""

    name: str
    title: str
    description: str
    scope: str
    takes: type[Frozen]
    gives: type[Frozen]
    run: Callable[[Service, Any], Awaitable[Frozen]]


async def _ask(service: Service, given: Ask) -> Answer:
    return await service.ask(given.question, given.history, given.paths)


async def _search(service: Service, given: Search) -> Found:
    return Found(hits=await service.search(given.question, given.k, given.paths))


async def _get_passage(service: Service, given: GetPassage) -> Excerpt:
    return await service.run(lambda engine: excerpt(engine, given))


async def _verify(service: Service, given: Verify) -> Checked:
    cited = Answer(question="", status="answered", text="", confidence=0.0, citations=given.citations or ())
    checks = await service.verify(given.answer or cited)
    return Checked(holds=all(check.state == "ok" for check in checks), checks=checks)


def excerpt(engine: Engine, given: GetPassage) -> Excerpt:
    """The characters that were asked for. Raises PlaceError when there are none such."""
    if given.passage is None:
        part = slice_of(engine, given.path, given.start or 0, given.end)
        return Excerpt(path=part.path, sha256=part.sha256, passage=None, start=part.start, end=part.end, text=part.text)
    passages = passages_in(engine, given.path)
    if given.passage > len(passages):
        raise PlaceError(f"{given.path} has {len(passages):,} passages; there is no passage {given.passage}.", "They are numbered from 1.")
    found: PassageText = passages[given.passage - 1]
    return Excerpt.model_validate(found.model_dump())


TOOLS = (
    Tool(
        "ask",
        "Ask the documents",
        "Answers a question from the documents. Each sentence cites the exact characters that support it and has a verdict. Where the "
        "documents do not support an answer, status is abstained and hits holds the nearest passages.",
        "ask",
        Ask,
        Answer,
        _ask,
    ),
    Tool("search", "Search passages", "The best passages for a question, with scores, best first.", "read", Search, Found, _search),
    Tool(
        "get_passage",
        "Read a passage",
        "The text of a passage, or of a range of characters, of a document.",
        "read",
        GetPassage,
        Excerpt,
        _get_passage,
    ),
    Tool(
        "verify",
        "Check citations",
        "Whether citations still hold in the files as they are now: ok, stale, missing or wrong.",
        "read",
        Verify,
        Checked,
        _verify,
    ),
)


def told(error: Exception) -> str:
    """An error as a tool's text: what happened and what to do."""
    hint = str(getattr(error, "hint", ""))
    return f"{error} {hint}".strip() if isinstance(error, GroundlineError) or hint else str(error)
