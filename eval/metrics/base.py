"""What a metric is: a score with its explanation for each case it applies to, and one figure over many cases."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from eval.case import Case, Gold
from rag.schema import Answer, Citation, Document, Frozen, Hit

EXTRACTIVE = "extractive"  # who wrote an answer that quotes
HOLD_SHARE = 0.8  # share of a gold span's characters that a span must cover to hold it: sentence ends may differ by a quote mark
# Groups of cases that metrics need one of each (`Metric.needs`).
OF_ANSWERABLE, OF_UNANSWERABLE, OF_FALSE_PREMISES = (("answer",),), (("abstain",),), (("correct",),)
OF_BOTH, OF_ANSWERS = (*OF_ANSWERABLE, *OF_UNANSWERABLE), (("answer", "correct"),)
Meta = str | int | float | bool | list[str]


class Outcome(Frozen):
    """What the engine did with one case: its answer, or the error that it ended with; milliseconds of wall time."""

    case: Case
    answer: Answer | None
    error: str = ""
    milliseconds: float = 0.0


class Score(Frozen):
    """A case's value on one metric and why; `value` None means that it could not be judged, which is never a pass."""

    value: float | None
    explanation: str
    metadata: dict[str, Meta] = Field(default_factory=dict)


Scorer = Callable[[Outcome, Mapping[str, Document]], Score | None]
Aggregate = Callable[[Sequence[Score]], float | None]


def mean(scores: Sequence[Score]) -> float | None:
    """Mean of the judged values; None when there is none."""
    values = [score.value for score in scores if score.value is not None]
    return sum(values) / len(values) if values else None


@dataclass(frozen=True)
class Metric:
    """One metric. `score` gives None for a case that the metric does not apply to; `kind` says what its values are.

    `yes_no` values are 0 or 1 and are compared with McNemar's test, `share` values lie in [0, 1], `timing` values differ
    from run to run and are kept out of the reproducible part of a report. `needs` says without which cases there is nothing to judge:
    of each group of endings (`Case.expect`) or categories, a run has to have one case at least.
    """

    name: str
    title: str
    score: Scorer
    aggregate: Aggregate = field(default=mean)
    kind: Literal["yes_no", "share", "count", "timing"] = "yes_no"
    higher_is_better: bool = True
    needs: tuple[tuple[str, ...], ...] = ()

    def lacks(self, cases: Iterable[Case]) -> tuple[str, ...]:
        """The first group of `needs` that none of the cases is of; empty when none is missing."""
        had = {kind for case in cases for kind in (case.expect, case.category)}
        return next((group for group in self.needs if not had.intersection(group)), ())


def holds(path: str, start: int, end: int, gold: Gold) -> bool:
    """Whether a span covers at least HOLD_SHARE of a gold span."""
    overlap = min(end, gold.end) - max(start, gold.start)
    return path == gold.path and overlap >= HOLD_SHARE * (gold.end - gold.start)


def groups_held(case: Case, span: Citation | Hit) -> frozenset[int]:
    """The gold groups (by index) that a citation or a hit holds an alternative of."""
    return frozenset(g for g, group in enumerate(case.gold) if any(holds(span.path, span.start, span.end, gold) for gold in group))


def quoted(answer: Answer) -> tuple[Citation, ...]:
    """The citations of an answer in the order in which its sentences use them."""
    by_number = {citation.n: citation for citation in answer.citations}
    order = dict.fromkeys(n for sentence in answer.sentences for n in sentence.citations)
    return tuple(by_number[n] for n in order if n in by_number)


def answered(outcome: Outcome) -> Answer | None:
    """The answer, if the engine gave one: neither abstained nor failed."""
    return outcome.answer if outcome.answer is not None and outcome.answer.status == "answered" else None


def yes_no(value: bool, explanation: str, **metadata: Meta) -> Score:
    """A score of 1 or 0."""
    return Score(value=float(value), explanation=explanation, metadata=metadata)


def could_not_judge(why: str) -> Score:
    """The score of a case that the metric applies to but cannot judge."""
    return Score(value=None, explanation=f"could not judge: {why}")
