"""The eval's page: a run at a time with progress, a report that stays, case files, and the answers that a visitor called good."""

import json
import threading
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from rag.config import Settings
from rag.conversations import Conversations
from rag.errors import EvalError, GroundlineError
from rag.schema import Answer, Citation, Document
from tests.support.pages import FERRY, Reader, ferry_corpus
from ui.pages import eval_view
from ui.pages.eval_job import Job
from ui.pages.evaluation import Evaluation
from ui.registry import Room, Wish

if TYPE_CHECKING:
    from eval.case import Case


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return ferry_corpus(tmp_path)


class Scripted:
    """An engine that abstains from everything, one question at a time as the test allows it."""

    def __init__(self, corpus: Path) -> None:
        self.corpus = corpus
        self.settings = Settings()
        self.allowed = threading.Semaphore(0)

    def ask(self, question: str) -> Answer:
        assert self.allowed.acquire(timeout=120)
        return Answer(question=question, status="abstained", text="Nothing.", confidence=0.0)


def cases(*expected: str) -> "tuple[Case, ...]":
    from eval.case import Case

    gold = [[{"path": "ferry.txt", "start": 0, "end": 9, "quote": FERRY[:9]}]]
    made = [
        {
            "id": f"c{n}",
            "category": kind,
            "split": "test",
            "question": f"Question {n}?",
            "expect": kind,
            "gold": gold if kind == "answer" else [],
        }
        for n, kind in enumerate(expected)
    ]
    return tuple(map(Case.model_validate, made))


def test_a_run_tells_how_far_it_is_and_leaves_a_report(corpus: Path, tmp_path: Path) -> None:
    engine: Any = Scripted(corpus)
    engine.allowed.release(3)
    job = Job(tmp_path / "home")
    assert job.report() is None
    job.start(engine, cases("abstain", "answer", "abstain"))
    states = list(job.follow())
    assert states[-1].phase == "done" and states[-1].done == states[-1].total == 3
    report = Job(tmp_path / "home").report()
    assert report is not None and [case.verdict for case in report.cases] == ["passed", "failed", "passed"]
    assert ">Last report</h3>" in eval_view.report(report)


def test_a_report_of_one_category_says_which(corpus: Path, tmp_path: Path) -> None:
    engine: Any = Scripted(corpus)
    engine.allowed.release(2)
    job = Job(tmp_path / "home")
    job.start(engine, cases("abstain", "abstain"))
    assert list(job.follow())[-1].phase == "done"
    report = job.report()
    assert report is not None and ">Last report, of the category abstain</h3>" in eval_view.report(report)


def test_one_run_at_a_time_and_a_stopped_one_goes_on_from_there(corpus: Path, tmp_path: Path) -> None:
    engine: Any = Scripted(corpus)
    job = Job(tmp_path / "home")
    job.start(engine, cases("abstain", "abstain", "abstain"))
    with pytest.raises(EvalError, match="running already"):
        job.start(engine, cases("abstain"))
    job.stop()
    engine.allowed.release(3)
    assert list(job.follow())[-1].phase == "stopped"
    assert job.report() is None
    again: Any = Scripted(corpus)
    again.allowed.release(2)
    job.start(again, cases("abstain", "abstain", "abstain"))
    assert list(job.follow())[-1].phase == "done", "a question was asked again"


def test_what_keeps_a_run_from_starting_is_told(corpus: Path, tmp_path: Path) -> None:
    (corpus / "ferry.txt").write_text("Something else stands here.", "utf-8")
    job = Job(tmp_path / "home")
    engine: Any = Scripted(corpus)
    job.start(engine, cases("answer"))
    last = list(job.follow())[-1]
    assert last.phase == "failed" and "ferry.txt" in str(last.error)


def test_a_case_file_of_ones_own_is_run_and_its_failures_open(corpus: Path, tmp_path: Path) -> None:
    engine: Any = Scripted(corpus)
    engine.allowed.release(2)
    engine.document = lambda path: Document(path=path, sha256="0" * 64, size=1, text=FERRY)
    room = Room(corpus, tmp_path / "home", engine)
    page = Evaluation(room)
    text = json.dumps({"cases": [case.model_dump(mode="json") for case in cases("answer", "abstain")]})
    *_, last = page.run(Wish({"file": text}))
    assert last == {"phase": "done", "done": 2, "total": 2, "left": None, "trouble": None}
    shown = Reader(str(page.show(Wish({}))["report"])).text
    assert "1 passed" in shown and "1 failed" in shown and "Question 0?" in shown
    opened = Reader(page.case(Wish({"id": "c0"}))).text
    assert "abstained" in opened and FERRY[:9] in opened and "an answer" in opened
    assert json.loads(page.save(Wish({"form": "json"}))["text"])["suite"] == "window"
    with pytest.raises(EvalError, match="no such form"):
        page.save(Wish({"form": "../../secret"}))
    with pytest.raises(EvalError, match="no such case"):
        page.case(Wish({"id": "c9"}))
    with pytest.raises(GroundlineError, match="cases"):
        next(page.run(Wish({"file": "{}"})))
    (tmp_path / "private").mkdir()
    away = [case.model_copy(update={"corpus": str(tmp_path / "private")}).model_dump(mode="json") for case in cases("abstain")]
    with pytest.raises(GroundlineError, match="there is no corpus"):
        next(page.run(Wish({"file": json.dumps({"cases": away})})))


# ---- the answers called good, as a suite


def liked(corpus: Path, home: Path, visitor: str, *questions: str, thumb: Literal["up", "down"] = "up") -> None:
    """A conversation of a visitor, each of whose answers quotes the corpus's first characters and is rated."""
    kept = Conversations(home)
    id = kept.create(corpus, owner=visitor).id
    citation = Citation(n=1, path="ferry.txt", sha256="0" * 64, passage=1, start=0, end=9, line_start=1, line_end=1, quote=FERRY[:9])
    for question in questions:
        said = Answer(question=question, status="answered", text=f"{FERRY[:9]} [1]", confidence=0.9, citations=(citation,))
        kept.rate(id, kept.append(id, said, owner=visitor).number, thumb, owner=visitor)


@pytest.fixture
def rated(corpus: Path, tmp_path: Path) -> tuple[Evaluation, Scripted]:
    """The eval's page over the corpus, and its engine, which abstains."""
    engine: Any = Scripted(corpus)
    text = (corpus / "ferry.txt").read_bytes()
    document = Document(path="ferry.txt", sha256=sha256(text).hexdigest(), size=len(text), text=text.decode())
    engine.document = {"ferry.txt": document}.get
    return Evaluation(Room(corpus, tmp_path / "home", engine)), engine


RATED: dict[str, object] = {"rated": True}


def test_the_answers_called_good_are_asked_again_and_reported(rated: tuple[Evaluation, Scripted], corpus: Path, tmp_path: Path) -> None:
    page, engine = rated
    liked(corpus, tmp_path / "home", "visitor:a", "When does the ferry leave?", "Who is its captain?")
    liked(corpus, tmp_path / "home", "visitor:a", "Was this bad?", thumb="down")
    engine.allowed.release(2)
    *_, last = page.run(Wish(RATED, "visitor:a"))
    assert last == {"phase": "done", "done": 2, "total": 2, "left": None, "trouble": None}
    shown = Reader(str(page.show(Wish({}, "visitor:a"))["report"])).text
    assert "of the answers that you called good" in shown and "2 failed" in shown and "When does the ferry leave?" in shown
    assert "an answer" in Reader(page.case(Wish({"id": "feedback-001"}, "visitor:a"))).text
    assert json.loads(page.save(Wish({"form": "json"}, "visitor:a"))["text"])["suite"] == "rated"


def test_nobody_else_sees_what_was_asked(rated: tuple[Evaluation, Scripted], corpus: Path, tmp_path: Path) -> None:
    page, engine = rated
    liked(corpus, tmp_path / "home", "visitor:a", "When does the ferry leave?")
    engine.allowed.release(2)
    list(page.run(Wish(RATED, "visitor:a")))
    assert page.show(Wish({}, "visitor:b"))["report"] == ""
    with pytest.raises(EvalError, match="no such case"):
        page.case(Wish({"id": "feedback-001"}, "visitor:b"))
    with pytest.raises(EvalError, match="cannot be read"):
        page.save(Wish({"form": "json"}, "visitor:b"))
    with pytest.raises(EvalError, match="called no answer good"):
        next(page.run(Wish(RATED, "visitor:b")))
    text = json.dumps({"cases": [case.model_dump(mode="json") for case in cases("abstain")]})
    list(page.run(Wish({"file": text}, "visitor:b")))
    for visitor in ("visitor:a", "visitor:b"):  # the newest that each may see
        assert "1 passed" in Reader(str(page.show(Wish({}, visitor))["report"])).text


def test_without_an_answer_called_good_the_page_says_what_to_do(rated: tuple[Evaluation, Scripted], corpus: Path, tmp_path: Path) -> None:
    page, _ = rated
    liked(corpus, tmp_path / "home", "visitor:a", "Was this bad?", thumb="down")
    with pytest.raises(EvalError, match="called no answer good") as told:
        next(page.run(Wish(RATED, "visitor:a")))
    assert "Good answer" in told.value.hint and page.show(Wish({}, "visitor:a"))["running"] is False


def test_answers_whose_text_has_changed_are_left_out_and_counted(rated: tuple[Evaluation, Scripted], corpus: Path, tmp_path: Path) -> None:
    page, engine = rated
    liked(corpus, tmp_path / "home", "visitor:a", "When does the ferry leave?")
    kept = Conversations(tmp_path / "home")
    id = kept.create(corpus, owner="visitor:a").id
    elsewhere = Answer(question="Where is Lund?", status="abstained", text="Nothing.", confidence=0.0)
    kept.rate(id, kept.append(id, elsewhere, owner="visitor:a").number, "up", owner="visitor:a")
    (corpus / "ferry.txt").write_text(FERRY + " It rains.", "utf-8")
    engine.allowed.release(1)
    first, *_, last = page.run(Wish(RATED, "visitor:a"))
    assert first == {"outdated": 1} and last == {"phase": "done", "done": 1, "total": 1, "left": None, "trouble": None}
    kept.delete(id, owner="visitor:a")
    with pytest.raises(EvalError, match="has changed since"):
        next(page.run(Wish(RATED, "visitor:a")))
