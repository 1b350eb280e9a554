"""The command line of the eval: `groundline eval`, or `python -m eval`. Each command imports what it runs, when it runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from eval.commands import Options

COULD_NOT_RUN = 2
INTERRUPTED = 130

app = typer.Typer(
    name="eval",
    help="Tell whether answers stay grounded, offline, with the same verdict every time.",
    epilog="Exit codes: 0 ran, and for the gate: holds; 1 the gate fails; 2 the eval could not run.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Cases = Annotated[Path | None, typer.Option("--cases", metavar="DIR|FILE", help="Case files. [default: the project's own]")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="ID|CATEGORY", help="Run these alone; may be given more than once.")]
Corpus = Annotated[Path | None, typer.Option("--corpus", metavar="DIR", help="Folder of documents. [default: GROUNDLINE_CORPUS, or seeds]")]
Home = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", help="Folder that indexes are kept in. [default: GROUNDLINE_HOME, or .groundline]")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the reports. [default: HOME/eval/SUITE]")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="Questions asked at the same time.")]


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    suite: Annotated[str, typer.Option("--suite", metavar="NAME", help="seeds, xquad, squad2, clapnq or summedits.")] = "seeds",
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Folder of the public data sets. [default: GROUNDLINE_EVAL_DATA]")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Ask every question of a public set, not a sample.")] = False,
    cases: Cases = None,
    only: Only = None,
    corpus: Corpus = None,
    home: Home = None,
    out: Out = None,
    jobs: Jobs = 1,
) -> None:
    """Run a suite, print its table, and write report.json, report.md, junit.xml and report.html."""
    if context.invoked_subcommand is not None:
        return
    with _frame():
        from eval.commands import Options, run_suite

        code = run_suite(suite, Options(cases, tuple(only or ()), corpus, home, out, jobs, data, all_))
    raise typer.Exit(code)


@app.command()
def gate(
    baseline_file: Annotated[Path | None, typer.Option("--baseline", metavar="FILE", help="The stored baseline.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", metavar="FILE", help="The thresholds. [default: eval/gate.toml]")] = None,
    cases: Cases = None,
    only: Only = None,
    corpus: Corpus = None,
    home: Home = None,
    out: Out = None,
    jobs: Jobs = 1,
) -> None:
    """Hold the seeds suite to the thresholds and to the stored baseline: exit 0 holds, 1 fails, 2 could not run."""
    with _frame():
        from eval.commands import run_gate

        code = run_gate(_options(cases, only, corpus, home, out, jobs), baseline_file, rules)
    raise typer.Exit(code)


@app.command()
def baseline(
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where to write. [default: eval/baseline.json]")] = None,
    cases: Cases = None,
    only: Only = None,
    corpus: Corpus = None,
    home: Home = None,
    out: Out = None,
    jobs: Jobs = 1,
) -> None:
    """Write a new baseline: what every case scores now, with the hashes of corpus, model and code."""
    with _frame():
        from eval.commands import run_baseline

        code = run_baseline(_options(cases, only, corpus, home, out, jobs), to)
    raise typer.Exit(code)


@app.command()
def mutate(
    show: Annotated[
        list[str] | None, typer.Option("--show", metavar="OPERATOR", help="List what this operator made and the checks did not expect.")
    ] = None,
    corpus: Corpus = None,
) -> None:
    """Break correct answers, edit others harmlessly, and print what the checks notice."""
    with _frame():
        from eval.commands import run_mutate

        code = run_mutate(corpus, tuple(show or ()))
    raise typer.Exit(code)


@app.command()
def new(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to ask; ignored with --answer.")] = "",
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Case file to add to; made when it is not there.")] = Path("cases.json"),
    answer: Annotated[Path | None, typer.Option("--answer", metavar="FILE", help="A saved answer (`ask --json`, or the window's).")] = None,
    gold: Annotated[
        list[str] | None,
        typer.Option("--gold", metavar="N[,N…]", help="Citations that hold a part of the answer, alternatives by comma; once a part."),
    ] = None,
    expect: Annotated[str, typer.Option("--expect", metavar="KIND", help="answer or abstain. [default: what the engine did]")] = "",
    category: Annotated[str, typer.Option("--category", help="Category of the case.")] = "own",
    corpus: Corpus = None,
    home: Home = None,
) -> None:
    """Turn a question and its answer into a case, to be edited by hand."""
    with _frame():
        from eval.new import Wish, run_new

        code = run_new(Wish(question, to, answer, tuple(gold or ()), expect, category), corpus, home)
    raise typer.Exit(code)


def _options(cases: Path | None, only: list[str] | None, corpus: Path | None, home: Path | None, out: Path | None, jobs: int) -> "Options":
    from eval.commands import Options

    return Options(cases, tuple(only or ()), corpus, home, out, jobs)


@contextmanager
def _frame() -> Iterator[None]:
    """What keeps the eval from running becomes a message, a hint and exit code 2; a traceback is shown only under `python -X dev`."""
    try:
        yield
    except (typer.Exit, typer.BadParameter):
        raise
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        from eval.terminal import print_error
        from rag.errors import EvalError, GroundlineError

        unforeseen = EvalError(
            f"Something failed that should not: {type(error).__name__}: {error}", "`python -X dev -m eval …` shows where."
        )
        print_error(error if isinstance(error, GroundlineError) else unforeseen)
        raise SystemExit(COULD_NOT_RUN) from None
