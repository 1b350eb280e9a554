"""MRR: one over the rank of the first passage that holds a gold span, 0 when none of the reported passages does.

Source: Voorhees, The TREC-8 Question Answering Track Report, 1999.
"""

from collections.abc import Mapping

from eval.metrics.base import OF_ANSWERS, Metric, Outcome, Score, could_not_judge, groups_held
from rag.schema import Document


def score(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """The reciprocal rank of one case."""
    if not outcome.case.gold:
        return None
    if outcome.answer is None:
        return could_not_judge(outcome.error)
    for rank, hit in enumerate(outcome.answer.hits, 1):
        if groups_held(outcome.case, hit):
            return Score(value=1 / rank, explanation=f"passage {rank} is the first that holds a gold span")
    return Score(value=0.0, explanation=f"none of the {len(outcome.answer.hits)} passages holds a gold span")


MRR = Metric("mrr", "Mean reciprocal rank of the first gold passage", score, kind="share", needs=OF_ANSWERS)
