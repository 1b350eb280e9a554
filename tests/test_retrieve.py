"""From a question to passages: both rankings, re-scored exactly and fused, the same whatever came in first."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.index import Index
from rag.language.words import stems
from rag.retrieve import RRF, Found, hit, retrieve, similarity
from tests.support.corpora import write_corpus
from tests.support.embedders import HashEmbedder
from tests.support.indexes import SETTINGS, reader, run

QUESTION = "Quokkas juggle lanterns at midnight"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("retrieve")
    write_corpus(folder / "corpus", 6, 20)
    for name in ("quokka.txt", "zebra.txt"):
        (folder / "corpus" / name).write_text(f"{QUESTION}.\n\nZebras do not.\n", encoding="utf-8")
    run(folder / "corpus", folder / "home")
    index = reader(folder / "corpus", folder / "home")
    yield index
    index.close()


def found(index: Index, question: str = QUESTION, paths: list[str] | None = None, **changed: int) -> list[Found]:
    settings = SETTINGS.model_copy(update=changed)
    return retrieve(index, HashEmbedder().embed_query(question), stems(question), settings, paths)


def test_the_passage_with_the_words_comes_first_and_ties_go_by_path(index: Index) -> None:
    first, second = found(index)[:2]
    assert (first.passage.path, second.passage.path) == ("quokka.txt", "zebra.txt")
    assert (first.dense, first.lexical) == (second.dense, second.lexical)
    assert QUESTION in first.passage.text and first.lexical > 0


def test_similarities_are_those_of_the_catalog_s_vectors(index: Index) -> None:
    vector = HashEmbedder().embed_query(QUESTION)
    for one in found(index):
        assert one.dense == round(float(one.passage.vector.astype(np.float64) @ vector.astype(np.float64)), 6)


def test_scores_are_fused_by_rank_and_fall(index: Index) -> None:
    rows = found(index)
    assert [one.fused for one in rows] == sorted((one.fused for one in rows), reverse=True)
    assert rows[0].fused == pytest.approx(2 / (RRF + 1))
    assert all(0 < one.fused <= 2 / (RRF + 1) for one in rows)
    assert len({one.passage.id for one in rows}) == len(rows)


def test_paths_limit_both_rankings(index: Index) -> None:
    assert {one.passage.path for one in found(index, paths=["zebra.txt"])} == {"zebra.txt"}
    assert found(index, paths=[]) == []
    assert found(index, paths=["nowhere.txt"]) == []


def test_candidates_are_limited(index: Index) -> None:
    assert len(found(index, dense_candidates=3, lexical_candidates=1)) <= 4


def test_words_alone_or_vectors_alone_are_enough(index: Index) -> None:
    vector = HashEmbedder().embed_query(QUESTION)
    without_words = retrieve(index, vector, (), SETTINGS)
    assert without_words[0].passage.path == "quokka.txt" and without_words[0].lexical == 0.0
    rare = found(index, "zzz unknown juggle", dense_candidates=1)
    assert any(QUESTION in one.passage.text for one in rare)


def test_a_hit_rounds_what_it_prints(index: Index) -> None:
    one = found(index)[0]
    printed = hit(one)
    assert (printed.path, printed.passage, printed.text) == ("quokka.txt", one.passage.number, one.passage.text)
    assert (printed.dense, printed.lexical, printed.fused) == (round(one.dense, 4), round(one.lexical, 4), round(one.fused, 6))


def test_similarity_of_a_unit_vector_with_itself_is_one() -> None:
    vector = HashEmbedder().embed_query("anything at all")
    assert similarity(vector, vector) == 1.0 and similarity(vector, -vector) == -1.0


def test_the_corpus_may_be_deleted_meanwhile(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus", 2, 4)
    run(tmp_path / "corpus", tmp_path / "home")
    index = reader(tmp_path / "corpus", tmp_path / "home")
    for file in (tmp_path / "corpus").iterdir():
        file.unlink()
    run(tmp_path / "corpus", tmp_path / "home")
    assert index.refresh()
    assert found(index) == []
    index.close()
