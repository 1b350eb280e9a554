"""A cheap embedding that always gives the same vectors, counts what it was asked, and puts texts with common words near each other."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from rag.embed import TOKEN_DIMENSION, QuestionReading, Reader, Reading, Vectors
from rag.language.words import stems, words

DIMENSION = 32


class HashEmbedder:
    """The mean of one fixed random direction for each stem: texts on one subject form a cluster."""

    name = "hash"
    dimension = DIMENSION
    max_tokens = 256

    def __init__(self, fingerprint: str = "hash-1") -> None:
        self.fingerprint = fingerprint
        self.calls = 0
        self.texts: list[str] = []

    @property
    def reader(self) -> Reader:
        """The embedder itself."""
        return self

    def read(self, text: str) -> Reading:
        """One token for each word: its direction, repeated to the size of a token."""
        found = words(text)
        tokens = [np.resize(_vector(word.lower), TOKEN_DIMENSION) * 127 for word in found]
        starts, ends = [word.start for word in found], [word.end for word in found]
        matrix = np.rint(np.array(tokens)).astype(np.int8).reshape(len(found), TOKEN_DIMENSION)
        self.texts.append(text)
        return Reading(_vector(text), np.array(starts, np.uint32), np.array(ends, np.uint32), matrix)

    def read_question(self, text: str) -> QuestionReading:
        """All words count the same."""
        reading = self.read(text)
        return QuestionReading(reading, np.ones(len(reading.starts), np.float32))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape [len(texts), 32]."""
        self.calls += 1
        self.texts.extend(texts)
        return np.stack([_vector(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question."""
        return _vector(text)

    def count_tokens(self, text: str) -> int:
        """Number of words between blanks."""
        return len(text.split())


@lru_cache(maxsize=50_000)
def _vector(text: str) -> Vectors:
    total = np.sum([_direction(stem) for stem in stems(text)] or [_direction("")], axis=0)
    return (total / max(float(np.linalg.norm(total)), 1e-12)).astype(np.float32)


@lru_cache(maxsize=50_000)
def _direction(stem: str) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8])
    return np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
