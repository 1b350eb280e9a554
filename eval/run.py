"""Run cases against an engine: in parallel where asked, resumable after a kill, failures kept as outcomes."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Protocol

from eval.case import Case, check_gold, corpus_of, place
from eval.corpus import read_documents
from eval.identity import identify
from eval.metrics.base import EXTRACTIVE, Outcome
from eval.report.model import Identity, Report
from eval.summary import summarise
from rag.errors import EvalError
from rag.schema import Answer, Turn

Progress = Callable[[int, int], None]


class Engine(Protocol):
    """What is judged: anything that answers questions with an `Answer`."""

    def ask(self, question: str, *, history: tuple[Turn, ...] = ()) -> Answer:
        """The answer to a question, asked after `history`; what it raises becomes the case's error."""
        ...


def evaluate(
    cases: Iterable[Case],
    engine: Engine,
    jobs: int = 1,
    *,
    corpus: Path | str = "seeds",
    variants: Mapping[str, Engine] | None = None,
    suite: str = "seeds",
    model: str = "",
    finished: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Ask the engine every case and judge the answers against the files of `corpus`.

    `variants` holds the engines of cases that name a corpus of their own. `finished` is a file that keeps the cases done, so that a
    killed run goes on from there; it is removed at the end. Who writes is the engine's `llm_name`, extractive where it has none; what a
    language model fails with is its case's error, so long as the engine's setting `on_failure` is "error". `progress` is called with
    (done, total). Raises CaseError when a gold span is not in its file, EvalError when there is nothing to run or a case's variant has
    no engine.
    """
    chosen = tuple(cases)
    if not chosen:
        raise EvalError("There is no case to run.", "Check --cases and --only.")
    engines = {"": engine, **(variants or {})}
    documents = {
        name: read_documents(corpus_of(_first(chosen, name), Path(corpus))) for name in sorted({"", *(case.corpus for case in chosen)})
    }
    chosen = tuple(place(case, documents[case.corpus]) for case in chosen)
    for name in documents:
        if name not in engines:
            raise EvalError(f"No engine was given for the corpus variant {name!r}.", "Pass it in `variants`.")
        check_gold([case for case in chosen if case.corpus == name], documents[name])
    writer = getattr(engine, "llm_name", EXTRACTIVE)
    identity = identify(chosen, documents[""], model, _policy(writer, engine))
    outcomes = _run(chosen, engines, jobs, _Finished(finished, identity), progress)
    return summarise(suite, str(corpus), identity, outcomes, lambda case: documents[case.corpus], writer)


def _policy(writer: str, engine: Engine) -> str:
    """The writer and what becomes of its unsupported sentences: both decide what an answer says."""
    settings = getattr(engine, "settings", None)
    return writer if writer == EXTRACTIVE or settings is None else f"{writer} {settings.on_unsupported}"


def _first(cases: tuple[Case, ...], variant: str) -> Case:
    return next((case for case in cases if case.corpus == variant), cases[0].model_copy(update={"corpus": variant}))


def _run(
    cases: tuple[Case, ...], engines: Mapping[str, Engine], jobs: int, finished: "_Finished", progress: Progress | None
) -> tuple[Outcome, ...]:
    done = {outcome.case.id: outcome for outcome in finished.read() if outcome.case in cases}
    left = [case for case in cases if case.id not in done]
    with finished, ThreadPoolExecutor(max(1, jobs)) as pool:
        try:
            for future in as_completed([pool.submit(_ask, case, engines[case.corpus], finished) for case in left]):
                outcome = future.result()
                done[outcome.case.id] = outcome
                if progress is not None:
                    progress(len(done), len(cases))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    finished.forget()
    return tuple(done[case.id] for case in cases)


def _ask(case: Case, engine: Engine, finished: "_Finished") -> Outcome:
    started = perf_counter()
    try:
        answer, error = engine.ask(case.question, history=case.history) if case.history else engine.ask(case.question), ""
    except Exception as failure:  # an engine that raises is a finding about this case, reported as one
        answer, error = None, f"{type(failure).__name__}: {failure}"
    outcome = Outcome(case=case, answer=answer, error=error, milliseconds=(perf_counter() - started) * 1000)
    finished.add(outcome)
    return outcome


class _Finished:
    """The outcomes that a run has reached, one JSON line each under a line that says what was judged."""

    def __init__(self, path: Path | None, identity: Identity) -> None:
        self._path = path
        self._guard = Lock()
        self._key = hashlib.sha256(identity.model_copy(update={"cases": ""}).model_dump_json().encode()).hexdigest()

    def read(self) -> Iterator[Outcome]:
        """The outcomes of an earlier run over the same corpus, model and code; a line cut off by a kill is left out."""
        if self._path is None or not self._path.is_file():
            return
        lines = self._path.read_text(encoding="utf-8", errors="replace").split("\n")
        if lines[0] != json.dumps({"run": self._key}):
            self._path.unlink()
            return
        for line in lines[1:-1]:
            yield Outcome.model_validate_json(line)

    def __enter__(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        kept = [outcome.model_dump_json() for outcome in self.read()]
        fresh = self._path.with_suffix(".new")
        fresh.write_text("\n".join([json.dumps({"run": self._key}), *kept, ""]), encoding="utf-8")
        fresh.replace(self._path)
        self._file = self._path.open("a", encoding="utf-8")

    def add(self, outcome: Outcome) -> None:
        """Keep one more outcome, before the next question is asked."""
        if self._path is None:
            return
        with self._guard:
            self._file.write(outcome.model_dump_json() + "\n")
            self._file.flush()

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            self._file.close()

    def forget(self) -> None:
        """Remove the file: the run is complete."""
        if self._path is not None:
            self._path.unlink()
