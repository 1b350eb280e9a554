"""recall@k: share of a case's gold groups that the first k passages hold an alternative of.

Source: recall at a cut-off, Manning, Raghavan, Schütze, Introduction to Information Retrieval, 2008, ch. 8; the relevant items are
the groups, so that two passages with the same fact count once.
"""

from collections.abc import Mapping

from eval.metrics.base import OF_ANSWERS, Metric, Outcome, Score, could_not_judge, groups_held
from rag.schema import Document


def recall_at(k: int) -> Metric:
    """The metric recall@k."""

    def score(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
        if not outcome.case.gold:
            return None
        if outcome.answer is None:
            return could_not_judge(outcome.error)
        found = frozenset().union(*(groups_held(outcome.case, hit) for hit in outcome.answer.hits[:k]))
        return Score(
            value=len(found) / len(outcome.case.gold),
            explanation=f"{len(found)} of {len(outcome.case.gold)} gold groups within the first {k} passages",
        )

    return Metric(f"recall@{k}", f"Gold groups among the first {k} passages", score, kind="share", needs=OF_ANSWERS)
