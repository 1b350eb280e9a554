"""Boilerplate used (1 is bad): some citation overlaps text that is page furniture, as marked by hand in `eval/not_evidence.json`.

Applies to every answer that cites something. Source: own definition.
"""

from collections.abc import Mapping

from eval.metrics.base import OF_ANSWERS, Metric, Outcome, Score, yes_no
from eval.not_evidence import overlaps
from rag.schema import Document


def score(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether an answer cites boilerplate."""
    if outcome.answer is None or not outcome.answer.citations:
        return None
    used = [f"[{c.n}] cites {found!r}" for c in outcome.answer.citations if (found := overlaps("boilerplate", c, documents))]
    return yes_no(bool(used), "; ".join(used) or "no boilerplate is cited")


BOILERPLATE = Metric("boilerplate_used", "Answers that cite boilerplate", score, higher_is_better=False, needs=OF_ANSWERS)
