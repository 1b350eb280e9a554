"""What is indexed, compared with the files as they are now."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.catalog import Catalog
from rag.config import Settings
from rag.index import open_catalog
from rag.sources import NOT_YET, check_index, left_out, list_sources
from tests.support.corpora import write_corpus
from tests.support.indexes import run


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "corpus", 3, 6)
    run(tmp_path / "corpus", tmp_path / "home")
    return tmp_path / "corpus"


@pytest.fixture
def catalog(corpus: Path) -> Iterator[Catalog]:
    catalog = open_catalog(corpus, corpus.parent / "home")
    yield catalog
    catalog.close()


def test_documents_are_listed_in_order_with_their_sizes(corpus: Path, catalog: Catalog) -> None:
    sources = list_sources(catalog, corpus)
    assert [source.path for source in sources] == ["doc_000.txt", "doc_001.txt", "doc_002.txt"]
    for source in sources:
        assert source.state == "indexed" and source.size == (corpus / source.path).stat().st_size
        assert source.sentences >= 6 and source.passages == len(catalog.passages_of(source.path))


def test_files_that_are_not_indexed_are_listed_with_their_reason(corpus: Path, catalog: Catalog) -> None:
    assert left_out(catalog, corpus, Settings()) == ()
    (corpus / "blank.txt").write_text(" \n")
    (corpus / "sheet.xlsx").write_bytes(b"PK")
    run(corpus, corpus.parent / "home")
    (corpus / "large.txt").write_text("bees " * 100)
    (corpus / "new.txt").write_text("Bees dance.")
    found = {item.path: item.reason for item in left_out(catalog, corpus, Settings(max_file_bytes=400))}
    assert list(found) == ["blank.txt", "large.txt", "new.txt", "sheet.xlsx"]
    assert found["blank.txt"] == "blank.txt holds only white space." and found["sheet.xlsx"].startswith("not a .txt")
    assert (found["large.txt"], found["new.txt"]) == ("larger than 400 bytes", NOT_YET)
    (corpus / "blank.txt").write_text("No longer blank.")
    assert {item.path: item.reason for item in left_out(catalog, corpus, Settings())}["blank.txt"] == NOT_YET


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(corpus: Path, catalog: Catalog) -> None:
    (corpus / "locked.txt").write_text("Bees dance.")
    (corpus / "locked.txt").chmod(0)
    (found,) = left_out(catalog, corpus, Settings())
    assert found.reason == "cannot be read: Permission denied."


def test_a_changed_file_and_one_that_is_gone_are_told_apart(corpus: Path, catalog: Catalog) -> None:
    (corpus / "doc_000.txt").write_text("Another text.", encoding="utf-8")
    (corpus / "doc_001.txt").unlink()
    assert [source.state for source in list_sources(catalog, corpus)] == ["changed", "missing", "indexed"]


def test_every_passage_is_checked(corpus: Path, catalog: Catalog) -> None:
    checks = check_index(catalog, corpus)
    assert len(checks) == catalog.passage_count() and {check.state for check in checks} == {"ok"}
    (corpus / "doc_000.txt").write_text("Another text.", encoding="utf-8")
    (corpus / "doc_001.txt").unlink()
    states = {(check.path, check.state) for check in check_index(catalog, corpus)}
    assert states == {("doc_000.txt", "stale"), ("doc_001.txt", "missing"), ("doc_002.txt", "ok")}
    assert all(check.detail for check in check_index(catalog, corpus) if check.state != "ok")


def test_a_passage_that_differs_from_the_document_is_wrong(corpus: Path, catalog: Catalog) -> None:
    with closing(sqlite3.connect(catalog.path)) as connection:
        connection.execute("UPDATE passages SET text = 'something else' WHERE number = 1 AND document = 1")
        connection.commit()
    wrong = [check for check in check_index(catalog, corpus) if check.state != "ok"]
    assert [(check.n, check.state) for check in wrong] == [(1, "wrong")] and "repair --rebuild" in wrong[0].detail
