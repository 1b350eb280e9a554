"""Bringing an index up to date: what is read, what is embedded, what is gone, and what is said about it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.catalog_schema import FILE_NAME
from rag.config import Settings
from rag.embed import Vectors
from rag.errors import (
    CorpusEmpty,
    CorpusNotFound,
    IndexBroken,
    IndexLocked,
    IndexMismatch,
    ModelError,
    SettingsError,
    StorageError,
)
from rag.index import index_folder
from rag.ingest import EMBED_BATCH, Progress, ingest, writing
from rag.language.words import stems
from rag.store import UNSET
from tests.support.corpora import made_up_text, write_corpus
from tests.support.embedders import HashEmbedder
from tests.support.indexes import SETTINGS, answers, contents, reader, run

FERRY = "The ferry Aurora sank near Lund in 1987. Forty passengers were saved by fishermen."
MILL = "The old mill burned down twice. Nobody knows who lit the second fire."
BRIDGE = "The stone bridge carries two lanes. It was widened in 1931 by the county."


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "ferry.txt").write_text(FERRY, encoding="utf-8")
    (folder / "mill.md").write_text(MILL, encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def state(corpus: Path, home: Path) -> dict[str, object]:
    index = reader(corpus, home)
    try:
        assert index.store.ids() == index.catalog.all_passage_ids()
        return contents(index.catalog)
    finally:
        index.close()


def clean_state(corpus: Path, home: Path) -> dict[str, object]:
    """What an ingest of this corpus into an empty home gives."""
    fresh = home.with_name(home.name + "-clean")
    run(corpus, fresh)
    return state(corpus, fresh)


def test_first_ingest_adds_every_document(corpus: Path, home: Path) -> None:
    report = run(corpus, home)
    assert (report.added, report.changed, report.removed, report.unchanged) == (("ferry.txt", "mill.md"), (), (), ())
    assert (report.generation, report.documents, report.passages) == (1, 2, 2)


def test_unchanged_files_cost_no_embedding_and_no_vector_index(corpus: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(corpus, home)
    monkeypatch.setattr("rag.store.VectorStore.open", None)
    monkeypatch.setattr("rag.ingest.read", None)
    embedder = HashEmbedder()
    report = run(corpus, home, embedder)
    assert (report.unchanged, report.added, report.generation) == (("ferry.txt", "mill.md"), (), 1)
    assert embedder.calls == 0


def test_an_added_document_embeds_only_its_own_texts(corpus: Path, home: Path) -> None:
    run(corpus, home)
    (corpus / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    embedder = HashEmbedder()
    report = run(corpus, home, embedder)
    assert (report.added, report.unchanged, report.generation) == (("bridge.txt",), ("ferry.txt", "mill.md"), 2)
    assert all(text in BRIDGE for text in embedder.texts)
    assert state(corpus, home) == clean_state(corpus, home)


def test_a_changed_document_embeds_only_new_texts_and_loses_the_old(corpus: Path, home: Path) -> None:
    run(corpus, home)
    (corpus / "mill.md").write_text(MILL.replace("twice", "three times"), encoding="utf-8")
    embedder = HashEmbedder()
    report = run(corpus, home, embedder)
    assert (report.changed, report.unchanged) == (("mill.md",), ("ferry.txt",))
    assert embedder.texts == [MILL.replace("twice", "three times"), "The old mill burned down three times."]
    index = reader(corpus, home)
    assert index.catalog.search(stems("twice"), 5) == []
    assert "twice" not in index.catalog.vocabulary()
    index.close()
    assert state(corpus, home) == clean_state(corpus, home)


def test_a_renamed_document_costs_no_embedding(corpus: Path, home: Path) -> None:
    run(corpus, home)
    (corpus / "ferry.txt").rename(corpus / "aurora.txt")
    embedder = HashEmbedder()
    report = run(corpus, home, embedder)
    assert (report.added, report.removed, embedder.calls) == (("aurora.txt",), ("ferry.txt",), 0)
    assert state(corpus, home) == clean_state(corpus, home)


def test_nothing_of_a_deleted_document_stays(corpus: Path, home: Path) -> None:
    run(corpus, home)
    (corpus / "ferry.txt").unlink()
    report = run(corpus, home)
    assert (report.removed, report.unchanged, report.passages) == (("ferry.txt",), ("mill.md",), 1)
    index = reader(corpus, home)
    assert index.catalog.document("ferry.txt") is None
    assert index.catalog.search(stems("Aurora"), 5) == []
    assert index.catalog.document_frequency(stems("Aurora")) == {"aurora": 0}
    assert all(
        row.path == "mill.md" for row in index.catalog.passages([id for id, _ in index.nearest(HashEmbedder().embed_query(FERRY), 5)])
    )
    index.close()
    assert state(corpus, home) == clean_state(corpus, home)
    # Chroma writes some graph files with memory that it never set, in which anything of this process may stand.
    left = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file() and path.name not in UNSET)
    assert not [trace for trace in (b"Aurora", b"aurora", b"fishermen", b"ferry.txt") if trace in left]
    assert b"Nobody knows" in left


def test_vectors_of_deleted_texts_are_not_kept(corpus: Path, home: Path) -> None:
    run(corpus, home)
    (corpus / "ferry.txt").unlink()
    run(corpus, home)
    (corpus / "ferry.txt").write_text(FERRY, encoding="utf-8")
    embedder = HashEmbedder()
    run(corpus, home, embedder)
    assert len(embedder.texts) == 3


def test_equal_texts_are_embedded_once(corpus: Path, home: Path) -> None:
    for copy in ("again.txt", "once_more.txt"):
        (corpus / copy).write_text(FERRY, encoding="utf-8")
    embedder = HashEmbedder()
    run(corpus, home, embedder)
    assert len(embedder.texts) == len(set(embedder.texts)) == 6


def test_all_documents_may_be_deleted(corpus: Path, home: Path) -> None:
    run(corpus, home)
    for file in corpus.iterdir():
        file.unlink()
    report = run(corpus, home)
    assert (report.removed, report.documents, report.passages) == (("ferry.txt", "mill.md"), 0, 0)
    index = reader(corpus, home)
    assert index.nearest(HashEmbedder().embed_query("mill"), 5) == []
    assert dict(index.catalog.vocabulary()) == {}
    index.close()


def test_a_document_that_cannot_be_read_any_more_is_removed_and_reported(corpus: Path, home: Path) -> None:
    run(corpus, home)
    (corpus / "ferry.txt").write_bytes(b"\xff\xfe\x00ferry")
    report = run(corpus, home)
    assert report.removed == ("ferry.txt",)
    assert [item.path for item in report.skipped] == ["ferry.txt"]
    assert report.skipped[0].reason
    assert state(corpus, home)["count"] == 1


def test_skipped_files_do_not_hold_up_the_others(corpus: Path, home: Path) -> None:
    (corpus / "empty.txt").write_text("", encoding="utf-8")
    (corpus / "blank.txt").write_text(" \n\n ", encoding="utf-8")
    (corpus / "binary.txt").write_bytes(bytes(range(256)))
    report = run(corpus, home)
    assert sorted(item.path for item in report.skipped) == ["binary.txt", "blank.txt", "empty.txt"]
    assert report.documents == 2


def test_a_line_of_fifty_megabytes_is_skipped(corpus: Path, home: Path) -> None:
    with (corpus / "line.txt").open("wb") as file:
        for _ in range(50):
            file.write(b"word " * 200_000)
    report = run(corpus, home)
    ((path, reason),) = [(item.path, item.reason) for item in report.skipped]
    assert path == "line.txt" and "larger than 10,000,000 bytes" in reason
    assert report.added == ("ferry.txt", "mill.md")


def test_a_long_line_is_split_like_any_text(tmp_path: Path, home: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "line.txt").write_text("word " * 2_000 + "x" * 20_000 + " end.", encoding="utf-8")
    report = run(tmp_path / "corpus", home)
    assert report.skipped == () and report.passages > 100


def test_a_corpus_without_a_readable_document_is_an_error(tmp_path: Path, home: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "empty.txt").write_text("", encoding="utf-8")
    with pytest.raises(CorpusEmpty, match=r"empty\.txt"):
        run(tmp_path / "bare", home)


def test_a_missing_folder_is_an_error(tmp_path: Path, home: Path) -> None:
    with pytest.raises(CorpusNotFound):
        run(tmp_path / "nowhere", home)


def test_a_home_inside_the_corpus_is_refused(corpus: Path) -> None:
    with pytest.raises(SettingsError, match="inside the corpus"):
        run(corpus, corpus / ".groundline")


def test_corpora_of_the_same_name_have_indexes_of_their_own(tmp_path: Path) -> None:
    folders = {index_folder(tmp_path / "home", tmp_path / parent / "notes") for parent in ("a", "b")}
    assert len(folders) == 2
    assert all(folder.name.startswith("notes-") for folder in folders)


def test_a_home_that_cannot_be_made_is_a_storage_error(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError) as raised:
        run(corpus, tmp_path / "file" / "home")
    assert raised.value.hint


def test_a_full_disk_is_a_storage_error_and_leaves_the_last_state(corpus: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(corpus, home)
    before = state(corpus, home)
    write_corpus(corpus, 20, 40)
    monkeypatch.setattr("rag.catalog_schema.connect", limited_to(64))
    with pytest.raises(StorageError, match="full"):
        run(corpus, home)
    monkeypatch.undo()
    assert state(corpus, home) == before
    run(corpus, home)
    assert state(corpus, home) == clean_state(corpus, home)


def limited_to(pages: int):  # type: ignore[no-untyped-def]
    """SQLite's own way to a full disk: a file of so many pages and no more."""
    from rag.catalog_schema import connect

    def connected(path: Path, create: bool = False) -> sqlite3.Connection:
        connection = connect(path, create)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    return connected


def test_a_disk_that_fills_up_under_the_vector_index_leaves_the_last_state(
    corpus: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(corpus, home)
    before = state(corpus, home)
    (corpus / "bridge.txt").write_text(BRIDGE, encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.build.shutil.copytree", full)
    with pytest.raises(StorageError, match="No space left"):
        run(corpus, home)
    monkeypatch.undo()
    assert state(corpus, home) == before
    embedder = HashEmbedder()
    run(corpus, home, embedder)
    assert embedder.calls == 0
    assert state(corpus, home) == clean_state(corpus, home)


def test_a_damaged_catalog_is_an_error_that_names_the_way_out(corpus: Path, home: Path) -> None:
    run(corpus, home)
    (index_folder(home, corpus) / FILE_NAME).write_bytes(b"this is no database" * 1000)
    with pytest.raises(IndexBroken) as raised:
        run(corpus, home)
    assert "repair --rebuild" in raised.value.hint
    ingest(corpus, home, HashEmbedder(), SETTINGS, rebuild=True)
    assert state(corpus, home) == clean_state(corpus, home)


@pytest.mark.parametrize(
    ("embedder", "settings_", "named"),
    [
        (HashEmbedder("hash-2"), SETTINGS, "hash-2"),
        (HashEmbedder(), Settings(passage_tokens=64), "64 tokens"),
    ],
)
def test_another_model_or_splitter_is_refused(corpus: Path, home: Path, embedder: HashEmbedder, settings_: Settings, named: str) -> None:
    run(corpus, home)
    before = state(corpus, home)
    with pytest.raises(IndexMismatch) as raised:
        ingest(corpus, home, embedder, settings_)
    assert "hash-1" in str(raised.value) and "16 tokens" in str(raised.value) and named in str(raised.value)
    assert "groundline repair --rebuild" in raised.value.hint
    assert state(corpus, home) == before


def test_another_model_may_follow_an_ingest_that_never_finished(corpus: Path, home: Path) -> None:
    (corpus / "more.txt").write_text(made_up_text(60, 1), encoding="utf-8")
    with pytest.raises(ModelError):
        run(corpus, home, Breaks())
    embedder = HashEmbedder("hash-2")
    report = run(corpus, home, embedder)
    assert len(report.added) == 3 and report.generation == 1
    index = reader(corpus, home, embedder)
    assert index.catalog.passage_count() == report.passages
    index.close()


class WrongShape(HashEmbedder):
    def embed(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        return np.zeros((len(texts), 7), np.float32)


class NotFinite(HashEmbedder):
    def embed(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        return np.full((len(texts), self.dimension), np.nan, np.float32)


@pytest.mark.parametrize("embedder", [WrongShape(), NotFinite()])
def test_vectors_that_are_none_are_refused(corpus: Path, home: Path, embedder: HashEmbedder) -> None:
    with pytest.raises(ModelError, match="numbers of shape"):
        run(corpus, home, embedder)


class Breaks(HashEmbedder):
    """Fails when it has seen more texts than make a batch."""

    def embed(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        if len(self.texts) > EMBED_BATCH:
            raise ModelError("The model went away.", "")
        return super().embed(texts)


def test_an_ingest_that_fails_goes_on_where_it_was(tmp_path: Path, home: Path) -> None:
    write_corpus(tmp_path / "corpus", 5, 40)
    first, second, clean = Breaks(), HashEmbedder(), HashEmbedder()
    with pytest.raises(ModelError, match="went away"):
        run(tmp_path / "corpus", home, first)
    kept = rows_of(tmp_path / "corpus", home)["vectors"]
    run(tmp_path / "corpus", home, second)
    run(tmp_path / "corpus", tmp_path / "other", clean)
    assert kept >= EMBED_BATCH
    assert first.texts[:kept] + second.texts == clean.texts


def test_what_a_failed_ingest_staged_and_nobody_wants_any_more_is_dropped(corpus: Path, home: Path) -> None:
    run(corpus, home)
    write_corpus(corpus, 2, 30)
    with pytest.raises(ModelError):
        run(corpus, home, Breaks())
    for file in corpus.glob("doc_*.txt"):
        file.unlink()
    assert run(corpus, home).unchanged == ("ferry.txt", "mill.md")
    assert state(corpus, home) == clean_state(corpus, home)
    once = rows_of(corpus, home)
    assert once["pending"] == 0
    assert once == rows_of(corpus, home.with_name(home.name + "-clean"))


def rows_of(corpus: Path, home: Path) -> dict[str, int]:
    """How many rows each table of a catalog holds, those of a run that did not finish among them."""
    tables = ("documents", "passages", "sentences", "vector_keys", "vectors", "pending")
    with closing(sqlite3.connect(index_folder(home, corpus) / FILE_NAME)) as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_a_second_writer_says_who_holds_the_lock(corpus: Path, home: Path) -> None:
    run(corpus, home)
    impatient = Settings(passage_tokens=16, lock_timeout=0)
    with writing(index_folder(home, corpus), SETTINGS), pytest.raises(IndexLocked, match=f"process {os.getpid()}"):
        ingest(corpus, home, HashEmbedder(), impatient)
    assert ingest(corpus, home, HashEmbedder(), impatient).unchanged == ("ferry.txt", "mill.md")


def test_progress_reaches_the_end(corpus: Path, home: Path) -> None:
    seen: list[Progress] = []
    ingest(corpus, home, HashEmbedder(), SETTINGS, seen.append)
    assert {state.path for state in seen} == {"ferry.txt", "mill.md"}
    assert (seen[-1].done, seen[-1].total, seen[-1].seconds_left) == (6, 6, 0)


def test_boilerplate_is_stored_but_not_searched(corpus: Path, home: Path) -> None:
    text = f"{BRIDGE}\n\nSign up to receive our latest news!\n\nBy submitting this form, I agree to the terms.\n"
    (corpus / "bridge.txt").write_text(text, encoding="utf-8")
    run(corpus, home)
    index = reader(corpus, home)
    rows = index.catalog.sentences([row.id for row in index.catalog.passages_of("bridge.txt")])
    assert [row.text for row in rows if row.boilerplate] == [
        "Sign up to receive our latest news!",
        "By submitting this form, I agree to the terms.",
    ]
    assert index.catalog.search(stems("submitting"), 5) == []
    assert "submitting" not in index.catalog.vocabulary() and "lanes" in index.catalog.vocabulary()
    index.close()


def test_the_order_of_insertion_does_not_show(tmp_path: Path) -> None:
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    questions = []
    write_corpus(tmp_path / "all", 6, 40)
    corpus.mkdir()
    for number in (4, 1, 5, 0, 3, 2):
        name = f"doc_{number:03d}.txt"
        text = (tmp_path / "all" / name).read_text(encoding="utf-8")
        questions.append(text.split(".")[number])
        (corpus / name).write_text(text, encoding="utf-8")
        run(corpus, home)
    run(corpus, tmp_path / "at-once")
    grown, fresh = reader(corpus, home), reader(corpus, tmp_path / "at-once")
    assert contents(grown.catalog) == contents(fresh.catalog)
    assert answers(grown, tuple(questions)) == answers(fresh, tuple(questions))
    grown.close()
    fresh.close()


STEPS = st.lists(
    st.dictionaries(st.sampled_from(["a.txt", "b.txt", "c.md"]), st.sampled_from([FERRY, MILL, BRIDGE, FERRY + " " + MILL]), min_size=1),
    min_size=1,
    max_size=4,
)


@settings(max_examples=6, deadline=None)
@given(steps=STEPS)
def test_any_sequence_of_ingests_equals_one_of_the_last_state(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, str]]
) -> None:
    base = tmp_path_factory.mktemp("steps")
    corpus, home = base / "corpus", base / "home"
    corpus.mkdir()
    for step in steps:
        for file in corpus.iterdir():
            file.unlink()
        for name, text in step.items():
            (corpus / name).write_text(text, encoding="utf-8")
        run(corpus, home)
        once = state(corpus, home)
        assert run(corpus, home).unchanged == tuple(sorted(step))
        assert state(corpus, home) == once
    assert once == clean_state(corpus, home)


def test_no_more_than_the_current_vector_index_is_kept(corpus: Path, home: Path) -> None:
    for number in range(4):
        (corpus / "mill.md").write_text(MILL * (number + 1), encoding="utf-8")
        run(corpus, home)
    assert len(list((index_folder(home, corpus) / "chroma").iterdir())) == 1
