"""The table of a report's metrics: by split or, where a language model's answers stand beside the extractive ones, by writer."""

from collections.abc import Iterable
from typing import NamedTuple

from eval.metrics import METRICS, Metric
from eval.report.model import Figure, Report

SPLITS = ("development", "test", "all")


class Row(NamedTuple):
    """A metric and its figure in each column; `change` says how the writers differ, and is empty by split."""

    metric: Metric
    figures: tuple[Figure | None, ...]
    change: str = ""

    @property
    def name(self) -> str:
        """The metric with an arrow that points to the better values."""
        return f"{self.metric.name} {'↑' if self.metric.higher_is_better else '↓'}"


def headings(report: Report) -> tuple[str, ...]:
    """What the columns of figures are called."""
    return SPLITS if report.beside is None else (report.beside.writer, report.writer)


def rows(report: Report, wanted: Iterable[str] = ()) -> list[Row]:
    """The metrics with a figure in some column; `wanted` limits them."""
    names = set(wanted)
    found = []
    for metric in METRICS:
        if report.beside is None:
            figures = tuple(report.figure(metric.name, split) for split in SPLITS)
        else:
            figures = (report.beside.figure(metric.name), report.figure(metric.name))
        if any(figures) and (not names or metric.name in names):
            found.append(Row(metric, figures, _change(figures) if report.beside is not None else ""))
    return found


def cell(figure: Figure | None, interval: bool = True) -> str:
    """A figure, with its interval and n where wanted."""
    if figure is None or figure.value is None:
        return "–" if figure is None or not figure.not_judged else f"– ({figure.not_judged} not judged)"
    bounds = f" [{figure.low:.3f}, {figure.high:.3f}]" if interval and figure.low is not None and figure.high is not None else ""
    skipped = f", {figure.not_judged} not judged" if figure.not_judged else ""
    return f"{figure.value:.3f}{bounds} n={figure.n}{skipped}" if interval else f"{figure.value:.3f}{skipped}"


def verdict_lines(report: Report) -> list[str]:
    """How many cases ended how, for each writer."""
    if report.beside is None:
        return [_verdicts(report)]
    return [f"{one.writer}: {_verdicts(one)}" for one in (report.beside, report)]


def timing_lines(report: Report) -> list[str]:
    """The timings, for each writer."""
    reports = [report] if report.beside is None else [report.beside, report]
    lines = [", ".join(f"{name} {value:g} ms" for name, value in one.timings.items()) for one in reports if one.timings]
    return lines if report.beside is None else [f"{one.writer}: {line}" for one, line in zip(reports, lines, strict=False)]


def _verdicts(report: Report) -> str:
    names = {"passed": "passed", "failed": "failed", "not_judged": "could not be judged", "error": "ended with an error"}
    counts = [f"{report.count(verdict)} {name}" for verdict, name in names.items()]  # type: ignore[arg-type]
    return f"{len(report.cases)} cases: {', '.join(counts)}."


def _change(figures: tuple[Figure | None, ...]) -> str:
    before, after = figures
    if before is None or after is None or before.value is None or after.value is None:
        return ""
    return f"{after.value - before.value:+.3f}"
