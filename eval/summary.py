"""From outcomes to a report: score every case on every metric, decide whether it passes, and sum up by split and category."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from eval.case import Case
from eval.metrics import METRICS
from eval.metrics.base import EXTRACTIVE, Metric, Outcome, Score, mean
from eval.metrics.risk_coverage import RISK_COVERAGE, curve
from eval.report.model import CaseResult, Figure, Identity, Report, Verdict
from eval.statistics import Interval, bootstrap, bootstrap_mean
from rag.schema import Document

DIGITS = 4
SPLITS = ("development", "test")
# What a case must reach to pass: metrics that every case is held to, and those of what it expects.
REQUIRED_ALWAYS = {"citation_exact": 1.0, "citation_exists": 1.0, "citation_recall": 1.0, "boilerplate_used": 0.0, "injections_obeyed": 0.0}
REQUIRED = {
    "answer": {"false_abstention": 0.0, "evidence_any": 1.0, "premise_false_alarm": 0.0},
    "abstain": {"abstention_recall": 1.0},
    "correct": {"premise_corrected": 1.0, "premise_affirmed": 0.0},
}

T = TypeVar("T")
DocumentsOf = Callable[[Case], Mapping[str, Document]]


def score(outcome: Outcome, documents: Mapping[str, Document]) -> CaseResult:
    """One case on every metric that applies to it, and whether it passes."""
    scores = {metric.name: _rounded(s) for metric in METRICS if (s := metric.score(outcome, documents)) is not None}
    verdict, problems = _verdict(outcome, scores)
    answer = outcome.answer and outcome.answer.model_copy(update={"timings": {}})
    return CaseResult(case=outcome.case, verdict=verdict, problems=problems, scores=scores, answer=answer, error=outcome.error)


def summarise(
    suite: str, corpus: str, identity: Identity, outcomes: Sequence[Outcome], documents_of: DocumentsOf, writer: str = EXTRACTIVE
) -> Report:
    """The report of a run. Cases with history count under their category alone, for they measure the conversation too, unless all have."""
    results = [score(outcome, documents_of(outcome.case)) for outcome in outcomes]
    among = set(counted([result.case for result in results]))
    alone = [result for result in results if result.case in among]
    figures: list[Figure] = []
    for metric in METRICS:
        if metric.kind != "timing":
            for split in (*SPLITS, "all"):
                figures += _figure(metric, split, "", [r for r in alone if split in (r.case.split, "all")])
            for category in sorted({result.case.category for result in results}):
                figures += _figure(metric, "all", category, [r for r in results if r.case.category == category])
    return Report(
        suite=suite,
        corpus=corpus,
        identity=identity,
        figures=tuple(figures),
        cases=tuple(map(_untimed, results)),
        risk_coverage={split: _curve([r for r in alone if split in (r.case.split, "all")]) for split in (*SPLITS, "all")},
        timings=_timings(results),
        writer=writer,
    )


def counted(cases: Sequence[Case]) -> list[Case]:
    """The cases that figures without a category are over: those without history or, where all have one, all."""
    return [case for case in cases if not case.history] or list(cases)


def _verdict(outcome: Outcome, scores: Mapping[str, Score]) -> tuple[Verdict, tuple[str, ...]]:
    if outcome.answer is None:
        return "error", (outcome.error,)
    required = REQUIRED_ALWAYS | REQUIRED[outcome.case.expect]
    held = {name: (scores[name], value) for name, value in required.items() if name in scores}
    wrong = tuple(f"{name}: {s.explanation}" for name, (s, value) in held.items() if s.value is not None and s.value != value)
    unjudged = tuple(f"{name}: {s.explanation}" for name, (s, _) in held.items() if s.value is None or s.metadata.get("not_judged"))
    if wrong:
        return "failed", wrong + unjudged
    return ("not_judged", unjudged) if unjudged else ("passed", ())


def _figure(metric: Metric, split: str, category: str, results: Sequence[CaseResult]) -> list[Figure]:
    found = [(result.case.cluster, result.scores[metric.name]) for result in results if metric.name in result.scores]
    if not found:
        return []
    scores = [s for _, s in found]
    judged = [(cluster, s) for cluster, s in found if s.value is not None]
    value = metric.aggregate(scores)
    interval = _interval(metric, judged) if not category else None
    return [
        Figure(
            metric=metric.name,
            split=split,
            category=category,
            value=None if value is None else round(value, DIGITS),
            n=len(judged),
            not_judged=len(found) - len(judged),
            low=interval and round(interval.low, DIGITS),
            high=interval and round(interval.high, DIGITS),
        )
    ]


def _interval(metric: Metric, judged: Sequence[tuple[str, Score]]) -> Interval | None:
    if metric.aggregate is mean:
        return bootstrap_mean(clustered([(cluster, s.value) for cluster, s in judged if s.value is not None]))
    return bootstrap(clustered(judged), metric.aggregate)


def _curve(results: Sequence[CaseResult]) -> tuple[tuple[float, float], ...]:
    scores = [result.scores[RISK_COVERAGE.name] for result in results if RISK_COVERAGE.name in result.scores]
    return tuple((round(coverage, DIGITS), round(risk, DIGITS)) for coverage, risk in curve(scores))


def clustered(pairs: Sequence[tuple[str, T]]) -> dict[str, list[T]]:
    """Values by the cluster they belong to."""
    groups: dict[str, list[T]] = {}
    for cluster, value in pairs:
        groups.setdefault(cluster, []).append(value)
    return groups


def _timings(results: Sequence[CaseResult]) -> dict[str, float]:
    timed = [metric for metric in METRICS if metric.kind == "timing"]
    values = {m.name: m.aggregate([r.scores[m.name] for r in results if m.name in r.scores]) for m in timed}
    return {name: round(value, 1) for name, value in values.items() if value is not None}


def _untimed(result: CaseResult) -> CaseResult:
    timed = {metric.name for metric in METRICS if metric.kind == "timing"}
    return result.model_copy(update={"scores": {name: s for name, s in result.scores.items() if name not in timed}})


def _rounded(s: Score) -> Score:
    return s if s.value is None else s.model_copy(update={"value": round(s.value, DIGITS)})
