"""Wrong premises: a number, date or name that the question states and the evidence contradicts."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from rag.embed import QuestionReading, Reading
from rag.evidence import Evidence, best_cosines
from rag.language.dates import DateMention, dates
from rag.language.names import Name, names, same_name
from rag.language.numbers import Number, numbers
from rag.language.question import Question
from rag.language.words import Word, stems, words
from rag.mentions import Mentions, names_of
from rag.weights import PREMISE

Kind = Literal["number", "date", "place", "name"]

# How many of the best sentences are held against the question's claims.
SENTENCES = 2

# "from Beijing and from Chengdu": a sentence that speaks of one of them contradicts nothing.
_LISTED = re.compile(r"[A-Z][\w’'-]+,? (?:and|or) (?:(?:in|from|at|of|to|what in) )?(?:the )?[A-Z]")

# "at least 35" is what the documents say, not "35".
_QUALIFIER = re.compile(
    r"\b(?:(?:at|no|not) (?:least|most|more than|less than|fewer than)|(?:more|less|fewer|other) than|as (?:many|much|few) as|up to|about|"
    r"around|over|under|nearly|almost|approximately|roughly|some|only|just|an estimated|exactly)\s+$",
    re.I,
)
_AT_PLACE = re.compile(r"\b(?:in|at|of|from|near|to|around|outside|inside)\s+(?:the\s+)?$", re.I)

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
        for premise in _contradictions(question, read, reading, one):
            level = _level(question, premise, documents)
            mean, weakest = _rest(sought, read, reading, premise)
            if mean >= PREMISE[f"{level}_mean"] and weakest >= PREMISE[f"{level}_weakest"]:
                found.setdefault((premise.start, premise.end), premise)
    names_wrong = [place for place, premise in found.items() if premise.kind in ("place", "name")]
    return tuple(found[place] for place in sorted(found) if len(names_wrong) < 2 or place not in names_wrong)


def _level(question: Question, premise: Premise, documents: Sequence[Mentions]) -> str:
    """Whether the documents found mention a claimed name ("known"), which says how well the rest must fit, or not ("rest")."""
    for name in names_of(question.text):
        if (name.start, name.end) == (premise.start, premise.end):
            return "known" if any(document.has(name) for document in documents) else "rest"
    return "rest"


def _rest(sought: Sequence[Word], read: QuestionReading, reading: Reading, premise: Premise) -> tuple[float, float]:
    """How well the sentence covers the question's other pieces: the mean, and the lowest but one when there are many.

    What the question asks for ("which offence"), `sought`, is not expected in the sentence.
    """
    asked = read.reading
    heavy = (read.weights == 1.0) & ((asked.ends <= premise.start) | (asked.starts >= premise.end))
    for word in sought:
        heavy &= (asked.ends <= word.start) | (asked.starts >= word.end)
    if not heavy.any():
        return 0.0, 0.0
    best = sorted(best_cosines(asked.tokens[heavy], reading, premise.evidence).tolist())
    return sum(best) / len(best), best[1] if len(best) >= FORGIVING else best[0]


def _contradictions(question: Question, read: QuestionReading, reading: Reading, one: Evidence) -> Iterator[Premise]:
    sentence, passage = one.sentence.text, Mentions(one.found.passage.text)
    for number in numbers(question.text):
        if not passage.has_number(number):
            rival = _rival_number(number, question.text, sentence)
            if rival is not None:
                qualified = _QUALIFIER.search(sentence[: rival.start])
                yield Premise("number", number.start, number.end, one, qualified.start() if qualified else rival.start, rival.end)
    for date in dates(question.text):
        if not passage.has_date(date):
            rivals = [other for other in dates(sentence) if _same_grain(date, other)]
            if rivals:
                yield Premise("date", date.start, date.end, one, rivals[0].start, rivals[0].end)
    for name in names_of(question.text):
        if not passage.has(name):
            rival_name = _rival_name(name, question, read, reading, one)
            if rival_name is not None:
                kind: Kind = "place" if rival_name.kind == "place" else "name"
                yield Premise(kind, name.start, name.end, one, rival_name.start, rival_name.end)


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
    rivals = [
        name for name in names(one.sentence.text) if _same_sort(claimed, name, at_place) and not any(same_name(name, o) for o in stated)
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


def _same_sort(a: Name, b: Name, at_place: bool) -> bool:
    """Whether two names can be of one kind: a place is no person, but a kind that is only guessed from no clue may be any."""
    if at_place and b.kind == "person":
        return False
    return a.kind == b.kind or "other" in (a.kind, b.kind) or "people" not in (a.kind, b.kind) and len(a.tokens) > 1 and len(b.tokens) > 1
