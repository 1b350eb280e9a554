"""Wrong premises: a number, date or name that the question states and the evidence contradicts."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.embed import QuestionReading, Reading
from rag.evidence import Evidence, best_cosines
from rag.language.dates import DateMention, dates
from rag.language.names import Name, names, same_name
from rag.language.numbers import Number, numbers
from rag.language.question import Question
from rag.language.words import Word, stems, words
from rag.mentions import Mentions, identifiers, names_of
from rag.weights import PREMISE

Kind = Literal["number", "date", "place", "name"]
Claim = Number | DateMention | Name

# How many of the best sentences are held against the question's claims.
SENTENCES = 3

# "from Beijing and from Chengdu": a sentence that speaks of one of them contradicts nothing.
_LISTED = re.compile(r"[A-Z][\w’'-]+,? (?:and|or) (?:(?:in|from|at|of|to|what in) )?(?:the )?[A-Z]")

_JOINT = re.compile(r",?\s+(?:and|or|&)\s+(?:the\s+)?|,\s*(?:the\s+)?|/")

# "at least 35" is what the documents say, not "35".
_QUALIFIER = re.compile(
    r"\b(?:(?:at|no|not) (?:least|most|more than|less than|fewer than)|(?:more|less|fewer|other) than|as (?:many|much|few) as|up to|about|"
    r"around|over|under|nearly|almost|approximately|roughly|some|only|just|an estimated|exactly)\s+$",
    re.I,
)
_AT_PLACE = re.compile(r"\b(?:in|at|of|from|near|to|around|outside|inside)\s+(?:the\s+)?$", re.I)

# With less than this said beside the claim, a sentence about another one is only another case of the same.
LEAST_REST = 2

# So many names after each other are a list: each of them is one case among others.
LISTED = 3

# From so many meaningful pieces on, one of them may be missing from the sentence.
FORGIVING = 4


class Premise(NamedTuple):
    """A claim at `question[start:end]`, and what the evidence's sentence says instead, at `sentence[found_start:found_end]`."""

    kind: Kind
    start: int
    end: int
    evidence: Evidence
    found_start: int
    found_end: int


def wrong_premises(
    question: Question,
    read: QuestionReading,
    ranked: Sequence[Evidence],
    readings: Mapping[str, Reading],
    look_up: Callable[[str], Mentions],
) -> tuple[Premise, ...]:
    """The question's claims that the nearest sentences contradict, in the order of the question.

    A claim is only called wrong where the sentence speaks of everything else that the question states; never where the question lists
    names, which different sentences may tell of, nor two names at once.
    """
    if _LISTED.search(question.text):
        return ()
    documents = [look_up(path) for path in dict.fromkeys(one.found.passage.path for one in ranked)]
    sought = [word for word in words(question.text) if word.lower in question.asked]
    found: dict[tuple[int, int], Premise] = {}
    for one in ranked[:SENTENCES]:
        reading = readings[one.sentence.passage_id]
        for claim, premise in _contradictions(question, read, reading, one):
            level = _level(claim, documents)
            rest = _rest(sought, read, premise)
            if int(rest.sum()) < LEAST_REST:
                continue
            mean, weakest = _covered(rest, read, reading, one)
            if mean < PREMISE[f"{level}_mean"] or weakest < PREMISE[f"{level}_weakest"]:
                continue
            if not _told(claim, rest, mean, read, ranked, readings):
                found.setdefault((premise.start, premise.end), premise)
    names_wrong = [place for place, premise in found.items() if premise.kind in ("place", "name")]
    return tuple(found[place] for place in sorted(found) if len(names_wrong) < 2 or place not in names_wrong)


def _level(claim: Claim, documents: Sequence[Mentions]) -> str:
    """Whether the documents found mention a claimed name ("known"), which says how well the rest must fit, or not ("rest")."""
    return "known" if isinstance(claim, Name) and any(document.has(claim) for document in documents) else "rest"


def _rest(sought: Sequence[Word], read: QuestionReading, premise: Premise) -> NDArray[np.bool_]:
    """Which of the question's word pieces have a meaning and are not the claim, shape [n].

    What the question asks for ("which offence"), `sought`, is not expected in the sentence.
    """
    asked = read.reading
    heavy: NDArray[np.bool_] = (read.weights == 1.0) & ((asked.ends <= premise.start) | (asked.starts >= premise.end))
    for word in sought:
        heavy &= (asked.ends <= word.start) | (asked.starts >= word.end)
    return heavy


def _covered(rest: NDArray[np.bool_], read: QuestionReading, reading: Reading, one: Evidence) -> tuple[float, float]:
    """How well a sentence covers the `rest` of the question: the mean, and the lowest but one when there are many."""
    best = sorted(best_cosines(read.reading.tokens[rest], reading, one).tolist())
    return sum(best) / len(best), best[1] if len(best) >= FORGIVING else best[0]


def _told(
    claim: Claim,
    rest: NDArray[np.bool_],
    mean: float,
    read: QuestionReading,
    ranked: Sequence[Evidence],
    readings: Mapping[str, Reading],
) -> bool:
    """Whether another sentence makes the claim and covers the rest about as well, or one beside such a claim covers it as well: then the
    claim is right of what is told there.
    """
    for one in ranked:
        if not Mentions(one.found.passage.text).states(claim):
            continue
        covered = _covered(rest, read, readings[one.sentence.passage_id], one)[0]
        if covered >= mean or covered >= mean - PREMISE["told_margin"] and Mentions(one.sentence.text).states(claim):
            return True
    return False


def _contradictions(question: Question, read: QuestionReading, reading: Reading, one: Evidence) -> Iterator[tuple[Claim, Premise]]:
    """What the question claims and the sentence contradicts, with the premise that this makes."""
    sentence, passage = one.sentence.text, Mentions(one.found.passage.text)
    for number in numbers(question.text):
        if not passage.has_number(number):
            rival = _rival_number(number, question.text, sentence)
            if rival is not None:
                qualified = _QUALIFIER.search(sentence[: rival.start])
                start = qualified.start() if qualified else rival.start
                yield number, Premise("number", number.start, number.end, one, start, rival.end)
    for date in dates(question.text):
        if not passage.has_date(date):
            rivals = [other for other in dates(sentence) if _same_grain(date, other)]
            if rivals:
                yield date, Premise("date", date.start, date.end, one, rivals[0].start, rivals[0].end)
    for name in names_of(question.text):
        if not passage.has(name) and not identifiers(name.text):  # of two things with a number each neither contradicts the other
            rival_name = _rival_name(name, question, read, reading, one)
            if rival_name is not None:
                kind: Kind = "place" if rival_name.kind == "place" else "name"
                yield name, Premise(kind, name.start, name.end, one, rival_name.start, rival_name.end)


def _rival_number(claimed: Number, question: str, sentence: str) -> Number | None:
    """The number that counts the same thing: of several, the one whose surroundings share most with the question."""
    alike = [other for other in numbers(sentence) if other.kind == claimed.kind]
    if claimed.kind == "count" and claimed.nouns:
        same = [other for other in alike if set(other.nouns) & set(claimed.nouns)]
        alike = same or [other for other in alike if not other.nouns]
    if claimed.kind == "duration":
        alike = [other for other in alike if 0.02 < other.value / max(claimed.value, 1e-9) < 50]
    if len(alike) < 2:
        return alike[0] if alike else None
    asked = set(stems(question))
    near = sorted(((len(asked & set(_around(sentence, other))), other.start, other) for other in alike), reverse=True)
    return near[0][2] if near[0][0] > near[1][0] else None


def _around(sentence: str, number: Number) -> tuple[str, ...]:
    """The stems of the words up to forty characters before, and a hundred after, a number."""
    return stems(sentence[max(0, number.start - 40) : number.end + 100])


def _same_grain(a: DateMention, b: DateMention) -> bool:
    """Whether both state a year, a month or a day of the month."""
    return any(getattr(a, field) is not None and getattr(b, field) is not None for field in ("year", "month", "day", "weekday"))


def _rival_name(claimed: Name, question: Question, read: QuestionReading, reading: Reading, one: Evidence) -> Name | None:
    """The sentence's name of the same kind that stands where the claimed name would: the one that it aligns with best."""
    stated = names(question.text)
    at_place = _AT_PLACE.search(question.text[: claimed.start]) is not None
    figures = [(number.start, number.end) for number in numbers(one.sentence.text)]  # "GBP 6,250"
    rivals = [
        name
        for name in _unlisted(one.sentence.text)
        if not any(start < name.end and name.start < end for start, end in figures)
        and _same_sort(claimed, name, at_place)
        and not any(same_name(name, other) for other in stated)
    ]
    asked = read.reading
    pieces = asked.tokens[(asked.starts >= claimed.start) & (asked.ends <= claimed.end)]
    if not rivals or not len(pieces):
        return None
    scored = []
    for rival in rivals:
        inside = one.sentence._replace(start=one.sentence.start + rival.start, end=one.sentence.start + rival.end)
        scored.append((float(best_cosines(pieces, reading, one._replace(sentence=inside)).mean()), -rival.start, rival))
    best = max(scored, key=lambda item: item[:2])
    return best[2] if best[0] >= PREMISE["name_alignment"] else None


def _unlisted(sentence: str) -> Iterator[Name]:
    """The names of a sentence that are not parts of a list."""
    found = names(sentence)
    joined = [bool(_JOINT.fullmatch(sentence[a.end : b.start])) for a, b in pairwise(found)]
    for index, name in enumerate(found):
        before = next((n for n, one in enumerate(reversed(joined[:index])) if not one), index)
        after = next((n for n, one in enumerate(joined[index:]) if not one), len(joined) - index)
        if before + after + 1 < LISTED:
            yield name


def _same_sort(a: Name, b: Name, at_place: bool) -> bool:
    """Whether two names can be of one kind: a place is no person, but a kind that is only guessed from no clue may be any."""
    if at_place and b.kind == "person" or "people" in (a.kind, b.kind) and a.kind != b.kind:
        return False
    return a.kind == b.kind or "other" in (a.kind, b.kind) or len(a.tokens) > 1 and len(b.tokens) > 1
