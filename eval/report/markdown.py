"""The report as Markdown, short enough for the step summary of a CI."""

from eval.report.columns import cell, headings, rows, timing_lines, verdict_lines
from eval.report.model import CaseResult, Report

MOST_CASES = 60
BY_CATEGORY = ("hit@3", "evidence_first", "evidence_any", "abstention_recall", "false_abstention", "premise_corrected", "citation_recall")


def to_markdown(report: Report) -> str:
    """Verdicts, the table of metrics by split, a table by category and the failing cases."""
    parts = [
        f"# Grounding eval: {report.suite}",
        "\n".join(f"{_plain(line)}  " for line in verdict_lines(report)).rstrip(),
        _metrics(report),
        _categories(report),
        _failures(report),
        _identity(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _metrics(report: Report) -> str:
    compared = report.beside is not None
    heads = ["metric", "", *map(_plain, headings(report)), *(["change"] if compared else [])]
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for row in rows(report):
        cells = [f"`{row.metric.name}` {row.name[-1]}", row.metric.title, *map(cell, row.figures), *([row.change] if compared else [])]
        lines.append(f"| {' | '.join(cells)} |")
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
    return f"Judged: {hashes}. Timings: {_plain('; '.join(timing_lines(report)))}."
