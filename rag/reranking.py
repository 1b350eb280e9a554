"""Another order of the passages found: any LlamaIndex node postprocessor, or one by name, before their sentences are weighed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.errors import ExtraMissing, ModelRefused, RerankerError, SettingsError
from rag.retrieve import Found

if TYPE_CHECKING:
    from fastembed.rerank.cross_encoder import TextCrossEncoder

FORM = "Use fastembed:MODEL, such as fastembed:Xenova/ms-marco-MiniLM-L-6-v2."
ASK_WITHOUT = "Check its settings, or ask without a reranker."


def make_reranker(spec: str) -> BaseNodePostprocessor | None:
    """The reranker that `spec` names (`fastembed:MODEL`), loaded; None for an empty one.

    Raises SettingsError for what is no such name, ExtraMissing, or ModelRefused when the model cannot be loaded.
    """
    if not spec.strip():
        return None
    kind, _, model = spec.strip().partition(":")
    if kind != "fastembed" or not model.strip():
        raise SettingsError(f"“{spec.strip()[:60]}” names no reranker.", FORM)
    return FastEmbedReranker(load(model.strip()))


def checked_reranker(reranker: object) -> BaseNodePostprocessor:
    """The reranker as it is. Raises SettingsError for what is no LlamaIndex node postprocessor."""
    if not isinstance(reranker, BaseNodePostprocessor):
        message = f"reranker= takes a LlamaIndex node postprocessor; this is of type {type(reranker).__name__}."
        raise SettingsError(message, f"Pass such an object, or a name. {FORM}")
    return reranker


def rerank(question: str, found: Sequence[Found], reranker: BaseNodePostprocessor) -> list[Found]:
    """The same passages in the reranker's order; their scores stay those of the retrieval.

    Raises RerankerError when it fails, or gives back other passages than it was given.
    """
    if not found:
        return []
    name = type(reranker).__name__
    failed = ""
    try:
        nodes = reranker.postprocess_nodes([_node(one) for one in found], query_bundle=QueryBundle(question))
        order = [node.node.node_id for node in nodes]
    except Exception as error:
        failed = type(error).__name__
    if failed:
        raise RerankerError(f"The reranker {name} failed with {failed}.", ASK_WITHOUT)
    places = {one.passage.id: one for one in found}
    foreign = [id for id in order if id not in places]
    if foreign:
        raise RerankerError(f"The reranker {name} gave back {len(foreign):,} passages that it was not given.", ASK_WITHOUT)
    if len(set(order)) != len(order):
        raise RerankerError(f"The reranker {name} gave back a passage twice.", ASK_WITHOUT)
    if len(order) < len(found):
        message = f"The reranker {name} gave back {len(order):,} of {len(found):,} passages: it may order them, not leave any out."
        raise RerankerError(message, f"Let it keep them all, for example with top_n={max(100, len(found))}.")
    return [places[id] for id in order]


class FastEmbedReranker(BaseNodePostprocessor):
    """A cross-encoder of fastembed: each passage is read together with the question."""

    _encoder: Any = PrivateAttr()

    def __init__(self, encoder: "TextCrossEncoder") -> None:
        super().__init__()
        self._encoder = encoder

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores it."""
        return "FastEmbedReranker"

    def _postprocess_nodes(self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None) -> list[NodeWithScore]:
        question = query_bundle.query_str if query_bundle is not None else ""
        scores = [float(score) for score in self._encoder.rerank(question, [node.node.get_content() for node in nodes])]
        ranked = sorted(zip(scores, range(len(nodes)), strict=True), key=lambda one: (-one[0], one[1]))
        return [NodeWithScore(node=nodes[place].node, score=score) for score, place in ranked]


def load(model: str) -> "TextCrossEncoder":
    """fastembed's cross-encoder of that name, fetched when it is not on this machine."""
    try:
        from fastembed.rerank.cross_encoder import TextCrossEncoder
    except ImportError:
        missing = True
    else:
        missing = False
    if missing:
        raise ExtraMissing("The package for rerankers of `fastembed` is not installed.", "pip install groundline[fastembed]")
    try:
        return TextCrossEncoder(model_name=model)
    except Exception as error:
        failed = type(error).__name__
    hint = "Is it among fastembed's rerankers, and can it be fetched (only the first use needs the network)?"
    raise ModelRefused(f"The reranker {model} cannot be loaded ({failed}).", hint)


def _node(found: Found) -> NodeWithScore:
    row = found.passage
    metadata = {"path": row.path, "passage": row.number, "start": row.start, "end": row.end}
    hidden = list(metadata)
    node = TextNode(id_=row.id, text=row.text, metadata=metadata, excluded_embed_metadata_keys=hidden, excluded_llm_metadata_keys=hidden)
    return NodeWithScore(node=node, score=found.fused)
