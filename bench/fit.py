"""Fits the numbers in rag/weights.py, and the projection of word pieces, on public question sets that the project does not ship.

    python -m bench.fit --data ../shared/eval-data                 # prints RANKING and CONFIDENCE
    python -m bench.fit --data ../shared/eval-data --projection    # writes projection.npy and prints its SHA-256

SQuAD 2.0 and XQuAD (CC BY-SA 4.0) and CLAP NQ (Apache-2.0): see docs/quality.md. Each title is a corpus of its own, passages are cut
and read as the engine does. CONFIDENCE is fitted where the question shares less than six words in ten with the best sentence, because
people ask in other words than a text has; its scale is then set on the project's own development questions (Platt, 1999).
"""

import argparse
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.case import load_cases
from rag.catalog import PassageRow, SentenceRow
from rag.decision import features
from rag.embed import MODEL_FOLDER, TOKEN_DIMENSION, MiniLM, Reading
from rag.evidence import Evidence, weigh
from rag.language.question import analyse
from rag.language.words import stems
from rag.offers import TYPED, offers
from rag.retrieve import Found
from rag.split import split
from rag.weights import POOL

Floats = NDArray[np.float64]

PASSAGE_TOKENS = 128
RANKED = 200
# How strongly the ranking's weights are held down; the development questions chose among them.
RIDGES = (0.0, 0.001, 0.003, 0.01)
QUESTIONS = {"squad2": 90, "xquad": 60, "clapnq": 20, "seeds": 1_000}
SEEDS = Path(__file__).parent.parent / "seeds"
LITTLE_OVERLAP = 0.6


class Ask(NamedTuple):
    """A question on a set of documents, with the characters (path, start, end) that hold its answer; none: not answerable."""

    text: str
    gold: tuple[tuple[str, int, int], ...]


class Corpus(NamedTuple):
    """Documents by path and the questions on them."""

    source: str
    documents: dict[str, str]
    asked: list[Ask]


class Example(NamedTuple):
    """A question's best sentences: their ranking features, which are right, and the confidence features of the first."""

    ranking: Floats
    right: NDArray[np.bool_]
    confidence: dict[str, float]
    overlap: float


def main() -> None:
    """Prints what is fitted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--projection", action="store_true")
    arguments = parser.parse_args()
    corpora = [*squad(arguments.data), *clapnq(arguments.data)]
    if arguments.projection:
        fit_projection(corpora)
        return
    examples = [example for corpus in corpora for example in look(corpus)]
    answerable = [example for example in examples if example.right.any()]
    names = ("sentence_similarity", "passage_similarity", "alignment")
    for ridge in RIDGES:
        weights = maximise(lambda w, ridge=ridge: _mean_log_share(answerable, w) - ridge * float(w @ w), 3)  # type: ignore[misc]
        order = [int(np.argmax(example.ranking @ weights)) for example in answerable]
        first = np.mean([example.right[best] for example, best in zip(answerable, order, strict=True)])
        found = dict(zip(names, weights.round(2).tolist(), strict=True))
        print(f"RANKING, {len(answerable)} questions, ridge {ridge}: {found}, first right {first:.3f}")
    unlike = [example for example in examples if example.overlap < LITTLE_OVERLAP]
    keys = list(unlike[0].confidence)
    matrix = np.array([[1.0, *(example.confidence[key] for key in keys)] for example in unlike])
    right = np.array([bool(example.right[0]) for example in unlike])
    fitted = maximise(lambda w: _log_likelihood(matrix @ w, right), len(keys) + 1)
    print(f"CONFIDENCE before scaling, {len(unlike)} questions:", dict(zip(["intercept", *keys], fitted.round(2).tolist(), strict=True)))
    own = [example for example in look(development()) if example.confidence["offered"]]
    totals = np.array([fitted[0] + sum(w * example.confidence[key] for w, key in zip(fitted[1:], keys, strict=True)) for example in own])
    right = np.array([bool(example.right[0]) for example in own])
    slope, shift = maximise(lambda w: _log_likelihood(w[0] * totals + w[1], right), 2)
    scaled = [slope * fitted[0] + shift, *(slope * fitted[1:])]
    print(f"CONFIDENCE, {len(own)} questions:", dict(zip(["intercept", *keys], np.round(scaled, 2).tolist(), strict=True)))


def squad(data: Path) -> Iterator[Corpus]:
    """SQuAD 2.0 with a corpus for each title (documents of six paragraphs), XQuAD with one for each six titles (a document each)."""
    for source, stem, size, titles in (("squad2", "squad2", 6, 1), ("xquad", "xquad_en", 5, 6)):
        by_title: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in _rows(data / f"{stem}_contexts.jsonl"):
            by_title[row["title"]].append(row)
        places: dict[str, tuple[str, str, int]] = {}
        documents: dict[str, dict[str, str]] = defaultdict(dict)
        for title, rows in by_title.items():
            for number, row in enumerate(rows):
                path = f"{title}-{number // size}.txt"
                before = documents[title].get(path, "")
                text = f"{before}\n\n" if before else ""
                places[row["context_id"]] = (title, path, len(text))
                documents[title][path] = text + row["text"]
        asked: dict[str, list[Ask]] = defaultdict(list)
        for row in _rows(data / f"{stem}.jsonl"):
            title, path, offset = places[row["context_id"]]
            gold = tuple((path, offset + one["start"], offset + one["start"] + len(one["text"])) for one in row["answers"])
            asked[title].append(Ask(row["question"], gold))
        ordered = sorted(by_title) if titles > 1 else list(by_title)
        for first in range(0, len(ordered), titles):
            group = ordered[first : first + titles]
            together = {path: text for title in group for path, text in documents[title].items()}
            yield Corpus(source, together, [ask for title in group for ask in asked[title]])


def clapnq(data: Path) -> Iterator[Corpus]:
    """CLAP NQ, twenty passages a corpus; the spaces that its tokens are parted by are taken out."""
    rows = _rows(data / "clapnq_dev.jsonl")
    random.Random(5).shuffle(rows)
    for first in range(0, len(rows), 20):
        documents: dict[str, str] = {}
        asked: list[Ask] = []
        for number, row in enumerate(rows[first : first + 20], first):
            sentences = [_plain(row["passage"][start:end]) for start, end in row["sentence_spans"]]
            starts = [sum(len(sentence) + 1 for sentence in sentences[:index]) for index in range(len(sentences))]
            chosen = sorted({index for group in row["supporting_sentences"] for index in group})
            path = f"{number}.txt"
            documents[path] = " ".join(sentences)
            if bool(chosen) == row["answerable"]:
                asked.append(Ask(row["question"], tuple((path, starts[i], starts[i] + len(sentences[i])) for i in chosen)))
        yield Corpus("clapnq", documents, asked)


def development() -> Corpus:
    """The project's own development questions, answerable or not, on the five articles."""
    documents = {file.name: file.read_bytes().decode() for file in sorted(SEEDS.glob("*.txt"))}
    kept = [case for case in load_cases() if case.split == "development" and case.expect != "correct" and not (case.corpus or case.history)]
    asked = [Ask(case.question, tuple((span.path, span.start, span.end) for group in case.gold for span in group)) for case in kept]
    return Corpus("seeds", documents, asked)


def look(corpus: Corpus) -> Iterator[Example]:
    """The best sentences for some of a corpus's questions, as the engine ranks them."""
    model = MiniLM()
    found: list[Found] = []
    readings: dict[str, Reading] = {}
    rows: list[SentenceRow] = []
    for path, text in corpus.documents.items():
        for passage in split(text, model.count_tokens, PASSAGE_TOKENS):
            id, inside = f"{path}:{passage.number}", text[passage.start : passage.end]
            readings[id] = model.read(inside)
            row = PassageRow(id, path, "", passage.number, passage.start, passage.end, inside, readings[id].vector)
            found.append(Found(row, 0.0, 0.0, 0.0))
            for position, one in enumerate(passage.sentences):
                words = text[one.start : one.end]
                rows.append(SentenceRow(id, position, one.start, one.end, words, one.boilerplate, model.embed([words])[0]))
    count = min(len(corpus.asked), QUESTIONS[corpus.source])
    for ask in random.Random(0).sample(corpus.asked, count):
        read = model.read_question(ask.text)
        near = {id: float(reading.vector @ read.reading.vector) for id, reading in readings.items()}
        best = sorted(found, key=lambda one: -near[one.passage.id])[:POOL]
        kept = {one.passage.id for one in best}
        ranked = weigh(read, best, readings, [row for row in rows if row.passage_id in kept])
        if ranked:
            yield _example(ask, ranked)


def _example(ask: Ask, ranked: Sequence[Evidence]) -> Example:
    question = analyse(ask.text)
    offered = question.kind not in TYPED or any(offers(question, one.sentence.text) for one in ranked[:3])
    top = ranked[:RANKED]
    ranking = np.array([[one.sentence_similarity, one.passage_similarity, one.alignment] for one in top], np.float64)
    asked = set(stems(ask.text))
    overlap = len(asked & set(stems(top[0].sentence.text))) / max(1, len(asked))
    return Example(ranking, np.array([_holds(one, ask) for one in top]), features(ranked, offered), overlap)


def _holds(one: Evidence, ask: Ask) -> bool:
    row, path = one.sentence, one.found.passage.path
    return any(path == where and min(row.end, end) - max(row.start, start) > 0 for where, start, end in ask.gold)


def fit_projection(corpora: Sequence[Corpus]) -> None:
    """Writes the first 128 principal directions (not centred) of the model's word pieces in context, float16, shape [384, 128]."""
    model = MiniLM()
    total = np.zeros((model.dimension, model.dimension))
    for corpus in corpora:
        for text in corpus.documents.values():
            for passage in split(text, model.count_tokens, PASSAGE_TOKENS):
                pieces = model.hidden(text[passage.start : passage.end]).astype(np.float64)
                pieces /= np.maximum(np.linalg.norm(pieces, axis=1, keepdims=True), 1e-12)
                total += pieces.T @ pieces
    _, directions = np.linalg.eigh(total)
    chosen = directions[:, ::-1][:, :TOKEN_DIMENSION]
    chosen = chosen * np.sign(chosen[np.abs(chosen).argmax(axis=0), range(TOKEN_DIMENSION)])
    target = MODEL_FOLDER / "projection.npy"
    np.save(target, chosen.astype(np.float16))
    print(hashlib.sha256(target.read_bytes()).hexdigest(), target.name)


def maximise(value: Callable[[Floats], float], size: int, steps: int = 60) -> Floats:
    """The weights at which a concave function is largest: Newton's method with derivatives by differences."""
    weights, step = np.zeros(size), 1e-3
    for _ in range(steps):
        gradient, curvature = _derivatives(value, weights, step)
        move = np.linalg.solve(curvature - 1e-4 * np.eye(size), gradient)
        weights = weights - move / max(1.0, float(np.abs(move).max()) / 2)
        if np.abs(move).max() < 1e-4:
            break
    return weights


def _derivatives(value: Callable[[Floats], float], at: Floats, step: float) -> tuple[Floats, Floats]:
    unit = np.eye(len(at)) * step
    ahead, behind = [value(at + one) for one in unit], [value(at - one) for one in unit]
    middle = value(at)
    gradient = (np.array(ahead) - np.array(behind)) / (2 * step)
    curvature = np.empty((len(at), len(at)))
    for i, one in enumerate(unit):
        for j, other in enumerate(unit):
            curvature[i, j] = (value(at + one + other) - ahead[i] - ahead[j] + middle) / step**2
    return gradient, (curvature + curvature.T) / 2


def _log_share(example: Example, weights: Floats) -> float:
    scores = example.ranking @ weights
    shares = np.exp(scores - scores.max())
    return float(np.log(shares[example.right].sum() / shares.sum()))


def _mean_log_share(examples: Sequence[Example], weights: Floats) -> float:
    return sum(_log_share(example, weights) for example in examples) / len(examples)


def _log_likelihood(totals: Floats, right: NDArray[np.bool_]) -> float:
    return float(-np.logaddexp(0, np.where(right, -totals, totals)).mean())


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _plain(tokens: str) -> str:
    text = tokens.replace("``", '"').replace("''", '"')
    text = re.sub(r"\s+([,.;:!?%)\]])", r"\1", text)
    text = re.sub(r"([(\[$])\s+", r"\1", text)
    text = re.sub(r"\s+('s|n't|'re|'ve|'ll|'d)\b", r"\1", text)
    return re.sub(r" +", " ", re.sub(r'"\s*([^"]*?)\s*"', r'"\1"', text)).strip()


if __name__ == "__main__":
    main()
