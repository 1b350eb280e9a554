"""The pipeline that Groundline is compared with: plain LlamaIndex over the same folder, with the same embedding model.

`SimpleDirectoryReader` → `SentenceSplitter` → `VectorStoreIndex` on Chroma through LlamaIndex's own adapter (the extra `bench`).
`python -m bench.plain index|refresh|ask|many CORPUS HOME [QUESTION]` runs one step as a process; `many` reads a JSON list of questions
from standard input and prints what asking them took.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings
from llama_index.core import Document, SimpleDirectoryReader, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import MetadataMode
from llama_index.vector_stores.chroma import ChromaVectorStore

from bench.speed import milliseconds
from rag.embed import MiniLM

# The embedding model reads 256 word pieces at most; the splitter counts in tiktoken's tokens.
CHUNK_TOKENS, OVERLAP = 256, 20
TOP_K = 8


class SameModel(BaseEmbedding):
    """Groundline's default model as a LlamaIndex embedding."""

    model_name: str = "all-MiniLM-L6-v2"
    _model: MiniLM

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self._model = MiniLM()

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(number) for number in self._model.embed_query(text)]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def index(corpus: Path, home: Path) -> VectorStoreIndex:
    """Reads, splits, embeds and stores every file of the folder."""
    storage = StorageContext.from_defaults(vector_store=_chroma(home))
    made: VectorStoreIndex = VectorStoreIndex.from_documents(
        _documents(corpus), storage_context=storage, embed_model=SameModel(), transformations=[_splitter()], store_nodes_override=True
    )
    storage.persist(str(home / "storage"))
    return made


def opened(home: Path) -> VectorStoreIndex:
    """The index that `index` left in the folder."""
    storage = StorageContext.from_defaults(vector_store=_chroma(home), persist_dir=str(home / "storage"))
    found = load_index_from_storage(storage, embed_model=SameModel(), transformations=[_splitter()], store_nodes_override=True)
    assert isinstance(found, VectorStoreIndex)
    return found


def refresh(loaded: VectorStoreIndex, corpus: Path) -> int:
    """Indexes again what changed, by LlamaIndex's own document hashes; how many documents that were."""
    return sum(loaded.refresh_ref_docs(_documents(corpus)))


def ask(loaded: VectorStoreIndex, question: str) -> int:
    """Retrieves; without a language model LlamaIndex writes no answer. How many passages came back."""
    return len(loaded.as_retriever(similarity_top_k=TOP_K).retrieve(question))


def many(loaded: VectorStoreIndex, corpus: Path, questions: Sequence[str]) -> dict[str, object]:
    """Milliseconds of each retrieval once warm, of an update with nothing changed, and how many chunks the model cuts off."""
    retriever = loaded.as_retriever(similarity_top_k=TOP_K)
    retriever.retrieve(questions[0])
    chunks = [node.get_content(MetadataMode.EMBED) for node in _splitter().get_nodes_from_documents(_documents(corpus))]
    return {
        "retrieve": milliseconds(retriever.retrieve, questions),
        "unchanged": milliseconds(lambda _: refresh(loaded, corpus), range(5)),
        "chunks": len(chunks),
        "cut": sum(MiniLM().count_tokens(chunk) > MiniLM.max_tokens for chunk in chunks),
    }


def _documents(corpus: Path) -> list[Document]:
    return SimpleDirectoryReader(str(corpus), filename_as_id=True).load_data()


def _splitter() -> SentenceSplitter:
    return SentenceSplitter(chunk_size=CHUNK_TOKENS, chunk_overlap=OVERLAP)


def _chroma(home: Path) -> ChromaVectorStore:
    client = chromadb.PersistentClient(home / "chroma", Settings(_env_file=None, anonymized_telemetry=False))
    collection = client.get_or_create_collection("passages", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None)
    return ChromaVectorStore(chroma_collection=collection)


def main(step: str, corpus: Path, home: Path, *rest: str) -> None:
    """One step as a process."""
    if step == "index":
        index(corpus, home)
    elif step == "refresh":
        print(refresh(opened(home), corpus))
    elif step == "ask":
        print(ask(opened(home), rest[0]))
    else:
        print(json.dumps(many(opened(home), corpus, json.load(sys.stdin))))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
