"""The gate holds for the engine as it is, and fails when the engine is broken on purpose."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from eval import baseline, evaluate, gate
from eval.case import CORPORA, Case, load_cases
from eval.corpus import read_documents
from eval.report.model import Report
from rag.citations import cite
from rag.embed import MiniLM
from rag.engine import open_corpus
from rag.schema import Answer, AnswerSentence, Document

Break = Callable[[Answer, Mapping[str, Document]], Answer]


class Recorded:
    """Gives the real engine's answers, each changed by `change`."""

    def __init__(self, answers: Mapping[str, Answer], documents: Mapping[str, Document], change: Break) -> None:
        self.answers, self.documents, self.change = answers, documents, change

    def ask(self, question: str, *, history: object = ()) -> Answer:
        return self.change(self.answers[question], self.documents)


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return load_cases()


@pytest.fixture(scope="module")
def real(cases: tuple[Case, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Answer]]]:
    """The real engine's answers by corpus and question."""
    home, model = tmp_path_factory.mktemp("home"), MiniLM()
    answers: dict[str, dict[str, Answer]] = {}
    for name in sorted({case.corpus for case in cases}):
        with open_corpus(CORPORA / name if name else Path("seeds"), home=home, embed_model=model) as engine:
            answers[name] = {case.question: engine.ask(case.question, history=case.history) for case in cases if case.corpus == name}
    yield answers


@pytest.fixture
def judge(cases: tuple[Case, ...], real: dict[str, dict[str, Answer]]) -> Callable[[Break], gate.Result]:
    def judge(change: Break) -> gate.Result:
        engines: dict[str, Any] = {
            name: Recorded(answers, read_documents(CORPORA / name if name else Path("seeds")), change) for name, answers in real.items()
        }
        report: Report = evaluate(cases, engines.pop(""), variants=engines, model=MiniLM.fingerprint)
        return gate.judge(report, gate.load_rules(), baseline.read())

    return judge


def as_it_is(answer: Answer, documents: Mapping[str, Document]) -> Answer:
    return answer


def offsets_shifted(answer: Answer, documents: Mapping[str, Document]) -> Answer:
    shifted = tuple(c.model_copy(update={"start": c.start + 1, "end": c.end + 1}) for c in answer.citations)
    return answer.model_copy(update={"citations": shifted})


def always_answers(answer: Answer, documents: Mapping[str, Document]) -> Answer:
    if answer.status == "answered" or not answer.hits:
        return answer
    best = answer.hits[0]
    citation = cite(1, documents[best.path], best.passage, best.start, best.end)
    parts = {"text": citation.quote, "start": 0, "end": len(citation.quote), "verdict": "supported", "reasons": (), "citations": (1,)}
    said = AnswerSentence.model_validate(parts)
    update = {"status": "answered", "text": f"{citation.quote} [1]", "sentences": (said,), "citations": (citation,), "reasons": ()}
    return answer.model_copy(update=update)


def never_cites(answer: Answer, documents: Mapping[str, Document]) -> Answer:
    bare = tuple(s.model_copy(update={"citations": (), "verdict": "uncited"}) for s in answer.sentences)
    return answer.model_copy(update={"citations": (), "sentences": bare, "corrections": (), "highlights": ()})


def two_documents_swapped(answer: Answer, documents: Mapping[str, Document]) -> Answer:
    first, second = sorted(documents)[:2]
    other = {first: documents[second], second: documents[first]}

    def swap(part: Any) -> Any:
        return part.model_copy(update={"path": other[part.path].path, "sha256": other[part.path].sha256}) if part.path in other else part

    return answer.model_copy(update={"citations": tuple(map(swap, answer.citations)), "hits": tuple(map(swap, answer.hits))})


def empty_answer(answer: Answer, documents: Mapping[str, Document]) -> Answer:
    return Answer(question=answer.question, status="answered", text="", confidence=0.0)


def always_abstains(answer: Answer, documents: Mapping[str, Document]) -> Answer:
    return Answer(question=answer.question, status="abstained", text="", confidence=0.0, hits=answer.hits)


def test_the_gate_holds_for_the_engine_as_it_is(judge: Callable[[Break], gate.Result]) -> None:
    result = judge(as_it_is)
    assert result.exit_code == 0, [line for line in result.lines if line.holds is False]


@pytest.mark.parametrize(
    ("change", "noticed_by"),
    [
        (offsets_shifted, "citation_exact (all)"),
        (always_answers, "abstention_recall (all)"),
        (never_cites, "citation_recall (all)"),
        (two_documents_swapped, "citation_exact (all)"),
        (empty_answer, "citation_recall (all)"),
        (always_abstains, "false_abstention (all)"),
    ],
)
def test_the_gate_fails_for_an_engine_broken_on_purpose(judge: Callable[[Break], gate.Result], change: Break, noticed_by: str) -> None:
    result = judge(change)
    assert result.exit_code == 1
    assert noticed_by in [line.what for line in result.lines if line.holds is False]
