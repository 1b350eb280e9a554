"""What an eval run found, as frozen models: figures over many cases, and each case with its scores."""

from typing import Literal

from eval.case import Case
from eval.metrics.base import EXTRACTIVE, Score
from rag.schema import Answer, Frozen

Verdict = Literal["passed", "failed", "not_judged", "error"]


class Identity(Frozen):
    """What was judged: hashes of the corpus, the embedding model and the code (SHA-256, hex), and of the cases.

    `writer` is "extractive", or a hash of the language model's name and of the policy that its sentences were under.
    """

    corpus: str
    model: str
    code: str
    cases: str
    writer: str = EXTRACTIVE


class Figure(Frozen):
    """One metric over the cases of a split ("all" is both), of a category where one is named.

    `n` cases were judged, `not_judged` could not be; `low` and `high` bound the 95 % interval, drawn over documents.
    """

    metric: str
    split: str
    category: str = ""
    value: float | None
    n: int
    not_judged: int
    low: float | None = None
    high: float | None = None


class CaseResult(Frozen):
    """One case: what the engine answered, whether that passes and, where it does not, what is wrong."""

    case: Case
    verdict: Verdict
    problems: tuple[str, ...]
    scores: dict[str, Score]
    answer: Answer | None
    error: str = ""


class Report(Frozen):
    """One run of a suite. `timings` is the only part that differs between two runs over the same bytes.

    `risk_coverage` holds the points (coverage, risk) of each split's curve, from the most confident answer to all answers given.
    `writer` names who wrote the answers; `beside` is the extractive run over the same cases, where a language model is compared with it.
    """

    suite: str
    corpus: str
    identity: Identity
    figures: tuple[Figure, ...]
    cases: tuple[CaseResult, ...]
    risk_coverage: dict[str, tuple[tuple[float, float], ...]]
    timings: dict[str, float]
    writer: str = EXTRACTIVE
    beside: "Report | None" = None

    def figure(self, metric: str, split: str = "all", category: str = "") -> Figure | None:
        """The figure of a metric, or None when no case could give one."""
        return next((f for f in self.figures if (f.metric, f.split, f.category) == (metric, split, category)), None)

    def count(self, verdict: Verdict) -> int:
        """How many cases ended with a verdict."""
        return sum(result.verdict == verdict for result in self.cases)
