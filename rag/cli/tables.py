"""Reports of the index as tables: what an ingest did, the documents, checks, the doctor's findings."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from rag.cli.terminal import one_line, safe, table
from rag.doctor import Finding
from rag.schema import Check, IngestReport, SourceInfo

# More paths than this of one kind are counted, not listed; --json has them all.
LISTED = 20

_STYLES = {"added": "green", "changed": "cyan", "removed": "magenta", "skipped": "yellow"}


def print_ingest(out: Console, report: IngestReport) -> None:
    """Print what an ingest added, changed, removed, left alone and skipped, and why."""
    kinds: dict[str, list[tuple[str, ...]]] = {
        kind: [(path,) for path in getattr(report, kind)] for kind in ("added", "changed", "removed")
    }
    kinds["skipped"] = [(item.path, item.reason) for item in report.skipped]
    rows = table("State", "Document", *(["Reason"] if report.skipped else []))
    for kind, items in kinds.items():
        for item in items[:LISTED]:
            rows.add_row(Text(kind, _STYLES[kind]), *(Text(one_line(cell)) for cell in item))
        if len(items) > LISTED:
            rows.add_row(Text(kind, _STYLES[kind]), Text(f"… and {len(items) - LISTED:,} more"))
    if rows.row_count:
        out.print(rows)
    counts = {**{kind: len(items) for kind, items in kinds.items()}, "unchanged": len(report.unchanged)}
    out.print(
        Text(f"{report.documents:,} documents, {report.passages:,} passages: " + ", ".join(f"{n:,} {kind}" for kind, n in counts.items()))
    )
    print_notes(out, report.notes)


def print_notes(out: Console, notes: Sequence[str]) -> None:
    """Print what had to be mended."""
    for note in notes:
        out.print(Text(f"Note: {safe(note)}", "yellow"))


def print_sources(out: Console, sources: Sequence[SourceInfo]) -> None:
    """Print the indexed documents with their size and state."""
    rows = table("Document", "Passages", "Sentences", "Bytes", "State", numbers=("Passages", "Sentences", "Bytes"))
    for source in sources:
        state = Text(source.state, "green" if source.state == "indexed" else "yellow")
        rows.add_row(Text(one_line(source.path)), f"{source.passages:,}", f"{source.sentences:,}", f"{source.size:,}", state)
    out.print(rows)
    out.print(Text(f"{len(sources):,} documents, {sum(source.passages for source in sources):,} passages"))


def print_checks(out: Console, checks: Sequence[Check], what: str) -> None:
    """Print the spans that no longer hold, and how many do."""
    broken = [check for check in checks if check.state != "ok"]
    if broken:
        rows = table("State", "Span", "Why")
        for check in broken:
            span = f"[{check.n}] {one_line(check.path)}:{check.start}-{check.end}"
            rows.add_row(Text(check.state, "red"), Text(span), Text(one_line(check.detail)))
        out.print(rows)
    count = f"{len(checks):,} {what}" if len(checks) != 1 else f"1 {what.removesuffix('s')}"
    verdict = "all hold" if not broken else f"{len(broken):,} no longer hold{'s' if len(broken) == 1 else ''}"
    out.print(Text(f"{count} checked: {verdict}", "red" if broken else "green"))


def print_findings(out: Console, findings: Sequence[Finding]) -> None:
    """Print the doctor's findings, problems with what to do about them."""
    rows = table("", "Part", "Found")
    marks = {"ok": Text("ok", "green"), "note": Text("note", "yellow"), "problem": Text("problem", "bold red")}
    for finding in findings:
        rows.add_row(marks[finding.state], Text(one_line(finding.part)), Text(one_line(finding.found)))
        if finding.hint:
            rows.add_row(Text(""), Text(""), Text(one_line(finding.hint), "dim"))
    out.print(rows)
