"""What readers learn from the catalog: exact texts, ranks, counts; one state at a time."""

import sqlite3
import threading
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from rag.catalog import Catalog
from rag.catalog_schema import FILE_NAME, LAYOUT, translated
from rag.catalog_writer import CatalogWriter, Identity, Role, evidence_text, passage_id
from rag.errors import IndexBroken, IndexLocked, IndexMissing, StorageError
from rag.language.words import stems
from rag.schema import Document, Passage, Sentence
from tests.support.embedders import HashEmbedder

IDENTITY = Identity("hash", "hash-1", 32, "hash-1", "1 with passages of 32 tokens")

TEXTS = {
    "a.txt": ["The ferry sank near Lund.", "A ferry is a ship.", "Sign up now!"],
    "b.txt": ["The U.S. sent 38,500 tents.", "It\u2019s the café\u2019s tent \U0001f600 that burned."],
    "c.txt": ["Ships sank.", "Ships sank.", "Nothing\0 else."],
}


def document(path: str, sentences: list[str]) -> tuple[Document, list[Passage]]:
    """One passage for each sentence; a sentence that begins with "Sign up" is boilerplate."""
    text, passages = "", []
    for number, sentence in enumerate(sentences, start=1):
        start = len(text)
        text += sentence + "\n"
        span = Sentence(start=start, end=start + len(sentence), boilerplate=sentence.startswith("Sign up"))
        passages.append(Passage(start=start, end=len(text), number=number, sentences=(span,)))
    return Document(path=path, sha256=f"sha-{path}-{len(text)}", size=len(text.encode()), text=text), passages


def fill(writer: CatalogWriter, texts: dict[str, list[str]], removed: tuple[str, ...] = ()) -> None:
    for path, sentences in texts.items():
        writer.stage(*document(path, sentences), IDENTITY)
    embedder = HashEmbedder()
    for role in get_args(Role):
        while batch := writer.pending(role, 100):
            ids, texts = [row[0] for row in batch], [row[2] for row in batch]
            if role == "read":
                writer.keep_readings(ids, [embedder.read(text) for text in texts])
            else:
                writer.keep_vectors(ids, embedder.embed(texts))
    writer.replace(removed)
    writer.swap("vectors", 0)


@pytest.fixture
def writer(tmp_path: Path):  # type: ignore[no-untyped-def]
    writer = CatalogWriter.open(tmp_path / FILE_NAME)
    writer.reset(IDENTITY)
    fill(writer, TEXTS)
    yield writer
    writer.close()


@pytest.fixture
def catalog(writer: CatalogWriter):  # type: ignore[no-untyped-def]
    catalog = Catalog(writer.path)
    yield catalog
    catalog.close()


def test_meta_says_what_it_was_made_with(catalog: Catalog) -> None:
    meta = catalog.meta()
    assert Identity(*meta[:5]) == IDENTITY
    assert (meta.generation, meta.ready, meta.vectors, catalog.generation) == (1, True, "vectors", 1)


def test_documents_come_in_order_with_counts(catalog: Catalog) -> None:
    assert [(row.path, row.passages, row.sentences) for row in catalog.documents()] == [("a.txt", 3, 3), ("b.txt", 2, 2), ("c.txt", 3, 3)]


@pytest.mark.parametrize("path", TEXTS)
def test_texts_and_spans_are_exact(catalog: Catalog, path: str) -> None:
    stored = catalog.document(path)
    original, passages = document(path, TEXTS[path])
    assert stored == original
    rows = catalog.passages_of(path)
    assert [(row.start, row.end, row.number) for row in rows] == [(p.start, p.end, p.number) for p in passages]
    assert all(row.text == original.text[row.start : row.end] for row in rows)
    sentences = catalog.sentences([row.id for row in rows])
    assert [row.text for row in sentences] == TEXTS[path]
    assert all(row.text == original.text[row.start : row.end] for row in sentences)


def test_passages_come_in_the_order_asked_and_unknown_ids_are_left_out(catalog: Catalog) -> None:
    ids = [row.id for row in catalog.passages_of("c.txt")]
    asked = [ids[2], "unknown", ids[0]]
    assert [row.id for row in catalog.passages(asked)] == [ids[2], ids[0]]
    assert [row.passage_id for row in catalog.sentences(asked)] == [ids[2], ids[0]]
    assert catalog.document("nowhere.txt") is None
    assert catalog.passages([]) == [] and catalog.sentences([]) == []


def test_vectors_are_those_of_the_texts(catalog: Catalog) -> None:
    embedder = HashEmbedder()
    for row in catalog.sentences(catalog.all_passage_ids()):
        assert row.vector.dtype == np.float32
        assert np.array_equal(row.vector, embedder.embed_query(row.text))


def test_the_evidence_of_a_passage_leaves_boilerplate_out() -> None:
    text = "One here. Sign up! Two here."
    spans = (Sentence(start=0, end=9), Sentence(start=10, end=18, boilerplate=True), Sentence(start=19, end=28))
    assert evidence_text(text, Passage(start=0, end=28, number=1, sentences=spans)) == "One here.  Two here."


def test_boilerplate_is_in_no_index(catalog: Catalog) -> None:
    assert catalog.search(stems("sign now"), 5) == []
    assert "sign" not in catalog.vocabulary()


def test_search_ranks_by_bm25_and_higher_is_better(catalog: Catalog) -> None:
    rows = catalog.search(stems("ferry ship"), 5)
    found = {row.id: row.text for row in catalog.passages([id for id, _ in rows])}
    assert found[rows[0][0]] == "A ferry is a ship.\n"
    assert [score for _, score in rows] == sorted((score for _, score in rows), reverse=True)
    assert all(score > 0 for _, score in rows)


@pytest.mark.parametrize("word", ["38,500", "U.S.", "café", "ship", "Lund"])
def test_stems_are_found_whole(catalog: Catalog, word: str) -> None:
    assert catalog.search(stems(word), 5)
    assert all(catalog.document_frequency(stems(word)).values())


@pytest.mark.parametrize("word", ["500", "38", "cafe", "u", "lun"])
def test_parts_of_stems_are_not_found(catalog: Catalog, word: str) -> None:
    assert catalog.search([word], 5) == []
    assert catalog.document_frequency([word]) == {word: 0}


@pytest.mark.parametrize("stem", ['"', "a OR b", "NOT(", "*", "", "stems:ferri", "\U0001f600", "x" * 5000, "nul\0nul"])
def test_no_stem_is_syntax(catalog: Catalog, stem: str) -> None:
    assert catalog.search([stem], 5) == []
    assert [id for id, _ in catalog.search([stem, "ferri"], 1)] == [id for id, _ in catalog.search(["ferri"], 1)]


def test_a_question_of_thousands_of_stems_is_searched(catalog: Catalog) -> None:
    assert len(catalog.search([f"word{number}" for number in range(5000)] + ["ferri"], 5)) == 2


def test_the_order_of_stems_does_not_show(catalog: Catalog) -> None:
    assert catalog.search(["ferri", "ship", "sank"], 5) == catalog.search(["sank", "ship", "ferri", "sank"], 5)


def test_equal_scores_are_in_order_of_id(writer: CatalogWriter) -> None:
    fill(writer, {f"copy-{number:03d}.txt": ["Zeppelins fly."] for number in range(200)})
    every = writer.search(["zeppelin"], 200)
    assert len(every) == 200 and len({score for _, score in every}) == 1
    assert [id for id, _ in every] == sorted(id for id, _ in every)
    assert writer.search(["zeppelin"], 7) == every[:7]


def test_paths_limit_the_search(catalog: Catalog) -> None:
    rows = catalog.search(["sank", "ship"], 10, paths=["c.txt"])
    assert {row.path for row in catalog.passages([id for id, _ in rows])} == {"c.txt"}
    assert catalog.search(["sank"], 10, paths=[]) == []


def test_counts_and_frequencies(catalog: Catalog) -> None:
    assert catalog.passage_count() == 8 == len(catalog.all_passage_ids())
    assert catalog.document_frequency(["sank", "ship", "nobodi"]) == {"sank": 3, "ship": 3, "nobodi": 0}
    assert catalog.vocabulary()["sank"] == 2
    assert "the" not in catalog.vocabulary()


def test_the_vocabulary_follows_what_is_written(writer: CatalogWriter, catalog: Catalog) -> None:
    before = catalog.vocabulary()
    assert catalog.vocabulary() is before
    fill(writer, {"d.txt": ["A dirigible floats."]})
    assert set(catalog.vocabulary()) - set(before) == {"dirigible", "floats"}


def test_replaced_and_removed_documents_leave_counts_and_words(writer: CatalogWriter) -> None:
    fill(writer, {"a.txt": ["Balloons rise."]}, removed=("c.txt",))
    assert [row.path for row in writer.documents()] == ["a.txt", "b.txt"]
    assert writer.document_frequency(["sank", "balloon", "tent"]) == {"sank": 0, "balloon": 1, "tent": 2}
    assert sorted(writer.vocabulary()) == sorted({"balloons", "rise", "u.s", "sent", "38,500", "tents", "café", "tent", "burned"})
    assert writer.passage_count() == 3


def test_staged_documents_are_not_seen_before_the_swap(writer: CatalogWriter, catalog: Catalog) -> None:
    before = catalog.all_passage_ids()
    writer.stage(*document("d.txt", ["A dirigible floats."]), IDENTITY)
    writer.stage(*document("a.txt", ["A dirigible sank."]), IDENTITY)
    assert catalog.all_passage_ids() == before
    assert catalog.search(["dirig"], 5) == [] and catalog.document_frequency(["dirig"]) == {"dirig": 0}
    assert [row.path for row in catalog.documents()] == ["a.txt", "b.txt", "c.txt"]
    assert catalog.passages(writer.brought()) == []


def test_a_snapshot_sees_one_state_while_another_is_written(writer: CatalogWriter, catalog: Catalog) -> None:
    with catalog.snapshot():
        before = catalog.all_passage_ids()
        fill(writer, {}, removed=("a.txt", "b.txt"))
        assert catalog.all_passage_ids() == before and catalog.generation == 1
        assert len(catalog.passages(before)) == 8
    assert catalog.passage_count() == 3 and catalog.generation == 2


def test_threads_read_side_by_side(catalog: Catalog) -> None:
    expected, seen = catalog.search(["sank"], 5), []

    def ask() -> None:
        seen.extend(catalog.search(["sank"], 5) == expected for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 160


def test_threads_that_end_leave_no_connection_open(catalog: Catalog) -> None:
    for _ in range(30):
        thread = threading.Thread(target=catalog.passage_count)
        thread.start()
        thread.join()
    open_files = [link for link in Path("/proc/self/fd").iterdir() if link.exists() and link.resolve() == catalog.path.resolve()]
    assert len(open_files) == 2  # the fixture's writer, and one that all those threads used in turn


def test_ids_depend_on_path_file_range_and_splitter() -> None:
    base, (passage, other, _) = document("a.txt", TEXTS["a.txt"])
    variants = {
        passage_id(base, passage, "1"),
        passage_id(base, other, "1"),
        passage_id(base, passage, "2"),
        passage_id(base.model_copy(update={"path": "b.txt"}), passage, "1"),
        passage_id(base.model_copy(update={"sha256": "0"}), passage, "1"),
    }
    assert len(variants) == 5
    assert passage_id(base, passage, "1") in variants


def test_a_file_that_is_no_database_is_broken(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database at all, " * 400)
    with pytest.raises(IndexBroken) as raised:
        Catalog(tmp_path / FILE_NAME)
    assert "repair --rebuild" in raised.value.hint and FILE_NAME in str(raised.value)


def test_a_truncated_file_is_broken(writer: CatalogWriter) -> None:
    writer.close()
    data = writer.path.read_bytes()
    writer.path.write_bytes(data[: len(data) // 2])
    with pytest.raises(IndexBroken):
        catalog = Catalog(writer.path)
        catalog.passages(catalog.all_passage_ids())


def test_an_empty_file_is_a_missing_index(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(IndexMissing):
        Catalog(tmp_path / FILE_NAME)


def test_another_layout_is_refused(writer: CatalogWriter) -> None:
    connection = sqlite3.connect(writer.path)
    connection.execute("UPDATE meta SET value = 'older' WHERE name = 'layout'")
    connection.commit()
    connection.close()
    with pytest.raises(IndexBroken, match=f"older.*{LAYOUT}"):
        Catalog(writer.path)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_FULL, StorageError),
        (sqlite3.SQLITE_READONLY, StorageError),
        (sqlite3.SQLITE_READONLY | (4 << 8), StorageError),
        (sqlite3.SQLITE_CANTOPEN, StorageError),
        (sqlite3.SQLITE_IOERR, StorageError),
        (sqlite3.SQLITE_BUSY, IndexLocked),
        (sqlite3.SQLITE_CORRUPT, IndexBroken),
        (sqlite3.SQLITE_NOTADB, IndexBroken),
    ],
)
def test_every_sqlite_error_has_a_name_of_ours(tmp_path: Path, code: int, expected: type[Exception]) -> None:
    error = sqlite3.OperationalError("it happened")
    error.sqlite_errorcode = code
    with pytest.raises(expected, match="it happened") as raised, translated(tmp_path / FILE_NAME):
        raise error
    assert raised.value.__cause__ is error
