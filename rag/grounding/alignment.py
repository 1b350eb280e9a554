"""Which word of the evidence each word of a claim stands for."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from rag.grounding.reading import Item, Reading, read
from rag.language.dates import covers
from rag.language.names import Name, same_name
from rag.language.numbers import same_number
from rag.language.synonyms import Meaning, is_opposite, is_synonym
from rag.language.words import stem

Relation = Literal["same", "synonym", "general", "specific", "antonym", "sibling", "none"]
CREDIT: dict[Relation, float] = {"same": 1.0, "synonym": 0.9, "general": 0.75, "specific": 0.3, "antonym": 0.0, "sibling": 0.1, "none": 0.0}


class Match(NamedTuple):
    """Where a claim's item stands in the evidence: number of the unit, index of its item (-1 when nowhere), and how it is related."""

    item: Item
    unit: int
    at: int
    relation: Relation


class _Index(NamedTuple):
    """The words of one unit by every key that a claim's word may share with them."""

    stems: dict[str, tuple[int, ...]]
    words: tuple[tuple[int, Meaning], ...]


@lru_cache(maxsize=4_096)
def _index(text: str) -> _Index:
    unit = read(text)
    stems: dict[str, tuple[int, ...]] = {}
    meanings = []
    for index, item in enumerate(unit.items):
        if item.meaning is not None:
            for key in {item.stem, *item.meaning.bases}:
                stems[key] = (*stems.get(key, ()), index)
            meanings.append((index, item.meaning))
    return _Index(stems, tuple(meanings))


def align(claim: Reading, units: Sequence[Reading]) -> tuple[Match, ...]:
    """The best match of each item of the claim; among equals in the unit that covers most of the claim, then nearest to the last one."""
    options = [
        [(number, index, relation) for number, unit in enumerate(units) for index, relation in _candidates(item, unit)]
        for item in claim.items
    ]
    covered = [0.0] * len(units)
    for item, found in zip(claim.items, options, strict=True):
        for number in {number for number, _, _ in found}:
            covered[number] += item.weight * max(CREDIT[relation] for unit, _, relation in found if unit == number)
    home = covered.index(max(covered)) if units else 0
    matches: list[Match] = []
    last = (home, -1)
    for item, found in zip(claim.items, options, strict=True):
        best, best_rank = Match(item, -1, -1, "none"), (0.0, False, 0)
        for number, index, relation in found:
            nearness = -abs(index - last[1] - 1) if number == last[0] else -50 - number
            rank = (0.2 if relation == "antonym" else CREDIT[relation], number == home, nearness)
            if best.at < 0 or rank > best_rank:
                best, best_rank = Match(item, number, index, relation), rank
        if best.at >= 0:
            last = (best.unit, best.at)
        matches.append(best)
    return tuple(matches)


def _candidates(item: Item, unit: Reading) -> list[tuple[int, Relation]]:
    if item.kind == "word":
        return _words(item, unit)
    found: list[tuple[int, Relation]] = []
    for index, other in enumerate(unit.items):
        if item.number and item.number.kind == "duration" and item.number.raw == 1 and (other.date or other.kind == "word"):
            if _period(item.number.value) in unit.text[other.start : other.end].lower():
                found.append((index, "same"))
        if (
            (item.number and other.number and same_number(item.number, other.number))
            or (item.date and other.date and covers(other.date, item.date))
            or (item.name and other.name and same_name(item.name, other.name))
            or (item.name and other.kind == "word" and _part_of_name(other, item.name))
        ):
            found.append((index, "same"))
    return found


def _period(days: float) -> str:
    return {1.0: "day", 7.0: "week", 30.4375: "month", 365.25: "year"}.get(days, "\0")


def _part_of_name(item: Item, name: Name) -> bool:
    return item.word in name.tokens or item.stem in name.tokens


def _words(item: Item, unit: Reading) -> list[tuple[int, Relation]]:
    sense = item.meaning
    assert sense is not None
    index = _index(unit.text)
    exact = {place for key in (item.stem, *sense.bases) for place in index.stems.get(key, ())}
    if exact:
        return [(place, "same") for place in sorted(exact)]
    found: list[tuple[int, Relation]] = []
    for place, other in index.words:
        relation = relate(sense, other)
        if relation != "none":
            found.append((place, relation))
    for place, thing in enumerate(unit.items):
        if thing.date is not None and item.stem in {stem(word) for word in unit.text[thing.start : thing.end].lower().split()}:
            found.append((place, "same"))
        if thing.name is not None and (item.word in thing.name.tokens or item.stem in thing.name.tokens):
            found.append((place, "same"))
    return found


def relate(claim: Meaning, other: Meaning) -> Relation:
    """How a word of a claim is related to a word of the evidence; "general" when the claim's word is the more general one."""
    if is_opposite(claim, other):
        return "antonym"
    if is_synonym(claim, other):
        return "synonym"
    if other.above & claim.main:
        return "general"
    if claim.above & other.main:
        return "specific"
    return "sibling" if claim.parents & other.parents else "none"
