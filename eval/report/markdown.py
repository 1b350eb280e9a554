"""The report as Markdown, short enough for the step summary of a CI."""

from eval.metrics import METRICS
from eval.report.model import CaseResult, Figure, Report

MOST_CASES = 60
COLUMNS = ("development", "test", "all")
BY_CATEGORY = ("hit@3", "evidence_first", "evidence_any", "abstention_recall", "false_abstention", "premise_corrected", "citation_recall")


def to_markdown(report: Report) -> str:
    """Verdicts, the table of metrics by split, a table by category and the failing cases."""
    parts = [
        f"# Grounding eval: {report.suite}",
        verdict_line(report),
        _metrics(report),
        _categories(report),
        _failures(report),
        _identity(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def verdict_line(report: Report) -> str:
    """How many cases ended how."""
    names = {"passed": "passed", "failed": "failed", "not_judged": "could not be judged", "error": "ended with an error"}
    counts = [f"{report.count(verdict)} {name}" for verdict, name in names.items()]  # type: ignore[arg-type]
    return f"{len(report.cases)} cases: {', '.join(counts)}."


def cell(figure: Figure | None, interval: bool = True) -> str:
    """A figure, with its interval and n where wanted."""
    if figure is None or figure.value is None:
        return "–" if figure is None or not figure.not_judged else f"– ({figure.not_judged} not judged)"
    bounds = f" [{figure.low:.3f}, {figure.high:.3f}]" if interval and figure.low is not None and figure.high is not None else ""
    skipped = f", {figure.not_judged} not judged" if figure.not_judged else ""
    return f"{figure.value:.3f}{bounds} n={figure.n}{skipped}" if interval else f"{figure.value:.3f}{skipped}"


def _metrics(report: Report) -> str:
    lines = ["| metric | | development | test | all |", "| --- | --- | --- | --- | --- |"]
    for metric in METRICS:
        figures = [report.figure(metric.name, split) for split in COLUMNS]
        if any(figures):
            arrow = "↑" if metric.higher_is_better else "↓"
            lines.append(f"| `{metric.name}` {arrow} | {metric.title} | {' | '.join(cell(figure) for figure in figures)} |")
    return "## Metrics\n\nIn brackets 95 % intervals over documents; ↑ higher is better, ↓ lower.\n\n" + "\n".join(lines)


def _categories(report: Report) -> str:
    names = sorted({result.case.category for result in report.cases})
    if len(names) < 2:
        return ""
    lines = [f"| category | cases | passed | {' | '.join(BY_CATEGORY)} |", "| --- " * (3 + len(BY_CATEGORY)) + "|"]
    for name in names:
        results = [result for result in report.cases if result.case.category == name]
        figures = [report.figure(metric, "all", name) for metric in BY_CATEGORY]
        cells = " | ".join("–" if figure is None or figure.value is None else f"{figure.value:.3f}" for figure in figures)
        lines.append(f"| {name} | {len(results)} | {sum(result.verdict == 'passed' for result in results)} | {cells} |")
    return "## Categories\n\n" + "\n".join(lines)


def _failures(report: Report) -> str:
    wrong = [result for result in report.cases if result.verdict != "passed"]
    if not wrong:
        return ""
    lines = [_failure(result) for result in wrong[:MOST_CASES]]
    if len(wrong) > MOST_CASES:
        lines.append(f"- … and {len(wrong) - MOST_CASES} more in report.html")
    return "## Cases that did not pass\n\n" + "\n".join(lines)


def _failure(result: CaseResult) -> str:
    return f"- **{result.case.id}** ({result.verdict}) {_plain(result.case.question)}: {_plain('; '.join(result.problems))}"


def _plain(text: str, most: int = 240) -> str:
    """A text as one line in which nothing is Markdown or HTML."""
    line = " ".join(text.split())
    line = line if len(line) <= most else line[:most] + "…"
    return "".join(f"\\{c}" if c in r"\`*_{}[]()#+!|<>~&" else c for c in line)


def _identity(report: Report) -> str:
    hashes = ", ".join(f"{name} `{value[:12] or 'unknown'}`" for name, value in report.identity.model_dump().items())
    timings = ", ".join(f"{name} {value:g} ms" for name, value in report.timings.items())
    return f"Judged: {hashes}. Timings: {timings}."
