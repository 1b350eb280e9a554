"""The command line of the eval: `groundline eval`, or `python -m eval`. Each command imports what it runs, when it runs."""

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from eval.options import Options

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

_HOME = "Folder that indexes are kept in. [default: GROUNDLINE_HOME, or .groundline]"
_BASELINE = "The baseline's file. [default: eval/baseline.json; of one's own cases, CASES.baseline.json beside them]"
_LLM = "Who writes, as `groundline ask --llm` takes it; shown beside the extractive answers. [default: GROUNDLINE_LLM, or extractive]"

# The options that several commands share, with their defaults; a command that takes `options` has those that it is given here.
_SHARED: dict[str, tuple[object, object]] = {
    "cases": (Annotated[Path | None, typer.Option("--cases", metavar="DIR|FILE", help="Case files. [default: the project's own]")], None),
    "only": (
        Annotated[list[str] | None, typer.Option("--only", metavar="ID|CATEGORY", help="Run these alone; may be given more than once.")],
        None,
    ),
    "corpus": (
        Annotated[Path | None, typer.Option("--corpus", metavar="DIR", help="Folder of documents. [default: GROUNDLINE_CORPUS, or seeds]")],
        None,
    ),
    "home": (Annotated[Path | None, typer.Option("--home", metavar="DIR", help=_HOME)], None),
    "out": (
        Annotated[
            Path | None,
            typer.Option(
                "--out", metavar="DIR", help="Folder for the reports. [default: HOME/eval/SUITE, or HOME/eval/ and the name of --cases]"
            ),
        ],
        None,
    ),
    "jobs": (Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="Questions asked at the same time.")], 1),
    "llm": (Annotated[str | None, typer.Option("--llm", metavar="SPEC", help=_LLM)], None),
    "data": (
        Annotated[
            Path | None, typer.Option("--data", metavar="DIR", help="Folder of the public data sets. [default: GROUNDLINE_EVAL_DATA]")
        ],
        None,
    ),
    "all": (Annotated[bool, typer.Option("--all", help="Ask every question of a public set, not a sample.")], False),
}
_RUN = ("cases", "only", "corpus", "home", "out", "jobs", "llm")


def _taking(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the shared options of these names, in place of its parameter `options`, which gets them in one."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command)

        @wraps(command)
        def run(**given: Any) -> None:
            from eval.options import Options

            shared = {name: given.pop(name) for name in names}
            if "only" in shared:
                shared["only"] = tuple(shared["only"] or ())
            command(options=Options(**shared), **given)

        kind = inspect.Parameter.KEYWORD_ONLY
        kept = [parameter.replace(kind=kind) for name, parameter in own.parameters.items() if name != "options"]
        added = [inspect.Parameter(name, kind, annotation=_SHARED[name][0], default=_SHARED[name][1]) for name in names]
        parameters = [*kept, *added]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        setattr(run, "__signature__", inspect.Signature(parameters))  # noqa: B010
        return run

    return decorate


@app.callback(invoke_without_command=True)
@_taking(*_RUN, "data", "all")
def run(
    context: typer.Context,
    options: "Options",
    suite: Annotated[str, typer.Option("--suite", metavar="NAME", help="seeds, xquad, squad2, followups, clapnq or summedits.")] = "seeds",
) -> None:
    """Run a suite, print its table, and write report.json, report.md, junit.xml and report.html."""
    if context.invoked_subcommand is not None:
        return
    with _frame():
        from eval.commands import run_suite

        code = run_suite(suite, options)
    raise typer.Exit(code)


@app.command()
@_taking(*_RUN)
def gate(
    options: "Options",
    baseline_file: Annotated[Path | None, typer.Option("--baseline", metavar="FILE", help=_BASELINE)] = None,
    rules: Annotated[Path | None, typer.Option("--rules", metavar="FILE", help="The thresholds. [default: eval/gate.toml]")] = None,
    write_rules: Annotated[
        Path | None, typer.Option("--write-rules", metavar="FILE", help="Write thresholds for these cases to start from, and run nothing.")
    ] = None,
) -> None:
    """Hold a suite to thresholds and to its stored baseline: exit 0 holds, 1 fails, 2 could not run."""
    with _frame():
        from eval import commands

        code = commands.run_gate(options, baseline_file, rules) if write_rules is None else commands.write_rules(options, write_rules)
    raise typer.Exit(code)


@app.command()
@_taking(*_RUN)
def baseline(
    options: "Options",
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help=_BASELINE)] = None,
) -> None:
    """Write a new baseline: what every case scores now, with the hashes of corpus, model, writer and code."""
    with _frame():
        from eval.commands import run_baseline

        code = run_baseline(options, to)
    raise typer.Exit(code)


@app.command()
@_taking("corpus")
def mutate(
    options: "Options",
    show: Annotated[
        list[str] | None, typer.Option("--show", metavar="OPERATOR", help="List what this operator made and the checks did not expect.")
    ] = None,
) -> None:
    """Break correct answers, edit others harmlessly, and print what the checks notice."""
    with _frame():
        from eval.commands import run_mutate

        code = run_mutate(options.corpus, tuple(show or ()))
    raise typer.Exit(code)


@app.command()
@_taking("corpus", "home")
def new(
    options: "Options",
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to ask; ignored with --answer.")] = "",
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Case file to add to; made when it is not there.")] = Path("cases.json"),
    answer: Annotated[Path | None, typer.Option("--answer", metavar="FILE", help="A saved answer (`ask --json`, or the window's).")] = None,
    gold: Annotated[
        list[str] | None,
        typer.Option("--gold", metavar="N[,N…]", help="Citations that hold a part of the answer, alternatives by comma; once a part."),
    ] = None,
    quote: Annotated[
        list[str] | None,
        typer.Option("--quote", metavar="TEXT", help="The documents' own words that answer, once a part; nothing is asked then."),
    ] = None,
    path: Annotated[str, typer.Option("--path", metavar="PATH", help="The document that the quotes stand in. [default: any]")] = "",
    expect: Annotated[str, typer.Option("--expect", metavar="KIND", help="answer or abstain. [default: what the engine did]")] = "",
    category: Annotated[str, typer.Option("--category", help="Category of the case.")] = "own",
) -> None:
    """Turn a question into a case: with the words that answer it, or with the engine's answer, to be corrected by hand."""
    with _frame():
        from eval.new import Wish, run_new

        wish = Wish(question, to, answer, tuple(gold or ()), expect, category, tuple(quote or ()), path)
        code = run_new(wish, options.corpus, options.home)
    raise typer.Exit(code)


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
