"""Text to unit vectors: the default model that ships with the package, and the shape that any other has to have."""

import hashlib
import io
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.language.words import STOP_WORDS

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

Vectors = NDArray[np.float32]

MODEL_FOLDER = Path(__file__).parent / "models" / "all-MiniLM-L6-v2"
MODEL_SHA256 = {
    "model.int8.onnx": "f7761572e2b59132072e33d203f9e0fa07f35b5c598dc7eda076ba1c83b8dc0c",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "projection.npy": "d67bf7a0c673fd693424d4b31f47dce46b069e87cd5bebb904cbd6817a9bcd3e",
}

# Full weight goes to the word pieces that begin a word with a meaning; the others say little about what a question asks.
LIGHT_PIECE = 0.3

TOKEN_DIMENSION = 128

# Multiplications up to which OpenBLAS uses one thread.
ONE_THREAD = 262_144


class Reading(NamedTuple):
    """A text read token by token.

    `vector` is the text's unit vector, float32, shape [dimension]; `starts` and `ends` are the character offsets of its word pieces,
    uint32, shape [n]; `tokens` their unit vectors in context times 127, int8, shape [n, 128].
    """

    vector: Vectors
    starts: NDArray[np.uint32]
    ends: NDArray[np.uint32]
    tokens: NDArray[np.int8]

    def packed(self) -> bytes:
        """The reading as bytes: number of word pieces, then each field in turn, little-endian."""
        size = np.array([len(self.starts)], "<u4")
        return b"".join((size.tobytes(), self.starts.tobytes(), self.ends.tobytes(), self.tokens.tobytes(), self.vector.tobytes()))

    @classmethod
    def unpacked(cls, data: bytes) -> "Reading":
        """The reading that `packed` made these bytes of."""
        size = int(np.frombuffer(data, "<u4", 1)[0])
        starts = np.frombuffer(data, np.uint32, size, 4)
        ends = np.frombuffer(data, np.uint32, size, 4 + 4 * size)
        tokens = np.frombuffer(data, np.int8, size * TOKEN_DIMENSION, 4 + 8 * size).reshape(size, TOKEN_DIMENSION)
        return cls(np.frombuffer(data, np.float32, offset=4 + (8 + TOKEN_DIMENSION) * size), starts, ends, tokens)


class QuestionReading(NamedTuple):
    """A question read token by token: its unit vector, its word pieces' offsets, and how much each piece counts, float32, shape [n]."""

    reading: Reading
    weights: Vectors


class Reader(Protocol):
    """What judges evidence: one model for every corpus, whichever embedding retrieves, so that one calibration holds."""

    name: str
    fingerprint: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape [len(texts), dimension]."""
        ...

    def read(self, text: str) -> Reading:
        """The vectors of a text and of its word pieces in context."""
        ...

    def read_question(self, text: str) -> QuestionReading:
        """The same for a question, with the weights of its word pieces."""
        ...


class Embedder(Protocol):
    """What an embedding model has to offer. `fingerprint` changes whenever its vectors would."""

    name: str
    dimension: int
    fingerprint: str
    max_tokens: int

    @property
    def reader(self) -> Reader:
        """The model that judges evidence."""
        ...

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
    fingerprint = hashlib.sha256("".join(MODEL_SHA256.values()).encode()).hexdigest()
    max_tokens = 254  # 256 positions less [CLS] and [SEP]

    def __init__(self, folder: Path = MODEL_FOLDER, threads: int = 2) -> None:
        self._folder = folder
        self._threads = threads

    @property
    def reader(self) -> Reader:
        """The model itself: it judges evidence as well."""
        return self

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

    def read(self, text: str) -> Reading:
        """One run for the vector of a text and those of its word pieces in context; text past 254 pieces is not seen."""
        encoded = self._tokenizer.encode(text)
        hidden = self._run(encoded)
        inner = product(hidden[1:-1], self._projection)
        lengths = np.maximum(np.linalg.norm(inner, axis=1, keepdims=True), np.float32(1e-12))
        tokens = np.clip(np.rint(inner / lengths * np.float32(127)), -127, 127).astype(np.int8)
        spans = np.array(encoded.offsets[1:-1], np.uint32).reshape(-1, 2)
        return Reading(_unit_mean(hidden), spans[:, 0], spans[:, 1], tokens)

    def hidden(self, text: str) -> Vectors:
        """The model's vectors of a text's word pieces in context, before projection, float32, shape [n, 384]."""
        return self._run(self._tokenizer.encode(text))[1:-1]

    def read_question(self, text: str) -> QuestionReading:
        """A question's reading; stop words, punctuation and later pieces of a word weigh less."""
        reading = self.read(text)
        weights = np.full(len(reading.starts), LIGHT_PIECE, np.float32)
        for index, (start, end) in enumerate(zip(reading.starts, reading.ends, strict=True)):
            piece = text[start:end].lower()
            begins = start == 0 or not text[start - 1].isalnum()
            if begins and piece.isalnum() and piece not in STOP_WORDS:
                weights[index] = 1.0
        return QuestionReading(reading, weights)

    def _vector(self, text: str) -> Vectors:
        return _unit_mean(self._run(self._tokenizer.encode(text)))

    def _run(self, encoded: "Encoding") -> Vectors:
        ids = np.array([encoded.ids], np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden: Vectors = self._session.run(None, feed)[0][0]
        return hidden

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        tokenizer = self._load_tokenizer()
        tokenizer.enable_truncation(256)
        return tokenizer

    @cached_property
    def _counter(self) -> "Tokenizer":
        return self._load_tokenizer()

    def _load_tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(_checked(self._folder / "tokenizer.json").decode("utf-8"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self) -> "InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        # Threads that wait by spinning take the other core from whoever could use it: an ingest took twice the processor time.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(_checked(self._folder / "model.int8.onnx"), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _projection(self) -> Vectors:
        matrix: Vectors = np.load(io.BytesIO(_checked(self._folder / "projection.npy"))).astype(np.float32)
        return matrix


def product(a: Vectors, b: Vectors) -> Vectors:
    """`a @ b` in pieces that the linear algebra library keeps in one thread: waking a second one takes longer than the product."""
    rows = max(2, ONE_THREAD // max(b.size, 1))
    if len(a) <= rows:
        return a @ b
    return np.concatenate([a[first : first + rows] @ b for first in range(0, len(a), rows)])


def _unit_mean(hidden: Vectors) -> Vectors:
    mean: Vectors = hidden.mean(axis=0)
    return mean / np.float32(max(float(np.linalg.norm(mean)), 1e-12))


def _checked(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The embedding model's file {path.name} cannot be read: {error}", "Install Groundline again.") from error
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256[path.name]:
        raise ModelError(f"The embedding model's file {path.name} is not the one that this version ships.", "Install Groundline again.")
    return data
