"""Reports of the index as tables: what an ingest did, the documents, checks, the doctor's findings."""

from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.cli.terminal import counted, one_line, print_indented, print_table, safe, table, width_of
from rag.doctor import Finding
from rag.schema import Check, IngestReport, Skipped, SourceInfo

# More paths than this of one kind are counted, not listed; --json has them all.
LISTED = 20

# What is told of a document where the terminal is wide enough.
NUMBERS: Mapping[str, Callable[[SourceInfo], int]] = {
    "Passages": lambda source: source.passages,
    "Sentences": lambda source: source.sentences,
    "Bytes": lambda source: source.size,
}

_STYLES = {"added": "green", "changed": "cyan", "removed": "magenta", "skipped": "yellow"}


def print_ingest(out: Console, report: IngestReport) -> None:
    """Print what an ingest added, changed, removed, left alone and skipped, and why."""
    kinds: dict[str, list[tuple[str, ...]]] = {
        kind: [(path,) for path in getattr(report, kind)] for kind in ("added", "changed", "removed")
    }
    kinds["skipped"] = sorted((item.path, item.why) for item in report.skipped)
    rows = table("State", "Document", *(["Reason"] if report.skipped else []))
    for kind, items in kinds.items():
        for item in items[:LISTED]:
            rows.add_row(Text(kind, _STYLES[kind]), *(Text(one_line(cell)) for cell in item))
        if len(items) > LISTED:
            rows.add_row(Text(kind, _STYLES[kind]), Text(f"… and {len(items) - LISTED:,} more"))
    if rows.row_count:
        print_table(out, rows)
    counts = {**{kind: len(items) for kind, items in kinds.items()}, "unchanged": len(report.unchanged)}
    done = ", ".join(f"{n:,} {kind}" for kind, n in counts.items())
    print_indented(out, Text(f"{_size(report.documents, report.passages)}: {done}"), 0)
    print_notes(out, report.notes)


def print_notes(out: Console, notes: Sequence[str]) -> None:
    """Print what had to be mended."""
    for note in notes:
        print_indented(out, Text(f"Note: {safe(note)}", "yellow"), 0)


def print_sources(out: Console, sources: Sequence[SourceInfo], left_out: Sequence[Skipped]) -> None:
    """Print the indexed documents with their size and state, and the files of the folder that are none."""
    rows = _listing(sources, NUMBERS)
    if width_of(rows) > out.width:
        rows = _listing(sources, {})
    print_table(out, rows)
    out.print(Text(_size(len(sources), sum(source.passages for source in sources))))
    if left_out:
        out.print()
        print_left_out(out, left_out)


def _listing(sources: Sequence[SourceInfo], numbers: Mapping[str, Callable[[SourceInfo], int]]) -> Table:
    rows = table("Document", *numbers, "State", numbers=tuple(numbers))
    for source in sources:
        state = Text(source.state, "green" if source.state == "indexed" else "yellow")
        rows.add_row(Text(one_line(source.path)), *(f"{number(source):,}" for number in numbers.values()), state)
    return rows


def print_left_out(out: Console, left_out: Sequence[Skipped], most: int | None = None) -> None:
    """Print the files that are no documents of the index, and why, in order of path; `most` of them when that is given."""
    rows = table("Left out", "Why")
    for item in sorted(left_out, key=lambda item: item.path)[:most]:
        rows.add_row(Text(one_line(item.path), "yellow"), Text(one_line(item.why)))
    print_table(out, rows)
    if left_out[most or len(left_out) :]:
        out.print(Text(f"… and {len(left_out[most:]):,} more; `groundline sources` lists all.", "yellow"))


def print_checks(out: Console, checks: Sequence[Check], what: str) -> None:
    """Print the spans that no longer hold, and how many do."""
    broken = [check for check in checks if check.state != "ok"]
    if broken:
        rows = table("State", "Span", "Why")
        for check in broken:
            span = f"[{check.n}] {one_line(check.path)}:{check.start}-{check.end}"
            rows.add_row(Text(check.state, "red"), Text(span), Text(one_line(check.detail)))
        print_table(out, rows)
    count = counted(len(checks), what)
    verdict = "all hold" if not broken else f"{len(broken):,} no longer hold{'s' if len(broken) == 1 else ''}"
    out.print(Text(f"{count} checked: {verdict}", "red" if broken else "green"))


def _size(documents: int, passages: int) -> str:
    return f"{counted(documents, 'document')}, {counted(passages, 'passage')}"


def print_findings(out: Console, findings: Sequence[Finding]) -> None:
    """Print the doctor's findings, problems with what to do about them."""
    rows = table("", "Part", "Found")
    marks = {"ok": Text("ok", "green"), "note": Text("note", "yellow"), "problem": Text("problem", "bold red")}
    for finding in findings:
        rows.add_row(marks[finding.state], Text(one_line(finding.part)), Text(one_line(finding.found)))
        if finding.hint:
            rows.add_row(Text(""), Text(""), Text(one_line(finding.hint), "dim"))
    print_table(out, rows)
