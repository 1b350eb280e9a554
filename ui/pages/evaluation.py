"""The eval's page: run the suite, stop it, look at the report and at each case that did not pass."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from rag.conversations import Conversations
from rag.errors import CaseError, EvalError, ReadError
from rag.readers import hash_file
from rag.schema import Document, Frozen
from ui import rights
from ui.history import transcripts
from ui.markup import Markup
from ui.pages.eval_job import Job, State
from ui.registry import Call, Page, Room, Stream, Wish

if TYPE_CHECKING:
    from eval.case import Case, Gold
    from eval.report.model import CaseResult, Report
    from rag.engine import Engine

_HERE = Path(__file__).parent
FORMS = {"html": "text/html", "json": "application/json", "md": "text/markdown"}
_ICON = Markup('<path d="M4.5 19.5h15M4.5 19.5v-15"/><path d="M8 15.5l3.5-4 3 2.5 5-6.5"/>')


class Chosen(Frozen):
    """What to run: a category of the project's own cases (none: all), the text of a case file, or the visitor's answers called good."""

    category: str = ""
    file: str = ""
    rated: bool = False


class Which(Frozen):
    """A case of the last report."""

    id: str


class Form(Frozen):
    """A form of the last report."""

    form: str


class Evaluation:
    """The page's calls. Whoever may run it may see its report: both take the scope admin."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._job = _job(room)

    def show(self, wish: Wish) -> dict[str, object]:
        """Whether a run is going on, what may be run, and the last report, as HTML."""
        rights.check(wish, "admin")
        from eval.case import load_cases
        from ui.pages import eval_view

        state = self._job.state
        categories = dict(sorted(Counter(case.category for case in load_cases()).items()))
        last = self._job.report(wish.visitor)
        return {
            "running": state.phase == "running",
            "start": eval_view.start(categories, state.error),
            "report": eval_view.report(last) if last is not None else "",
        }

    def case(self, wish: Wish) -> str:
        """One case of the last report."""
        rights.check(wish, "admin")
        from ui.pages import eval_view

        result = _result(self._job.report(wish.visitor), Which.model_validate(wish.data).id)
        return eval_view.case_page(result, lambda path: self._document(result, path), can_open=not result.case.corpus)

    def save(self, wish: Wish) -> dict[str, str]:
        """The last report in one of its forms, as a file's text."""
        rights.check(wish, "admin")
        form = Form.model_validate(wish.data).form
        if form not in FORMS:
            raise EvalError("The report has no such form.", f"Its forms are {', '.join(FORMS)}.")
        try:
            text = (self._job.last(wish.visitor) / f"report.{form}").read_text("utf-8")
        except OSError as error:
            raise EvalError(f"The report cannot be read: {error.strerror}.", "Run the eval again.") from error
        return {"name": f"groundline-eval.{form}", "kind": FORMS[form], "text": text}

    def stop(self, wish: Wish) -> None:
        """End the run that is going on."""
        rights.check(wish, "admin")
        self._job.stop()

    def run(self, wish: Wish) -> Iterator[object]:
        """Begin a run and follow it; first, where rated answers are left out, how many."""
        rights.check(wish, "admin")
        engine = self._room.engine
        if engine is None:
            raise self._room.trouble
        chosen = Chosen.model_validate(wish.data)
        if chosen.rated:
            cases, outdated = _rated(engine, self._room, wish.visitor)
            self._job.start(engine, cases, wish.visitor)
            if outdated:
                yield {"outdated": outdated}
        else:
            self._job.start(engine, _cases(chosen))
        yield from map(_told, self._job.follow())

    def follow(self, wish: Wish) -> Iterator[object]:
        """Follow the run that is going on."""
        rights.check(wish, "admin")
        yield from map(_told, self._job.follow())

    def _document(self, result: "CaseResult", path: str) -> Document | None:
        """A document that a case is about: from the index, or a variant's file."""
        if not result.case.corpus:
            return self._room.engine.document(path) if self._room.engine is not None else None
        from eval.case import CORPORA
        from eval.corpus import read_documents

        return read_documents(CORPORA / result.case.corpus).get(path)


def _told(state: State) -> object:
    failed = {"message": str(state.error), "hint": state.error.hint} if state.error is not None else None
    return {"phase": state.phase, "done": state.done, "total": state.total, "left": state.seconds_left, "trouble": failed}


def _cases(chosen: Chosen) -> "tuple[Case, ...]":
    from pydantic import ValidationError

    from eval.case import CORPORA, CaseFile
    from eval.suites import seeds_cases

    if not chosen.file:
        return seeds_cases(None, (chosen.category,) if chosen.category else ())
    try:
        cases = CaseFile.model_validate_json(chosen.file).cases
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise CaseError(f"{place}: {first['msg']}", "docs/evaluation.md describes case files.") from error
    ours = {folder.name for folder in CORPORA.iterdir()}
    for case in cases:
        if case.corpus and case.corpus not in ours:  # a way from there to any folder of this machine
            raise CaseError(f"{case.id}: there is no corpus {case.corpus[:100]!r}.", f"The variants are {', '.join(sorted(ours))}.")
    return cases


def _rated(engine: "Engine", room: Room, visitor: str) -> "tuple[tuple[Case, ...], int]":
    """A case for each answer that the visitor called good, so far as its quote still stands; how many do not.

    Raises EvalError when there is none.
    """
    from eval import feedback

    rated = feedback.cases(transcripts(Conversations(room.home), room.corpus, visitor)).cases
    if not rated:
        raise EvalError(
            "You have called no answer good yet that could be asked again.",
            'Ask something, choose "Good answer" (the thumb up) below the answer, then come back.',
        )
    kept = tuple(case for case in rated if all(_stands(gold, engine) for group in case.gold for gold in group))
    if not kept:
        raise EvalError("What the answers that you called good cite has changed since.", "Ask again, and call the new answers good.")
    return kept, len(rated) - len(kept)


def _stands(gold: "Gold", engine: "Engine") -> bool:
    """Whether the file, as it is now, has the quote in its place."""
    document = engine.document(gold.path)
    try:
        return (
            document is not None
            and document.text[gold.start : gold.end] == gold.quote
            and hash_file(engine.corpus / gold.path) == document.sha256
        )
    except ReadError:
        return False


def _result(report: "Report | None", id: str) -> "CaseResult":
    for result in report.cases if report is not None else ():
        if result.case.id == id:
            return result
    raise EvalError("The last report has no such case.", "Reload this page.")


_JOBS: WeakKeyDictionary[Room, Job] = WeakKeyDictionary()


def _job(room: Room) -> Job:
    """One job for a room, so that the page's calls and streams see the same run."""
    return _JOBS.setdefault(room, Job(room.home))


def calls(room: Room) -> Mapping[str, Call]:
    """Every call by its name."""
    page = Evaluation(room)
    return {"show": page.show, "case": page.case, "save": page.save, "stop": page.stop}


def streams(room: Room) -> Mapping[str, Stream]:
    """Every stream by its name."""
    page = Evaluation(room)
    return {"run": page.run, "follow": page.follow}


PAGE = Page("eval", "Eval", _ICON, calls=calls, streams=streams, scripts=(_HERE / "eval.js",), styles=(_HERE / "eval.css",), needs="admin")
