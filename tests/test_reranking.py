"""Another order of the passages: any postprocessor may give it, and none may change what there is to read."""

import builtins
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag import open_corpus
from rag.config import Settings
from rag.errors import ExtraMissing, RerankerError, SettingsError
from rag.reranking import FastEmbedReranker, make_reranker

QUESTION = "How many people jumped out of the building in Zhengzhou?"
Nodes = list[NodeWithScore]


class Scripted(BaseNodePostprocessor):
    """Does to the passages what a test says, and keeps what it was asked."""

    _does: Callable[[Nodes], Nodes] = PrivateAttr()
    _asked: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, does: Callable[[Nodes], Nodes]) -> None:
        super().__init__()
        self._does = does

    def _postprocess_nodes(self, nodes: Nodes, query_bundle: QueryBundle | None = None) -> Nodes:
        self._asked.append(query_bundle.query_str if query_bundle else "")
        return self._does(nodes)


def raising(nodes: Nodes) -> Nodes:
    raise RuntimeError("sk-recognisable-0123456789abcdef")


def with_score(node: NodeWithScore) -> NodeWithScore:
    return NodeWithScore(node=TextNode(text=node.node.get_content()), score=1.0)


def test_passages_come_in_the_reranker_s_order(seeds: Path, home: Path) -> None:
    with open_corpus(seeds, home=home, update=False) as plain:
        hits = plain.retrieve(QUESTION, k=200)
    turned = Scripted(lambda nodes: nodes[::-1])
    with open_corpus(seeds, home=home, update=False, reranker=turned) as engine:
        assert engine.retrieve(QUESTION, k=200) == hits[::-1]
        answer = engine.ask(QUESTION)
    assert answer.hits == hits[::-1][: len(answer.hits)] and turned._asked == [QUESTION, QUESTION]


def test_an_order_that_changes_nothing_leaves_the_answer_as_it_is_to_the_byte(seeds: Path, home: Path) -> None:
    with (
        open_corpus(seeds, home=home, update=False) as plain,
        open_corpus(seeds, home=home, update=False, reranker=Scripted(lambda nodes: nodes)) as engine,
    ):
        for question in (QUESTION, "What is the capital of France?"):
            one, two = plain.ask(question), engine.ask(question)
            assert one.model_dump_json(exclude={"timings"}) == two.model_dump_json(exclude={"timings"})


def test_a_reranker_decides_which_passages_are_weighed(seeds: Path, home: Path) -> None:
    last = Scripted(lambda nodes: sorted(nodes, key=lambda node: "Zhengzhou" in node.node.get_content()))
    with open_corpus(seeds, home=home, update=False, reranker=last, settings=Settings(dense_candidates=200)) as engine:
        hits = engine.ask(QUESTION).hits
    assert hits and all("Zhengzhou" not in hit.text for hit in hits)


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (raising, "failed with RuntimeError"),
        (lambda nodes: None, "failed with TypeError"),
        (lambda nodes: nodes[:2], "gave back 2 of "),
        (lambda nodes: [], "gave back 0 of "),
        (lambda nodes: [*nodes, with_score(nodes[0])], "1 passages that it was not given"),
        (lambda nodes: [with_score(node) for node in nodes], "that it was not given"),
        (lambda nodes: [*nodes, nodes[0]], "a passage twice"),
    ],
)
def test_a_reranker_that_does_more_than_order_is_an_error(seeds: Path, home: Path, does: Callable[[Nodes], Nodes], says: str) -> None:
    engine = open_corpus(seeds, home=home, update=False, reranker=Scripted(does))
    with engine, pytest.raises(RerankerError, match=says) as raised:
        engine.ask(QUESTION)
    assert "Scripted" in str(raised.value) and raised.value.hint and "sk-" not in str(raised.value)


def test_what_is_no_reranker_is_refused(seeds: Path, home: Path) -> None:
    with pytest.raises(SettingsError, match="of type int"):
        open_corpus(seeds, home=home, update=False, reranker=7)  # type: ignore[arg-type]
    for spec in ("cohere:x", "fastembed", "fastembed:", "x"):
        with pytest.raises(SettingsError, match="names no reranker") as raised:
            open_corpus(seeds, home=home, update=False, reranker=spec)
        assert "fastembed:" in raised.value.hint


def test_no_name_is_no_reranker() -> None:
    assert make_reranker("") is None and make_reranker(" ") is None


def test_a_package_that_is_missing_is_named_by_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("fastembed"):
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ExtraMissing) as raised:
        make_reranker("fastembed:Xenova/ms-marco-MiniLM-L-6-v2")
    assert raised.value.hint == "pip install groundline[fastembed]"


def test_a_cross_encoder_orders_by_score_and_keeps_equals_in_place() -> None:
    class Encoder:
        def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
            assert question == "b?"
            return [float(text.count("b")) for text in texts]

    nodes = [NodeWithScore(node=TextNode(text=text), score=0.0) for text in ("a", "b", "c", "bb")]
    ranked = FastEmbedReranker(Encoder()).postprocess_nodes(nodes, query_str="b?")  # type: ignore[arg-type]
    assert [node.node.get_content() for node in ranked] == ["bb", "b", "a", "c"]
