"""Which sentences to quote, and how far each quote reaches."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.catalog import PassageRow, SentenceRow
from rag.evidence import Evidence
from rag.language.names import names
from rag.weights import QUOTING

_PERSON = re.compile(r"^[“\"‘']?(?:he|she|his|her)\b", re.I)
_THING = re.compile(r"^[“\"‘']?(?:they|their|it|its|these|those|this)\b", re.I)


# How many of the best sentences share the probability.
SHARED = 40


class Quote(NamedTuple):
    """The characters `start` to `end` of a document, and the passage in which the evidence stands."""

    passage: PassageRow
    start: int
    end: int


def choose(ranked: Sequence[Evidence]) -> list[Evidence]:
    """The first sentence, and further ones until the share of probability that they hold together is enough."""
    pool = ranked[:SHARED]
    weights = [math.exp(one.score - max(other.score for other in pool)) for one in pool]
    chosen: list[Evidence] = []
    held = 0.0
    for one, weight in zip(pool, weights, strict=True):
        if chosen and (held >= QUOTING["enough"] or weight / sum(weights) < QUOTING["least"] or len(chosen) == QUOTING["most"]):
            break
        chosen.append(one)
        held += weight / sum(weights)
    return chosen


def quotes(chosen: Sequence[Evidence], sentences: Sequence[SentenceRow]) -> list[Quote]:
    """The quotes in the order to show them: the strongest first, the rest by path and place. None lies inside another."""
    before = {(row.passage_id, row.position): row for row in sentences}
    spans = [_reach(one, before.get((one.sentence.passage_id, one.sentence.position - 1))) for one in chosen]
    kept: list[Quote] = []
    for quote in spans:
        if any(_inside(quote, other) for other in kept):
            continue
        holes = [index for index, other in enumerate(kept) if _inside(other, quote)]
        if holes:
            kept[holes[0]] = quote
            kept = [other for index, other in enumerate(kept) if index not in holes[1:]]
        else:
            kept.append(quote)
    return kept[:1] + sorted(kept[1:], key=lambda quote: (quote.passage.path, quote.start))


def _reach(one: Evidence, previous: SentenceRow | None) -> Quote:
    """A sentence that opens with a pronoun takes in the sentence before it, where the name stands."""
    start = one.sentence.start
    if previous is not None and not previous.boilerplate and _names_what(one.sentence.text, previous.text):
        start = previous.start
    return Quote(one.found.passage, start, one.sentence.end)


def _names_what(sentence: str, previous: str) -> bool:
    if _PERSON.match(sentence):
        return any(name.kind in ("person", "other") for name in names(previous))
    return bool(_THING.match(sentence)) and bool(names(previous))


def _inside(inner: Quote, outer: Quote) -> bool:
    return inner.passage.path == outer.passage.path and outer.start <= inner.start and inner.end <= outer.end
