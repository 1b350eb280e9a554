"""Writes docs/cli.md and docs/settings.md from the commands and the settings themselves: `python -m rag.cli.docs [--check]`."""

import sys
from pathlib import Path

import typer.main

from rag.__main__ import app
from rag.config import Settings

FOLDER = Path(__file__).resolve().parents[2] / "docs"
NOTE = "<!-- Written by `python -m rag.cli.docs`; change the source, not this page. -->\n"

OPENING = """# The command line

`groundline COMMAND`, or `python -m rag COMMAND`. Answers and reports go to standard output; progress, notes and errors to
standard error. With `--json`, standard output holds JSON in UTF-8 and nothing else. Colour and the progress bar appear only on a
terminal, and no colour where `NO_COLOR` is set.

A file of the folder that is no document (empty, binary, too large, of another kind) is left out: `ingest`, `sources`, `doctor` and
the start of `chat` list each with its reason; `ask` says in one line how many there are.

| exit code | means |
|---|---|
| 0 | answered, or done |
| 1 | failure; for `verify` a span no longer holds, for `doctor` there is a problem |
| 2 | wrong use: an unknown option, a folder that is missing, an empty question, a setting that cannot be used |
| 3 | abstained: the documents do not support an answer |
| 130 | ended with Ctrl-C |
| 141 | the reader of standard output went away |

`groundline eval` and its exit codes have [a page of their own](evaluation.md).
"""

SETTINGS_OPENING = """# Settings

Each is a field of `rag.Settings`, or an environment variable; `--corpus` and `--home` go before both of theirs.

| variable | takes | default | what it does |
|---|---|---|---|
"""


def cli_page() -> str:
    """docs/cli.md: every command's own help."""
    group = typer.main.get_command(app)
    parts = [NOTE + OPENING]
    for name in app_commands():
        command = group.commands[name]  # type: ignore[attr-defined]
        context = typer.Context(command, info_name=f"groundline {name}", terminal_width=100, max_content_width=100)
        parts.append(f"## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    for family in ("conversations", "keys"):
        inner = group.commands[family]  # type: ignore[attr-defined]
        for name, command in inner.commands.items():
            context = typer.Context(command, info_name=f"groundline {family} {name}", terminal_width=100, max_content_width=100)
            parts.append(f"## {family} {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


def app_commands() -> list[str]:
    """The names of the commands, in the order of their help."""
    return [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


def settings_page() -> str:
    """docs/settings.md: every setting with its variable, what it takes, its default and what it does."""
    schema = Settings.model_json_schema()["properties"]
    rows = []
    for name, field in Settings.model_fields.items():
        default = f"`{field.default}`" if field.default is not None else "none"
        rows.append(f"| `GROUNDLINE_{name.upper()}` | {_takes(schema[name])} | {default} | {field.description} |\n")
    return NOTE + SETTINGS_OPENING + "".join(rows)


def _takes(schema: dict[str, object]) -> str:
    names = {"integer": "whole number", "number": "number", "string": "path" if schema.get("format") == "path" else "text"}
    name = names.get(str(schema.get("type")), str(schema.get("type", "text")))
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{name}, {low} to {high}"
    if low is not None:
        return f"{name}, {low} or more"
    return name if high is None else f"{name}, up to {high}"


def stale_pages() -> list[Path]:
    """The pages that differ from what would be written now."""
    return [path for path, text in _pages().items() if not path.is_file() or path.read_text("utf-8") != text]


def _pages() -> dict[Path, str]:
    return {FOLDER / "cli.md": cli_page(), FOLDER / "settings.md": settings_page()}


def main() -> int:
    """Write the pages; with --check only say which are stale (exit code 1)."""
    stale = stale_pages()
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.name} is stale: run `python -m rag.cli.docs`.", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(_pages()[path], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
