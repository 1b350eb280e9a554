"""The sentences of the cited spans that a claim is compared with."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.grounding.reading import Reading, read, straight
from rag.language.sentences import find
from rag.language.words import words

# A claim is compared word by word with this many sentences of a long span; numbers, dates and names are looked for in all of it.
MOST_UNITS = 6
# Cited text longer than this, in characters, is a document: a claim sums it up instead of repeating a part of it.
LONGEST_PASSAGE = 800


class Evidence(NamedTuple):
    """`units` are the sentences nearest to the claim, in order; `texts` are all of them; `lower` is all text with straight quotes."""

    units: tuple[Reading, ...]
    texts: tuple[str, ...]
    lower: str
    stems: frozenset[str]
    long: bool
    parts: tuple[frozenset[str], ...]


@lru_cache(maxsize=256)
def _parts(span: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The sentences of a span, each with the stems of its words."""
    found = []
    for sentence in find(span):
        text = span[sentence.start : sentence.end]
        stems = frozenset(word.stem for word in words(text))
        if stems:
            found.append((text, stems))
    return tuple(found)


@lru_cache(maxsize=256)
def flat(span: str) -> str:
    """A span in lower case with straight quotes and single spaces."""
    return straight(span).lower()


def gather(claim: Reading, spans: Sequence[str]) -> Evidence:
    """Chooses the sentences that cover the claim's words best, rare words counting more; all of them when they are few."""
    parts = [part for span in spans for part in _parts(span)]
    stems = frozenset[str]().union(*(part[1] for part in parts))
    if len(parts) <= MOST_UNITS:
        chosen = list(range(len(parts)))
    else:
        chosen = _best(claim, [part[1] for part in parts])
    lower = "\n".join(flat(span) for span in spans)
    return Evidence(
        tuple(read(parts[place][0]) for place in chosen),
        tuple(part[0] for part in parts),
        lower,
        stems,
        len(lower) > LONGEST_PASSAGE,
        tuple(part[1] for part in parts),
    )


def _best(claim: Reading, parts: Sequence[frozenset[str]]) -> list[int]:
    weights: dict[str, float] = {}
    for item in claim.items:
        for word in claim.all_words:
            if item.start <= word.start < item.end and not word.stop:
                weights[word.stem] = item.weight
    for key in weights:
        weights[key] /= 1 + sum(key in part for part in parts) / len(parts) * 4
    left, chosen = dict(weights), []
    for _ in range(MOST_UNITS):
        scores = [
            (sum(weight if key in left else weight / 3 for key, weight in weights.items() if key in part) / (12 + len(part)) ** 0.5, -place)
            for place, part in enumerate(parts)
            if place not in chosen
        ]
        place = -max(scores)[1]
        chosen.append(place)
        for key in parts[place]:
            left.pop(key, None)
    return sorted(chosen)
