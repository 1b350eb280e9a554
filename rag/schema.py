"""The nouns of Groundline as frozen models: what goes into an index, and what an answer is made of.

Offsets count Unicode code points of a document's decoded text (a byte-order mark left out), from 0; ends are exclusive.
"""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

Verdict = Literal["supported", "unsupported", "uncited", "not_judged"]
Status = Literal["answered", "abstained"]
Thumb = Literal["up", "down", ""]


class Frozen(BaseModel):
    """Base of the models: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Frozen):
    """A `[start, end)` range of a document's text."""

    start: int
    end: int


class Place(NamedTuple):
    """Where a page, heading or row begins in a document's text, and what it is called ("page 3")."""

    start: int
    name: str


class Document(Frozen):
    """One file: its corpus-relative POSIX path, the SHA-256 of its bytes (hex), its size in bytes and its text.

    `reader` names what extracted the text, with its version, and is empty where the text is the file's own; `places` are in order.
    """

    path: str
    sha256: str
    size: int
    text: str
    reader: str = ""
    places: tuple[Place, ...] = ()


class Sentence(Span):
    """A sentence inside a passage; `boilerplate` sentences (page furniture, orders to the reader) are never evidence."""

    boilerplate: bool = False


class Passage(Span):
    """A range of a document's text, numbered from 1 in its document, with its sentences in order."""

    number: int
    sentences: tuple[Sentence, ...]


class Hit(Frozen):
    """A retrieved passage with its scores: cosine similarity, BM25 (higher is better, 0 when no word matches), fused rank."""

    path: str
    sha256: str
    passage: int
    start: int
    end: int
    text: str
    dense: float
    lexical: float
    fused: float


class Citation(Frozen):
    """The exact characters that support a sentence: `text[start:end] == quote` in the file with this hash. Lines from 1.

    `place` names the page or heading in a format that has such ("page 3"), and is empty elsewhere. `reader` names what extracted
    the text that the offsets count, and is empty where that is the file's own text.
    """

    n: int
    path: str
    sha256: str
    passage: int
    start: int
    end: int
    line_start: int
    line_end: int
    quote: str
    place: str = ""
    reader: str = ""


class Opinion(Frozen):
    """What a language model says when asked whether a sentence's citations support it; it never changes the verdict."""

    label: Literal["supported", "unsupported", "not_judged"]
    reason: str


class AnswerSentence(Frozen):
    """One sentence of an answer: `answer.text[start:end] == text` (markers left out), and whether its citations support it."""

    text: str
    start: int
    end: int
    verdict: Verdict
    reasons: tuple[str, ...]
    citations: tuple[int, ...]
    opinion: Opinion | None = None


class Correction(Frozen):
    """A wrong premise of the question: what it claims, what the documents say instead, and the citation that shows it."""

    text: str
    kind: Literal["number", "date", "place", "name"]
    claimed: str
    found: str
    citation: int


class Highlight(Frozen):
    """The short answer inside a citation's quote; offsets are those of the document."""

    citation: int
    kind: str
    start: int
    end: int
    text: str


class Answer(Frozen):
    """What `ask` returns. `confidence` is the calibrated probability that the first quote answers the question.

    `reasons` says why the engine abstained (empty when it answered); `uncovered` lists words and names of the question
    that the evidence does not mention; `unknown_markers` lists source numbers that a language model made up; `standalone`
    is what a follow-up was understood to ask (empty when the question stood alone); `writer` names who wrote ("extractive", or a
    model); `dropped` holds the sentences that the policy `drop` took out; `notes` says what else the reader must know, such as
    that the model failed and the documents are quoted instead; `tokens` counts what a model was shown and wrote ("prompt", "answer"), as
    tiktoken's cl100k_base cuts them, and is empty where none was asked; `timings` are milliseconds by stage and the only part that differs
    between two runs.
    """

    question: str
    status: Status
    text: str
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    corrections: tuple[Correction, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    confidence: float
    uncovered: tuple[str, ...] = ()
    unknown_markers: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    standalone: str = ""
    writer: str = "extractive"
    dropped: tuple[AnswerSentence, ...] = ()
    notes: tuple[str, ...] = ()
    tokens: dict[str, int] = {}
    timings: dict[str, float] = {}


class Turn(Frozen):
    """One earlier message of a conversation, in the shape that chat interfaces share."""

    role: Literal["user", "assistant"]
    content: str


def exchange(answer: Answer) -> tuple[Turn, Turn]:
    """An answered question as the two turns that later questions lean on."""
    return Turn(role="user", content=answer.question), Turn(role="assistant", content=answer.text)


class Conversation(Frozen):
    """A stored conversation: its owner ("" for the local user), the folder that it is about, its title, and how many turns it has.

    Times are UTC in ISO 8601.
    """

    id: str
    owner: str
    corpus: str
    title: str
    created: str
    changed: str
    turns: int


class StoredTurn(Frozen):
    """A question and its answer as stored, numbered from 1, with what the reader thought of the answer."""

    number: int
    asked: str
    question: str
    answer: Answer
    thumb: Thumb = ""
    comment: str = ""


class Transcript(Frozen):
    """A stored conversation with its turns, oldest first."""

    conversation: Conversation
    turns: tuple[StoredTurn, ...]

    @property
    def history(self) -> tuple[Turn, ...]:
        """The turns as messages, to go on from."""
        return tuple(message for turn in self.turns for message in exchange(turn.answer))


class Skipped(Frozen):
    """A file that an ingest left out, and why."""

    path: str
    reason: str

    @property
    def why(self) -> str:
        """The reason as it stands beside the path: `a.txt is empty.` becomes `empty`."""
        return self.reason.removeprefix(self.path).lstrip(": ").removeprefix("is ").removesuffix(".").strip() or self.reason


class IngestReport(Frozen):
    """What an ingest did, by corpus-relative path; `notes` says what had to be mended (a rebuilt vector index, say)."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    generation: int = 0
    documents: int = 0
    passages: int = 0


class SourceInfo(Frozen):
    """One indexed document as `groundline sources` lists it; `state` compares it with the file as it is now."""

    path: str
    sha256: str
    size: int
    passages: int
    sentences: int
    state: Literal["indexed", "changed", "missing"]


class IndexState(Frozen):
    """How much is indexed, and how often the index has changed."""

    generation: int
    documents: int
    passages: int


class Check(Frozen):
    """The outcome of checking one stored span again: the file is the same, has changed, or is gone."""

    n: int
    path: str
    start: int
    end: int
    state: Literal["ok", "stale", "missing", "wrong"]
    detail: str


class Grounding(Frozen):
    """Whether spans support a sentence, with the reasons: what is missing from, or contradicted by, which span."""

    label: Literal["supported", "unsupported", "not_judged"]
    reasons: tuple[str, ...]
