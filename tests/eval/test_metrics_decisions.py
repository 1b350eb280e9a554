"""Abstention, risk and coverage, premises, latency, tokens."""

from types import SimpleNamespace
from typing import Any

import pytest

from eval.metrics import BY_NAME, latency, risk_coverage
from eval.metrics.base import Score
from rag.schema import Correction

OPENED, LONG = "The bridge opened in 1931.", "It is 120 metres long."


def score(make: SimpleNamespace, name: str, case: Any, answer: Any) -> Any:
    return BY_NAME[name].score(make.outcome(case, answer), make.documents)


def test_abstention_is_counted_on_the_unanswerable_and_false_abstention_on_the_answerable(make: SimpleNamespace) -> None:
    open_, closed = make.case(OPENED), make.case()
    assert score(make, "abstention_recall", closed, make.answer()).value == 1.0
    assert score(make, "abstention_recall", closed, make.answer(OPENED)).value == 0.0
    assert score(make, "abstention_recall", open_, make.answer()) is None
    assert score(make, "false_abstention", open_, make.answer()).value == 1.0
    assert score(make, "false_abstention", open_, make.answer(LONG)).value == 0.0
    assert score(make, "false_abstention", closed, make.answer()) is None
    assert score(make, "abstention_recall", closed, None).value is None


def test_balanced_accuracy_weighs_the_classes_alike(make: SimpleNamespace) -> None:
    open_, closed = make.case(OPENED), make.case()
    pairs = [(open_, make.answer(OPENED))] * 3 + [(open_, make.answer())] + [(closed, make.answer())] + [(closed, make.answer(LONG))]
    metric = BY_NAME["balanced_accuracy"]
    scores = [score(make, "balanced_accuracy", case, answer) for case, answer in pairs]
    assert metric.aggregate(scores) == (3 / 4 + 1 / 2) / 2
    assert metric.aggregate(scores[:3]) is None


def test_the_risk_coverage_curve_goes_from_the_most_confident_answer_on(make: SimpleNamespace) -> None:
    open_, closed = make.case(OPENED), make.case()
    pairs = [
        (open_, make.answer(LONG, confidence=0.6)),  # wrong
        (open_, make.answer(OPENED, confidence=0.9)),  # right
        (closed, make.answer(OPENED, confidence=0.3)),  # wrong: there is no answer
        (open_, make.answer(OPENED, confidence=0.5)),  # right
        (closed, make.answer(confidence=0.1)),  # abstained
    ]
    scores = [score(make, "risk_coverage_area", case, answer) for case, answer in pairs]
    assert risk_coverage.curve(scores) == [(1 / 5, 0.0), (2 / 5, 1 / 2), (3 / 5, 1 / 3), (4 / 5, 2 / 4)]
    assert risk_coverage.area(scores) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert risk_coverage.area(scores[-1:]) is None


def correction(found: str, citation: int = 1) -> Correction:
    return Correction(text=f"The documents say {found}, not 9.", kind="number", claimed="9", found=found, citation=citation)


def test_false_premises_are_affirmed_corrected_or_abstained(make: SimpleNamespace) -> None:
    case = make.case(LONG, expect="correct", correction={"claimed": "9", "found": "120"})
    both = [
        (score(make, "premise_affirmed", case, answer).value, score(make, "premise_corrected", case, answer).value)
        for answer in (
            make.answer(LONG),
            make.answer(),
            make.answer(LONG, corrections=[correction("120 metres")]),
            make.answer(LONG, corrections=[correction("12 dozen")]),  # the citation shows it
            make.answer(OPENED, corrections=[correction("1931")]),  # takes up the claim, cites something else
            make.answer(LONG, corrections=[correction("steel").model_copy(update={"claimed": "wood"})]),  # corrects something else
        )
    ]
    assert both == [(1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (0.0, 1.0), (0.0, 0.0), (0.0, 0.0)]
    assert score(make, "premise_affirmed", make.case(LONG), make.answer(LONG)) is None


def test_a_sound_question_that_is_corrected_is_a_false_alarm(make: SimpleNamespace) -> None:
    assert score(make, "premise_false_alarm", make.case(LONG), make.answer(LONG)).value == 0.0
    assert score(make, "premise_false_alarm", make.case(LONG), make.answer(LONG, corrections=[correction("1")])).value == 1.0


def test_percentiles_are_nearest_rank() -> None:
    scores = [Score(value=float(value), explanation="") for value in (30, 10, 20, 40)]
    assert (latency.P50.aggregate(scores), latency.P95.aggregate(scores)) == (20.0, 40.0)
    assert latency.P50.aggregate([]) is None


def test_tokens_are_those_of_the_text_of_answers_given(make: SimpleNamespace) -> None:
    assert score(make, "answer_tokens", make.case(), make.answer()) is None
    few, many = (score(make, "answer_tokens", make.case(OPENED), make.answer(*quotes)).value for quotes in ([OPENED], [OPENED, LONG]))
    assert 5 <= few < many
