"""What mutants are made from: correct one-sentence answers over a corpus, and the words to break them with."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from rag.boilerplate import flags
from rag.citations import cite
from rag.schema import Answer, AnswerSentence, Citation, Document, Span
from rag.split import sentences

SHORTEST = 5  # words; shorter sentences ("The man was eventually let go.") still say something, shorter ones do not
T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """A corpus: its documents and, for each, its sentences that can be evidence."""

    documents: Mapping[str, Document]
    sentences: Mapping[str, Sequence[Span]]


def world_of(documents: Mapping[str, Document]) -> World:
    """The world of a corpus; page furniture, fragments and questions, which claim nothing, are left out."""
    return World(documents, {path: tuple(_evidence(document.text)) for path, document in documents.items()})


def claims(world: World) -> Iterator[Answer]:
    """Every sentence of the corpus as a correct answer: the sentence word for word, with its exact citation."""
    for path, spans in world.sentences.items():
        for span in spans:
            citation = cite(1, world.documents[path], 1, span.start, span.end)
            yield saying(citation.quote, (citation,))


def saying(sentence: str, citations: tuple[Citation, ...], numbers: tuple[int, ...] | None = None) -> Answer:
    """An answer of one sentence; `numbers` are the markers it carries, by default those of the citations."""
    marked = tuple(citation.n for citation in citations) if numbers is None else numbers
    text = sentence + "".join(f" [{n}]" for n in marked)
    verdict = "supported" if marked else "uncited"
    parts = {"text": sentence, "start": 0, "end": len(sentence), "verdict": verdict, "reasons": (), "citations": marked}
    said = AnswerSentence.model_validate(parts)
    return Answer(
        question="What do the documents say?", status="answered", text=text, sentences=(said,), citations=citations, confidence=1.0
    )


def pick(options: Sequence[T], key: str) -> T:
    """One of the options, the same for the same key in every run."""
    return options[int.from_bytes(sha256(key.encode("utf-8")).digest()[:8], "big") % len(options)]


@cache
def words() -> Mapping[str, Any]:
    """The tables of `words.json`."""
    tables: Mapping[str, Any] = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
    return tables


def outside_quotes(sentence: str) -> list[tuple[int, int]]:
    """The ranges of a sentence that are not inside quotation marks."""
    ranges, start = [], 0
    for match in re.finditer(r"[“\"][^”\"]*(?:[”\"]|$)", sentence):
        ranges.append((start, match.start()))
        start = match.end()
    return [*ranges, (start, len(sentence))]


def _evidence(text: str) -> Iterator[Span]:
    spans = sentences(text)
    for span, furniture in zip(spans, flags([text[s.start : s.end] for s in spans]), strict=True):
        quote = text[span.start : span.end]
        if not furniture and len(quote.split()) >= SHORTEST and not quote.endswith("?"):
            yield span
