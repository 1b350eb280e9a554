"""How far a claim departs from its evidence: named features of the alignment and one logistic score."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from math import exp
from typing import NamedTuple

from rag.grounding.alignment import CREDIT, Match
from rag.grounding.evidence import Evidence
from rag.grounding.facts import Finding
from rag.grounding.reading import Item, Reading
from rag.grounding.sense import reversed_opposite
from rag.grounding.weights import Coefficients
from rag.language.synonyms import parts_of_speech

# The checks whose decisive findings are counted together.
FACTS = frozenset({"number", "bound", "counted", "date", "name", "quotation", "place", "pronoun"})
DENIALS = frozenset({"denial", "opposite"})
CLAIMS = frozenset({"amount", "doubt", "roles", "relation", "speaker", "added"})


class Features(NamedTuple):
    """What the score looks at; every field is 0 for a claim that repeats its evidence."""

    uncovered: float
    gap: float
    missing: float
    missing_names: float
    siblings: float
    specific: float
    opposites: float
    loose: float
    replaced: float
    intruding: float
    disorder: float
    spread: float
    apart: float
    soft: float
    facts: float
    denials: float
    edited: float
    claims: float


def features(claim: Reading, matches: Sequence[Match], evidence: Evidence, findings: Sequence[Finding]) -> Features:
    """The features of one claim sentence; shares are between 0 and 1, counts are capped."""
    total = sum(match.item.weight for match in matches) or 1.0
    credits = [_credit(match, claim, evidence) for match in matches]
    lost = [match.item.weight * (1 - credit) for match, credit in zip(matches, credits, strict=True)]
    gap = run = 0.0
    for match, credit in zip(matches, credits, strict=True):
        run = run + match.item.weight if credit < 0.5 else 0.0
        gap = max(gap, run)
    relations = [match.relation for match in matches if match.item.weight > 0.25]
    used = {match.unit for match in matches if match.at >= 0 and match.item.weight > 0.25}
    soft = [finding.weight for finding in findings if finding.weight < 1]
    same = sum(match.item.weight for match in matches if match.relation == "same") / total
    strange = [match.item.weight for match in matches if match.relation in ("none", "sibling", "specific") and match.item.kind == "word"]
    replaced = [replacement(position, matches, evidence) for position in range(len(matches))]
    return Features(
        uncovered=sum(lost) / total,
        gap=min(gap, 4.0) / 4,
        missing=min(sum(1 for relation in relations if relation == "none"), 6) / 6,
        missing_names=min(sum(1 for match in matches if match.item.kind != "word" and match.at < 0), 2) / 2,
        siblings=min(relations.count("sibling"), 2) / 2,
        specific=min(relations.count("specific"), 2) / 2,
        opposites=min(relations.count("antonym"), 2) / 2,
        loose=sum(relation in ("synonym", "general") for relation in relations) / max(len(relations), 1),
        replaced=min(sum(replaced), 1.5) / 1.5,
        intruding=min(sum(strange), 2.0) / 2 * same**2,
        disorder=_disorder(matches),
        spread=min(max(len(used) - 1, 0), 3) / 3,
        soft=min(sum(soft), 2.0) / 2,
        apart=_apart(matches, evidence),
        facts=_decisive(findings, FACTS),
        denials=_decisive(findings, DENIALS),
        edited=min(sum(replaced), 1.5) / 1.5 * _closeness(matches) ** 2,
        claims=_decisive(findings, CLAIMS),
    )


def departure(values: Features, coefficients: Coefficients) -> float:
    """The probability that the claim is not supported (logistic regression; see weights.py)."""
    z = coefficients.bias + sum(coefficients.weights[name] * value for name, value in values._asdict().items())
    return 1 / (1 + exp(-max(min(z, 40.0), -40.0)))


def _closeness(matches: Sequence[Match]) -> float:
    """Share of the claim's weight that one sentence of the evidence has in the same words."""
    total = sum(match.item.weight for match in matches) or 1.0
    by_unit: dict[int, float] = {}
    for match in matches:
        if match.relation == "same":
            by_unit[match.unit] = by_unit.get(match.unit, 0.0) + match.item.weight
    return max(by_unit.values(), default=0.0) / total


def _decisive(findings: Sequence[Finding], checks: frozenset[str]) -> float:
    return float(any(finding.weight >= 1 and finding.check in checks for finding in findings))


def _apart(matches: Sequence[Match], evidence: Evidence) -> float:
    """Share of the claim's neighbouring words, both known to the spans, that never stand in one sentence there."""
    pairs = [
        (a.item.stem, b.item.stem)
        for a, b in pairwise(matches)
        if a.item.kind == b.item.kind == "word" and a.item.clause == b.item.clause and {a.item.stem, b.item.stem} <= evidence.stems
    ]
    lost = sum(1 for a, b in pairs if not any(a in part and b in part for part in evidence.parts))
    return lost / len(pairs) if pairs else 0.0


def replacement(position: int, matches: Sequence[Match], evidence: Evidence) -> float:
    """How plainly a word stands where the evidence has another of no near meaning: 1 for a noun between the same neighbours, less for
    verbs and wider gaps, 0 when no word was replaced."""
    match = matches[position]
    if match.item.kind != "word" or match.relation not in ("none", "sibling", "specific", "antonym") or match.item.weight <= 0.25:
        return 0.0
    before = next((other for other in reversed(matches[:position]) if _holds(other)), None)
    after = next((other for other in matches[position + 1 :] if _holds(other)), None)
    found = before or after
    if found is None:
        return 0.0
    items = evidence.units[found.unit].items
    ends = after is not None and after.unit == found.unit
    low = before.at + 1 if before else max(0, (after.at if after else 0) - 1)
    high = after.at if after and ends else min(len(items), low + 2)
    if not 0 < high - low <= 3:
        return 0.0
    taken = {other.at for other in matches if _holds(other) and other.unit == found.unit}
    free = [place for place in range(low, high) if place not in taken and items[place].kind == "word" and items[place].weight > 0.25]
    spot = next((place for place in free if _same_part(match.item, items[place])), None)
    if spot is None:
        return 0.0
    rival = items[spot]
    noun = not match.item.verb and not rival.verb
    beside = before is None or (matches[position - 1] is before and spot == low)
    tight = beside and (not ends or (matches[position + 1] is after and spot == high - 1))
    return (1.0 if noun else 0.5) * (1.0 if tight else 0.6)


def _holds(match: Match) -> bool:
    return match.at >= 0 and match.relation in ("same", "synonym", "general")


def _same_part(a: Item, b: Item) -> bool:
    return bool(set(parts_of_speech(a.word)) & set(parts_of_speech(b.word))) or not parts_of_speech(a.word)


def _credit(match: Match, claim: Reading, evidence: Evidence) -> float:
    if match.relation == "antonym" and reversed_opposite(match, claim, evidence):
        return 0.9
    if match.relation in ("none", "sibling", "specific") and match.item.stem in evidence.stems:
        return 0.6
    return CREDIT[match.relation]


def _disorder(matches: Sequence[Match]) -> float:
    """Share of the matched items outside the longest run that keeps the order of the evidence."""
    places = [(match.unit, match.at) for match in matches if match.at >= 0 and match.relation in ("same", "synonym")]
    tails: list[tuple[int, int]] = []
    for place in places:
        position = bisect_left(tails, place)
        tails[position : position + 1] = [place]
    return 1 - len(tails) / len(places) if places else 0.0
