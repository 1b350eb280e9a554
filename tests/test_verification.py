"""A saved answer is checked against the files as they are now, and nothing outside the corpus is opened."""

import json
from pathlib import Path

import pytest

from rag.citations import cite
from rag.errors import GroundlineError
from rag.readers import read
from rag.schema import Answer
from rag.verification import verify

TEXTS = {"a.txt": "It rained. It snowed.\n", "deep/b.md": "# Title\n\nThe ferry sank.\n"}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "deep").mkdir(parents=True)
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def answer(corpus: Path) -> Answer:
    first, second = (read(corpus, Path(name), 1_000) for name in TEXTS)
    citations = (cite(1, first, 1, 11, 21), cite(2, second, 1, 9, 24), cite(3, first, 1, 0, 10))
    return Answer(question="What fell?", status="answered", text="It snowed. [1]", citations=citations, confidence=0.9)


def states(answer: Answer | str | Path, corpus: Path) -> list[str]:
    return [check.state for check in verify(answer, corpus)]


def with_path(answer: Answer, path: str) -> Answer:
    return answer.model_copy(update={"citations": (answer.citations[0].model_copy(update={"path": path}),)})


def test_an_answer_holds_while_the_files_are_the_same(answer: Answer, corpus: Path) -> None:
    assert [(check.n, check.path, check.state) for check in verify(answer, corpus)] == [
        (1, "a.txt", "ok"),
        (2, "deep/b.md", "ok"),
        (3, "a.txt", "ok"),
    ]


def test_a_saved_answer_is_read_from_a_file_its_name_or_its_json(answer: Answer, corpus: Path, tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text(answer.model_dump_json())
    assert states(file, corpus) == states(str(file), corpus) == states(answer.model_dump_json(), corpus) == ["ok"] * 3


def test_an_answer_saved_before_answers_said_more_is_checked_as_ever(answer: Answer, corpus: Path) -> None:
    saved = answer.model_dump(mode="json", exclude={"standalone", "writer", "dropped", "notes"})
    for citation in saved["citations"]:
        del citation["place"], citation["reader"]
    assert states(json.dumps(saved), corpus) == ["ok", "ok", "ok"]


def test_a_changed_file_makes_its_citations_stale_and_no_others(answer: Answer, corpus: Path) -> None:
    (corpus / "a.txt").write_text("It hailed. It snowed.\n")
    assert states(answer, corpus) == ["stale", "ok", "stale"]


def test_a_file_that_became_unreadable_is_stale_with_the_reason(answer: Answer, corpus: Path) -> None:
    (corpus / "a.txt").write_bytes(b"")
    check = verify(answer, corpus)[0]
    assert (check.state, check.detail) == ("stale", "a.txt is empty.")


def test_a_deleted_file_makes_its_citations_missing(answer: Answer, corpus: Path) -> None:
    (corpus / "a.txt").unlink()
    assert states(answer, corpus) == ["missing", "ok", "missing"]


def test_a_path_that_no_file_can_have_is_missing(answer: Answer, corpus: Path) -> None:
    assert states(with_path(answer, "x" * 10_000), corpus) == ["missing"]
    assert states(with_path(answer, "deep"), corpus) == ["missing"]


def test_a_quote_that_the_file_never_held_is_wrong(answer: Answer, corpus: Path) -> None:
    forged = answer.citations[0].model_copy(update={"quote": "It burned."})
    assert states(answer.model_copy(update={"citations": (forged,)}), corpus) == ["wrong"]


def test_an_answer_without_citations_has_nothing_to_check(corpus: Path) -> None:
    assert verify(Answer(question="?", status="abstained", text="", confidence=0.0), corpus) == ()


@pytest.mark.parametrize("path", ["../secret.txt", "deep/../../secret.txt", "link.txt", "", "deep/../..", "a\0.txt", "/etc/hostname"])
def test_a_path_out_of_the_corpus_is_missing_and_never_opened(
    answer: Answer, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    (tmp_path / "secret.txt").write_text("Secret.")
    (corpus / "link.txt").symlink_to(tmp_path / "secret.txt")
    opened: list[object] = []
    monkeypatch.setattr("os.open", lambda *args: opened.append(args))
    (check,) = verify(with_path(answer, path), corpus)
    assert opened == []
    assert check.state == "missing"
    assert "out of the corpus" in check.detail


@pytest.mark.parametrize("path", [".env", ".private/a.txt", "drafts/a.txt", "keys.pem"])
def test_nothing_is_told_of_files_that_are_no_documents(answer: Answer, corpus: Path, path: str) -> None:
    (corpus / ".groundlineignore").write_text("drafts/\n")
    (corpus / path).parent.mkdir(exist_ok=True)
    (corpus / path).write_text(TEXTS["a.txt"])
    (check,) = verify(with_path(answer, path), corpus)
    assert (check.state, check.detail) == ("missing", "no document of the corpus has this path")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an answer"),
        (b"not json", "not an answer"),
        (b"[1, 2]", "not an answer"),
        (b"{}", "question"),
        (b"\xff\xff", "cannot be read"),
    ],
)
def test_a_file_that_holds_no_answer_is_a_clear_error(corpus: Path, tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(content)
    with pytest.raises(GroundlineError, match=message) as caught:
        verify(file, corpus)
    assert "answer.json" in str(caught.value)
    assert caught.value.hint


def test_an_unknown_field_or_a_missing_file_is_a_clear_error(answer: Answer, corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(GroundlineError, match="extra"):
        verify(json.dumps({**answer.model_dump(), "extra": 1}), corpus)
    with pytest.raises(GroundlineError, match=r"nothing\.json cannot be read"):
        verify(tmp_path / "nothing.json", corpus)
