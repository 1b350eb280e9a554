"""How fast Groundline is beside plain LlamaIndex with the same embedding model: `python -m bench.speed`.

Prints a table; `--json FILE` writes every figure, `--page docs/performance.md` the table into that page. The two take turns within one
run, each step in a process of its own, so that what else the machine does falls on both. Needs the extra `bench`.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata, util
from pathlib import Path
from typing import NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "seeds"
QUESTION = "How many people jumped out of the building in Zhengzhou?"
BLOCK = ("<!-- bench:speed -->\n", "<!-- bench:end -->")
PACKAGES = ("llama-index-core", "chromadb", "onnxruntime", "numpy", "gradio")

# A process that does nothing but start: what no program written in Python can go below.
EMPTY = [sys.executable, "-c", "pass"]


class Figure(NamedTuple):
    """What is measured: its key, its name, its unit, and the most that is wanted (None: nothing said)."""

    key: str
    name: str
    unit: str
    wanted: float | None = None


FIGURES = (
    Figure("index", "index five articles from cold, as a process", "s", 6),
    Figure("unchanged_process", "ingest with nothing changed, as a process", "s", 1.5),
    Figure("unchanged", "ingest with nothing changed, inside one", "ms", 100),
    Figure("ask_p50", "ask, warm, median", "ms", 20),
    Figure("ask_p95", "ask, warm, 95th percentile", "ms", 50),
    Figure("retrieve_p50", "bare retrieval, warm, median", "ms"),
    Figure("retrieve_p95", "bare retrieval, warm, 95th percentile", "ms"),
    Figure("ask_process", "ask, as a whole process", "s", 3),
    Figure("help", "groundline --help", "s", 0.4),
    Figure("memory_index", "peak memory, indexing", "MB", 700),
    Figure("memory_ask", "peak memory, asking", "MB", 700),
    Figure("empty", "an empty Python process, for comparison", "s"),
)

HEADERS = ("", "wanted", "Groundline", "plain LlamaIndex", "ratio")
DIGITS = {"s": 2, "ms": 1, "MB": 0}

T = TypeVar("T")
Values = dict[str, float]
Side = Callable[[Path, Path, Sequence[str]], Values]


class Result(NamedTuple):
    """The machine, how many questions were asked in a turn, load averages while it ran, and each side's turns."""

    machine: dict[str, str]
    questions: int
    loads: list[float]
    turns: dict[str, list[Values]]

    def medians(self, side: str) -> Values:
        """The median of each figure over a side's turns."""
        turns = self.turns[side]
        return {key: statistics.median(turn[key] for turn in turns) for key in turns[0]}


class Run(NamedTuple):
    """A finished process: seconds, peak memory in MB, and what it printed."""

    seconds: float
    megabytes: float
    output: str


def groundline(corpus: Path, home: Path, questions: Sequence[str]) -> Values:
    """One turn of Groundline, from an empty home."""
    options = ["--corpus", str(corpus), "--home", str(home)]
    cold = run([sys.executable, "-m", "rag", "ingest", *options])
    again = run([sys.executable, "-m", "rag", "ingest", *options])
    asked = run([sys.executable, "-m", "rag", "ask", QUESTION, *options], allowed=(0, 3))
    helped = run([sys.executable, "-m", "rag", "--help"])
    inside = run([sys.executable, "-m", "bench.speed", "--inside", str(corpus), str(home)], stdin=json.dumps(questions))
    values = within(json.loads(inside.output))
    return values | {
        "index": cold.seconds,
        "unchanged_process": again.seconds,
        "ask_process": asked.seconds,
        "help": helped.seconds,
        "memory_index": cold.megabytes,
        "memory_ask": inside.megabytes,
        "empty": run(EMPTY).seconds,
    }


def llamaindex(corpus: Path, home: Path, questions: Sequence[str]) -> Values:
    """One turn of plain LlamaIndex, from an empty home."""
    home.mkdir()
    step = [sys.executable, "-m", "bench.plain"]
    cold = run([*step, "index", str(corpus), str(home)])
    again = run([*step, "refresh", str(corpus), str(home)])
    if again.output.strip() != "0":
        raise SystemExit(f"LlamaIndex indexed {again.output.strip()} documents again although nothing had changed.")
    asked = run([*step, "ask", str(corpus), str(home), QUESTION])
    inside = run([*step, "many", str(corpus), str(home)], stdin=json.dumps(questions))
    measured = json.loads(inside.output)
    values = within({**measured, "ask": measured["retrieve"]})
    return values | {
        "index": cold.seconds,
        "unchanged_process": again.seconds,
        "ask_process": asked.seconds,
        "memory_index": cold.megabytes,
        "memory_ask": inside.megabytes,
        "chunks": measured["chunks"],
        "cut": measured["cut"],
    }


def within(measured: dict[str, list[float]]) -> Values:
    """The figures of one process that asked many questions."""
    return {
        "unchanged": statistics.median(measured["unchanged"]),
        "ask_p50": percentile(measured["ask"], 50),
        "ask_p95": percentile(measured["ask"], 95),
        "retrieve_p50": percentile(measured["retrieve"], 50),
        "retrieve_p95": percentile(measured["retrieve"], 95),
    }


def inside(corpus: Path, home: Path, questions: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds of each question, asked and retrieved for, once warm, and of an ingest with nothing changed."""
    from rag import open_corpus
    from rag.embed import MiniLM
    from rag.ingest import ingest

    embedder = MiniLM()
    with open_corpus(corpus, home=home, embed_model=embedder) as engine:
        engine.ask(questions[0])
        return {
            "ask": milliseconds(engine.ask, questions),
            "retrieve": milliseconds(engine.retrieve, questions),
            "unchanged": milliseconds(lambda _: ingest(corpus, home, embedder, engine.settings), range(5)),
        }


def run(command: Sequence[str], stdin: str = "", allowed: Sequence[int] = (0,)) -> Run:
    """Runs a command in the project's folder and waits. SystemExit when it fails.

    The peak of a process counts from that of the one that started it: this one stays small and measures everything in others.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as errors:
        given.write(stdin.encode())
        given.seek(0)
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdin=given, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode not in allowed:
            raise SystemExit(f"{' '.join(command[1:4])} ended with {process.returncode}:\n{errors.read().decode()[-2000:]}")
        unit = 1 if sys.platform == "darwin" else 1024
        return Run(seconds, usage.ru_maxrss * unit / 1e6, output.read().decode())


def milliseconds(work: Callable[[T], object], items: Iterable[T]) -> list[float]:
    """How long the work took on each item."""
    took = []
    for item in items:
        began = time.perf_counter()
        work(item)
        took.append((time.perf_counter() - began) * 1000)
    return took


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that at least this share of the values do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


def questions() -> list[str]:
    """The questions of the eval over the five articles, follow-ups left out, without repetitions."""
    files = [json.loads(file.read_text("utf-8"))["cases"] for file in sorted((ROOT / "eval" / "cases").glob("*.json"))]
    asked = [case["question"] for cases in files for case in cases if not case.get("history") and not case.get("corpus")]
    return list(dict.fromkeys(asked))


def machine() -> dict[str, str]:
    """What the figures depend on besides the code; nothing that tells whose machine it is."""
    facts = {"cores": str(os.cpu_count()), "system": f"{platform.system()} on {platform.machine()}", "Python": platform.python_version()}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return facts | {"memory": f"{memory:.0f} GB"} | {name: metadata.version(name) for name in PACKAGES}


def measure(rounds: int, corpus: Path) -> Result:
    """Every turn's figures. The first side of a turn changes, and one turn before them is not counted."""
    asked = questions()
    sides = {"groundline": groundline, "llamaindex": llamaindex}
    turns: dict[str, list[Values]] = {name: [] for name in sides}
    loads = [os.getloadavg()[0]]
    # Python compiles what it imports for the first time, and the disk is read.
    turn_of_each(sides, corpus, asked[:1])
    for turn in range(rounds):
        for name, values in turn_of_each(dict(sorted(sides.items(), reverse=turn % 2 == 1)), corpus, asked).items():
            turns[name].append(values)
        loads.append(os.getloadavg()[0])
        print(f"turn {turn + 1} of {rounds} done, load {loads[-1]:.1f}", file=sys.stderr)
    return Result(machine(), len(asked), loads, turns)


def turn_of_each(sides: Mapping[str, Side], corpus: Path, asked: Sequence[str]) -> dict[str, Values]:
    """One turn of each side, in the order given, each from an empty home."""
    with tempfile.TemporaryDirectory() as folder:
        return {name: side(corpus, Path(folder) / name, asked) for name, side in sides.items()}


def rows(result: Result) -> list[tuple[str, str, str, str, str]]:
    """The table as printed; a ratio below 1 means that Groundline is faster or smaller."""
    ours, theirs = result.medians("groundline"), result.medians("llamaindex")
    made = []
    for figure in FIGURES:
        mine, other = ours.get(figure.key), theirs.get(figure.key)
        ratio = f"{mine / other:.2f}" if mine and other else "–"
        wanted = f"≤ {figure.wanted:g} {figure.unit}" if figure.wanted else "–"
        made.append((figure.name, wanted, shown(mine, figure.unit), shown(other, figure.unit), ratio))
    return made


def shown(value: float | None, unit: str) -> str:
    """A figure with its unit."""
    return "–" if value is None else f"{value:.{DIGITS[unit]}f} {unit}"


def remarks(result: Result) -> list[str]:
    """How it was measured, on what, and how busy the machine was."""
    facts, theirs = result.machine, result.medians("llamaindex")
    packages = ", ".join(f"{name} {facts[name]}" for name in PACKAGES)
    turns = len(result.turns["groundline"])
    return [
        f"Medians of {turns} turns, the two taking turns in one run; {result.questions} questions of the eval in each turn.",
        f"{facts['cores']} cores, {facts['memory']} of memory, {facts['system']}, Python {facts['Python']}; {packages}.",
        f"Load average while it ran: {min(result.loads):.1f} to {max(result.loads):.1f}. Above the number of cores, other work slowed "
        "both sides, and only the ratios mean much.",
        f"Of LlamaIndex's {theirs['chunks']:.0f} chunks the model does not read {theirs['cut']:.0f} to the end; "
        "it reads all of Groundline's passages.",
        "LlamaIndex has no language model here, so its side of “ask” is retrieval alone: nothing is selected, cited or checked.",
    ]


def page_block(result: Result) -> str:
    """The table and the remarks in Markdown."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (HEADERS, *rows(result))]
    lines.insert(1, "|---|---:|---:|---:|---:|")
    return "\n".join([*lines, "", *(f"- {remark}" for remark in remarks(result))]) + "\n"


def fill(page: str, block: str) -> str:
    """A page with the text between its two marks replaced. SystemExit when it has no marks."""
    if BLOCK[0] not in page or BLOCK[1] not in page:
        raise SystemExit(f"The page has no block between {BLOCK[0].strip()} and {BLOCK[1]}.")
    before, rest = page.split(BLOCK[0], 1)
    return before + BLOCK[0] + block + BLOCK[1] + rest.split(BLOCK[1], 1)[1]


def print_result(result: Result) -> None:
    """The table and the remarks on the terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*HEADERS)
    for column in table.columns[1:]:
        column.justify = "right"
    for cells in rows(result):
        table.add_row(*cells)
    out = Console(highlight=False)
    out.print(table)
    for remark in remarks(result):
        out.print(remark)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description="How fast Groundline is beside plain LlamaIndex.")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the table into the marked block of a page")
    parser.add_argument("--inside", nargs=2, type=Path, metavar=("CORPUS", "HOME"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        corpus, home = options.inside
        print(json.dumps(inside(corpus, home, json.load(sys.stdin))))
        return
    if util.find_spec("llama_index.vector_stores.chroma") is None:
        raise SystemExit("LlamaIndex's adapter for Chroma is missing: pip install -c constraints.txt -e '.[bench]'")
    result = measure(options.rounds, CORPUS)
    print_result(result)
    if options.json:
        medians = {name: result.medians(name) for name in result.turns}
        options.json.write_text(json.dumps({**result._asdict(), "medians": medians}, indent=1) + "\n", "utf-8")
    if options.page:
        options.page.write_text(fill(options.page.read_text("utf-8"), page_block(result)), "utf-8")


if __name__ == "__main__":
    main()
