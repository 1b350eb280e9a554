"""hit@k: 1 when one of the first k passages holds a gold span, else 0. Applies to cases with gold spans.

Source: success@k of ad-hoc retrieval, e.g. Manning, Raghavan, Schütze, Introduction to Information Retrieval, 2008, ch. 8.
"""

from collections.abc import Mapping

from eval.metrics.base import OF_ANSWERS, Metric, Outcome, Score, could_not_judge, groups_held, yes_no
from rag.schema import Document


def hit_at(k: int) -> Metric:
    """The metric hit@k."""

    def score(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
        if not outcome.case.gold:
            return None
        if outcome.answer is None:
            return could_not_judge(outcome.error)
        ranks = [rank for rank, hit in enumerate(outcome.answer.hits, 1) if groups_held(outcome.case, hit)]
        if ranks and ranks[0] <= k:
            return yes_no(True, f"passage {ranks[0]} holds a gold span")
        return yes_no(False, f"none of the first {k} passages holds a gold span")

    return Metric(f"hit@{k}", f"A gold passage among the first {k}", score, needs=OF_ANSWERS)
