"""Character precision, recall and F1 of the cited characters against the gold characters, for answers to answerable questions.

Precision: share of the cited characters that lie in some gold alternative. Recall: for each gold group the alternative covered best
counts; share of those characters that are cited. F1: their harmonic mean. Characters are (path, offset) pairs, so nothing counts twice.
Source: SQuAD's F1 (Rajpurkar et al., 2016, arXiv:1606.05250) carried from bags of words to exact offsets.
"""

from collections.abc import Iterable, Mapping

from eval.metrics.base import OF_ANSWERABLE, Metric, Outcome, Score, answered, quoted
from rag.schema import Document

Characters = frozenset[tuple[str, int]]


def measure(outcome: Outcome) -> tuple[float, float, float, str] | None:
    """Precision, recall, F1 and their explanation; None when the case is not an answered answerable one."""
    answer = answered(outcome)
    if outcome.case.expect != "answer" or answer is None:
        return None
    cited = _union(_characters(c.path, c.start, c.end) for c in quoted(answer))
    gold = _union(_characters(g.path, g.start, g.end) for group in outcome.case.gold for g in group)
    best = _union(
        max((_characters(g.path, g.start, g.end) for g in group), key=lambda chars: len(chars & cited) / len(chars))
        for group in outcome.case.gold
    )
    precision = len(cited & gold) / len(cited) if cited else 0.0
    recall = len(cited & best) / len(best)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1, f"{len(cited & gold)} of {len(cited)} cited and {len(cited & best)} of {len(best)} gold characters agree"


def precision(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Character precision of one case."""
    return _score(outcome, 0)


def recall(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Character recall of one case."""
    return _score(outcome, 1)


def f1(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Character F1 of one case."""
    return _score(outcome, 2)


def _score(outcome: Outcome, which: int) -> Score | None:
    measured = measure(outcome)
    return None if measured is None else Score(value=float(measured[which]), explanation=measured[3])


def _characters(path: str, start: int, end: int) -> Characters:
    return frozenset((path, offset) for offset in range(start, end))


def _union(parts: Iterable[Characters]) -> Characters:
    return frozenset[tuple[str, int]]().union(*parts)


PRECISION = Metric("char_precision", "Cited characters that are gold", precision, kind="share", needs=OF_ANSWERABLE)
RECALL = Metric("char_recall", "Gold characters that are cited", recall, kind="share", needs=OF_ANSWERABLE)
F1 = Metric("char_f1", "Harmonic mean of the two", f1, kind="share", needs=OF_ANSWERABLE)
