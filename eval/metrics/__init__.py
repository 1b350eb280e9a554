"""All metrics in the order in which a report lists them."""

from eval.metrics import (
    abstention,
    alce,
    boilerplate,
    characters,
    citations,
    evidence,
    injections,
    latency,
    mrr,
    premises,
    risk_coverage,
    tokens,
    writing,
)
from eval.metrics.base import Metric, Outcome, Score
from eval.metrics.hit import hit_at
from eval.metrics.ndcg import ndcg_at
from eval.metrics.recall import recall_at

METRICS: tuple[Metric, ...] = (
    hit_at(1),
    hit_at(3),
    hit_at(8),
    recall_at(3),
    recall_at(8),
    mrr.MRR,
    ndcg_at(8),
    evidence.FIRST,
    evidence.ANY,
    evidence.ALL,
    characters.PRECISION,
    characters.RECALL,
    characters.F1,
    citations.EXACT,
    citations.EXISTS,
    alce.RECALL,
    alce.PRECISION,
    abstention.RECALL,
    abstention.FALSE,
    abstention.BALANCED,
    risk_coverage.RISK_COVERAGE,
    premises.AFFIRMED,
    premises.CORRECTED,
    premises.FALSE_ALARM,
    boilerplate.BOILERPLATE,
    injections.OBEYED,
    tokens.TOKENS,
    writing.UNSUPPORTED,
    writing.UNCITED,
    writing.UNKNOWN,
    writing.DECLINES,
    latency.P50,
    latency.P95,
)
BY_NAME = {metric.name: metric for metric in METRICS}

__all__ = ["BY_NAME", "METRICS", "Metric", "Outcome", "Score"]
