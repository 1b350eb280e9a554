"""`python -m eval.docs FILE…`: fills the marked blocks of documents with what the eval prints now.

A block stands between `<!-- eval:NAME -->` and `<!-- eval:end -->`. The public sets are run where GROUNDLINE_EVAL_DATA names their
folder; without it their block stays as it is.
"""

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from textwrap import fill as fill_text

from eval import baseline, gate, terminal
from eval.case import load_cases
from eval.commands import data_folder, run_external, run_seeds
from eval.corpus import read_documents
from eval.metrics.base import EXTRACTIVE
from eval.mutate import OPERATORS, Mutant, mutate, tally
from eval.options import Options
from eval.report.model import Report
from eval.suites import EXTERNAL, missing, summedits

WIDTH = 100
MOST_MUTANTS = 3
_BLOCK = re.compile(r"(<!-- eval:(\w+) -->\n).*?(<!-- eval:end -->)", re.S)


def fill(text: str, blocks: Mapping[str, Callable[[], str | None]]) -> str:
    """A document with each block of a known name filled; a block that gives None stays as it is."""

    def filled(match: re.Match[str]) -> str:
        made = blocks[match[2]]()
        return match[0] if made is None else f"{match[1]}{made}\n{match[3]}"

    return _BLOCK.sub(filled, text)


def cases_table() -> str:
    """Cases by category, with what they expect."""
    lines = ["| category | cases | development | test | expects |", "| --- | ---: | ---: | ---: | --- |"]
    cases = load_cases()
    for name in dict.fromkeys(case.category for case in cases):
        chosen = [case for case in cases if case.category == name]
        splits, expected = Counter(case.split for case in chosen), Counter(case.expect for case in chosen)
        expects = ", ".join(f"{kind} {n}" if len(expected) > 1 else kind for kind, n in expected.most_common())
        lines.append(f"| {name} | {len(chosen)} | {splits['development']} | {splits['test']} | {expects} |")
    total = Counter(case.split for case in cases)
    lines.append(f"| all | {len(cases)} | {total['development']} | {total['test']} | |")
    return "\n".join(lines)


def thresholds_table() -> str:
    """What `gate.toml` says."""
    rows = [f"| `{threshold.name}` | {threshold.bound} | {threshold.why} |" for threshold in gate.load_rules().threshold]
    return "\n".join(["| line | threshold | why |", "| --- | --- | --- |", *rows])


@cache
def _seeds() -> Report:
    return run_seeds(Options(llm=EXTRACTIVE))


def seeds_output() -> str:
    """The table of the seeds suite as printed."""
    return _fenced(terminal.captured(lambda out: terminal.print_report(_seeds(), most=3, to=out), WIDTH))


def gate_output() -> str:
    """The gate as printed."""
    result = gate.judge(_seeds(), gate.load_rules(), baseline.read())
    return _fenced(terminal.captured(lambda out: terminal.print_gate(result, to=out), WIDTH))


def summary_line() -> str:
    """The seeds suite and the mutants in one paragraph."""
    report, tallies = _seeds(), tally(_mutants())

    def share(metric: str) -> str:
        figure = report.figure(metric)
        if figure is None or figure.value is None:
            return "–"
        return f"{figure.value:.1%}" if 0 < figure.value < 0.01 else f"{figure.value:.0%}"

    def noticed(kind: str) -> tuple[int, str]:
        rows = [row for row in tallies if row.kind == kind]
        mutants = sum(row.mutants for row in rows)
        return mutants, f"{sum(row.noticed for row in rows) / mutants:.1%}"

    (breaks, killed), (edits, alarms) = noticed("break"), noticed("edit")
    text = (
        f"Of {len(report.cases)} questions: {share('citation_exact')} of the answers cite exactly. Where the texts answer, "
        f"{share('false_abstention')} are refused; of the answers given there the first sentence quoted is right in "
        f"{share('evidence_first')}, some sentence in {share('evidence_any')}. Where the texts do not, {share('abstention_recall')} are "
        f"refused. {share('premise_corrected')} of the false premises are put right, {share('premise_false_alarm')} of the sound questions "
        f'"corrected". Of {breaks:,} answers broken on purpose the checks notice {killed}; of {edits} harmless edits they stop at {alarms}.'
    )
    return fill_text(text, 138)


@cache
def _mutants() -> tuple[Mutant, ...]:
    return mutate(read_documents(Path("seeds")))


def mutate_output() -> str:
    """The table of mutants as printed."""
    return _fenced(terminal.captured(lambda out: terminal.print_tallies(tally(_mutants()), to=out), WIDTH))


def remaining_mutants() -> str:
    """Some mutants of each operator that the checks did not treat as wanted."""
    lines = []
    for operator in OPERATORS:
        wanted = "noticed" if operator.kind == "break" else "passed"
        left = [mutant for mutant in _mutants() if mutant.operator == operator.name and mutant.outcome != wanted]
        for mutant in left[:MOST_MUTANTS]:
            lines.append(f"- {operator.name}: {' '.join(mutant.after.split())}" + (f" ({mutant.why})" if operator.kind == "edit" else ""))
        if len(left) > MOST_MUTANTS:
            lines.append(f"- {operator.name}: and {len(left) - MOST_MUTANTS} more")
    return "\n".join(lines) or "None."


def external_output() -> str | None:
    """The tables of the public sets as printed; None without their data."""
    needs = tuple(name for suite in EXTERNAL.values() for name in suite.needs) + summedits.NEEDS
    data = data_folder(Options())
    if data is None or missing(needs, data):
        return None
    parts = []
    with tempfile.TemporaryDirectory() as home:
        for name, suite in EXTERNAL.items():
            report = run_external(name, Options(home=Path(home)))
            parts.append(terminal.captured(partial(terminal.print_report, report, suite.metrics, 0), WIDTH))
    domains = [row for split in ("evaluation", "test") for row in summedits.run(data, split)]
    parts.append(terminal.captured(lambda out: terminal.print_domains(domains, to=out), WIDTH))
    return _fenced("\n\n".join(parts))


BLOCKS: Mapping[str, Callable[[], str | None]] = {
    "cases": cases_table,
    "thresholds": thresholds_table,
    "seeds": seeds_output,
    "gate": gate_output,
    "mutate": mutate_output,
    "remaining": remaining_mutants,
    "external": external_output,
    "summary": summary_line,
}


def _fenced(text: str) -> str:
    return f"```\n{text}\n```"


def main(files: list[str]) -> None:
    """Fill the blocks of each file."""
    for name in files:
        path = Path(name)
        path.write_text(fill(path.read_text(encoding="utf-8"), BLOCKS), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or ["docs/evaluation.md"])
