"""A cheap embedding that always gives the same vectors, counts what it was asked, and puts texts with common words near each other."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from rag.embed import Vectors
from rag.language.words import stems

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
