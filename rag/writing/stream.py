"""The events of an answer while a language model writes it, and the answer that they end in."""

import re
from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from rag.answer import ABSTAINED
from rag.config import Settings
from rag.errors import AnswerCut, AnswerEmpty, ModelError, SettingsError
from rag.events import Event, Sentence, Token
from rag.providers import name_of, streaming
from rag.schema import Answer
from rag.tokens import count_tokens
from rag.writing.claims import Claim, ClaimReader
from rag.writing.compose import Composer, Part
from rag.writing.fit import Fitted, Source, fit, messages, size
from rag.writing.judge import NO_MODEL, with_opinions
from rag.writing.marks import has_words
from rag.writing.policy import after_failure, with_policy

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

DECLINED = "The language model found no answer in the passages that it was given."
CUT = "The answer of {writer} was cut at its limit of tokens."
TOO_LONG = "The answer of {writer} was cut after {count:,} characters."
REPEATING = "{writer} began to repeat itself and was stopped."
ENOUGH = "{writer} was stopped after {count} sentences."
TRY_AGAIN = "Try again, or ask without a model (`--llm extractive`)."
# Sentences that a model may write that was asked for one or two.
MOST_BRIEF = 3
# Characters of a sentence that nobody writes twice.
TELLING = 24
# A model that does not stop is stopped: the longest answer asked for has a tenth of this.
MOST_CHARS = 20_000
# What small models write in place of the sentence that says that there is no answer.
_DECLINING = re.compile(
    r"\W*(?:i'?m sorry,? (?:but )?)?(?:the|these|this|none of the) (?:given |provided |numbered )*(?:documents?|passages?|texts?|sources?)"
    r"(?: provided| given)? (?:do(?:es)?(?: not|n[’']t)|did(?: not|n[’']t)|cannot) (?:say|answer(?: (?:the|this|your) question)?)\W*",
    re.I,
)
_THINKING, _THOUGHT = "<think>", "</think>"


def checked_llm(llm: "LLM | None") -> "LLM | None":
    """The model as it is. Raises SettingsError for what is not a LlamaIndex language model."""
    if llm is not None and not (hasattr(llm, "chat") and hasattr(llm, "metadata")):
        message = f"llm= takes a LlamaIndex language model; this is of type {type(llm).__name__}."
        raise SettingsError(message, "Pass an object such as llama_index's OpenAI(…).")
    return llm


def quoted(answer: Answer) -> Iterator[Event]:
    """The events of an answer that is complete: each of its sentences as a token, set off from the one before, and as judged."""
    for number, sentence in enumerate(answer.sentences):
        yield Token(text=f"{' ' if number else ''}{sentence.text}")
        yield Sentence(sentence=sentence, citations=tuple(one for one in answer.citations if one.n in sentence.citations))


def unjudged(answer: Answer, settings: Settings, llm: "LLM | None") -> Answer:
    """An extractive answer, which says so where a second opinion is wanted and there is no model to give it."""
    if settings.judge == "off" or llm is not None or answer.status == "abstained":
        return answer
    return answer.model_copy(update={"notes": (*answer.notes, NO_MODEL)})


def write(
    answer: Answer, question: str, sources: Sequence[Source], llm: "LLM", settings: Settings, spread: bool = False
) -> Generator[Event, None, Answer]:
    """Events while a model writes, and in the end `answer` with its text in place of the quotes; `sources` may be shown, best first.

    Abstains when the model says that they hold no answer. When it fails, writes nothing or has no room, `answer` stands as it is with a
    note, or ModelError is raised, as `settings.on_failure` says. `spread` is for questions about several documents.
    """
    tokens = told = 0
    try:
        fitted = fit(answer, question, sources, llm, spread)
        writing = _Writing(answer, fitted, llm, settings)
        for event in writing.events():
            tokens += event.type == "token"
            told += event.type == "sentence"
            yield event
        return writing.answer()
    except ModelError as error:
        if settings.on_failure == "error":
            raise
        stands_in = after_failure(answer, error)
    if not tokens:
        yield from islice(quoted(stands_in), 2 * told, None)  # the corrections that both begin with were told already
    return stands_in


class _Writing:
    """One answer being written: its events first, then what became of it."""

    def __init__(self, answer: Answer, fitted: Fitted, llm: "LLM", settings: Settings) -> None:
        self._extractive = answer
        self._prompt = fitted.prompt
        self._most = MOST_BRIEF if fitted.brief else None
        self._llm = llm
        self._settings = settings
        self._writer = name_of(llm)
        self._composer = Composer(answer, fitted.shown)
        self._reader = ClaimReader()
        self._written: set[str] = set()
        self._held: list[Claim] = []
        self._notes: list[str] = []
        self._declined: tuple[str, ...] | None = None
        self._said = ""

    def events(self) -> Iterator[Event]:
        """Corrections, then tokens as they come, and each sentence as soon as it has ended. Raises ModelError."""
        yield from map(_told, self._composer.correct())
        said, cut = "", False
        pieces = streaming(self._llm, messages(self._prompt), self._settings)
        try:
            for piece in without_thoughts(pieces):
                self._check(piece)
                said += piece
                yield Token(text=piece)
                claims = self._reader.feed(piece)
                enough = self._enough(claims)
                yield from self._tell(claims[:enough])
                if enough is not None:
                    return
                if len(said) > MOST_CHARS:
                    self._notes.append(TOO_LONG.format(writer=self._writer, count=MOST_CHARS))
                    cut = True
                    break
        except AnswerCut:
            self._notes.append(CUT.format(writer=self._writer))
            cut = True
        finally:
            pieces.close()
        self._said = said
        yield from self._end(said, cut)

    def _enough(self, claims: Sequence[Claim]) -> int | None:
        """How many of these sentences are the last ones: those before one that was written before, or as many as were asked for and
        one more. None while the model may go on.
        """
        for index, claim in enumerate(claims):
            if len(claim.text) >= TELLING and claim.text in self._written:
                self._notes.append(REPEATING.format(writer=self._writer))
                return index
            self._written.add(claim.text)
            if len(self._written) == self._most:
                self._notes.append(ENOUGH.format(writer=self._writer, count=self._most))
                return index + 1
        return None

    def answer(self) -> Answer:
        """What was written, judged and under the policy; or the abstention of a model that found no answer."""
        if self._declined is not None:
            declined = {"status": "abstained", "text": ABSTAINED, "reasons": (DECLINED,), "unknown_markers": self._declined}
            empty = {"sentences": (), "citations": (), "highlights": (), "writer": self._writer, "tokens": self._tokens()}
            return self._extractive.model_copy(update={**declined, **empty})
        parts = self._composer.parts
        if self._settings.judge == "llm":
            parts, notes = with_opinions(parts, self._llm, self._settings)
            self._notes += notes
        written = with_policy(self._extractive, self._composer, parts, self._settings.on_unsupported, self._writer)
        return written.model_copy(update={"notes": (*written.notes, *self._notes), "tokens": self._tokens()})

    def _tokens(self) -> dict[str, int]:
        """What the model was shown, and what it wrote, in tiktoken's tokens."""
        return {"prompt": size(self._prompt), "answer": count_tokens(self._said)}

    def _tell(self, claims: Sequence[Claim], cut: bool = False) -> Iterator[Event]:
        """The events of sentences that have ended. One that says that there is no answer waits for what follows it.

        With `cut`, the last one was cut off.
        """
        for number, claim in enumerate(claims, 1):
            if not self._composer.parts and not self._held and _DECLINING.fullmatch(claim.text):
                self._held.append(claim)
                continue
            held, self._held = self._held, []
            yield from (_told(self._composer.add(one)) for one in held)
            yield _told(self._composer.add(claim, cut and number == len(claims)))

    def _end(self, said: str, cut: bool) -> Iterator[Event]:
        """The events of what is left when the model has stopped. Raises AnswerEmpty when it wrote no word."""
        claims = self._reader.end()
        yield from self._tell(claims, cut and bool(claims) and not claims[-1].ended)
        if self._held:
            self._declined = tuple(dict.fromkeys(f"[{number}]" for claim in self._held for number in self._composer.invented(claim)))
        elif not any(has_words(part.sentence.text) for part in self._composer.parts if not part.correction):
            raise AnswerEmpty(f"The language model {self._writer} wrote no sentence: {said[:80]!r}.", TRY_AGAIN)

    def _check(self, piece: str) -> None:
        if any("\ud800" <= character <= "\udfff" for character in piece):
            raise ModelError(f"The language model {self._writer} wrote characters that are not text.", TRY_AGAIN)


def without_thoughts(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces without what a reasoning model thinks aloud between tags before it answers; other text is passed on at once."""
    held = ""
    for piece in pieces:
        held += piece
        opening = held.lstrip()
        if opening.startswith(_THINKING):
            after = opening.partition(_THOUGHT)[2].lstrip()
            if after:
                yield after
                break
        elif not _THINKING.startswith(opening):
            yield held
            break
    else:
        if held.strip() and not held.lstrip().startswith(_THINKING):
            yield held
    yield from pieces


def _told(part: Part) -> Sentence:
    return Sentence(sentence=part.sentence, citations=part.citations)
