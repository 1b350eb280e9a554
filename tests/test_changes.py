"""A folder that is watched: what is not indexed yet is noticed, what was only touched is not, and looking costs little."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import changes
from rag.changes import Folder
from rag.config import Settings
from rag.embed import MiniLM
from rag.errors import CorpusNotFound
from rag.index import open_catalog
from rag.ingest import ingest

EMBEDDER = MiniLM()


class Watched:
    """A folder with an index, and what watches it."""

    def __init__(self, corpus: Path, home: Path) -> None:
        self.corpus, self.home, self.settings = corpus, home, Settings(max_file_bytes=1_000)
        self.read_again()
        self.catalog = open_catalog(corpus, home)
        self.folder = Folder(corpus, self.settings, every=0.0)

    def read_again(self) -> None:
        ingest(self.corpus, self.home, EMBEDDER, self.settings)

    def has_changed(self) -> bool:
        return self.folder.has_changed(self.catalog)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    corpus = tmp_path / "corpus"
    (corpus / "deep").mkdir(parents=True)
    (corpus / "ferry.txt").write_text("The ferry to Lund carries 40 cars.")
    (corpus / "deep" / "tower.txt").write_text("The tower was built in 1911.")
    (corpus / "large.txt").write_text("too large " * 200)
    (corpus / "broken.txt").write_bytes(b"\0\1\2")
    (corpus / "picture.png").write_bytes(b"\x89PNG")
    made = Watched(corpus, tmp_path / "home")
    yield made
    made.catalog.close()


def test_a_folder_is_unchanged_whatever_in_it_cannot_be_indexed(watched: Watched) -> None:
    assert not watched.has_changed()
    (watched.corpus / "other.png").write_bytes(b"\x89PNG")
    (watched.corpus / ".hidden.txt").write_text("Nobody asks this.")
    (watched.corpus / "larger.txt").write_text("too large " * 300)
    assert not watched.has_changed()


@pytest.mark.parametrize("looked", [True, False])
@pytest.mark.parametrize("how", ["added", "added deep", "longer", "same size", "removed", "renamed", "ignored", "mended"])
def test_what_is_not_indexed_yet_is_noticed_until_the_folder_is_read_again(watched: Watched, how: str, looked: bool) -> None:
    if looked:
        assert not watched.has_changed()
    ferry = watched.corpus / "ferry.txt"
    if how.startswith("added"):
        (watched.corpus / ("deep" if how == "added deep" else "") / "new.txt").write_text("The new bridge is long.")
    elif how == "longer":
        ferry.write_text("The ferry to Lund carries 400 cars.")
    elif how == "same size":
        ferry.write_text("The ferry to Lund carries 90 cars.")
    elif how == "removed":
        ferry.unlink()
    elif how == "renamed":
        ferry.rename(watched.corpus / "boat.txt")
    elif how == "ignored":
        (watched.corpus / ".groundlineignore").write_text("ferry.txt\n")
    else:
        (watched.corpus / "broken.txt").write_text("It was mended.")
    assert watched.has_changed() and watched.has_changed()
    watched.read_again()
    assert not watched.has_changed()


def test_a_file_that_was_only_touched_has_not_changed(watched: Watched) -> None:
    assert not watched.has_changed()
    os.utime(watched.corpus / "ferry.txt", (1, 1))
    assert not watched.has_changed()


def test_a_change_that_hides_behind_the_old_time_and_size_is_noticed(watched: Watched) -> None:
    assert not watched.has_changed()
    ferry = watched.corpus / "ferry.txt"
    before = ferry.stat()
    ferry.write_text("The ferry to Lund carries 90 cars.")
    os.utime(ferry, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert watched.has_changed()


def test_files_are_read_once_and_few_at_a_time(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    hash_file = changes.hash_file
    monkeypatch.setattr(changes, "hash_file", lambda file: read.append(file.name) or hash_file(file))
    monkeypatch.setattr(changes, "MOST_FILES", 1)
    for _ in range(5):
        assert not watched.has_changed()
    assert sorted(read) == ["broken.txt", "ferry.txt", "tower.txt"]
    (watched.corpus / "ferry.txt").write_text("The ferry to Lund carries 90 cars.")
    assert watched.has_changed() and read[3:] == ["ferry.txt"]


def test_a_finding_stands_for_a_moment_and_falls_when_the_folder_is_read_again(watched: Watched) -> None:
    folder = Folder(watched.corpus, watched.settings, every=1e9)
    assert not folder.has_changed(watched.catalog)
    (watched.corpus / "new.txt").write_text("The new bridge is long.")
    assert not folder.has_changed(watched.catalog)
    watched.read_again()
    (watched.corpus / "new.txt").write_text("The new bridge is short.")
    assert folder.has_changed(watched.catalog)


def test_a_folder_that_is_gone_is_an_error(watched: Watched) -> None:
    watched.corpus.rename(watched.corpus.with_name("elsewhere"))
    with pytest.raises(CorpusNotFound):
        watched.has_changed()
