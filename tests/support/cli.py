"""Runs the command line: inside this process, as a process of its own, or on a terminal."""

import contextlib
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

from typer.testing import CliRunner, Result

from rag.__main__ import app

ROOT = Path(__file__).resolve().parents[2]

# Questions over the five articles: one that they answer, one that they do not.
FIRE = "When did the fire break out in the Yangjiaping residential district?"
FRANCE = "What is the capital of France?"


def run(*arguments: str, corpus: Path | None = None, home: Path, stdin: bytes | str | None = None) -> Result:
    """A command inside this process; `stdout` and `stderr` of the result are apart."""
    named = ["--corpus", str(corpus)] if corpus else []
    return CliRunner().invoke(app, [*arguments, *named, "--home", str(home)], input=stdin)


def process(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None, most_kilobytes: int = 0
) -> subprocess.CompletedProcess[bytes]:
    """A command as a process of its own, which may write files of at most `most_kilobytes` (0: of any size)."""
    limited = ["bash", "-c", f'ulimit -f {most_kilobytes}; exec "$@"', "limited"] if most_kilobytes else []
    return subprocess.run(
        [*limited, sys.executable, "-m", "rag", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=240,
    )


def corpus_of(folder: Path, **texts: str) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_bytes(text.encode())
    return folder


def terminal(*arguments: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """A command in a process whose output is a terminal 100 columns wide: its exit code and all that it wrote there."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 100))
    wanted = {**os.environ, "TERM": "xterm-256color", **(environment or {})}
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        if name not in (environment or {}):
            wanted.pop(name, None)
    command = [sys.executable, "-m", "rag", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=wanted, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL) as child:
        os.close(theirs)
        written = b""
        # Reading from a terminal whose other side is closed is an error on Linux, and empty elsewhere.
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 65536):
                written += piece
        os.close(ours)
    return child.returncode, written.decode()
