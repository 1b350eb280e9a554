"""What the eval prints: tables for people, plain lines where the output is not a terminal."""

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import Any, Self

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.gate import Result
from eval.mutate import Tally
from eval.report.columns import cell, headings, rows, timing_lines, verdict_lines
from eval.report.model import Report
from eval.suites.summedits import DomainResult
from rag.errors import GroundlineError

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_UNWRAPPED = 200
WIDE = 140  # columns; a narrower table leaves out titles and the intervals of the two halves
MOST_CASES = 12


def console(error: bool = False) -> Console:
    """A console on standard output or standard error; markup in texts means nothing to it."""
    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else _UNWRAPPED, highlight=False, markup=False, emoji=False)


def captured(show: Callable[[Console], None], width: int) -> str:
    """What a function prints, as plain text without blanks at line ends."""
    out = Console(file=StringIO(), width=width, highlight=False, markup=False, emoji=False, color_system=None)
    show(out)
    text = out.file.getvalue() if isinstance(out.file, StringIO) else ""
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))


def print_error(error: GroundlineError) -> None:
    """An error and what to do next, on standard error."""
    out = console(error=True)
    out.print(Text(_line(f"Error: {error}"), "bold red"))
    if error.hint:
        out.print(Text(_line(error.hint)))


def say(text: str) -> None:
    """A remark on standard error."""
    console(error=True).print(Text(_line(text)), soft_wrap=True)


def print_report(report: Report, metrics: Iterable[str] = (), most: int = MOST_CASES, to: Console | None = None) -> None:
    """The figures of a run by split, or by writer where two stand side by side, and at most `most` cases that did not pass.

    `metrics` limits the rows.
    """
    out = to or console()
    wide = out.width >= WIDE
    heads, compared = headings(report), report.beside is not None
    table = _table(report.suite, "metric", *([""] if wide else []), *heads, *(["change"] if compared else []))
    for row in rows(report, metrics):
        cells = [cell(figure, interval=wide or head == "all") for head, figure in zip(heads, row.figures, strict=True)]
        table.add_row(row.name, *([row.metric.title] if wide else []), *cells, *([row.change] if compared else []))
    out.print(table)
    for line in (*verdict_lines(report), *timing_lines(report)):
        out.print(Text(_line(line)))
    wrong = [result for result in report.cases if result.verdict != "passed"]
    for result in wrong[:most]:
        line = _line(f"{result.case.id} {result.verdict}: {result.case.question} | {'; '.join(result.problems)}")
        out.print(Text(line[:_UNWRAPPED]), soft_wrap=True)
    if len(wrong) > most:
        out.print(Text(f"  … and {len(wrong) - most} more that did not pass"))


def print_gate(result: Result, to: Console | None = None) -> None:
    """The lines of a gate; those that fail come last."""
    out = to or console()
    marks = {True: ("ok", "green"), False: ("FAIL", "bold red"), None: ("note", "yellow")}
    for line in sorted(result.lines, key=lambda line: line.holds is False):
        mark, style = marks[line.holds]
        out.print(Text.assemble((f"{mark:5}", style), _line(f"{line.what}: {line.detail}")), soft_wrap=True)
    failing = sum(line.holds is False for line in result.lines)
    out.print(Text(f"The gate fails: {failing} lines." if failing else "The gate holds.", "bold red" if failing else "bold green"))


def print_tallies(tallies: Sequence[Tally], to: Console | None = None) -> None:
    """Kills per operator, then false alarms per edit."""
    out = to or console()
    for kind, title, noticed, floor in (("break", "Broken answers", "killed", "≥"), ("edit", "Harmless edits", "false alarms", "≤")):
        rows = [row for row in tallies if row.kind == kind]
        table = _table(title, "operator", "mutants", noticed, "share", "wanted", "", "not judged", right=("mutants", noticed, "share"))
        for row in rows:
            wanted = "" if row.wanted is None else f"{floor} {row.wanted:.0%}"
            reached = {True: "reached", False: "not reached", None: ""}[row.reached]
            counts = (str(row.mutants), str(row.noticed), f"{row.share:.1%}")
            table.add_row(row.operator, *counts, wanted, reached, str(row.not_judged or ""))
        mutants, found = sum(row.mutants for row in rows), sum(row.noticed for row in rows)
        share = f"{found / mutants:.1%}" if mutants else ""
        table.add_row("all", str(mutants), str(found), share, "", "", str(sum(row.not_judged for row in rows) or ""))
        out.print(table)


def print_domains(results: Sequence[DomainResult], to: Console | None = None) -> None:
    """What the checker reached on SummEdits, by domain: shares judged rightly of the consistent and of the inconsistent."""
    table = _table("summedits", "domain", "split", "n", "consistent", "inconsistent", "balanced accuracy", "not judged")
    for row in results:
        interval = f" [{row.low:.3f}, {row.high:.3f}]" if row.low is not None and row.high is not None else ""
        shares = (f"{row.consistent_right:.3f}", f"{row.inconsistent_right:.3f}", f"{row.balanced_accuracy:.3f}{interval}")
        table.add_row(row.domain, row.split, str(row.n), *shares, str(row.not_judged))
    (to or console()).print(table)


class ProgressBar:
    """A bar with the time left on standard error; nothing where that is not a terminal."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Show how many cases are done."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)

    def __enter__(self) -> Self:
        out = console(error=True)
        if out.is_terminal:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=out, transient=True)
            self._task = self._bar.add_task(self._title, total=None)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _table(title: str, *columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _line(text: str) -> str:
    return " ".join(_UNSAFE.sub("\ufffd", text).split())
