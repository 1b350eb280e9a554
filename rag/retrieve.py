"""From a question to passages: nearest vectors and full-text ranking, re-scored exactly and fused."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rag.catalog import PassageRow
from rag.config import Settings
from rag.embed import Vectors
from rag.index import Index
from rag.schema import Hit

# Reciprocal rank fusion's constant (Cormack, Clarke and Büttcher, SIGIR 2009).
RRF = 60


class Found(NamedTuple):
    """A retrieved passage with its cosine similarity, BM25 (0 when no word matches) and fused score."""

    passage: PassageRow
    dense: float
    lexical: float
    fused: float


def retrieve(index: Index, vector: Vectors, stems: Sequence[str], settings: Settings, paths: Sequence[str] | None = None) -> list[Found]:
    """Passages nearest to a question's vector (shape [dimension]) or sharing its stems, best first; `paths` limits the documents.

    The vector index only proposes: similarities are computed again from the catalog's vectors, so that neither the order of
    insertion nor the number of threads shows. Ties are put in order of path and start.
    """
    lexical = dict(index.catalog.search(stems, settings.lexical_candidates, paths))
    near = [id for id, _ in index.nearest(vector, settings.dense_candidates, None if paths is None else list(paths))]
    rows = index.catalog.passages(list(dict.fromkeys([*near, *lexical])))
    dense = {row.id: similarity(row.vector, vector) for row in rows}
    rank_dense = _ranks(dense, rows)
    rank_lexical = _ranks({id: score for id, score in lexical.items() if id in dense}, rows)
    found = [Found(row, dense[row.id], lexical.get(row.id, 0.0), _fused(row.id, rank_dense, rank_lexical)) for row in rows]
    return sorted(found, key=lambda one: (-one.fused, one.passage.path, one.passage.start))


def similarity(a: Vectors, b: Vectors) -> float:
    """Cosine similarity of two unit vectors, rounded to six decimals."""
    return round(float(np.dot(a.astype(np.float64), b.astype(np.float64))), 6)


def hit(found: Found) -> Hit:
    """A retrieved passage as an answer reports it, scores rounded to four decimals."""
    row = found.passage
    return Hit(
        path=row.path,
        sha256=row.sha256,
        passage=row.number,
        start=row.start,
        end=row.end,
        text=row.text,
        dense=round(found.dense, 4),
        lexical=round(found.lexical, 4),
        fused=round(found.fused, 6),
    )


def _ranks(scores: dict[str, float], rows: Sequence[PassageRow]) -> dict[str, int]:
    place = {row.id: (row.path, row.start) for row in rows}
    return {id: rank for rank, id in enumerate(sorted(scores, key=lambda id: (-scores[id], place[id])), 1)}


def _fused(id: str, *rankings: dict[str, int]) -> float:
    return sum(1 / (RRF + ranking[id]) for ranking in rankings if id in ranking)
