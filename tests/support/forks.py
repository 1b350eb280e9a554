"""Ingests in processes of their own that can be killed at any moment: a helper imports everything once and forks for each run."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rag.config import Settings
from rag.embed import Embedder, MiniLM
from rag.errors import GroundlineError
from rag.ingest import ingest
from tests.support.embedders import HashEmbedder
from tests.support.indexes import SETTINGS

ROOT = Path(__file__).parent.parent.parent
MODELS: dict[str, tuple[type[Embedder], Settings]] = {"hash": (HashEmbedder, SETTINGS), "MiniLM": (MiniLM, Settings())}


class Forks:
    """Starts ingests one at a time."""

    def __init__(self) -> None:
        self._helper = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forks"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, corpus: Path, home: Path, embedder: str = "hash") -> "Run":
        """Begins an ingest and returns at once."""
        self._send({"corpus": str(corpus), "home": str(home), "embedder": embedder})
        return Run(int(self._line()), time.time_ns(), self)

    def close(self) -> None:
        """Ends the helper."""
        for stream in (self._helper.stdin, self._helper.stdout):
            assert stream is not None
            stream.close()
        self._helper.wait()

    def _send(self, order: dict[str, str]) -> None:
        assert self._helper.stdin is not None
        self._helper.stdin.write(json.dumps(order) + "\n")
        self._helper.stdin.flush()

    def _line(self) -> str:
        assert self._helper.stdout is not None
        return self._helper.stdout.readline().strip()


@dataclass
class Run:
    """One ingest in a process of its own; `began` is its time in nanoseconds."""

    pid: int
    began: int
    forks: Forks

    @property
    def ended(self) -> bool:
        """Whether it has ended; its process is kept as a zombie until the next one starts."""
        state = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        return state.split()[0] == "Z"

    def wait(self) -> str:
        """Waits for the end: "done", "killed", or the error."""
        return self.forks._line()


def serve(orders: IO[str]) -> None:
    """Forks once for every line of orders, writing the child's pid and then how it ended."""
    import chromadb  # noqa: F401  -- so that no child has to

    last = 0
    for line in orders:
        order = json.loads(line)
        if last:
            # Only now: until it is waited for, a process that ended keeps its number, so that a late kill hits nobody else.
            os.waitpid(last, 0)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            os.write(writing, _ingest(Path(order["corpus"]), Path(order["home"]), order["embedder"]).encode())
            os._exit(0)
        os.close(writing)
        last = pid
        print(pid, flush=True)
        with os.fdopen(reading) as pipe:
            outcome = pipe.read()
        print(outcome or "killed", flush=True)


def _ingest(corpus: Path, home: Path, embedder: str) -> str:
    model, settings = MODELS[embedder]
    try:
        ingest(corpus, home, model(), settings)
        return "done"
    except GroundlineError as error:
        return f"{type(error).__name__}: {error}".replace("\n", " ")


if __name__ == "__main__":
    serve(sys.stdin)
