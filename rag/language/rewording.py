"""Turns a plain statement into short questions that it answers, by its form alone; statements of other forms give none."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from rag.language.dates import DateMention, dates
from rag.language.names import Name, names
from rag.language.numbers import Number, numbers
from rag.language.synonyms import base_forms, frequency, is_irregular_verb, parts_of_speech, people_of

Kind = Literal["number", "date", "person", "quotation", "act", "topic"]

LONGEST = 90

# Words of a subject, and words of what follows the verb.
_SUBJECT_WORDS = 9
_REST_WORDS = range(2, 15)

_TOKEN = re.compile(r"[^\W_]+(?:[-.'’&][^\W_]+)*%?")
_PLAIN = re.compile(r"[\w\s.,'’$%&-]+\Z")
_POINTING = re.compile(
    r"\b(?:i|you|we|us|our|your|me|my|he|she|it|they|them|him|this|these|those|here|there|such|which|who|whom|whose|also|then|however"
    r"|today|yesterday|tomorrow|now|ago|former|latter|another|others?)\b",
    re.I,
)
_OPENING = re.compile(r"(?:On|In|Since|At|By|During)\s+(?:the\s+)?")
_CLAUSE_END = re.compile(
    r"[;!?—–]|[.:](?!\S)|,\s+(?=(?:as|but|while|although|though|after|before|because|when|where|so|and|or|with|in|an?|the)\b|[a-z]+ing\b)"
)
_LEAD = re.compile(
    r"(?:^|[,:;]|\b(?:that|and|but|when|after|because|while|where))\s*"
    r"(?:(?:about|around|nearly|almost|over|some|at least|at most|approximately|roughly|more than|fewer than|less than|up to|only|just"
    r"|a total of)\s+)?$",
    re.I,
)
# Words before a clause that say nothing of its own: "However, ", "For this reason, ", "But ".
_CONNECTIVE = re.compile(
    r"(?:(?:But|And|So|Or)\s+"
    r"|(?:[A-Z][a-z]+ly|However|Moreover|Therefore|Meanwhile|Nevertheless|Instead|Later|Then|Thus"
    r"|(?:For|In|At|As|On|By) (?:this|the|a|addition|example|fact|response|short)(?: \w+){0,3}),\s+)"
)
_TAIL = re.compile(r"\s*(?:$|[.,;!]|(?:after|before|and|at|with|by|for|during|when|following|because|in)\b)")

_NO_SUBJECT = frozenset(
    """although though while when after before because if since despite during as with without in on at by to from for of under over
    but and or so yet thus how why what where there here not never many more most some""".split()
)
_BARRED = frozenset(
    "that which who whom whose if whether not never had has have did does do will would could should may might must".split()
)
_AFTER_VERB = frozenset(
    """a an the to in on at by from for of off up out down into onto over under with without against about around through across
    between among that his her its their all some many no every each both several most more how why what where when as""".split()
)
_SPEECH = frozenset("said wrote told tweeted argued warned explained announced predicted claimed stated commented declared".split())
_TELLING = frozenset("predicted announced claimed declared proposed suggested demanded discovered invented promised explained".split())
_WITH_ARTICLE = frozenset(
    """commission ministry party committee council department bureau court congress union league association agency wall war river sea
    ocean desert revolution states government army navy republic kingdom empire church museum""".split()
)


class Rewording(NamedTuple):
    """A question and what it asks for."""

    question: str
    kind: Kind


class _Clause(NamedTuple):
    """A simple clause in the past: `subject` as inside a sentence, its verb, and the words after it up to the clause's end."""

    subject: str
    verb: str
    rest: str
    end: int


def rewordings(sentence: str) -> tuple[Rewording, ...]:
    """Questions of at most 90 characters that the sentence answers, those that ask for the most definite thing first."""
    sentence = _without_connective(sentence)
    found = names(sentence)
    made = [
        *_counts(sentence, numbers(sentence)),
        *_dates(sentence, dates(sentence)),
        *_persons(sentence, found),
        *_sayings(sentence, found),
        *_passives(sentence, found),
        *_acts(sentence, found),
        *_topics(sentence, found),
    ]
    return tuple(one for one in dict.fromkeys(made) if len(one.question) <= LONGEST and _reads_well(one.question))


def _without_connective(sentence: str) -> str:
    lead = _CONNECTIVE.match(sentence)
    if not lead or dates(lead[0]) or names(lead[0]):
        return sentence
    return sentence[lead.end()].upper() + sentence[lead.end() + 1 :] if lead.end() < len(sentence) else sentence


def _undated(sentence: str) -> str:
    """The sentence without the date it opens with."""
    opening = _OPENING.match(sentence)
    first = dates(sentence)[:1]
    if opening and first and first[0].start == opening.end():
        return re.sub(r"^,?\s+", "", sentence[first[0].end :])
    return sentence


def _reads_well(question: str) -> bool:
    """Whether it can be understood alone: plain characters, and nothing that points out of it."""
    return (
        bool(_PLAIN.match(question[:-1]))
        and not _POINTING.search(question.removeprefix("By whom").removeprefix("Who"))
        and "  " not in question
    )


def _counts(sentence: str, found: tuple[Number, ...]) -> Iterator[Rewording]:
    """From "35 people jumped": how many people jumped; from "Ada Brandt painted 37 boats": how many boats she painted."""
    for number in found:
        if number.kind != "count" or not number.nouns or sentence[number.start : number.end].lower() in ("one", "two") or number.raw < 2:
            continue
        tail = re.sub(r"^\s*(?:of\s+)?", "", sentence[number.end :])
        if (
            _LEAD.search(sentence[: number.start])
            and (clause := _clause(tail))
            and clause.subject.split()[0].endswith(("s", "people", "men"))
        ):
            yield Rewording(f"How many {clause.subject} {clause.verb} {clause.rest}?", "number")
        clause = _clause(_undated(sentence))
        if clause is None or clause.verb in ("was", "were"):
            continue
        counted = re.match(rf"(?:(?:about|nearly|over|some|more than|at least)\s+)?{re.escape(sentence[number.start : number.end])}\s+"
                           r"((?:of\s+)?[a-z-]+)\s*(.*)", clause.rest)  # fmt: skip
        if counted and counted[1].endswith("s"):
            yield Rewording(f"How many {counted[1]} did {clause.subject} {_base(clause.verb)} {counted[2]}".rstrip() + "?", "number")


def _dates(sentence: str, found: tuple[DateMention, ...]) -> Iterator[Rewording]:
    """From "On 4 May Ada Brandt signed the treaty" and "Ada Brandt signed the treaty on 4 May": when she did."""
    for date in found:
        if date.relative or not (date.year or date.month or date.weekday is not None):
            continue
        opening = _OPENING.match(sentence)
        if opening and opening.end() == date.start:
            if clause := _clause(_undated(sentence)):
                yield Rewording(_asked("When", clause), "date")
            continue
        clause = _clause(sentence)
        before = re.search(
            r"\s+(?:on|in|at|since)\s+(?:the\s+)?$" if date.weekday is None or date.month else r"\s+(?:on\s+)?$", sentence[: date.start]
        )
        if clause and before and clause.end >= date.end and _TAIL.match(sentence[date.end :]):
            rest = clause.rest.partition(sentence[before.start() : date.end].strip())[0].rstrip(", ")
            if rest or clause.verb not in ("was", "were"):
                yield Rewording(_asked("When", clause._replace(rest=rest)), "date")


def _persons(sentence: str, found: tuple[Name, ...]) -> Iterator[Rewording]:
    """From "Ada Brandt signed the treaty": who signed it."""
    for name in found[:1]:
        if name.kind != "person" or name.start != 0 or len(name.tokens) < 2:
            continue
        after = re.match(r"(?:,[^,]{3,80},)?\s+", sentence[name.end :])
        clause = _clause("Someone " + sentence[name.end + after.end() :]) if after else None
        if clause and clause.subject == "someone" and clause.verb not in _SPEECH:
            yield Rewording(f"Who {clause.verb} {clause.rest}?", "person")


def _sayings(sentence: str, found: tuple[Name, ...]) -> Iterator[Rewording]:
    """From "… , said Ada Brandt" and "Ada Brandt predicted …": what she said."""
    for name in found:
        if name.kind not in ("person", "organisation") or not name.certain or sentence[: name.start].endswith(" of "):
            continue
        told = re.match(r"(?:,[^,]{3,80},)?\s+(\w+)\b", sentence[name.end :])
        verb = told[1] if told and told[1] in _SPEECH | _TELLING else ""
        if not verb and not re.search(r"\b(?:said|wrote|added)\s+(?:\w+\s+){0,2}$", sentence[: name.start]):
            continue
        who = _called(name, sentence)
        if verb in _TELLING:
            yield Rewording(f"What did {who} {_base(verb)}?", "quotation")
        if verb not in _SPEECH and verb:
            continue
        for other in found:
            apart = sentence[min(name.end, other.end) : max(name.start, other.start)]
            if other.kind == "place" and other.text != name.text and len(apart) > 60:
                yield Rewording(f"What did {who} say about {_called(other, sentence)}?", "quotation")
        yield Rewording(f"What did {who} say?", "quotation")


def _passives(sentence: str, found: tuple[Name, ...]) -> Iterator[Rewording]:
    """From "The treaty was signed by Ada Brandt": by whom; from "The council announced …": what."""
    clause = _clause(sentence)
    if clause is None:
        return
    done = re.match(r"(\w+(?:ed|en|wn|ne|ld|ught))\s+by\s+", clause.rest)
    if (
        clause.verb in ("was", "were")
        and done
        and any(name.kind == "person" and name.text in clause.rest[done.end() :][:60] for name in found)
    ):
        yield Rewording(f"By whom {clause.verb} {clause.subject} {done[1]}?", "person")
    if clause.verb in _TELLING:
        on = re.match(r"on\s+", clause.rest)
        dated = next((date for date in dates(clause.rest) if on and date.start == on.end()), None)
        yield Rewording(f"What did {clause.subject} {_base(clause.verb)}{f' {clause.rest[: dated.end]}' if dated else ''}?", "quotation")


def _acts(sentence: str, found: tuple[Name, ...]) -> Iterator[Rewording]:
    """From "In Lund, Sweden, students broke down the gate": what students did there."""
    opening = re.match(r"In\s+([^,]{3,30}(?:,\s+[A-Z][^,]{2,30})?),\s+", sentence)
    if not opening or not any(name.kind == "place" and opening.start(1) <= name.start < opening.end(1) for name in found):
        return
    clause = _clause(sentence[opening.end() :])
    if clause and clause.verb not in ("was", "were") and not dates(opening[1]):
        yield Rewording(f"What did {clause.subject} do in {opening[1]}?", "act")


def _topics(sentence: str, found: tuple[Name, ...]) -> Iterator[Rewording]:
    for name in found:
        if name.kind != "people" and name.certain and len(name.tokens) > 1 and name.text.split()[0].lower() not in ("former", "state"):
            yield Rewording(f"What is said about {_called(name, sentence)}?", "topic")


def _asked(word: str, clause: _Clause) -> str:
    if clause.verb in ("was", "were"):
        return f"{word} {clause.verb} {clause.subject} {clause.rest}".rstrip() + "?"
    return f"{word} did {clause.subject} {_base(clause.verb)} {clause.rest}".rstrip() + "?"


def _clause(text: str) -> _Clause | None:
    """The simple clause that a text begins with, or None when its form is another or not sure."""
    end = _CLAUSE_END.search(text)
    body = text[: end.start()] if end else text
    tokens = list(_TOKEN.finditer(body))
    at = next((index for index, token in enumerate(tokens[: _SUBJECT_WORDS + 1]) if index and _is_verb(tokens, index)), 0)
    if not at or any(token[0].lower() in _BARRED for token in tokens[:at]) or tokens[0][0].lower() in _NO_SUBJECT or tokens[0].start() != 0:
        return None
    verb, rest = tokens[at][0], body[tokens[at].end() :].strip(" ,")
    # A second verb in the past may be the real one: "the man dressed in black ran".
    others = [
        index for index in range(at + 1, len(tokens)) if _is_verb(tokens, index) and tokens[index - 1][0].lower() not in ("and", "that")
    ]
    if len(rest.split()) not in _REST_WORDS or (
        others and verb.endswith("ed") and tokens[at + 1][0].lower() in ("in", "by", "at", "on", "with")
    ):
        return None
    return _Clause(_inside(" ".join(body[: tokens[at].start()].split()).strip(" ,"), text), verb, rest, len(body))


def _is_verb(tokens: list[re.Match[str]], index: int) -> bool:
    """Whether a word is surely a verb in the past: its form says so, and the next word cannot belong to a noun that it describes."""
    word = tokens[index][0]
    if word in ("was", "were"):
        return True
    if word != word.lower() or index + 1 == len(tokens) or _base(word) == word:
        return False
    following = tokens[index + 1][0]
    if word == "had":
        return following == "to"
    if word.endswith("n") and word not in ("began", "ran", "won"):
        return False
    form = word.endswith("ed") or is_irregular_verb(word)
    return form and following != "by" and (following in _AFTER_VERB or following[0].isupper() or following[0].isdigit())


def _base(verb: str) -> str:
    """The infinitive of a verb in the past, or the word itself when that is not known."""
    if verb == "had":
        return "have"
    forms = [form for form in base_forms(verb) if form != verb and "v" in parts_of_speech(form)]
    return max(forms, key=lambda form: (frequency(form), form), default=verb)


def _inside(subject: str, text: str) -> str:
    """A subject as it is written inside a sentence: its first word keeps a capital only when it is a name's."""
    first = subject.split()[0]
    named = any(name.start == 0 and name.certain for name in names(text)) or people_of(first.lower()) is not None
    return subject if named or first.isupper() and len(first) > 1 else subject[0].lower() + subject[1:]


def _called(name: Name, sentence: str) -> str:
    """The name with its article: the one that stands before it, or that such names have ("the Health Commission")."""
    article = re.search(r"\b[Tt]he\s+$", sentence[: name.start]) and name.kind != "person"
    return f"the {name.text}" if article or name.text.split()[-1].lower() in _WITH_ARTICLE else name.text
