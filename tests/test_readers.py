"""Which files are documents, and what each that cannot be read says."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import CorpusError, CorpusNotFound, ReadError
from rag.readers import FORMATS, find_files, hash_file, read

MOST = 1_000


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


def write(corpus: Path, name: str, data: bytes = b"Some text.") -> Path:
    file = corpus / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def names(corpus: Path) -> list[str]:
    return [file.relative_to(corpus).as_posix() for file in find_files(corpus)[0]]


def reasons(corpus: Path) -> dict[str, str]:
    return {item.path: item.reason for item in find_files(corpus)[1]}


def test_text_and_markdown_files_are_found_in_nested_folders_in_order(corpus: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/b/c.TXT", "a.Md", "Z.txt"):
        write(corpus, name)
    assert names(corpus) == ["Z.txt", "a.Md", "a/b/c.TXT", "a/z.md", "b.txt"]
    assert reasons(corpus) == {}


def test_other_types_are_reported(corpus: Path) -> None:
    write(corpus, "a.exe")
    write(corpus, "deep/README")
    assert names(corpus) == []
    assert reasons(corpus) == dict.fromkeys(("a.exe", "deep/README"), f"not a {FORMATS} file")


def test_hidden_files_and_folders_are_left_out_in_silence(corpus: Path) -> None:
    write(corpus, ".hidden.txt")
    write(corpus, ".git/a.txt")
    write(corpus, "a.txt")
    assert names(corpus) == ["a.txt"]
    assert reasons(corpus) == {}


def test_ignore_patterns_work_as_in_gitignore(corpus: Path) -> None:
    write(corpus, ".groundlineignore", b"\xef\xbb\xbf# drafts\r\ndrafts/\r\n*.tmp.txt\r\n!keep.tmp.txt\r\n/top.md\r\n")
    for name in ("drafts/a.txt", "x/drafts/b.md", "a.tmp.txt", "keep.tmp.txt", "top.md", "x/top.md"):
        write(corpus, name)
    assert names(corpus) == ["keep.tmp.txt", "x/top.md"]


def test_an_ignore_file_that_cannot_be_used_says_so(corpus: Path) -> None:
    write(corpus, ".groundlineignore", b"\xff\xfe")
    with pytest.raises(CorpusError, match="groundlineignore cannot be read"):
        find_files(corpus)
    write(corpus, ".groundlineignore", b"a\n!\n")
    with pytest.raises(CorpusError, match="groundlineignore holds a pattern"):
        find_files(corpus)


def test_a_missing_corpus_or_one_that_is_a_file_is_not_found(corpus: Path) -> None:
    with pytest.raises(CorpusNotFound, match="does not exist") as caught:
        find_files(corpus / "nowhere")
    assert "--corpus" in caught.value.hint
    with pytest.raises(CorpusNotFound, match="is not a folder"):
        find_files(write(corpus, "a.txt"))


def test_symbolic_links_that_leave_the_corpus_are_refused(corpus: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Secret.")
    (corpus / "out.txt").symlink_to(secret)
    (corpus / "folder").symlink_to(tmp_path)
    (corpus / "nothing.txt").symlink_to(corpus / "gone.txt")
    (corpus / "loop.txt").symlink_to(corpus / "loop.txt")
    assert names(corpus) == []
    assert reasons(corpus) == {
        "folder": "a symbolic link that leads out of the corpus",
        "loop.txt": "a symbolic link that leads nowhere",
        "nothing.txt": "a symbolic link that leads nowhere",
        "out.txt": "a symbolic link that leads out of the corpus",
    }
    with pytest.raises(ReadError, match="leads out of the corpus"):
        read(corpus, corpus / "out.txt", MOST)


def test_symbolic_links_inside_the_corpus_are_read_once(corpus: Path) -> None:
    write(corpus, "deep/a.txt")
    (corpus / "b.txt").symlink_to(corpus / "deep" / "a.txt")
    (corpus / "again").symlink_to(corpus / "deep")
    (corpus / "deep" / "up").symlink_to(corpus)
    assert names(corpus) == ["b.txt", "deep/a.txt"]
    assert all("whose files are found there" in reason for reason in reasons(corpus).values())


def test_the_corpus_itself_may_be_a_symbolic_link(corpus: Path, tmp_path: Path) -> None:
    write(corpus, "a.txt")
    link = tmp_path / "link"
    link.symlink_to(corpus)
    assert names(link) == ["a.txt"]
    assert read(link, link / "a.txt", MOST).path == "a.txt"


def test_a_name_that_is_not_utf8_is_reported(corpus: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(corpus) + b"/bad\xff.txt")).write_text("Text.")
    except OSError:
        pytest.skip("this file system only takes UTF-8 names")
    assert names(corpus) == []
    assert reasons(corpus) == {"bad\\xff.txt": "the name is not UTF-8"}


def test_a_pipe_is_reported_and_never_waited_for(corpus: Path) -> None:
    os.mkfifo(corpus / "pipe.txt")
    assert reasons(corpus) == {"pipe.txt": "not a regular file"}
    with pytest.raises(ReadError, match=r"pipe\.txt is not a regular file"):
        read(corpus, corpus / "pipe.txt", MOST)
    with pytest.raises(ReadError, match="not a regular file"):
        hash_file(corpus / "pipe.txt")


def test_a_folder_that_cannot_be_listed_is_reported(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(corpus, "locked/a.txt")
    write(corpus, "b.txt")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    assert names(corpus) == ["b.txt"]
    assert reasons(corpus) == {"locked": "the folder cannot be listed: Permission denied"}


def test_a_document_keeps_its_newlines_and_loses_its_byte_order_mark(corpus: Path) -> None:
    data = b"\xef\xbb\xbfOne.\r\nTwo.\rThree \xe2\x80\x9cfour\xe2\x80\x9d.\n"
    document = read(corpus, write(corpus, "deep/a.txt", data), MOST)
    assert document.text == "One.\r\nTwo.\rThree “four”.\n"
    assert (document.path, document.size, document.sha256) == ("deep/a.txt", len(data), hashlib.sha256(data).hexdigest())
    assert read(corpus, Path("deep/a.txt"), MOST) == document


@settings(deadline=None)
@given(st.text(min_size=1).filter(lambda text: not text.isspace() and "\0" not in text and not text.startswith("\ufeff")))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    corpus = tmp_path_factory.getbasetemp() / "round"
    assert read(corpus, write(corpus, "a.txt", text.encode("utf-8")), 1_000_000).text == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b" \r\n\t\xc2\xa0", "holds only white space"),
        (b"abc\0def", "is binary: byte 3 is NUL"),
        (b"\xff\xfea\0", "is UTF-16, not UTF-8"),
        (b"caf\xe9 au lait", "is not UTF-8: byte 3 is 0xe9"),
        (b"\xef\xbb\xbfcaf\xe9", "is not UTF-8: byte 6 is 0xe9"),
        (b"cut \xe2\x80", "is not UTF-8: byte 4 is 0xe2"),
        (b"x" * (MOST + 1), "is larger than 1,000 bytes"),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(corpus: Path, data: bytes, reason: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(corpus, write(corpus, "a.txt", data), MOST)
    assert str(caught.value) == f"a.txt {reason}."
    assert caught.value.hint


def test_a_file_of_just_the_largest_size_is_read(corpus: Path) -> None:
    assert read(corpus, write(corpus, "a.txt", b"x" * MOST), MOST).size == MOST


def test_a_file_that_vanished_or_is_a_folder_is_refused(corpus: Path) -> None:
    with pytest.raises(ReadError, match=r"gone\.txt cannot be read: No such file"):
        read(corpus, corpus / "gone.txt", MOST)
    (corpus / "folder.txt").mkdir()
    with pytest.raises(ReadError, match=r"folder\.txt is a folder"):
        read(corpus, corpus / "folder.txt", MOST)
    with pytest.raises(ReadError, match="cannot be read"):
        hash_file(corpus / "gone.txt")


def test_a_file_that_may_not_be_read_is_refused(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(corpus, "a.txt")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(ReadError, match=r"a\.txt cannot be read: Permission denied"):
        read(corpus, file, MOST)


def test_a_path_out_of_the_corpus_is_refused(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("Secret.")
    for path in (Path("../secret.txt"), corpus / ".." / "secret.txt", tmp_path / "secret.txt"):
        with pytest.raises(ReadError, match="leads out of the corpus"):
            read(corpus, path, MOST)


def test_the_hash_is_that_of_the_bytes(seeds: Path) -> None:
    for file in find_files(seeds)[0]:
        assert hash_file(file) == hashlib.sha256(file.read_bytes()).hexdigest() == read(seeds, file, 1_000_000).sha256
