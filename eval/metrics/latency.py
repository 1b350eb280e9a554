"""Latency: milliseconds of wall time of one question inside the process, measured around the engine's `ask`; p50 and p95 over cases.

Percentiles are nearest-rank. They differ from run to run and stay out of the reproducible part of a report and out of the gate.
Source: nearest-rank percentile as in Hyndman, Fan, Sample Quantiles in Statistical Packages, 1996, definition 1.
"""

from collections.abc import Mapping, Sequence
from math import ceil

from eval.metrics.base import Aggregate, Metric, Outcome, Score
from rag.schema import Document


def score(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Milliseconds of one case; None for one that failed."""
    if outcome.answer is None:
        return None
    return Score(value=outcome.milliseconds, explanation=f"{outcome.milliseconds:.1f} ms")


def percentile(share: float) -> Aggregate:
    """The nearest-rank percentile as an aggregate."""

    def aggregate(scores: Sequence[Score]) -> float | None:
        values = sorted(score.value for score in scores if score.value is not None)
        return values[ceil(share * len(values)) - 1] if values else None

    return aggregate


P50 = Metric("latency_p50", "Milliseconds, median", score, percentile(0.5), kind="timing", higher_is_better=False)
P95 = Metric("latency_p95", "Milliseconds, 95th percentile", score, percentile(0.95), kind="timing", higher_is_better=False)
