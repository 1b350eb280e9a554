"""What is indexed, compared with the files as they are now."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.catalog import Catalog
from rag.index import open_catalog
from rag.sources import check_index, list_sources
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
