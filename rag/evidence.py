"""How well each sentence of the retrieved passages answers a question: similarity, and alignment of the question word by word."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.catalog import SentenceRow
from rag.embed import QuestionReading, Reading, Vectors, product
from rag.retrieve import Found, similarity
from rag.weights import HEADING, LOCAL, POOL, RANKING

Floats = NDArray[np.float64]

_MARKED = re.compile(r"#{1,6}\s|```|~~~")
_LONGEST_HEADING = 100  # characters
_CLOSED = ".!?…:;,”\"’'»)|"


class Evidence(NamedTuple):
    """A sentence that may answer the question.

    `sentence_similarity` and `passage_similarity` are cosines with the question; `alignment` is the weighted mean over the question's
    word pieces of each one's best cosine with a piece of the sentence, or of the heading above it, read in its passage (late
    interaction: Khattab and Zaharia, ColBERT, SIGIR 2020); pieces that most of the passages found have count less. `weakest` is the
    lowest of those among pieces that carry meaning; `score` combines the first three.
    """

    sentence: SentenceRow
    found: Found
    sentence_similarity: float
    passage_similarity: float
    alignment: float
    weakest: float
    score: float


def weigh(
    question: QuestionReading,
    found: Sequence[Found],
    readings: Mapping[str, Reading],
    sentences: Sequence[SentenceRow],
    boilerplate: bool = False,
) -> list[Evidence]:
    """The sentences of the passages, best first; ties in order of path and start. With `boilerplate` only those that are no evidence."""
    rows = [row for row in sentences if row.boilerplate == boilerplate and row.passage_id in readings]
    titles = [row for row in rows if _is_marked(row.text)]
    if len(titles) < len(rows):  # a heading says what is told below it, not what is so
        rows = [row for row in rows if not _is_marked(row.text)]
    if not rows:
        return []
    below, above = _by_passage(rows), _by_passage(titles)
    near = [_near(question.reading, one, readings[one.passage.id]) for one in found if one.passage.id in readings]
    weights = _weights(question, near)
    evidence = [
        evidence
        for one in near
        if (id := one.found.passage.id) in below
        for evidence in _weigh(question, weights, one, below[id], above.get(id, []))
    ]
    return sorted(evidence, key=lambda one: (-one.score, one.found.passage.path, one.sentence.start))


def _by_passage(rows: Sequence[SentenceRow]) -> dict[str, list[SentenceRow]]:
    by_passage: dict[str, list[SentenceRow]] = {}
    for row in rows:
        by_passage.setdefault(row.passage_id, []).append(row)
    return by_passage


def _is_marked(text: str) -> bool:
    """Whether a sentence is marked as a heading, or as code."""
    return _MARKED.match(text) is not None or (len(text) < _LONGEST_HEADING and text.isupper())


def _looks_like_heading(text: str) -> bool:
    """Whether a sentence is short, opens with a capital and is not closed; many a heading, but also a line of a form."""
    return len(text) < _LONGEST_HEADING and text[:1].isupper() and text[-1:] not in _CLOSED and "\n" not in text


def best_cosines(pieces: NDArray[np.int8], reading: Reading, one: Evidence) -> Vectors:
    """For each word piece (int8, shape [n, 128]) its best cosine with a piece of the sentence, shape [n]."""
    first, last = _inside(reading, one.found, one.sentence)
    cosines = product(pieces.astype(np.float32), reading.tokens[first:last].astype(np.float32).T) / np.float32(127 * 127)
    best: Vectors = cosines.max(axis=1) if first < last else np.zeros(len(pieces), np.float32)
    return best


def _inside(reading: Reading, found: Found, row: SentenceRow) -> tuple[int, int]:
    first, last = np.searchsorted(reading.starts, (row.start - found.passage.start, row.end - found.passage.start))
    return int(first), int(last)


class _Near(NamedTuple):
    """A passage beside the question: the cosines of their word pieces, shape [question's, passage's + 1], the last column 0."""

    found: Found
    reading: Reading
    cosines: Floats


def _near(asked: Reading, found: Found, reading: Reading) -> _Near:
    # One column more, so that the end of the text is a place too.
    cosines = np.zeros((len(asked.tokens), len(reading.tokens) + 1))
    cosines[:, :-1] = product(asked.tokens.astype(np.float32), reading.tokens.astype(np.float32).T) / np.float32(127 * 127)
    return _Near(found, reading, cosines)


def _weights(question: QuestionReading, near: Sequence[_Near]) -> Floats:
    """How much each word piece of the question counts, shape [n]: what most of the passages found have tells little between them."""
    having = np.zeros(len(question.weights))
    for one in near:
        having += one.cosines.max(axis=1) >= LOCAL["same"]
    share = np.maximum(having - 1, 0) / POOL
    weights: Floats = question.weights.astype(np.float64) * (1 - LOCAL["discount"] * share)
    return weights


def _weigh(
    question: QuestionReading, weights: Floats, near: _Near, rows: Sequence[SentenceRow], titles: Sequence[SentenceRow]
) -> Iterator[Evidence]:
    """The sentences of one passage, all at once; the words of a heading count for those below it."""
    best = _best(near, rows)
    if titles:
        under = np.searchsorted([row.start for row in titles], [row.start for row in rows]) - 1
        told = _best(near, titles)
        best = np.maximum(best, np.where(under >= 0, told[:, under], 0.0))
    total, heavy = float(weights.sum()), best[question.weights == 1.0]
    aligned = (best * weights[:, None]).sum(axis=0) / total if total else np.zeros(len(rows))
    weakest = heavy.min(axis=0) if len(heavy) else np.zeros(len(rows))
    # einsum: like product, it wakes no threads.
    own = np.einsum("ij,j->i", np.stack([row.vector for row in rows]).astype(np.float64), question.reading.vector.astype(np.float64))
    whole = similarity(near.reading.vector, question.reading.vector)
    for index, row in enumerate(rows):
        alignment, alike = round(float(aligned[index]), 6), round(float(own[index]), 6)
        score = RANKING["sentence_similarity"] * alike + RANKING["passage_similarity"] * whole + RANKING["alignment"] * alignment
        score -= HEADING if _looks_like_heading(row.text) else 0.0
        yield Evidence(row, near.found, alike, whole, alignment, round(float(weakest[index]), 6), round(score, 6))


def _best(near: _Near, rows: Sequence[SentenceRow]) -> Floats:
    """For each word piece of the question its best cosine with a piece of each sentence, shape [pieces, len(rows)]; 0 for no piece."""
    start = near.found.passage.start
    bounds = np.searchsorted(near.reading.starts, np.array([(row.start - start, row.end - start) for row in rows]).ravel())
    # Every second range lies between two sentences.
    best: Floats = np.maximum.reduceat(near.cosines, bounds, axis=1)[:, ::2]
    best[:, bounds[::2] >= bounds[1::2]] = 0.0
    return best
