"""Whether the evidence answers the question: one calibrated score, and the checks that similarity cannot make."""

import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rag.evidence import Evidence
from rag.language.question import Question
from rag.language.words import stems
from rag.mentions import Mentions, figures_of, identifiers, names_of
from rag.offers import TYPED, offers
from rag.weights import CONFIDENCE, DECISION


class Decision(NamedTuple):
    """The evidence in the order to quote it, the probability that the first answers, and why not to answer (empty: answer).

    `likeness` is that probability before the checks.
    """

    ranked: tuple[Evidence, ...]
    likeness: float
    confidence: float
    reasons: tuple[str, ...]


def decide(
    question: Question,
    ranked: Sequence[Evidence],
    look_up: Callable[[str], Mentions],
    unknown: Sequence[str] = (),
    page: float = -math.inf,
) -> Decision:
    """Orders the evidence by what the question asks for and says whether it is enough.

    `look_up` gives a document's mentions; `unknown` are words of the question that no document has; `page` is the best score of a
    sentence that is no evidence.
    """
    if not ranked:
        return Decision((), 0.0, 0.0, ("No passage was found.",))
    named, missing = _with_names(question, ranked, look_up)
    missing += _figures_missing(question, named[0], look_up)
    missing += [word for word in unknown if word not in " ".join(missing).lower()]
    offering, offered = _with_offers(question, _with_identifiers(question, named))
    likeness = probability(features(offering, offered))
    reasons: list[str] = []
    if missing:
        reasons.append(f"The documents found do not mention {', '.join(missing)}.")
    if not offered and question.kind in TYPED:
        reasons.append(f"No sentence found gives {TYPED[question.kind]} for this.")
    if page > max(one.score for one in ranked):
        reasons.append("Only a notice of the page speaks of this, not the text.")
    if not stems(question.text):
        reasons.append("The question names nothing to look for.")
    confidence = min(likeness, DECISION["refused"]) if reasons else likeness
    if likeness < DECISION["least_confidence"]:
        reasons.append("The nearest sentences are too far from the question.")
    return Decision(tuple(offering), likeness, confidence, tuple(reasons))


def features(ranked: Sequence[Evidence], offered: bool) -> dict[str, float]:
    """What the confidence is computed from: the first sentence's similarities and alignment, and its lead over the next five."""
    first, others = ranked[0], sorted((one.score for one in ranked[1:]), reverse=True)[:5]
    return {
        "sentence_similarity": first.sentence_similarity,
        "alignment": first.alignment,
        "weakest": first.weakest,
        "lead": first.score - sum(others) / len(others) if others else DECISION["lead_alone"],
        "offered": float(offered),
    }


def probability(values: dict[str, float]) -> float:
    """The logistic model over `features`, rounded to four decimals."""
    total = CONFIDENCE["intercept"] + sum(CONFIDENCE[name] * value for name, value in values.items())
    return round(1 / (1 + math.exp(-total)), 4)


def _with_names(question: Question, ranked: Sequence[Evidence], look_up: Callable[[str], Mentions]) -> tuple[list[Evidence], list[str]]:
    """The evidence with that of documents which mention all the question's names first, if near the top; else the names missing."""
    stated = names_of(question.text)
    if not stated:
        return list(ranked), []
    reach = ranked[0].score - DECISION["name_margin"]
    for one in ranked:
        if one.score < reach:
            break
        if all(look_up(one.found.passage.path).has(name) for name in stated):
            return _first(one, ranked), []
    missing = [name.text for name in stated if not look_up(ranked[0].found.passage.path).has(name)]
    return list(ranked), missing


def _figures_missing(question: Question, first: Evidence, look_up: Callable[[str], Mentions]) -> list[str]:
    """The numbers and dates of the question that the first sentence's document does not state."""
    document = look_up(first.found.passage.path)
    stated = figures_of(question.text)
    return [question.text[one.start : one.end] for one in stated if not document.states(one)]


def _with_identifiers(question: Question, ranked: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with the sentences first that have the question's identifiers, if near the top, and none of the same form instead."""
    wanted = set(identifiers(question.text))
    holding = [one for one in ranked if wanted <= set(identifiers(one.sentence.text))] if wanted else []
    if not holding or len(holding) > DECISION["identified"] or holding[0].score < ranked[0].score - DECISION["identifier_margin"]:
        return list(ranked)
    forms = {_form(word) for word in wanted}
    others = [one for one in ranked if one not in holding and not forms & {_form(word) for word in identifiers(one.sentence.text)}]
    return [*holding, *others]


def _form(identifier: str) -> str:
    """An identifier with 0 for each of its digits."""
    return re.sub(r"\d", "0", identifier)


def _with_offers(question: Question, ranked: Sequence[Evidence]) -> tuple[list[Evidence], bool]:
    """The evidence with the first sentence near the top that offers the kind of thing asked for; whether there is one."""
    if question.kind not in TYPED:
        return list(ranked), True
    reach = ranked[0].score - DECISION["offer_margin"]
    for one in ranked:
        if one.score < reach:
            break
        if offers(question, one.sentence.text):
            return _first(one, ranked), True
    return list(ranked), False


def _first(one: Evidence, ranked: Sequence[Evidence]) -> list[Evidence]:
    return [one, *(other for other in ranked if other is not one)]
