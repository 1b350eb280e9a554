"""A conversation with a corpus: each question may lean on the turns before it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rag.answer import ABSTAINED, CORRECTED
from rag.config import Settings
from rag.errors import ModelError
from rag.followup import Message, as_turns, resolved
from rag.schema import Answer, Turn, exchange

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from rag.events import Event


_SAYS_NOTHING = re.compile(
    rf"^{re.escape(ABSTAINED)}|{re.escape(CORRECTED).replace(re.escape('{claimed}'), '[^”]*').replace(re.escape('{found}'), '[^”]*')}"
    r"(?:\s*\[\d+\])*"
)
BY_RULE = "{error} The follow-up was put into words by a rule."

# Confidence that an answer from the last turn's document needs where all documents give none, and how far it may be below theirs.
# Chosen on the development conversations of eval/conversations.
NEARBY = MappingProxyType({"alone": 0.4, "margin": 0.2})


class Asking(Protocol):
    """What a chat asks: an engine."""

    def ask(self, question: str, *, history: Iterable[Message] = (), paths: Sequence[str] | None = None) -> Answer:
        """The answer to a question asked after `history`."""
        ...

    def stream(self, question: str, *, history: Iterable[Message] = (), paths: Sequence[str] | None = None) -> "Iterator[Event]":
        """What happens while it is being answered."""
        ...


class Understood(NamedTuple):
    """A question as typed, and what is asked of the documents: the same, or its standalone form.

    Where it leans, `own` is how it may be put to the documents of the exchange `about`; `notes` are for the reader.
    """

    question: str
    asked: str
    own: str = ""
    about: str = ""
    notes: tuple[str, ...] = ()

    def told(self, answer: Answer) -> Answer:
        """An answer to `asked` as the answer to `question`."""
        standalone = self.asked if self.asked != self.question else ""
        if not standalone and not self.notes:
            return answer
        return answer.model_copy(update={"question": self.question, "standalone": standalone, "notes": (*self.notes, *answer.notes)})


def understand(question: str, history: Sequence[Turn], llm: "LLM | None", settings: Settings) -> Understood:
    """What a question asks after the earlier turns: in the words of `llm` where there is one and they pass, else by rule.

    A question that stands alone by the rule is never given to a model. Raises ModelError when the model fails and the setting
    `on_failure` is "error".
    """
    one = resolved(question, [_telling(turn) for turn in history])
    if llm is None or not one.own:
        return Understood(question, one.text, one.own, one.about)
    from rag.rewriting import rewritten

    try:
        text, note = rewritten(question, history, llm, settings)
    except ModelError as error:
        if settings.on_failure == "error":
            raise
        text, note = "", BY_RULE.format(error=error)
    return Understood(question, one.text if note else text, one.own, one.about, (note,) if note else ())


def _telling(turn: Turn) -> Turn:
    """A turn without what says nothing about the documents' matter: that they do not say, or that the question was wrong."""
    if turn.role == "user":
        return turn
    return Turn(role=turn.role, content=_SAYS_NOTHING.sub("", turn.content).strip())


def is_nearer(other: Answer, answer: Answer) -> bool:
    """Whether an answer from the last turn's document is kept instead of one from all documents."""
    if other.status == "abstained":
        return False
    if answer.status == "abstained":
        return other.confidence >= NEARBY["alone"]
    return other.confidence >= answer.confidence - NEARBY["margin"]


class Chat:
    """Questions one after the other; `paths` limits the documents asked. One thread at a time."""

    def __init__(self, engine: Asking, history: Iterable[Message] = (), paths: Sequence[str] | None = None) -> None:
        self._engine = engine
        self._turns = list(as_turns(history))
        self._paths = paths

    @property
    def history(self) -> tuple[Turn, ...]:
        """The turns so far, oldest first."""
        return tuple(self._turns)

    def ask(self, question: str) -> Answer:
        """The answer to a question that may lean on the turns before it. Raises what `engine.ask` raises; then nothing is added."""
        answer = self._engine.ask(question, history=self.history, paths=self._paths)
        self._turns += exchange(answer)
        return answer

    def stream(self, question: str) -> "Iterator[Event]":
        """What happens while the question is being answered; the turn is added when it is done."""
        for event in self._engine.stream(question, history=self.history, paths=self._paths):
            if event.type == "done":
                self._turns += exchange(event.answer)
            yield event
