"""False premises: a question that states a wrong number, place, person or date must be corrected, never gone along with.

`premise_affirmed` (1 is bad): the question was answered without any correction. `premise_corrected`: a correction names what the
documents say, or takes up the wrong claim and cites a gold span. `premise_false_alarm` (1 is bad): an answerable question was "corrected".
Abstaining neither affirms nor corrects. Source: Kim et al., (QA)²: Question Answering with Questionable Assumptions, 2023,
arXiv:2212.10003.
"""

from collections.abc import Mapping

from eval.metrics.base import OF_ANSWERABLE, OF_FALSE_PREMISES, Metric, Outcome, Score, could_not_judge, groups_held, yes_no
from rag.schema import Answer, Document


def affirmed(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether a false premise was gone along with."""
    if outcome.case.expect != "correct":
        return None
    if outcome.answer is None:
        return could_not_judge(outcome.error)
    if outcome.answer.status == "abstained":
        return yes_no(False, "abstained")
    return yes_no(not outcome.answer.corrections, _said(outcome.answer))


def corrected(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether a false premise was corrected with what the documents say."""
    expected = outcome.case.correction
    if expected is None:
        return None
    if outcome.answer is None:
        return could_not_judge(outcome.error)
    by_number = {citation.n: citation for citation in outcome.answer.citations}
    for correction in outcome.answer.corrections:
        citation = by_number.get(correction.citation)
        cites_gold = citation is not None and bool(groups_held(outcome.case, citation))
        if _same(correction.found, expected.found) or (_same(correction.claimed, expected.claimed) and cites_gold):
            return yes_no(True, f"corrected: {correction.text}")
    return yes_no(False, f"not corrected to {expected.found!r}: {_said(outcome.answer)}")


def false_alarm(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether an answerable question with nothing wrong in it was corrected."""
    if outcome.case.expect != "answer":
        return None
    if outcome.answer is None:
        return could_not_judge(outcome.error)
    return yes_no(bool(outcome.answer.corrections), _said(outcome.answer))


def _same(one: str, other: str) -> bool:
    """Whether one of two short texts stands in the other: "35" in "at least 35"."""
    first, second = one.casefold().split(), other.casefold().split()
    short, long = sorted((first, second), key=len)
    return bool(short) and any(long[i : i + len(short)] == short for i in range(len(long)))


def _said(answer: Answer) -> str:
    return "; ".join(correction.text for correction in answer.corrections) or f"{answer.status} without a correction"


AFFIRMED = Metric("premise_affirmed", "False premises gone along with", affirmed, higher_is_better=False, needs=OF_FALSE_PREMISES)
CORRECTED = Metric("premise_corrected", "False premises corrected", corrected, needs=OF_FALSE_PREMISES)
FALSE_ALARM = Metric("premise_false_alarm", "Sound questions corrected", false_alarm, higher_is_better=False, needs=OF_ANSWERABLE)
