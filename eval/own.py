"""Cases and corpora of one's own: what their suite is called, and where their baseline stands."""

from pathlib import Path

from eval.case import BASELINE_SUFFIX, CASES
from eval.options import Options
from eval.suites import NAMES
from rag.config import Settings

SEEDS = CASES.parent.parent / "seeds"


def cases_are_own(options: Options) -> bool:
    """Whether the cases are others than the project's."""
    return options.cases is not None and options.cases.resolve() != CASES.resolve()


def is_the_seeds(options: Options) -> bool:
    """Whether a run asks all of the project's own cases about the project's own documents."""
    corpus = options.corpus or Settings().corpus
    return not cases_are_own(options) and not options.only and corpus.resolve() == SEEDS.resolve()


def suite_name(options: Options) -> str:
    """What a run is called, and the folder of its report: "seeds", or the name of the case file or of its folder."""
    if not cases_are_own(options) or options.cases is None:
        return "seeds"
    place = options.cases.resolve()
    name = (place.name if place.is_dir() else place.stem) or "cases"
    return f"{name}-cases" if name in (*NAMES, "window", "rated") else name


def baseline_beside(cases: Path) -> Path:
    """The baseline of a case file, or of a folder of them, beside it."""
    place = cases if cases.name not in ("", "..") else cases.resolve()
    return place.with_name((place.name if place.is_dir() else place.stem) + BASELINE_SUFFIX)
