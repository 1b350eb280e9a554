"""Evidence: of the answers given to answerable questions, does the first, any, every needed quoted sentence hold the answer?

`evidence_first`: the first quoted span holds an alternative of some gold group. `evidence_any`: some quoted span does.
`evidence_all`: every group has an alternative quoted. A span holds a gold span when it covers HOLD_SHARE of its characters.
Abstentions are left to `false_abstention`. Source: own definitions (the answer sentence of
extractive question answering, with offsets in place of string matching).
"""

from collections.abc import Mapping

from eval.metrics.base import OF_ANSWERABLE, Metric, Outcome, Score, answered, could_not_judge, groups_held, quoted, yes_no
from rag.schema import Document


def first(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether the first quoted span holds the answer."""
    if outcome.case.expect != "answer" or _abstained(outcome):
        return None
    answer = answered(outcome)
    if answer is None:
        return could_not_judge(outcome.error)
    spans = quoted(answer)
    if spans and groups_held(outcome.case, spans[0]):
        return yes_no(True, f"[{spans[0].n}] comes first and holds the answer")
    return yes_no(False, f"[{spans[0].n}] comes first and does not hold the answer" if spans else "nothing is quoted")


def any_(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether some quoted span holds the answer."""
    if outcome.case.expect != "answer" or _abstained(outcome):
        return None
    answer = answered(outcome)
    if answer is None:
        return could_not_judge(outcome.error)
    right = [span.n for span in quoted(answer) if groups_held(outcome.case, span)]
    return yes_no(bool(right), f"[{right[0]}] holds the answer" if right else f"none of {len(quoted(answer))} quotes holds the answer")


def all_(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether the quoted spans together hold an alternative of every gold group."""
    if outcome.case.expect != "answer" or _abstained(outcome):
        return None
    answer = answered(outcome)
    if answer is None:
        return could_not_judge(outcome.error)
    found = frozenset().union(*(groups_held(outcome.case, span) for span in quoted(answer)))
    needed = len(outcome.case.gold)
    return yes_no(len(found) == needed, f"{len(found)} of {needed} parts of the answer are quoted")


def _abstained(outcome: Outcome) -> bool:
    return outcome.answer is not None and outcome.answer.status == "abstained"


FIRST = Metric("evidence_first", "The first quoted sentence holds the answer", first, needs=OF_ANSWERABLE)
ANY = Metric("evidence_any", "Some quoted sentence holds the answer", any_, needs=OF_ANSWERABLE)
ALL = Metric("evidence_all", "Every part of the answer is quoted", all_, needs=OF_ANSWERABLE)
