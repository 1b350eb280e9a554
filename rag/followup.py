"""A follow-up question as one that stands alone: pronouns, "there" and left-out parts filled in from the earlier turns.

Pure functions of the question and the history; no model. What is unsure is weighed by `rag.focus.REFERENTS`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from rag.elliptical import completed, counted
from rag.errors import QuestionError
from rag.focus import Exchange, Referent, asked_noun, focus_of, plain
from rag.language.names import Name, names
from rag.language.phrases import Phrase, is_group, is_person, is_place, past, phrases
from rag.language.sentences import find
from rag.language.synonyms import base_forms, parts_of_speech
from rag.language.words import words
from rag.referents import Role, Wanted, choose, listed, of_class, referents, told, topic_of
from rag.schema import Turn
from rag.tokens import count_tokens

Message = Turn | Mapping[str, str]

LONGEST_TOKEN = 128  # characters: so many spaces are one

_PRONOUNS: dict[str, Wanted] = {
    **dict.fromkeys(("he", "him", "his"), "he"),
    **dict.fromkeys(("she", "her", "hers"), "she"),
    **dict.fromkeys(("it", "its"), "it"),
    **dict.fromkeys(("they", "them", "their", "theirs"), "they"),
}
_OWNERS = frozenset(("his", "its", "their"))
_PRONOUN = re.compile(r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs)\b(?!['’](?:s|re|ll|d)\b)", re.I)
_EXPLETIVE = re.compile(
    r"\b(?:how long|how much time|how many \w+|what) (?:did|does|do|will|would|has|had|might|can) it (?:take|taken)\b"
    r"|\b(?:is|was|isn't|wasn't|would|will|does|did|can|could|may|might) it (?:be |not |really |still |even )?"
    r"(?:true|possible|likely|necessary|legal|illegal|clear|known|important|difficult|easy|hard|safe|common|normal|the case|that|rain"
    r"|snow|matter|seem|appear|mean)\b|\bwhat time (?:is|was) it\b|\bwhat (?:is|was) it (?:like|about|called when)\b"
    r"|\bit (?:is|was) (?:true|possible|said|known|clear)\b",
    re.I,
)
_THERE = re.compile(r"\bthere\b", re.I)
_EXISTS = re.compile(
    r"\b(?:is|are|was|were|isn't|aren't|be|been|will|would|can|could|may|might|must|has|have|had)\s+there\b(?!\s*\?)"
    r"|\bhow (?:many|much)\b.*\b(?:is|are|was|were)\s+there\b"
    r"|\bthere\s+(?:is|are|was|were|will|would|has|have|had|can|could|may|might|be|been|exist)\b",
    re.I,
)
_DEMONSTRATIVE = re.compile(r"\b(this|that|these|those)\s+((?:[^\W\d_]+(?:-[^\W\d_]+)*)(?:\s+[^\W\d_]+)?)", re.I)
# What may stand before "that city"; elsewhere "that" joins a clause.
_POINTING = re.compile(
    r"(?:^|^(?:and|but|so|then)|\b(?:in|at|on|of|from|to|by|with|for|about|during|after|before|near|into|under|over|since|until|through"
    r"|did|does|do|was|is|were|are|has|have|had|will|would|can|could))\s*$",
    re.I,
)
_ALONE = re.compile(
    r"\b(?:(?:did|does|do|was|is|were|would|will|has|had|about|of|to|by|for|from|with)\s+)(this|that)\b(?=\s*(?:\?|$|(?:happen|mean|occur|take|be|go|come|start|end|begin|work|change|lead|cause)\b))",
    re.I,
)
_CALLED = re.compile(r"\b(?:called|named|dubbed|known as|nicknamed)\s+(that|this|so)\b(?=\s*(?:[?,.]|$|(?:in|by|at|on|for)\b))", re.I)
_PLACING = frozenset("in at near from on".split())
_TIMES = frozenset(
    "year years month months week weeks day days time times morning evening night moment point century decade weekend season".split()
)
_SENSES = frozenset("way kind type types kinds sort case reason regard respect".split())
_DEFINITE = re.compile(r"\bthe\s+([^\W\d_]+)\b(?!\s+(?:of|in|from|at|near|that|who|which|for|with|between|called|named)\b)(?!['’-])", re.I)
_ONES = re.compile(
    r"\bthe\s+(other|first|second|third|last|former|latter)"
    r"(?:(\s+(?:one|two)s?)\b|(?=\s*(?:\?|,|$|(?:do|does|did|is|was|were|are|have|has|had)\b)))",
    re.I,
)
_CONNECTIVE = re.compile(r"^(?:and|but|so|then|also|ok|okay|well|or)\b[,:]?\s+", re.I)
_CLAUSE = re.compile(
    r"\b(?:when|because|after|before|that|if|while|as|until|since|although|and|but|who|which|whether|where|how|why|so|than|to|without"
    r"|said|says|say|think|thinks|thought|believe|believes|believed|claim|claims|claimed|announced|[^\W\d_]{3,}ing)\b|[,;:]",
    re.I,
)
# A question that does not begin with what it asks: a name after the pronoun may be what it stands for.
_DEFERRED = re.compile(
    r"^(?:because|other than|outside|in|on|at|for|with|without|besides|despite|due to|after|before|during|since|while|although|when [^?]*,"
    r"|according to|as|unlike|like)\b(?!\s+(?:what|which|whom|whose|where|when)\b)",
    re.I,
)


# A clause before the question: what its pronouns stand for is there.
_SUBORDINATE = re.compile(
    r"^(?:if|because|although|while|unless|when|where)\s+(?!did|does|do|is|are|was|were|has|have|had|can|could|will|would|shall|should|may|might|must)",
    re.I,
)


_TELLING = frozenset(
    "reveal announce report confirm deny disclose say claim mention predict know admit state tell declare publish prove leak".split()
)


class _Slot(NamedTuple):
    """A place in a question that leans on earlier turns, and what stands there now in full."""

    start: int
    end: int
    text: str


def as_turns(history: Iterable[Message]) -> tuple[Turn, ...]:
    """Earlier messages as turns; dictionaries have `role` (user or assistant) and `content`. Raises QuestionError for others."""
    try:
        return tuple(one if isinstance(one, Turn) else Turn.model_validate(dict(one)) for one in history)
    except (ValidationError, TypeError, ValueError) as error:
        raise QuestionError(
            "The history is not a list of messages with a role and a content.",
            'Give [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}, …].',
        ) from error


def recent(history: Sequence[Turn], most: int) -> tuple[Turn, ...]:
    """The newest turns that have at most `most` tokens together; of one too long for what is left, its first sentences."""
    left, kept = most, list[Turn]()
    for turn in reversed(history):
        text = _fitting(turn.content, left)
        if not text:
            break
        kept.append(turn if text == turn.content else Turn(role=turn.role, content=text))
        left -= count_tokens(text)
    return tuple(reversed(kept))


class Resolved(NamedTuple):
    """A question after its history: what it asks, standing alone; its own words without the "and" before them, where it leans ("" where
    it stands alone); and the earlier exchange that it leans on.
    """

    text: str
    own: str = ""
    about: str = ""


def resolve(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves to the earlier turns filled in; the question itself, unchanged, when it stands alone."""
    return resolved(question, history).text


def resolved(question: str, history: Sequence[Turn]) -> Resolved:
    """`resolve`, and where to look."""
    exchanges: list[Exchange] = []
    for turn in history:
        if turn.role == "user":
            exchanges.append(Exchange(_resolve(turn.content, exchanges), ""))
        elif exchanges:
            last = exchanges.pop()
            exchanges.append(Exchange(last.question, f"{last.answer} {plain(turn.content)}".strip()))
    text = _resolve(question, exchanges)
    if text == question:
        return Resolved(question)
    own = _CONNECTIVE.sub("", question)
    about = next((one for one in reversed(exchanges) if one.answer), exchanges[-1])
    elliptical = completed(question, exchanges[-1]) is not None
    return Resolved(text, text if elliptical else own[:1].upper() + own[1:], f"{about.question} {about.answer}")


def _resolve(question: str, exchanges: Sequence[Exchange]) -> str:
    if not exchanges:
        return question
    whole = completed(question, exchanges[-1])
    if whole is not None:
        return whole
    question = counted(question, exchanges[-1]) or question
    found = referents(exchanges)
    slots = [*_pronouns(question, found), *_theres(question, found), *_demonstratives(question, found, exchanges[-1])]
    slots = slots or [*_ones(question, exchanges[-1]), *_definites(question, found)]
    return _put(question, slots, exchanges[-1]) if slots else question


def _put(question: str, slots: Sequence[_Slot], last: Exchange) -> str:
    """The question with its slots filled, without the "and" that joined it to the one before; where no name came in, with the place."""
    parts, at = [], 0
    for slot in sorted(slots):
        if slot.start >= at:
            parts += [question[at : slot.start], slot.text]
            at = slot.end
    text = _CONNECTIVE.sub("", "".join([*parts, question[at:]]))
    text = text[:1].upper() + text[1:]
    if not any(word[:1].isupper() for word in text.split()[1:]):
        place = next((one for one in phrases(last.question) if one.before in _PLACING and _is_where(one)), None)
        if place is not None and place.text.lower() not in text.lower():
            stop = len(text.rstrip("?!. "))
            text = f"{text[:stop]} {place.before} {place.text}{text[stop:]}"
    return text


def _is_where(one: Phrase) -> bool:
    """Whether a phrase names a place: by its name, or by its noun with a name beside it."""
    return one.kind == "place" and any(letter.isupper() for letter in one.text) or (one.name is not None and one.kind == "other")


def _pronouns(question: str, found: Sequence[Referent]) -> Iterable[_Slot]:
    """One slot for each kind of pronoun, at its first place."""
    seen: set[Wanted] = set()
    expletives = [match.span() for match in _EXPLETIVE.finditer(question)]
    for match in _PRONOUN.finditer(question):
        word = match[0].lower()
        wanted = _PRONOUNS[word]
        if wanted in seen or match[0].isupper() and len(word) == 2 and word == "it":
            continue
        if wanted == "it" and any(start <= match.start() < end for start, end in expletives):
            continue
        seen.add(wanted)
        role = _role(question, match)
        if _inside(question, match, wanted, role):
            continue
        may_be = told(found) if wanted == "it" and role == "object" and _is_told(question, match.start()) else found
        one = choose(may_be, wanted, role, _active(question, match.start()), question)
        if one is not None:
            yield _owned(question, match, one) if role == "owner" else _Slot(match.start(), match.end(), one.text)


def _is_told(question: str, start: int) -> bool:
    """Whether the verb before a pronoun is one of telling or knowing: then what it stands for is said, not a place or a thing in it."""
    before = words(question[:start])
    return bool(before) and bool(_TELLING & set(base_forms(before[-1].lower)))


def _role(question: str, match: re.Match[str]) -> Role:
    word = match[0].lower()
    if word in _OWNERS:
        return "owner"
    following = next((one for one in words(question[match.end() :])), None)
    if word == "her" and following is not None and not following.stop and not question[match.end() :].lstrip().startswith("?"):
        return "owner"
    return "subject" if word in ("he", "she", "they") or (word == "it" and _before_verb(question, match)) else "object"


def _before_verb(question: str, match: re.Match[str]) -> bool:
    """Whether "it" is a subject: an auxiliary stands before it, or a verb of its own after it."""
    before = question[: match.start()].rstrip().rsplit(" ", 1)[-1].lower()
    return before in _AUXILIARY or bool(re.match(r"\s+(?:is|was|has|had|will|would|can|could|did|does)\b", question[match.end() :]))


_AUXILIARY = frozenset("did does do will would can could should may might must has have had was is were are".split())
_HELPS = re.compile(rf"\b(?:{'|'.join(sorted(_AUXILIARY))})(?:n['’]t)?\b")
_ACTING = frozenset("did does do will would can could should may might must has have had".split())


def _active(question: str, start: int) -> bool:
    before = question[:start].rstrip().rsplit(" ", 1)[-1].lower()
    return before in _ACTING


def _inside(question: str, match: re.Match[str], wanted: Wanted, role: Role) -> bool:
    """Whether the question itself names what the pronoun stands for: before it, or after it where the question begins elsewhere."""
    if _DEFERRED.match(question) and any(name.start > match.end() for name in names(question)):
        return True
    if _SUBORDINATE.match(question) and any(_agrees(phrase, wanted) for phrase in phrases(question[: match.start()])):
        return True
    if role == "owner" and re.match(r"\s+own\b", question[match.end() :]) and match.start() > 0 and wanted == "they":
        return True
    before = question[: match.start()]
    ends = [phrase.end for phrase in phrases(before) if _agrees(phrase, wanted)]
    ends += [name.end for name in names(before) if _may_be(name, wanted) or (wanted == "it" and role == "owner")]
    return any(role == "owner" or _CLAUSE.search(question, end, match.start()) for end in ends)


def _may_be(name: Name, wanted: Wanted) -> bool:
    if wanted in ("he", "she"):
        return name.kind in ("person", "other")
    return name.kind != "person" or wanted == "they"


def _agrees(phrase: Phrase, wanted: Wanted) -> bool:
    if wanted in ("he", "she"):
        return (phrase.kind == "person" and not phrase.plural) or (phrase.name is not None and phrase.kind == "other")
    if wanted == "they":
        return phrase.plural or phrase.kind in ("organisation", "people") or is_group(phrase.head)
    return not phrase.plural and phrase.kind not in ("people", "person")


def _owned(question: str, match: re.Match[str], one: Referent) -> _Slot:
    """ "his patents" with its owner: "Tesla's patents", or "the passengers of the train from Tibet" where the owner is long."""
    if len(one.text.split()) <= 3:
        ending = "’" if one.text.endswith("s") and one.plural else "’s"
        return _Slot(match.start(), match.end(), one.text + ending)
    owned = next((phrase for phrase in phrases(question) if phrase.start <= match.start() < phrase.end), None)
    if owned is None or owned.end <= match.end():
        return _Slot(match.start(), match.end(), one.text + "’s")
    return _Slot(match.start(), owned.end, f"the {question[match.end() : owned.end].strip()} of {one.text}")


def _theres(question: str, found: Sequence[Referent]) -> Iterable[_Slot]:
    exists = [match.span() for match in _EXISTS.finditer(question)]
    for match in _THERE.finditer(question):
        if any(start <= match.start() < end for start, end in exists):
            continue
        one = choose(found, "there", "object", False, question)
        if one is not None:
            yield _Slot(match.start(), match.end(), f"in {one.text}")
        return


def _demonstratives(question: str, found: Sequence[Referent], last: Exchange) -> Iterable[_Slot]:
    for match in _DEMONSTRATIVE.finditer(question):
        noun = _noun(question, match)
        if not noun or noun.split()[-1].lower() in _TIMES | _SENSES:
            continue
        if match[1].lower() in ("that", "those") and not _points(question, match.start(), match.start(2) + len(noun)):
            continue
        one = of_class(found, noun)
        if one is not None:
            yield _Slot(match.start(), match.start(2) + len(noun), one.text)
        elif parts_of_speech(noun.split()[-1].lower())[:1] in ("", "n") and not names(question):
            about = topic_of(found, question)
            if about is not None:
                yield _Slot(match.start(), match.start(2) + len(noun), f"the {noun} about {about.text}")
    for match in _CALLED.finditer(question):
        if name := focus_of(last):
            yield _Slot(match.start(1), match.end(1), name)
    for match in _ALONE.finditer(question):
        about = choose(found, "it", "object", False, question)
        if about is not None:
            yield _Slot(match.start(1), match.end(1), about.text)


def _points(question: str, start: int, end: int) -> bool:
    """Whether "that …" points, and does not join a clause: after a preposition or an auxiliary, or as the object of a verb."""
    before = words(question[:start])
    closed = re.match(r"\s*(?:[?,.]|$|(?:in|on|at|by|for|from|with|of|during|after|before|about)\b)", question[end:])
    pointing = _POINTING.search(question[:start])
    if pointing and pointing[0].strip().lower() in _AUXILIARY and len(_HELPS.findall(question[:start].lower())) > 1:
        return False
    return bool(pointing or (closed and before and past(before[-1].lower)))


def _noun(question: str, match: re.Match[str]) -> str:
    """The noun, with what describes it, that "this" points with; empty when it points alone."""
    phrase = next((one for one in phrases(question) if one.start == match.start()), None)
    if phrase is not None:
        return question[match.end(1) : phrase.end].strip()
    first = match[2].split()[0]
    return first if is_place(first.lower()) or is_person(first.lower()) else ""


def _ones(question: str, last: Exchange) -> Iterable[_Slot]:
    """ "the other one", "the latter": a member of the list that the last turn gives, or the thing that it asked for."""
    match = _ONES.search(question)
    if match is None:
        return
    members = listed(last)
    which = match[1].lower()
    if which == "other":
        known = [one for one in members if one.lower() not in last.answer.lower()] if len(members) == 2 else []
        text = known[0] if known else ""
    else:
        at = {"first": 0, "former": 0, "second": 1, "third": 2, "last": -1, "latter": -1}[which]
        text = members[at] if len(members) > max(at, 1) else ""
    if not text and match[2] and (noun := asked_noun(last.question)):
        text = f"the {which} {noun}"
    if text:
        yield _Slot(match.start(), match.end(), text)


def _definites(question: str, found: Sequence[Referent]) -> Iterable[_Slot]:
    """ "the city" in a question that names nothing itself, where the earlier turns asked for a city or spoke of one by this noun."""
    if any(phrase.name is not None for phrase in phrases(question)):
        return
    for match in _DEFINITE.finditer(question):
        noun = match[1].lower()
        phrase = next((one for one in phrases(question) if one.start == match.start()), None)
        if phrase is None or phrase.end != match.end() or not (is_place(noun) or is_person(noun) or is_group(noun)):
            continue
        one = of_class(found, noun, sure=False)
        if one is not None:
            yield _Slot(match.start(), match.end(), one.text)
            return


def _fitting(text: str, most: int) -> str:
    """The text, or as many of its first sentences as have at most `most` tokens."""
    longest = most * LONGEST_TOKEN
    if len(text.encode()) <= most or (len(text) <= longest and count_tokens(text) <= most):
        return text
    # Of what is cut here nothing would fit: a sentence has a token, and a token so many characters at most.
    ends = [found.end for found in find(text[:longest]) if found.end < longest][:most]
    fitting = bisect_right(ends, most, key=lambda end: count_tokens(text[:end]))
    return text[: ends[fitting - 1]] if fitting else ""
