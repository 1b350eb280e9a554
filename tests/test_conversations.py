import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import pytest

from rag import verify
from rag.citations import cite
from rag.conversation_schema import FILE_NAME, LAYOUT
from rag.conversations import Conversations
from rag.errors import ConversationMissing, ConversationsUnreadable, StorageError
from rag.export import load
from rag.readers import read
from rag.schema import Answer, AnswerSentence
from rag.sqlite_errors import write_ahead

QUOTE = "The ferry sank off Ystad."


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "sea.txt").write_text(f"{QUOTE}\nNobody was hurt.\n", encoding="utf-8")
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    """A home whose clock goes on by a minute at every look."""
    minutes = count()
    return Conversations(tmp_path / "home", now=lambda: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=next(minutes)))


def answer(corpus: Path, question: str = "What sank?", standalone: str = "") -> Answer:
    citation = cite(1, read(corpus, corpus / "sea.txt", 1_000_000), 1, 0, len(QUOTE))
    sentence = AnswerSentence(text=QUOTE, start=0, end=len(QUOTE), verdict="supported", reasons=(), citations=(1,))
    said = f"{QUOTE} [1]"
    return Answer(
        question=question,
        status="answered",
        text=said,
        sentences=(sentence,),
        citations=(citation,),
        confidence=0.9,
        standalone=standalone,
    )


def test_nothing_is_written_before_the_first_conversation(kept: Conversations) -> None:
    assert kept.list() == () and kept.search("ferry") == ()
    assert not kept.file.exists()


def test_turns_come_back_as_they_were_stored(kept: Conversations, corpus: Path) -> None:
    made = kept.create(corpus)
    first = kept.append(made.id, answer(corpus))
    kept.append(made.id, answer(corpus, "Where was that?", "Where did the ferry sink?"))
    transcript = kept.get(made.id)
    assert transcript.turns[0] == first and transcript.turns[0].answer == answer(corpus)
    assert [turn.number for turn in transcript.turns] == [1, 2]
    assert transcript.conversation.corpus == str(corpus.resolve()) and transcript.conversation.turns == 2
    assert [turn.content for turn in kept.history(made.id)] == ["What sank?", f"{QUOTE} [1]", "Where was that?", f"{QUOTE} [1]"]


def test_a_conversation_takes_its_first_question_for_a_title_until_it_is_renamed(kept: Conversations, corpus: Path) -> None:
    made = kept.create(corpus)
    kept.append(made.id, answer(corpus, "What " + "really " * 30 + "sank?"))
    title = kept.get(made.id).conversation.title
    assert title.startswith("What really") and title.endswith("…") and len(title) <= 80
    kept.rename(made.id, "  The\nferry ")
    assert kept.get(made.id).conversation.title == "The ferry"
    kept.rename(made.id, "")
    assert kept.get(made.id).conversation.title == title


def test_the_list_is_newest_first_and_in_pages(kept: Conversations, corpus: Path) -> None:
    made = [kept.create(corpus, title=f"Number {number}").id for number in range(5)]
    kept.append(made[1], answer(corpus))
    order = [one.id for one in kept.list()]
    assert order == [made[1], made[4], made[3], made[2], made[0]]
    assert [one.id for one in kept.list(limit=2, offset=1)] == order[1:3]
    assert kept.list(corpus=corpus.parent) == () and len(kept.list(corpus=corpus)) == 5


def test_a_search_looks_in_titles_questions_and_answers(kept: Conversations, corpus: Path) -> None:
    one, two = (kept.create(corpus, title=title).id for title in ("Über Boats", "Gardens"))
    kept.append(one, answer(corpus, "Which one?"))
    assert [found.id for found in kept.search("YSTAD über")] == [one]
    assert [found.id for found in kept.search("which")] == [one]
    assert [found.id for found in kept.search("gardens")] == [two]
    assert kept.search("gardens ystad") == () and kept.search("100%") == ()


def test_a_search_for_very_many_words_is_no_damage(kept: Conversations, corpus: Path) -> None:
    about = kept.create(corpus, title="word 0")
    assert kept.search(" ".join(f"word {n // 5_000}" for n in range(5_000))) == (about,)
    assert kept.search(" ".join(f"word{n}" for n in range(5_000))) == ()


def test_one_visitor_never_meets_the_conversations_of_another(kept: Conversations, corpus: Path) -> None:
    made = kept.create(corpus, owner="ann")
    kept.append(made.id, answer(corpus), owner="ann")
    assert kept.list(owner="bob") == () and kept.list() == () and kept.search("ferry", owner="bob") == ()
    for act in (
        lambda: kept.get(made.id, owner="bob"),
        lambda: kept.append(made.id, answer(corpus), owner="bob"),
        lambda: kept.rename(made.id, "Mine", owner="bob"),
        lambda: kept.rate(made.id, 1, "up", owner="bob"),
        lambda: kept.cut(made.id, 1, owner="bob"),
        lambda: kept.delete(made.id, owner="bob"),
        lambda: kept.export(made.id, owner="bob"),
        lambda: kept.find(made.id[:6], owner="bob"),
    ):
        with pytest.raises(ConversationMissing):
            act()
    assert kept.get(made.id, owner="ann").conversation.title == "What sank?"


def test_what_is_deleted_is_in_no_file(kept: Conversations, corpus: Path) -> None:
    other, made = kept.create(corpus, title="Stays"), kept.create(corpus)
    kept.append(made.id, answer(corpus, "Is Zyxwvut the captain?"))
    files = list(kept.file.parent.glob(f"{FILE_NAME}*"))
    assert any(b"Zyxwvut" in file.read_bytes() for file in files)
    kept.delete(made.id)
    assert [one.id for one in kept.list()] == [other.id]
    assert not any(b"Zyxwvut" in file.read_bytes() for file in kept.file.parent.glob(f"{FILE_NAME}*"))


def test_a_turn_and_those_after_it_can_be_asked_again(kept: Conversations, corpus: Path) -> None:
    made = kept.create(corpus)
    for question in ("One?", "Two?", "Three?"):
        kept.append(made.id, answer(corpus, question))
    kept.cut(made.id, 2)
    assert kept.append(made.id, answer(corpus, "Other two?")).number == 2
    assert [turn.question for turn in kept.get(made.id).turns] == ["One?", "Other two?"]


def test_an_opinion_is_kept_with_its_turn_and_can_be_taken_back(kept: Conversations, corpus: Path) -> None:
    made = kept.create(corpus)
    kept.append(made.id, answer(corpus))
    kept.rate(made.id, 1, "down", "It was a tug.")
    assert [(turn.thumb, turn.comment) for turn in kept.get(made.id).turns] == [("down", "It was a tug.")]
    kept.rate(made.id, 1, "")
    assert kept.get(made.id).turns[0].thumb == ""
    with pytest.raises(ConversationMissing, match="turn 7"):
        kept.rate(made.id, 7, "up")


def test_an_export_as_json_loads_again_and_its_answers_can_be_verified(kept: Conversations, corpus: Path, tmp_path: Path) -> None:
    made = kept.create(corpus)
    kept.append(made.id, answer(corpus))
    file = tmp_path / "talk.json"
    file.write_text(kept.export(made.id, "json"), encoding="utf-8")
    loaded = load(file)
    assert loaded == kept.get(made.id)
    assert [check.state for check in verify(loaded.turns[0].answer, corpus)] == ["ok"]
    (corpus / "sea.txt").write_text("Another text.", encoding="utf-8")
    assert [check.state for check in verify(loaded.turns[0].answer, corpus)] == ["stale"]


def test_an_export_as_markdown_has_numbered_citations_and_no_markup_of_strangers(kept: Conversations, corpus: Path) -> None:
    made = kept.create(corpus, title="# <script>alert(1)</script>")
    kept.append(made.id, answer(corpus, "What [sank](javascript:x)?", "What *sank*?"))
    text = kept.export(made.id)
    assert f"[1] sea.txt, line 1, characters 0–{len(QUOTE)}\n\n> {QUOTE}" in text
    assert "*Asked as:* What \\*sank\\*?" in text
    assert "<script>" not in text and "[sank](" not in text


@pytest.mark.parametrize("text", ["{}", "no json", '{"conversation": 1}'])
def test_what_is_no_exported_conversation_is_refused(text: str) -> None:
    with pytest.raises(ConversationsUnreadable):
        load(text)


def test_a_file_of_a_newer_version_is_left_alone(kept: Conversations, corpus: Path) -> None:
    kept.create(corpus)
    with sqlite3.connect(kept.file) as connection:
        connection.execute(f"PRAGMA user_version = {LAYOUT + 1}")
    connection.close()
    for act in (kept.list, lambda: kept.create(corpus)):
        with pytest.raises(ConversationsUnreadable, match="newer"):
            act()


def test_a_damaged_file_is_an_error_that_names_it(kept: Conversations) -> None:
    kept.file.parent.mkdir(parents=True)
    kept.file.write_bytes(b"not a database" * 500)
    with pytest.raises(ConversationsUnreadable, match=FILE_NAME):
        kept.list()


def test_a_home_that_cannot_be_made_is_an_error(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        Conversations(tmp_path / "file" / "home").create(corpus)


def test_the_beginning_of_an_id_is_enough_where_it_is_the_only_one(kept: Conversations, corpus: Path) -> None:
    made = kept.create(corpus)
    assert kept.find(made.id[:8]) == made.id
    for wrong in ("", "zz", "%"):
        with pytest.raises(ConversationMissing):
            kept.find(wrong)


def test_threads_write_at_once_and_lose_nothing(kept: Conversations, corpus: Path) -> None:
    made, one = kept.create(corpus), answer(corpus)
    with ThreadPoolExecutor(4) as pool:
        numbers = [turn.number for turn in pool.map(lambda _: kept.append(made.id, one), range(20))]
    assert sorted(numbers) == list(range(1, 21))


class Shared:
    """A connection to a new file that others have just opened too: SQLite refuses so many times to change how it logs."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals

    def execute(self, statement: str) -> None:
        assert statement == "PRAGMA journal_mode = WAL"
        if self.refusals:
            self.refusals -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error


def test_who_opens_a_new_file_with_others_is_patient() -> None:
    shared = Shared(3)
    write_ahead(cast("sqlite3.Connection", shared), 60)
    assert shared.refusals == 0
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        write_ahead(cast("sqlite3.Connection", Shared(1)), 0)


def write_some(home: Path, corpus: Path) -> None:
    kept = Conversations(home)
    for _ in range(5):
        kept.append(kept.create(corpus).id, answer(corpus))


def test_processes_write_at_once_and_lose_nothing(tmp_path: Path, corpus: Path) -> None:
    home = tmp_path / "home"
    processes = [get_context("spawn").Process(target=write_some, args=(home, corpus)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert [one.turns for one in Conversations(home).list()] == [1] * 15
