"""The suites by name: the seeds, and public sets that are read from a folder of data outside the project."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.case import CASES, Case, load_cases
from eval.suites import clapnq, followups, squad, xquad
from rag.errors import EvalError

DATA_VARIABLE = "GROUNDLINE_EVAL_DATA"


@dataclass(frozen=True)
class External:
    """A public set of questions: the files it needs, and how they become a corpus and cases.

    `prepare(data, corpus, all_)` writes the documents into the folder `corpus` and gives the cases; without `all_` a sample of them
    that is the same every time. `metrics` are what the set is made to measure.
    """

    title: str
    needs: tuple[str, ...]
    prepare: Callable[[Path, Path, bool], tuple[Case, ...]]
    metrics: tuple[str, ...]


EXTERNAL = {
    "xquad": External(xquad.TITLE, xquad.NEEDS, xquad.prepare, xquad.METRICS),
    "squad2": External(squad.TITLE, squad.NEEDS, squad.prepare, squad.METRICS),
    "followups": External(followups.TITLE, followups.NEEDS, followups.prepare, followups.METRICS),
    "clapnq": External(clapnq.TITLE, clapnq.NEEDS, clapnq.prepare, clapnq.METRICS),
}
NAMES = ("seeds", *EXTERNAL, "summedits")


def missing(needs: tuple[str, ...], data: Path | None) -> str:
    """Why a suite cannot run with this folder of data; empty when it can."""
    if data is None:
        return f"no folder of data: give --data DIR or set {DATA_VARIABLE}"
    if not data.is_dir():
        return f"there is no folder {data}"
    absent = [name for name in needs if not (data / name).is_file()]
    return f"{data} has no {', '.join(absent)}" if absent else ""


def seeds_cases(source: Path | None, only: tuple[str, ...], corpus: Path | None = None) -> tuple[Case, ...]:
    """The cases of a file or folder (the project's own by default); `only` keeps those with one of these ids or categories.

    Gold spans that are quotes alone are placed in `corpus`.
    """
    cases = load_cases(source or CASES, corpus)
    chosen = tuple(case for case in cases if not only or case.id in only or case.category in only)
    unknown = [name for name in only if not any(name in (case.id, case.category) for case in cases)]
    if unknown:
        raise EvalError(
            f"No case and no category is called {', '.join(unknown)}.", f"Categories: {', '.join(sorted({c.category for c in cases}))}."
        )
    return chosen
