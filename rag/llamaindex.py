"""The LlamaIndex side: its embeddings taken in, and our retriever and query engine handed out."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.embed import MiniLM, Reader, Vectors
from rag.errors import ModelError
from rag.schema import Citation, Hit

if TYPE_CHECKING:
    from rag.engine import Engine

Given = TypeVar("Given")
Made = TypeVar("Made")

# Passages are measured in the default model's word pieces whatever the model: other models see at least as many.
_COUNTER = MiniLM()


class LlamaIndexEmbedder:
    """Any LlamaIndex embedding in the shape that the index asks for; vectors are made unit length."""

    max_tokens = 254

    def __init__(self, model: BaseEmbedding) -> None:
        self._model = model
        self.reader: Reader = _COUNTER
        self.name = f"{model.class_name()}:{model.model_name}"
        self.dimension = len(self._call(model.get_text_embedding, "dimension"))
        self.fingerprint = hashlib.sha256(f"{self.name}:{self.dimension}".encode()).hexdigest()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape [len(texts), dimension]. Raises ModelError when the model fails."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return _unit(np.array(self._call(self._model.get_text_embedding_batch, list(texts)), np.float32))

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32, shape [dimension]. Raises ModelError when the model fails."""
        vector: Vectors = _unit(np.array([self._call(self._model.get_query_embedding, text)], np.float32))[0]
        return vector

    def count_tokens(self, text: str) -> int:
        """Size of a text in the default model's word pieces."""
        return _COUNTER.count_tokens(text)

    def _call(self, method: Callable[[Given], Made], argument: Given) -> Made:
        try:
            return method(argument)
        except Exception as error:
            raise ModelError(f"The embedding model {self.name} failed: {error}", "Check its settings and its server.") from error


class PassageRetriever(BaseRetriever):
    """Our retrieval as a LlamaIndex retriever; scores are fused ranks."""

    def __init__(self, engine: "Engine", k: int | None = None) -> None:
        self._engine = engine
        self._k = k
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_from_hit(hit) for hit in self._engine.retrieve(query_bundle.query_str, k=self._k)]


class GroundedQueryEngine(BaseQueryEngine):
    """Our answers as a LlamaIndex query engine; `response.metadata["answer"]` is the whole Answer as a dictionary."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        super().__init__(callback_manager=CallbackManager([]))

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        answer = self._engine.ask(query_bundle.query_str)
        nodes = [_from_citation(citation) for citation in answer.citations]
        return Response(response=answer.text, source_nodes=nodes, metadata={"status": answer.status, "answer": answer.model_dump()})

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        import asyncio

        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _from_hit(hit: Hit) -> NodeWithScore:
    metadata = {"path": hit.path, "sha256": hit.sha256, "passage": hit.passage, "start": hit.start, "end": hit.end}
    return NodeWithScore(
        node=TextNode(text=hit.text, metadata=metadata, start_char_idx=hit.start, end_char_idx=hit.end, id_=_id(hit)), score=hit.fused
    )


def _from_citation(citation: Citation) -> NodeWithScore:
    metadata = citation.model_dump(exclude={"quote"})
    node = TextNode(text=citation.quote, metadata=metadata, start_char_idx=citation.start, end_char_idx=citation.end, id_=_id(citation))
    return NodeWithScore(node=node, score=None)


def _id(place: Hit | Citation) -> str:
    return hashlib.sha256(f"{place.path}:{place.sha256}:{place.start}:{place.end}".encode()).hexdigest()[:32]


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
    unit: Vectors = (vectors / lengths).astype(np.float32)
    return unit
