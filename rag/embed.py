"""Text to unit vectors: the default model that ships with the package, and the shape that any other has to have."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

Vectors = NDArray[np.float32]

MODEL_FOLDER = Path(__file__).parent / "models" / "all-MiniLM-L6-v2"
MODEL_SHA256 = {
    "model.int8.onnx": "f7761572e2b59132072e33d203f9e0fa07f35b5c598dc7eda076ba1c83b8dc0c",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


class Embedder(Protocol):
    """What an embedding model has to offer. `fingerprint` changes whenever its vectors would."""

    name: str
    dimension: int
    fingerprint: str
    max_tokens: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape [len(texts), dimension]."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32, shape [dimension]."""
        ...

    def count_tokens(self, text: str) -> int:
        """Size of a text in the model's own tokens, special tokens left out."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2 as int8 ONNX, read from the package; loads on first use.

    One text a run, no padding: with dynamic quantisation a vector would otherwise depend on its neighbours in the batch.
    """

    name = "all-MiniLM-L6-v2"
    dimension = 384
    fingerprint = MODEL_SHA256["model.int8.onnx"]
    max_tokens = 254  # 256 positions less [CLS] and [SEP]

    def __init__(self, folder: Path = MODEL_FOLDER, threads: int = 2) -> None:
        self._folder = folder
        self._threads = threads

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, float32, shape [len(texts), 384]; text past 254 word pieces is not seen.

        Raises ModelError when a model file is missing or not the one that this version ships.
        """
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(text)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32, shape [384]."""
        return self._vector(text)

    def count_tokens(self, text: str) -> int:
        """Number of word pieces of a text, special tokens left out."""
        return len(self._counter.encode(text, add_special_tokens=False).ids)

    def _vector(self, text: str) -> Vectors:
        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], np.int64)
        mask = np.ones_like(ids)
        (hidden,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})
        mean = np.asarray(hidden, np.float32)[0].mean(axis=0)
        return mean / np.float32(max(float(np.linalg.norm(mean)), 1e-12))

    @cached_property
    def _tokenizer(self):  # type: ignore[no-untyped-def]
        tokenizer = self._load_tokenizer()
        tokenizer.enable_truncation(256)
        return tokenizer

    @cached_property
    def _counter(self):  # type: ignore[no-untyped-def]
        return self._load_tokenizer()

    def _load_tokenizer(self):  # type: ignore[no-untyped-def]
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(_checked(self._folder / "tokenizer.json").decode("utf-8"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self):  # type: ignore[no-untyped-def]
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(_checked(self._folder / "model.int8.onnx"), options, providers=["CPUExecutionProvider"])


def _checked(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The embedding model's file {path.name} cannot be read: {error}", "Install Groundline again.") from error
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256[path.name]:
        raise ModelError(f"The embedding model's file {path.name} is not the one that this version ships.", "Install Groundline again.")
    return data
