"""Abstention: does the engine say "not in these documents" when, and only when, that is so?

`abstention_recall`: of the unanswerable questions, the share abstained. `false_abstention`: of the answerable ones, the share abstained.
`balanced_accuracy`: the mean of the shares decided rightly among answerable and among unanswerable, whatever their numbers.
Source: balanced accuracy as in Brodersen et al., The balanced accuracy and its posterior distribution, 2010.
"""

from collections.abc import Mapping, Sequence

from eval.metrics.base import OF_ANSWERABLE, OF_BOTH, OF_UNANSWERABLE, Metric, Outcome, Score, could_not_judge, mean, yes_no
from rag.schema import Document


def recall(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether an unanswerable question was abstained."""
    return _decision(outcome, "abstain", wanted="abstained")


def false_abstention(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether an answerable question was abstained (1 is bad)."""
    return _decision(outcome, "answer", wanted="abstained")


def right_decision(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether answering or abstaining was right, whatever the answer says."""
    if outcome.case.expect == "correct":
        return None
    answerable = outcome.case.expect == "answer"
    score = _decision(outcome, outcome.case.expect, wanted="answered" if answerable else "abstained")
    return score and score.model_copy(update={"metadata": {"answerable": answerable}})


def balanced(scores: Sequence[Score]) -> float | None:
    """Mean of the two classes' shares decided rightly; None when a class is missing."""
    classes = [mean([score for score in scores if score.metadata.get("answerable") is kind]) for kind in (True, False)]
    return None if classes[0] is None or classes[1] is None else (classes[0] + classes[1]) / 2


def _decision(outcome: Outcome, expect: str, wanted: str) -> Score | None:
    if outcome.case.expect != expect:
        return None
    if outcome.answer is None:
        return could_not_judge(outcome.error)
    return yes_no(outcome.answer.status == wanted, f"{outcome.answer.status} with confidence {outcome.answer.confidence}")


RECALL = Metric("abstention_recall", "Unanswerable questions abstained", recall, needs=OF_UNANSWERABLE)
FALSE = Metric("false_abstention", "Answerable questions abstained", false_abstention, higher_is_better=False, needs=OF_ANSWERABLE)
BALANCED = Metric("balanced_accuracy", "Answerable or not, balanced", right_decision, balanced, needs=OF_BOTH)
