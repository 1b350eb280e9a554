"""Runs the examples of README.md over the real seeds and writes what they print: `python docs/examples.py [--check]`.

An example is a block marked `console` whose lines after `$ ` are `groundline` commands; what stands below a command is its output on
a terminal 100 columns wide. `--check` only says whether the page is true (exit code 1: no).
"""

import difflib
import re
import shlex
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "README.md"
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
        return code, "\n".join(line.rstrip() for line in plain.rstrip().split("\n")) + "\n"

    return run


def main() -> int:
    """Write the page, or say how it differs."""
    page = PAGE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        run = on_terminal(Path(folder))
        run(["ingest"])
        filled = fill(page, run)
    if "--check" in sys.argv[1:]:
        sys.stderr.writelines(difflib.unified_diff(page.splitlines(True), filled.splitlines(True), "as written", "as printed"))
        return 1 if filled != page else 0
    PAGE.write_text(filled, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
