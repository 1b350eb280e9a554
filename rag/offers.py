"""The short answers that a sentence offers to a question: the numbers, dates, names or quotations that it could be asking for."""

import re
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from rag.language.dates import DateMention, covers, dates
from rag.language.names import Name, names, same_name
from rag.language.numbers import Number, numbers, same_number
from rag.language.question import Question
from rag.language.synonyms import related
from rag.language.words import stem, stems, words

# Kinds of question whose answer can be told from a sentence's form, and what it is; for the others no sentence is refused.
TYPED = MappingProxyType(
    {
        "number": "a number",
        "money": "an amount of money",
        "duration": "a length of time",
        "age": "an age",
        "share": "a share",
        "date": "a date or time",
        "place": "a place",
        "person": "a person",
        "organisation": "an organisation",
    }
)

_UNITS = {"number": {"count", "measure", "times", "share", "money"}, "money": {"money"}, "duration": {"duration"}, "share": {"share"}}
_PEOPLE = frozenset(
    """people person persons citizens residents inhabitants protesters demonstrators men women man woman workers students officers police
    soldiers passengers households families children victims patients users members customers visitors students employees voters
    refugees migrants guests adults seniors men""".split()
)
_AGED = re.compile(
    r"\b(?:(?P<aged>aged?\s+(?:of\s+)?(?:about\s+|around\s+|only\s+|just\s+)?\d{1,3})\b"
    r"|(?P<old>\d{1,3}[- ]years?[- ](?:old|of age))"
    r"|age\b[^.;,]{0,40}?\b(?:at|was|as|is|to be)\s+(?:about\s+|around\s+)?(?P<stated>\d{1,3}(?:\s+years?)?)\b"
    r"|(?:am|is|was|were|are|turn(?:s|ed|ing)?|be)\s+(?:about |around |only |just |nearly |almost )?(?P<bare>\d{1,3})"
    r"(?=\s*(?:[.;,!?]|$|when\b|at\b|in\b|and\b|but\b|or\b|on\b|years? of age\b)))"
    r"|(?<=[^\W\d_]),\s+(?P<beside>\d{1,3})(?=[,.;)]|\s+and\b)",
    re.I,
)
# The unit that "how heavy" and the like ask for.
_MEASURED = {
    **dict.fromkeys(("tall", "high", "long", "deep", "wide", "far"), "metre"),
    "heavy": "kilogram",
    "fast": "mph",
}
_HOW = re.compile(r"\bhow (\w+)\b", re.I)
_OFTEN = re.compile(r"\bhow (?:often|frequently|regularly)\b", re.I)
_FREQUENCY = re.compile(
    r"\b(?:(?:once|twice|thrice|\w+ times)(?: (?:a|an|each|every|per) \w+)?|every (?:other |second |third )?\w+(?: \w+s)?|(?:each|per) "
    r"(?:second|minute|hour|day|night|week|month|quarter|season|year|decade)|(?:bi-?)?(?:hourly|daily|nightly|weekly|monthly|quarterly|"
    r"yearly|annually|annual)|always|never|seldom|rarely|occasionally)\b",
    re.I,
)
# "6.2 The audits …": the number of a clause.
_CLAUSE_NUMBER = re.compile(r"\W*\d+(?:\.\d+)+")
_AGO = re.compile(r"\s+(?:ago|earlier|later|before|after)\b")
_ROLE = re.compile(
    r"\bwho (?:is|was|were|are|became|becomes) (?:now |then )?(?:the|its|their|his|her|a|an|our) (?:[\w-]+ ){0,2}?"
    r"([\w-]+)(?: of\b| in\b| at\b| for\b|\W*$)",
    re.I,
)
_QUOTED = re.compile(r"[“\"«]([^”\"»]+)[”\"»]?")
_GRAIN = {"year": "year", "decade": "decade", "month": "month", "day": "day", "date": "day", "time": "minute", "hour": "minute"}
_NAMED = {"person": ("person", "other"), "place": ("place", "other"), "organisation": ("organisation", "other", "person")}
_NAME_OF = re.compile(r"\b(?:names?|named|called|surname|identity)\b|^\W*who (?:is|was|were|are) (?:the|its|their|his|her)\b", re.I)
# What stands before a place, and what before it or a person alike ("the mayor of Lund", "in Lund, Ystad and Malmö").
_INTO = r"in|at|from|near|across|around|outside|inside|into|through|towards?|to|between|throughout|within|off|via"
_SIDE = r"(?:the\s+|all\s+of\s+|(?:north|south|east|west)(?:ern)?\s+|central\s+)?"
_PLACED = re.compile(rf"\b(?:{_INTO})\s+{_SIDE}$", re.I)
_PERHAPS_PLACED = re.compile(rf"\b(?:(?i:{_INTO}|of|and|or)\s+(?i:{_SIDE})|[A-Z][\w’'-]*,\s+)$")


class Offer(NamedTuple):
    """A short answer at `sentence[start:end]`."""

    start: int
    end: int


def offers(question: Question, sentence: str) -> tuple[Offer, ...]:
    """What a sentence offers to a question's kind, in order; what the question itself states is no answer to it."""
    if question.kind == "number" and _OFTEN.search(question.text):
        return tuple(Offer(*match.span()) for match in _FREQUENCY.finditer(sentence))
    if question.kind in _UNITS:
        return tuple(_numbers(question, sentence))
    if question.kind == "age":
        return tuple(Offer(*_group(match)) for match in _AGED.finditer(sentence))
    if question.kind == "date":
        return tuple(_dates(question, sentence))
    if question.kind in _NAMED:
        return tuple(_names(question, sentence))
    if question.kind == "quotation":
        return tuple(Offer(match.start(1), match.end(1)) for match in _QUOTED.finditer(sentence))
    return ()


def _numbers(question: Question, sentence: str) -> Iterator[Offer]:
    stated, how = numbers(question.text), _HOW.search(question.text)
    unit = _MEASURED.get(how[1].lower()) if how and question.kind == "number" else None
    for number in numbers(sentence):
        if (
            number.kind not in _UNITS[question.kind]
            or unit is not None
            and (number.kind != "measure" or number.unit != unit)
            or _CLAUSE_NUMBER.fullmatch(sentence[: number.end])
            or _is_article(number, sentence)
            or any(same_number(number, other) and number.raw == other.raw for other in stated)
        ):
            continue
        if question.kind != "number" or _counts(number, question.asked):
            yield Offer(number.start, number.end)


def _group(match: re.Match[str]) -> tuple[int, int]:
    """The age itself, whichever way it is written."""
    return match.span(match.lastgroup or 0)


def _is_article(number: Number, sentence: str) -> bool:
    """Whether "one" only points at somebody ("one resident commented")."""
    return sentence[number.start : number.end].lower() == "one"


def _counts(number: Number, asked: tuple[str, ...]) -> bool:
    """Whether a number can count what the question asks for: no noun follows it, or one that is related."""
    if not asked or not number.nouns:
        return True
    if any(map(is_people, number.nouns)) and any(map(is_people, asked)):
        return True
    return any(_same_thing(noun, word) for noun in number.nouns for word in asked)


@lru_cache(maxsize=4_096)
def is_people(word: str) -> bool:
    return word in _PEOPLE or related(word, "person") in ("same", "synonym", "hypernym")


def _same_thing(noun: str, word: str) -> bool:
    return noun == word or words(noun)[:1] and words(noun)[0].stem == words(word)[0].stem or related(noun, word) not in (None, "antonym")


def _dates(question: Question, sentence: str) -> Iterator[Offer]:
    stated = dates(question.text)
    for date in dates(sentence):
        if not any(covers(other, date) for other in stated) and _fine_enough(date, question.asked):
            yield Offer(date.start, date.end)
    if not question.asked:
        for number in numbers(sentence):
            if number.kind == "duration" and (since := _AGO.match(sentence, number.end)):
                yield Offer(number.start, since.end())


def _fine_enough(date: DateMention, asked: tuple[str, ...]) -> bool:
    """Whether a date states the part that "what year", "which day" or "what time" asks for."""
    grain = next((_GRAIN[word] for word in asked if word in _GRAIN), None)
    if grain is None:
        return True
    if grain == "day":
        return date.day is not None or date.weekday is not None or date.relative is not None
    if grain == "minute":
        return date.minute is not None or date.part is not None
    return getattr(date, grain) is not None or (grain == "decade" and date.year is not None)


def _names(question: Question, sentence: str) -> Iterator[Offer]:
    """Names that the question does not state; for a plain "who", words for people too."""
    stated = names(question.text)
    plain = not question.asked and not _NAME_OF.search(question.text)
    fitting = [
        name
        for name in names(sentence)
        if _fits(question, name, sentence[: name.start], plain) and not any(same_name(name, other) for other in stated)
    ]
    bearers = [name for name in fitting if _bears(question, name, sentence)]
    yield from (Offer(name.start, name.end) for name in bearers or fitting)
    if bearers:
        return
    if plain and question.kind == "person":
        asked = set(stems(question.text))
        for word in words(sentence):
            if not word.stop and word.stem not in asked and is_people(word.lower):
                yield Offer(word.start, word.end)


def _bears(question: Question, name: Name, sentence: str) -> bool:
    """Whether the role that "who is the treasurer" asks for stands beside a name: "Treasurer Tomas Ek", "Tomas Ek, the treasurer"."""
    role = _ROLE.search(question.text)
    if role is None:
        return False
    before, after = words(sentence[: name.start])[-1:], words(sentence[name.end :])[:2]
    near = [word for word in before if sentence[word.end : name.start].isspace()]
    # A role in capitals is that of the name that follows.
    near += [word for word in after if sentence[name.end] == "," and sentence[name.end + word.start].islower()]
    return any(word.stem == stem(role[1].lower()) for word in near)


def _fits(question: Question, name: Name, before: str, plain: bool) -> bool:
    """Whether a name can be what is asked for, by its kind and by what stands `before` it.

    A plain "who" may be answered by an organisation, and a plain "where" by one that something happens at.
    """
    if question.kind == "place" and name.kind == "organisation":
        return plain and _PLACED.search(before) is not None
    if name.kind == "other" and question.kind == "place":
        return _PERHAPS_PLACED.search(before) is not None
    if name.kind == "other" and question.kind == "person":
        return _PLACED.search(before) is None
    return name.kind in _NAMED[question.kind] or plain and question.kind == "person" and name.kind == "organisation"
