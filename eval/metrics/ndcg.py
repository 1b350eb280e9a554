"""nDCG@k over passages: a passage gains 1 for each gold group that no passage before it held, discounted by log2(rank + 1).

The ideal puts one group at each of the ranks 1, 2, …; a passage that holds two groups can beat it, so values are cut at 1.
Source: Järvelin, Kekäläinen, Cumulated gain-based evaluation of IR techniques, 2002; gain for new groups only as in Clarke et al.,
Novelty and diversity in information retrieval evaluation, 2008, with alpha 1.
"""

from collections.abc import Mapping
from math import log2

from eval.metrics.base import OF_ANSWERS, Metric, Outcome, Score, could_not_judge, groups_held
from rag.schema import Document


def ndcg_at(k: int) -> Metric:
    """The metric nDCG@k."""

    def score(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
        if not outcome.case.gold:
            return None
        if outcome.answer is None:
            return could_not_judge(outcome.error)
        seen: frozenset[int] = frozenset()
        gain = 0.0
        for rank, hit in enumerate(outcome.answer.hits[:k], 1):
            new = groups_held(outcome.case, hit) - seen
            gain += len(new) / log2(rank + 1)
            seen |= new
        ideal = sum(1 / log2(rank + 1) for rank in range(1, min(k, len(outcome.case.gold)) + 1))
        return Score(value=min(1.0, gain / ideal), explanation=f"gain {gain:.3f} of an ideal {ideal:.3f} within {k} passages")

    return Metric(f"ndcg@{k}", f"nDCG of the first {k} passages", score, kind="share", needs=OF_ANSWERS)
