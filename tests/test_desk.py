"""What becomes of a question at the window's desk: kept when it was answered, and not when it was stopped, at whatever moment."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from rag.conversations import Conversations
from rag.events import Done, Event, Retrieved, Sentence, Token
from rag.schema import Answer, AnswerSentence, Document
from ui.desk import RUNS, Desk
from ui.draft import Draft
from ui.registry import Room, Wish

if TYPE_CHECKING:
    from rag.engine import Engine

SAID = AnswerSentence(text="It fell.", start=0, end=8, verdict="uncited", reasons=("it names no source",), citations=())


class Scripted:
    """An engine that says the same to every question; `closed` counts the streams that were left or ended."""

    closed = 0
    llm_name = "scripted"

    def stream(self, question: str, **_: object) -> Iterator[Event]:
        try:
            yield Retrieved(question=question, hits=())
            yield Token(text="It fell. And")
            yield Sentence(sentence=SAID, citations=())
            yield Done(answer=Answer(question=question, status="answered", text="It fell.", sentences=(SAID,), confidence=0.5))
        finally:
            self.closed += 1


@pytest.fixture
def engine() -> Scripted:
    return Scripted()


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


@pytest.fixture
def desk(tmp_path: Path, engine: Scripted, kept: Conversations) -> Desk:
    return Desk(Room(tmp_path, tmp_path, cast("Engine", engine)), kept)


def test_an_answer_is_told_step_by_step_and_kept(desk: Desk, kept: Conversations) -> None:
    steps = list(desk.ask(Wish({"question": "Why?"}, "ada")))
    assert [next(iter(step)) for step in steps] == ["step", "token", "sentence", "done", "stored"]
    assert steps[2]["rest"] == "And"
    (one,) = kept.list(owner="ada")
    assert steps[-1] == {"stored": {"conversation": one.id, "turn": 1}}
    list(desk.ask(Wish({"question": "How?", "conversation": one.id, "instead": 1}, "ada")))
    assert [turn.question for turn in kept.get(one.id, owner="ada").turns] == ["How?"]


def test_quotes_come_all_at_once_in_their_places(desk: Desk, engine: Scripted) -> None:
    engine.llm_name = "extractive"
    assert [next(iter(step)) for step in desk.ask(Wish({"question": "Why?"}, "ada"))] == ["step", "done", "stored"]


def test_a_stream_that_is_left_closes_the_engines_and_keeps_nothing(desk: Desk, engine: Scripted, kept: Conversations) -> None:
    steps = desk.ask(Wish({"question": "Why?"}))
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert engine.closed == 1 and kept.list() == ()


def test_a_run_that_was_stopped_keeps_nothing_and_one_that_was_faster_says_where_it_is(desk: Desk, kept: Conversations) -> None:
    asked: dict[str, object] = {"question": "Why?", "run": "a1"}
    steps = desk.ask(Wish(asked, "ada"))
    next(steps)
    assert desk.stop(Wish({"run": "a1"}, "ada")) is None
    assert "stored" not in [key for step in steps for key in step] and kept.list(owner="ada") == ()
    done = list(desk.ask(Wish({**asked, "run": "b2"}, "ada")))
    assert desk.stop(Wish({"run": "b2"}, "ada")) == done[-1]["stored"]
    assert desk.stop(Wish({"run": "b2"}, "bob")) is None, "another visitor learns nothing"
    for number in range(RUNS + 10):
        desk.stop(Wish({"run": f"r{number}"}))
    assert len(desk._ended) == RUNS


@pytest.mark.parametrize(
    ("written", "sentence", "rest"),
    [
        ("It fell [1]. And then", "It fell.", "And then"),
        ("It  fell[1], [2].\nNext", "It fell.", "\nNext"),
        ("It rose. And", "It fell.", "It rose. And"),
        ("It fe", "It fell.", "It fe"),
        ("In 1921 [1921] it fell. So", "In 1921 [1921] it fell.", "So"),
    ],
)
def test_a_draft_gives_up_what_was_judged_whatever_its_marks(written: str, sentence: str, rest: str) -> None:
    draft = Draft()
    draft.add(written)
    draft.take(sentence)
    assert draft.text == rest


@pytest.mark.parametrize(("written", "reader", "stale"), [("It fell.", "", False), ("It rose.", "", True), ("It fell.", "pdf 0", True)])
def test_a_source_is_stale_when_its_file_or_its_reader_is_another_one(
    desk: Desk, engine: Scripted, tmp_path: Path, written: str, reader: str, stale: bool
) -> None:
    (tmp_path / "a.txt").write_text(written)
    sha256 = hashlib.sha256(b"It fell.").hexdigest()
    found = Document(path="a.txt", sha256=sha256, size=8, text="It fell.", reader=reader)
    vars(engine).update(corpus=tmp_path, document=lambda path: found)
    shown = desk.locate(Wish({"path": "a.txt", "sha256": sha256, "start": 0, "end": 8, "quote": "It fell."}))
    assert ("changed since it was indexed" in shown) == stale and 'id="gl-quote"' in shown
