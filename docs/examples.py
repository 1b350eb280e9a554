"""Runs the examples of README.md and docs/evaluation.md and writes what they print: `python docs/examples.py [--check]`.

An example is a block marked `console` whose lines after `$ ` are `groundline` commands; what stands below a command is its output.
README's run over the real seeds on a terminal 100 columns wide; those of the other page, one after the other, in a folder of their own
that holds `eval/corpora/workshop` as `papers`, their output being no terminal. `--check` only says whether the pages are true
(exit code 1: no).
"""

import contextlib
import difflib
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parent.parent
README, EVALUATION = ROOT / "README.md", ROOT / "docs" / "evaluation.md"
sys.path.insert(0, str(ROOT))

from tests.support.cli import terminal  # noqa: E402

_BLOCK = re.compile(r"(^```console\n)(.*?)(^```$)", re.S | re.M)
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

Run = Callable[[list[str]], tuple[int, str]]


def fill(page: str, run: Run) -> str:
    """The page with the output of every example below its command."""
    return _BLOCK.sub(lambda block: block[1] + _block(re.findall(r"^\$ (.+)$", block[2], re.M), run) + block[3], page)


def _block(commands: list[str], run: Run) -> str:
    lines, code = [], 0
    for command in commands:
        if command == "echo $?":
            output = f"{code}\n"
        else:
            program, *arguments = shlex.split(command)
            if program != "groundline":
                raise SystemExit(f"An example runs {program}; only groundline is run.")
            code, output = run(arguments)
        lines.append(f"$ {command}\n{output}")
    return "".join(lines)


def on_terminal(home: Path) -> Run:
    """Runs commands in the project's folder, where `seeds` is, with an index of their own."""

    def run(arguments: list[str]) -> tuple[int, str]:
        environment = {"GROUNDLINE_HOME": str(home), "NO_COLOR": "1"}
        code, written = terminal(*arguments, environment=environment)
        plain = _STYLE.sub("", written).replace("\r\n", "\n")
        return code, _trimmed(plain)

    return run


@contextlib.contextmanager
def among_papers(folder: Path) -> Iterator[Run]:
    """Runs commands in an empty folder, where `papers` and then what they write are."""
    from rag.__main__ import app

    def run(arguments: list[str]) -> tuple[int, str]:
        settings = {name: None for name in os.environ if name.startswith("GROUNDLINE_")}
        result = CliRunner().invoke(app, arguments, env=settings)
        return result.exit_code, _trimmed(result.output)

    shutil.copytree(ROOT / "eval" / "corpora" / "workshop", folder / "papers")
    with contextlib.chdir(folder):
        yield run


def _trimmed(output: str) -> str:
    return "\n".join(line.rstrip() for line in output.rstrip().split("\n")) + "\n"


def _as_printed() -> dict[Path, str]:
    """Both pages with what their examples print now."""
    with tempfile.TemporaryDirectory() as folder:
        run = on_terminal(Path(folder))
        run(["ingest"])
        readme = fill(README.read_text("utf-8"), run)
    with tempfile.TemporaryDirectory() as folder, among_papers(Path(folder)) as run:
        return {README: readme, EVALUATION: fill(EVALUATION.read_text("utf-8"), run)}


def main() -> int:
    """Write the pages, or say how they differ."""
    changed = False
    for page, filled in _as_printed().items():
        written = page.read_text("utf-8")
        changed |= filled != written
        if "--check" in sys.argv[1:]:
            names = (f"{page.name} as written", f"{page.name} as printed")
            sys.stderr.writelines(difflib.unified_diff(written.splitlines(True), filled.splitlines(True), *names))
        else:
            page.write_text(filled, "utf-8")
    return 1 if changed and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
