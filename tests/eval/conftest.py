"""Builders of small corpora, cases and scripted answers."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest

from eval.case import Case, Gold
from eval.metrics.base import Outcome
from rag.citations import cite
from rag.schema import Answer, AnswerSentence, Correction, Document, Hit, Turn

TEXTS = {
    "a.txt": "The bridge opened in 1931. It is 120 metres long. Anna Berg designed it.\n",
    "b.txt": "The tower burned in May. Nobody was hurt. Sign up for news!\n",
}


def document(path: str, text: str) -> Document:
    data = text.encode()
    return Document(path=path, sha256=sha256(data).hexdigest(), size=len(data), text=text)


DOCUMENTS = {path: document(path, text) for path, text in TEXTS.items()}


def gold(quote: str) -> Gold:
    path = next(path for path, text in TEXTS.items() if quote in text)
    start = TEXTS[path].index(quote)
    return Gold(path=path, start=start, end=start + len(quote), quote=quote)


def case(*groups: Sequence[str] | str, **fields: Any) -> Case:
    spans = tuple(tuple(gold(quote) for quote in ([group] if isinstance(group, str) else group)) for group in groups)
    defaults = {"id": "c1", "category": "fact", "split": "test", "question": "When?", "expect": "answer" if groups else "abstain"}
    return Case.model_validate({**defaults, "gold": spans, **fields})


def hit(quote: str, rank: int = 1) -> Hit:
    g = gold(quote)
    place = {"path": g.path, "sha256": DOCUMENTS[g.path].sha256, "passage": 1, "start": g.start, "end": g.end, "text": quote}
    return Hit.model_validate({**place, "dense": 0.5, "lexical": 1.0, "fused": 1 / rank})


def answer(
    *quotes: str, said: Sequence[str] = (), hits: Sequence[str] = (), corrections: Sequence[Correction] = (), **fields: Any
) -> Answer:
    """An answer that says each of `said` (default: the quotes themselves) and cites the quote at the same place."""
    citations = tuple(cite(n, DOCUMENTS[g.path], 1, g.start, g.end) for n, g in enumerate(map(gold, quotes), 1))
    text, sentences = "", []
    for n, sentence in enumerate(said or quotes, 1):
        cited = (n,) if n <= len(quotes) else ()
        start = len(text)
        text += f"{sentence} [{n}] " if cited else f"{sentence} "
        verdict = "supported" if cited else "uncited"
        sentences.append(
            AnswerSentence.model_validate(
                {"text": sentence, "start": start, "end": start + len(sentence), "verdict": verdict, "reasons": (), "citations": cited}
            )
        )
    defaults = {"question": "When?", "status": "answered" if quotes or said else "abstained", "confidence": 0.5}
    found = tuple(hit(quote, rank) for rank, quote in enumerate(hits, 1))
    parts = {"text": text.strip(), "sentences": sentences, "citations": citations, "hits": found, "corrections": tuple(corrections)}
    return Answer.model_validate({**defaults, **parts, **fields})


def outcome(case: Case, answer: Answer | None, error: str = "", milliseconds: float = 5.0) -> Outcome:
    return Outcome(case=case, answer=answer, error=error, milliseconds=milliseconds)


class Scripted:
    """An engine that gives prepared answers by question; an exception among them is raised."""

    def __init__(self, answers: Mapping[str, Answer | Exception]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.histories: list[tuple[Turn, ...]] = []

    def ask(self, question: str, *, history: tuple[Turn, ...] = ()) -> Answer:
        self.asked.append(question)
        self.histories.append(history)
        found = self.answers[question]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals are rougher, and as reproducible."""
    monkeypatch.setattr("eval.statistics.RESAMPLES", 100)


@pytest.fixture
def make() -> SimpleNamespace:
    return SimpleNamespace(
        case=case,
        answer=answer,
        outcome=outcome,
        gold=gold,
        hit=hit,
        documents=DOCUMENTS,
        texts=TEXTS,
        document=document,
        Scripted=Scripted,
    )


@pytest.fixture
def corpus(tmp_path: Any) -> Any:
    """The small corpus as a folder."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for path, text in TEXTS.items():
        (folder / path).write_bytes(text.encode())
    return folder
