"""How well each sentence of the retrieved passages answers a question: similarity, and alignment of the question word by word."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.catalog import SentenceRow
from rag.embed import QuestionReading, Reading, Vectors
from rag.retrieve import Found, similarity
from rag.weights import RANKING


class Evidence(NamedTuple):
    """A sentence that may answer the question.

    `sentence_similarity` and `passage_similarity` are cosines with the question; `alignment` is the weighted mean over the question's
    word pieces of each one's best cosine with a piece of the sentence, read in its passage (late interaction: Khattab and Zaharia,
    ColBERT, SIGIR 2020); `weakest` is the lowest of those among pieces that carry meaning; `score` combines the first three.
    """

    sentence: SentenceRow
    found: Found
    sentence_similarity: float
    passage_similarity: float
    alignment: float
    weakest: float
    score: float


def weigh(
    question: QuestionReading, found: Sequence[Found], readings: Mapping[str, Reading], sentences: Sequence[SentenceRow]
) -> list[Evidence]:
    """The sentences of the passages, best first, boilerplate left out; ties in order of path and start."""
    by_id = {one.passage.id: one for one in found if one.passage.id in readings}
    asked = question.reading.tokens.astype(np.float32) / np.float32(127)
    cosines = {id: asked @ (readings[id].tokens.astype(np.float32) / np.float32(127)).T for id in by_id}
    whole = {id: similarity(readings[id].vector, question.reading.vector) for id in by_id}
    evidence = [
        _weigh(question, cosines[row.passage_id], by_id[row.passage_id], readings[row.passage_id], row, whole[row.passage_id])
        for row in sentences
        if not row.boilerplate and row.passage_id in by_id
    ]
    return sorted(evidence, key=lambda one: (-one.score, one.found.passage.path, one.sentence.start))


def best_cosines(pieces: NDArray[np.int8], reading: Reading, one: Evidence) -> Vectors:
    """For each word piece (int8, shape [n, 128]) its best cosine with a piece of the sentence, shape [n]."""
    first, last = _inside(reading, one.found, one.sentence)
    cosines = pieces.astype(np.float32) @ reading.tokens[first:last].astype(np.float32).T / np.float32(127 * 127)
    best: Vectors = cosines.max(axis=1) if first < last else np.zeros(len(pieces), np.float32)
    return best


def _inside(reading: Reading, found: Found, row: SentenceRow) -> tuple[int, int]:
    first, last = np.searchsorted(reading.starts, (row.start - found.passage.start, row.end - found.passage.start))
    return int(first), int(last)


def _weigh(question: QuestionReading, cosines: Vectors, found: Found, reading: Reading, row: SentenceRow, whole: float) -> Evidence:
    first, last = _inside(reading, found, row)
    best = cosines[:, first:last].max(axis=1) if first < last else np.zeros(len(cosines), np.float32)
    total = float(question.weights.sum())
    alignment = round(float(best @ question.weights) / total, 6) if total else 0.0
    heavy = best[question.weights == 1.0]
    weakest = round(float(heavy.min()), 6) if len(heavy) else 0.0
    own = similarity(row.vector, question.reading.vector)
    score = RANKING["sentence_similarity"] * own + RANKING["passage_similarity"] * whole + RANKING["alignment"] * alignment
    return Evidence(row, found, own, whole, alignment, weakest, round(score, 6))
