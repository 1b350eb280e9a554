"""The eval as the window runs it: one run at a time, in a thread of its own, with progress, a stop, and a report that stays."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from rag.errors import EvalError, GroundlineError

if TYPE_CHECKING:
    from eval.case import Case
    from eval.report.model import Report
    from rag.engine import Engine

SUITE, RATED = "window", "rated"
# A follower hears at least this often that the run is still going, in seconds: it notices then when its reader has gone.
PULSE = 1.0


class State(NamedTuple):
    """How far the run is, and how it ended."""

    phase: Literal["idle", "running", "stopped", "done", "failed"] = "idle"
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    error: GroundlineError | None = None


class _Stopped(Exception):
    """Somebody asked the run to stop."""


class Job:
    """The window's eval over the corpus in `home`; safe to share between threads.

    A run over a visitor's own answers leaves its report to that visitor, its `owner`; every other one to all who may run the eval.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._state = State()
        self._changed = threading.Condition()
        self._stop = threading.Event()

    @property
    def state(self) -> State:
        """How far the run is now."""
        return self._state

    def start(self, engine: "Engine", cases: "tuple[Case, ...]", owner: str = "") -> None:
        """Begin a run. Raises EvalError when one is going on, or when there is nothing to run."""
        if not cases:
            raise EvalError("There is no case to run.", "Choose other cases.")
        with self._changed:
            if self._state.phase == "running":
                raise EvalError("The eval is running already.", "Wait for it, or stop it.")
            self._stop.clear()
            self._state = State("running", 0, len(cases))
        threading.Thread(target=self._run, args=(engine, cases, owner), name="eval", daemon=True).start()

    def stop(self) -> None:
        """End the run after the question that is being answered. Its finished cases are kept for the next run."""
        self._stop.set()

    def follow(self) -> Iterator[State]:
        """The states from now on until the run has ended; at once the one that is."""
        seen: State | None = None
        while True:
            with self._changed:
                if self._state is seen and seen.phase == "running":
                    self._changed.wait(PULSE)
                seen = self._state
            yield seen
            if seen.phase != "running":
                return

    def report(self, owner: str = "") -> "Report | None":
        """The report of the last complete run that the owner may see, of an earlier window too."""
        from pydantic import ValidationError

        from eval.report.model import Report

        try:
            return Report.model_validate_json((self.last(owner) / "report.json").read_bytes())
        except (OSError, ValidationError):
            return None  # none yet, or one of another version: the next run writes it anew

    def last(self, owner: str = "") -> Path:
        """The folder of that run's report."""
        return max(self._folder(""), self._folder(owner), key=_written)

    def _folder(self, owner: str) -> Path:
        own = f"-{hashlib.sha256(owner.encode()).hexdigest()[:16]}" if owner else ""
        return self._home / "eval" / f"{SUITE}{own}"

    def _run(self, engine: "Engine", cases: "tuple[Case, ...]", owner: str) -> None:
        try:
            self._judge(engine, cases, owner)
            ended = self._state._replace(phase="done", seconds_left=None)
        except _Stopped:
            ended = self._state._replace(phase="stopped", seconds_left=None)
        except GroundlineError as error:
            ended = self._state._replace(phase="failed", error=error)
        except Exception as error:
            unforeseen = EvalError(f"The eval failed: {type(error).__name__}: {error}", "`groundline eval` in a terminal may say more.")
            ended = self._state._replace(phase="failed", error=unforeseen)
        self._tell(ended)

    def _judge(self, engine: "Engine", cases: "tuple[Case, ...]", owner: str) -> None:
        from eval.case import CORPORA
        from eval.report.write import write_report
        from eval.run import evaluate
        from rag.embed import MiniLM
        from rag.engine import open_corpus

        folder = self._folder(owner)
        began, first = time.monotonic(), -1

        def progress(done: int, total: int) -> None:
            nonlocal first
            if self._stop.is_set():
                raise _Stopped
            first = done - 1 if first < 0 else first
            pace = (time.monotonic() - began) / (done - first)
            self._tell(State("running", done, total, pace * (total - done)))

        with ExitStack() as stack:
            names = sorted({case.corpus for case in cases if case.corpus})
            variants = {name: stack.enter_context(open_corpus(CORPORA / name, home=self._home, settings=engine.settings)) for name in names}
            finished = folder / f"finished-{_mark(engine)}.jsonl"
            model, suite = MiniLM().fingerprint, RATED if owner else SUITE
            report = evaluate(
                cases, engine, corpus=engine.corpus, variants=variants, suite=suite, model=model, finished=finished, progress=progress
            )
        write_report(report, folder)

    def _tell(self, state: State) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()


def _written(folder: Path) -> float:
    try:
        return (folder / "report.json").stat().st_mtime
    except OSError:
        return 0.0


def _mark(engine: "Engine") -> str:
    """Cases that were answered under other settings are not taken over into a run."""
    return hashlib.sha256(engine.settings.model_dump_json().encode()).hexdigest()[:12]
