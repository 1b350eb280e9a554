"""One frame around every command: errors become a message and a hint, and each ending has its exit code."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand

ANSWERED, FAILED, USAGE, ABSTAINED = 0, 1, 2, 3
INTERRUPTED, PIPE_CLOSED = 130, 141


class Command(TyperCommand):
    """A command that says what to do with words that are too many."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options and arguments; words left over are wrong use."""
        ctx.allow_extra_args = True
        rest: list[str] = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            ctx.fail(_too_many(ctx.params, " ".join(ctx.args)))
        return rest


class Program(typer.Typer):
    """Commands of the class above."""

    def command(self, name: str | None = None, **options: Any) -> Callable[[Any], Any]:
        """Decorates what a command runs, as in Typer."""
        return super().command(name, **{"cls": Command, **options})


def _too_many(given: dict[str, Any], left: str) -> str:
    if "question" in given:
        return f'Put the whole question in quotes: groundline ask "{given["question"]} {left}"'
    takes_words = given.keys() & {"place", "answer"}
    hint = " A folder of documents is named with --corpus DIR." if "corpus" in given and not takes_words else ""
    return f"Nothing is done with “{left}”.{hint}"


@contextmanager
def frame() -> Iterator[None]:
    """Ends the process with the exit code that an error stands for; a traceback is shown only under `python -X dev`."""
    try:
        yield
        sys.stdout.flush()
    except (typer.Exit, typer.BadParameter):
        raise
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        _silence()
        raise SystemExit(PIPE_CLOSED) from None
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        raise SystemExit(_explain(error)) from None


def _explain(error: Exception) -> int:
    from rich.text import Text

    from rag.cli.terminal import error_console, print_whole, safe
    from rag.errors import ConversationMissing, CorpusNotFound, GroundlineError, PlaceError, QuestionError, SettingsError

    err = error_console()
    if isinstance(error, GroundlineError):
        message, hint = str(error), error.hint
        code = USAGE if isinstance(error, ConversationMissing | CorpusNotFound | PlaceError | QuestionError | SettingsError) else FAILED
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        message, hint, code = f"{place}{error.strerror or error}.", "Check the disk and the permissions, then try again.", FAILED
    elif isinstance(error, ImportError):
        message, hint, code = f"A part of Groundline is missing: {error}.", "Run ./scripts/setup, or install Groundline again.", FAILED
    else:
        message = f"Something failed that should not: {type(error).__name__}: {error}"
        hint, code = "`python -X dev -m rag …` shows where; please report it.", FAILED
    try:
        sys.stdout.flush()
    except OSError:
        _silence()
    print_whole(err, Text(safe(f"Error: {message}"), "bold red"))
    if hint:
        print_whole(err, Text(safe(hint)))
    return code


def _silence() -> None:
    """What is still buffered cannot be written: it must not raise again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
