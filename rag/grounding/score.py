"""How far a claim departs from its evidence: named features of the alignment and one logistic score."""

from bisect import bisect_left
from collections.abc import Sequence
from math import exp
from typing import NamedTuple

from rag.grounding.alignment import CREDIT, Match
from rag.grounding.evidence import Evidence
from rag.grounding.facts import Finding
from rag.grounding.reading import Reading
from rag.grounding.weights import BIAS, WEIGHTS


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
    disorder: float
    spread: float
    soft: float
    hard: float


def features(claim: Reading, matches: Sequence[Match], evidence: Evidence, findings: Sequence[Finding]) -> Features:
    """The features of one claim sentence; shares are between 0 and 1, counts are capped."""
    total = sum(match.item.weight for match in matches) or 1.0
    credits = [_credit(match, evidence) for match in matches]
    lost = [match.item.weight * (1 - credit) for match, credit in zip(matches, credits, strict=True)]
    gap = run = 0.0
    for match, credit in zip(matches, credits, strict=True):
        run = run + match.item.weight if credit < 0.5 else 0.0
        gap = max(gap, run)
    relations = [match.relation for match in matches if match.item.weight > 0.25]
    used = {match.unit for match in matches if match.index >= 0 and match.item.weight > 0.25}
    soft = [finding.weight for finding in findings if finding.weight < 1]
    return Features(
        uncovered=sum(lost) / total,
        gap=min(gap, 4.0) / 4,
        missing=min(sum(1 for relation in relations if relation == "none"), 6) / 6,
        missing_names=min(sum(1 for match in matches if match.item.kind != "word" and match.index < 0), 2) / 2,
        siblings=min(relations.count("sibling"), 2) / 2,
        specific=min(relations.count("specific"), 2) / 2,
        opposites=min(relations.count("antonym"), 2) / 2,
        loose=sum(relation in ("synonym", "general") for relation in relations) / max(len(relations), 1),
        disorder=_disorder(matches),
        spread=min(max(len(used) - 1, 0), 3) / 3,
        soft=min(sum(soft), 2.0) / 2,
        hard=min(sum(1 for finding in findings if finding.weight >= 1), 2) / 2,
    )


def departure(values: Features) -> float:
    """The probability that the claim is not supported (logistic regression; see weights.py)."""
    z = BIAS + sum(WEIGHTS[name] * value for name, value in values._asdict().items())
    return 1 / (1 + exp(-max(min(z, 40.0), -40.0)))


def _credit(match: Match, evidence: Evidence) -> float:
    if match.relation in ("none", "sibling", "specific") and match.item.stem in evidence.stems:
        return 0.6
    return CREDIT[match.relation]


def _disorder(matches: Sequence[Match]) -> float:
    """Share of the matched items outside the longest run that keeps the order of the evidence."""
    places = [(match.unit, match.index) for match in matches if match.index >= 0 and match.relation in ("same", "synonym")]
    tails: list[tuple[int, int]] = []
    for place in places:
        position = bisect_left(tails, place)
        tails[position : position + 1] = [place]
    return 1 - len(tails) / len(places) if places else 0.0
