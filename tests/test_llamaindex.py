"""Groundline among LlamaIndex's parts: its embeddings taken in, our retriever and query engine handed out."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.response.schema import Response
from llama_index.core.llms.mock import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers.no_text import NoText
from llama_index.core.schema import QueryBundle, TextNode
from pydantic import PrivateAttr

from rag import Engine, open_corpus
from rag.errors import IndexMismatch, ModelError
from rag.llamaindex import LlamaIndexEmbedder
from rag.schema import Answer
from tests.support.cli import FRANCE
from tests.support.embedders import HashEmbedder

QUESTION = "How many people jumped out of the building in Zhengzhou?"


class Fake(BaseEmbedding):
    """A LlamaIndex embedding with fixed vectors of length 3; refuses texts with the word given."""

    model_name: str = "fake-1"
    refuse: str = ""
    _inner: HashEmbedder = PrivateAttr(default_factory=HashEmbedder)

    def _get_text_embedding(self, text: str) -> list[float]:
        if self.refuse and self.refuse in text:
            raise ConnectionError("no route to the model")
        return [3.0 * float(number) for number in self._inner.embed_query(text)]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


@pytest.fixture(scope="module")
def engine(seeds: Path, home: Path) -> Iterator[Engine]:
    with open_corpus(seeds, home=home, update=False) as opened:
        yield opened


@pytest.fixture
def bees(tmp_path: Path) -> Path:
    folder = tmp_path / "bees"
    folder.mkdir()
    (folder / "queen.txt").write_text("The queen bee lives for five years in her hive. Workers live for six weeks in summer.\n")
    (folder / "honey.md").write_text("A hive gives thirty kilograms of honey in a good year. The beekeeper sells it at the market.\n")
    return folder


def text_of(corpus: Path, path: str) -> str:
    return (corpus / path).read_bytes().decode("utf-8-sig")


def test_the_query_engine_s_sources_slice_the_files_exactly(engine: Engine, seeds: Path) -> None:
    query_engine = engine.as_query_engine()
    assert isinstance(query_engine, BaseQueryEngine)
    response = query_engine.query(QUESTION)
    assert isinstance(response, Response)
    answer = engine.ask(QUESTION)
    assert answer.status == "answered" and response.response == answer.text
    assert len(response.source_nodes) == len(answer.citations) > 0
    for source in response.source_nodes:
        place = source.node.metadata
        assert text_of(seeds, place["path"])[place["start"] : place["end"]] == source.node.get_content()
        assert isinstance(source.node, TextNode)
        assert (source.node.start_char_idx, source.node.end_char_idx) == (place["start"], place["end"])


def test_a_response_carries_the_whole_answer(engine: Engine) -> None:
    response = engine.as_query_engine().query(QUESTION)
    assert response.metadata is not None and response.metadata["status"] == "answered"
    carried = Answer.model_validate(response.metadata["answer"])
    assert carried.model_copy(update={"timings": {}}) == engine.ask(QUESTION).model_copy(update={"timings": {}})


def test_an_abstention_has_no_sources_and_says_so(engine: Engine) -> None:
    response = engine.as_query_engine().query(FRANCE)
    assert isinstance(response, Response)
    assert response.metadata is not None and response.metadata["status"] == "abstained"
    assert response.source_nodes == [] and response.response == engine.ask(FRANCE).text


def test_an_awaited_query_says_the_same(engine: Engine) -> None:
    async def both() -> tuple[str, Answer]:
        response, answer = await asyncio.gather(engine.as_query_engine().aquery(QUESTION), engine.aask(QUESTION))
        return str(response), answer

    text, answer = asyncio.run(both())
    assert text == answer.text == engine.ask(QUESTION).text


def test_the_retriever_gives_the_best_passages_as_nodes(engine: Engine, seeds: Path) -> None:
    retriever = engine.as_retriever(3)
    assert isinstance(retriever, BaseRetriever)
    nodes, hits = retriever.retrieve(QUESTION), engine.retrieve(QUESTION, k=3)
    assert [(node.metadata["path"], node.metadata["start"], node.score) for node in nodes] == [
        (hit.path, hit.start, hit.fused) for hit in hits
    ]
    for node in nodes:
        assert text_of(seeds, node.metadata["path"])[node.metadata["start"] : node.metadata["end"]] == node.get_content()
    assert len(nodes) == len({node.node.node_id for node in nodes}) == 3


def test_the_retriever_s_default_is_the_setting(engine: Engine) -> None:
    assert len(engine.as_retriever().retrieve(QueryBundle(QUESTION))) == engine.settings.hits


def test_an_awaited_retrieval_gives_the_same(engine: Engine) -> None:
    retriever = engine.as_retriever(2)
    awaited = asyncio.run(retriever.aretrieve(QUESTION))
    assert [node.node.node_id for node in awaited] == [node.node.node_id for node in retriever.retrieve(QUESTION)]


def test_llamaindex_s_own_query_engine_takes_the_retriever(engine: Engine) -> None:
    theirs = RetrieverQueryEngine(engine.as_retriever(2), response_synthesizer=NoText(llm=MockLLM()))
    response = theirs.query(QUESTION)
    assert isinstance(response, Response) and len(response.source_nodes) == 2


def test_any_llamaindex_embedding_works_end_to_end(bees: Path, tmp_path: Path) -> None:
    with open_corpus(bees, home=tmp_path / "home", embed_model=Fake()) as engine:
        (best, *_) = engine.retrieve("How long does the queen bee live in her hive?")
        assert best.path == "queen.txt"
        answer = engine.ask("How long does the queen bee live in her hive?")
        assert answer.status == "answered", answer.reasons
        for citation in answer.citations:
            assert text_of(bees, citation.path)[citation.start : citation.end] == citation.quote
        assert "five years" in answer.citations[0].quote


def test_vectors_of_any_length_become_unit_vectors() -> None:
    embedder = LlamaIndexEmbedder(Fake())
    vectors = embedder.embed(["a hive", "honey"])
    assert vectors.shape == (2, embedder.dimension) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1) and np.allclose(np.linalg.norm(embedder.embed_query("a hive")), 1)
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_another_llamaindex_embedding_does_not_open_the_index(bees: Path, tmp_path: Path) -> None:
    open_corpus(bees, home=tmp_path / "home", embed_model=Fake()).close()
    with pytest.raises(IndexMismatch, match=r"fake-1.*fake-2") as raised:
        open_corpus(bees, home=tmp_path / "home", embed_model=Fake(model_name="fake-2"))
    assert "groundline" in raised.value.hint


def test_an_embedding_that_fails_while_indexing_is_a_model_error_with_its_cause(bees: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"fake-1 failed: no route to the model") as raised:
        open_corpus(bees, home=tmp_path / "home", embed_model=Fake(refuse="honey"))
    assert isinstance(raised.value.__cause__, ConnectionError) and raised.value.hint


def test_an_embedding_that_fails_on_a_question_is_a_model_error_with_its_cause(bees: Path, tmp_path: Path) -> None:
    with open_corpus(bees, home=tmp_path / "home", embed_model=Fake(refuse="drones")) as engine:
        with pytest.raises(ModelError) as raised:
            engine.ask("How long do drones live?")
        assert isinstance(raised.value.__cause__, ConnectionError)
        assert engine.retrieve("How long do workers live?")


def test_an_embedding_that_fails_at_once_is_a_model_error(bees: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        open_corpus(bees, home=tmp_path / "home", embed_model=Fake(refuse="dimension"))
    assert not (tmp_path / "home").exists()
