"""What the earlier turns of a conversation speak of, and which of it a pronoun of the next question stands for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from rag.focus import ACTS, ASKS, FIELDS, PLACING, REFERENTS, Exchange, Referent, definite, ending, focus, is_fragment, looked_at, referent
from rag.language.names import names
from rag.language.phrases import Phrase, is_group, is_person, is_place, is_surely_person, past, phrases
from rag.language.question import analyse
from rag.language.synonyms import is_a, name_kinds, parts_of_speech
from rag.language.words import stems, words

Wanted = Literal["he", "she", "it", "they", "there"]
Role = Literal["subject", "object", "owner"]

_WOMEN = frozenset("she her woman women girl girls lady queen princess mother wife daughter sister actress mrs ms miss".split())
_MEN = frozenset("he his him man men boy boys gentleman king prince father husband son brother actor mr lord grandfather guy".split())
_ANYBODY = frozenset("man woman person girl boy guy lady".split())
_LIST = re.compile(r"\s*(?:,|,?\s+(?:and|or))\s*")
# "the", what it is, and a title that belongs to a name ("the ferry Lady Ann"); of royal titles a person's has no "the" before it.
_CALLED_THE = re.compile(r"\b[Tt]he\s+((?:[^\W\d_A-Z][^\W\d_]*[ -]){0,3})((?:[A-Z][a-z]+\.? )?)$")
_FAR = 80  # characters before a name that are looked at
_ROYAL = frozenset("lady lord king queen prince princess duke duchess sir".split())
_DO = re.compile(r"\b(?:did|does|do|will|would|can|could|should|may|might|must|has|have|had)\s+(?:the\s+)?$", re.I)
# Phrases of an answer that are looked at.
_MOST = 8
_OPENS = re.compile(r"\W*(?:\d+[.)]\s*)?(?:\b(?:in|on|at|by|after|since|during)\b[^,.;]{1,60},\s*)?", re.I)
_MUCH = re.compile(r"\s*(?:many|much)\b", re.I)
_WHO_IS = re.compile(r"\bwho\s+(?:is|was|are|were)\s+$", re.I)


def referents(exchanges: Sequence[Exchange]) -> list[Referent]:
    """What the exchanges (oldest first) speak of; the newest weighs most."""
    found: list[Referent] = []
    things = {token: text for exchange in exchanges for token, text in (*_things(exchange.question), *_things(looked_at(exchange.answer)))}
    for age, exchange in enumerate(reversed(exchanges)):
        found += [_as_thing(one, things)._replace(score=one.score - age * REFERENTS["age"]) for one in _of(exchange)]
    return found


def _as_thing(one: Referent, things: Mapping[str, str]) -> Referent:
    """A name that the texts show to be a thing's ("the ferry Lady Ann") as one, with what shows it."""
    if not one.named or one.kind not in ("person", "other") or one.head not in things:
        return one
    return one._replace(text=things[one.head], kind="other", known=True)


def _things(text: str) -> Iterator[tuple[str, str]]:
    """The names of no people in a text, by their last word, each as it is called: after "the", or after what it is ("the trawler Anna")."""
    for name in names(text):
        lead = _CALLED_THE.search(text, max(0, name.start - _FAR), name.start)
        following = next(iter(words(text[name.end : name.end + _FAR])), None) if text[name.end : name.end + 1] == " " else None
        if lead is None or name.kind not in ("person", "other") or name.text.endswith("s") or is_person(name.tokens[-1]):
            continue
        nouns = words(lead[1])
        noun = nouns[-1].lower if nouns else ""
        if (is_person(noun) or not _is_made(noun)) if noun else (following and not following.stop and not past(following.lower)):
            continue
        if noun or not lead[2] or lead[2].strip().lower() in _ROYAL:
            yield name.tokens[-1], f"the {text[lead.start(1) : name.end]}"


def choose(found: Sequence[Referent], wanted: Wanted, role: Role, active: bool, question: str) -> Referent | None:
    """The likeliest referent of a pronoun in `question`, or None; `active` says that its verb follows "did", "does" and the like."""
    own = set(stems(question))
    scored = [
        (one.score + fit + _parallel(one, role, active), -index, one)
        for index, one in enumerate(found)
        if (fit := _fit(one, wanted)) is not None and not (set(stems(one.text)) & own and set(stems(one.text)) <= own)
    ]
    best = max(scored, default=None)
    return best[2] if best is not None and best[0] >= REFERENTS["least"] else None


def of_class(found: Sequence[Referent], noun: str, sure: bool = True) -> Referent | None:
    """The likeliest referent that a noun such as "city" or "attack" names the class of, or None.

    Where the noun need not point back (not `sure`), it does to what a question called by it, and to what was asked for as one, never to
    what is only quoted; a person's name is taken for "the man" and not for "the mayor".
    """
    word = words(noun)[-1]
    called = (one for one in found if word.stem in stems(one.text if sure else one.head) and (sure or one.score >= REFERENTS["question"]))
    same = [one for one in called if one.text.lower() not in (noun.lower(), f"the {noun}")]
    if same:
        return max(enumerate(same), key=lambda pair: (pair[1].score, -pair[0]))[1]
    if not sure and is_person(word.lower) and word.lower not in _ANYBODY:
        return None
    fitting = [one for one in found if _is_of(one, word.lower) and (sure or one.known)]
    return max(enumerate(fitting), key=lambda pair: (pair[1].score, -pair[0]))[1] if fitting else None


def told(found: Sequence[Referent]) -> list[Referent]:
    """What "it" may be where somebody tells, reveals or denies it: a thing asked about or given, no place and nothing else quoted."""
    return [one for one in found if one.kind in ("thing", "other") and not one.placed and one.score >= REFERENTS["question"]]


def topic_of(found: Sequence[Referent], question: str) -> Referent | None:
    """What the earlier turns are most about, singular or plural but no person, that the question does not name itself."""
    own = set(stems(question))
    new = [one for one in found if one.kind != "person" and not set(stems(one.text)) & own]
    return max(enumerate(new), key=lambda pair: (pair[1].score, -pair[0]))[1] if new else None


def _is_of(one: Referent, noun: str) -> bool:
    if is_person(noun):
        return one.kind == "person" and (one.named or is_a(one.head, noun))
    if is_place(noun):
        return one.kind == "place" and (one.named or one.head == noun)
    if is_group(noun):
        return one.kind == "organisation" or (one.named and one.kind == "other")
    return not one.named and is_a(one.head, noun)


def _fit(one: Referent, wanted: Wanted) -> float | None:
    """How well a referent agrees with a pronoun; None when it cannot."""
    return _FITS[wanted](one)


def _is_made(noun: str) -> bool:
    """Whether a noun names what people make, found or settle, never a person."""
    return any(is_a(noun, general) for general in ("artifact", "organization", "location", "creation"))


def _is_no_person(one: Referent) -> bool:
    """Whether a name shows no sign of a person's and one of something else's."""
    if one.kind == "place":
        return one.known or one.placed or "person" not in (name_kinds(one.text.lower()) or ("person",))
    return one.known and one.kind != "person" or (one.kind == "organisation" and " of " not in one.text)


def _fit_person(one: Referent, other: frozenset[str]) -> float | None:
    if one.named and _is_no_person(one):
        return None
    if one.plural or one.kind in ("people", "thing") or set(one.text.lower().split()) & other or (not one.named and one.text == one.head):
        return None
    return REFERENTS["fit"] if one.kind == "person" else 0.0 if one.kind == "other" else None if not one.named else -REFERENTS["unfit"]


def _fit_thing(one: Referent) -> float | None:
    if one.plural or one.kind == "people" or (one.kind == "person" and (one.known or (not one.named and is_surely_person(one.head)))):
        return None
    if one.kind == "person" and not one.named:
        return REFERENTS["half"]
    bare = not one.named and one.text == one.head and parts_of_speech(one.head) != ""
    aside = REFERENTS["place"] if one.placed else 0.0
    return -REFERENTS["unfit"] if one.kind == "person" else REFERENTS["fit"] - aside - (REFERENTS["half"] if bare else 0.0)


def _fit_many(one: Referent) -> float | None:
    if one.plural or one.kind == "people":
        return REFERENTS["fit"]
    if one.kind == "organisation" or is_group(one.head):
        return REFERENTS["half"]
    return -REFERENTS["unfit"] if one.kind in ("person", "other", "place") else None


def _fit_place(one: Referent) -> float | None:
    if one.kind in ("person", "people"):
        return None
    if one.kind == "place":
        return REFERENTS["fit"] + (REFERENTS["half"] if one.placed else 0.0) + (REFERENTS["half"] if one.named else 0.0)
    return 0.0 if one.placed else -REFERENTS["unfit"] if one.named else None


_FITS = {
    "he": lambda one: _fit_person(one, _WOMEN),
    "she": lambda one: _fit_person(one, _MEN),
    "it": _fit_thing,
    "they": _fit_many,
    "there": _fit_place,
}


def _parallel(one: Referent, role: Role, active: bool) -> float:
    """A subject that acts stands for the one before it."""
    return REFERENTS["parallel"] if one.subject and role == "subject" and active else 0.0


def _of(exchange: Exchange) -> Iterator[Referent]:
    asked = analyse(exchange.question)
    answer = looked_at(exchange.answer)
    given = focus(asked, answer)
    if given is not None:
        yield given
    inside = phrases(exchange.question)
    aside = _asked_for(exchange.question)
    for phrase in inside:
        if phrase.start < aside:
            continue
        subject = bool(_DO.search(exchange.question[: phrase.start]) or ACTS.search(exchange.question, 0, phrase.start))
        one = referent(phrase, exchange.question, REFERENTS["subject" if subject else "question"], subject)
        if _WHO_IS.search(exchange.question, 0, phrase.start):
            one = one._replace(kind="person", known=True, subject=False, score=REFERENTS["answer"])
        yield one
        yield from _owners(phrase)
    if FIELDS.search(answer):
        return
    whole = not is_fragment(answer)
    for number, phrase in enumerate(phrases(answer)[:_MOST]):
        quoted = REFERENTS["quoted"] if whole and not _OPENS.fullmatch(answer, 0, phrase.start) else 0.0
        yield referent(phrase, answer, REFERENTS["answer"] - quoted - number * REFERENTS["later"], number == 0 and whole)
        yield from _owners(phrase)


def listed(exchange: Exchange) -> tuple[str, ...]:
    """The members of the first list ("Lund, Ystad and Malmö", "ferries or trains") that the answer, or else the question, gives."""
    for text in (looked_at(exchange.answer), exchange.question):
        members: list[Phrase] = []
        for phrase in phrases(text):
            if members and not _LIST.fullmatch(text[members[-1].end : phrase.start]):
                if len(members) > 1:
                    break
                members = []
            members.append(phrase)
        if len(members) > 1:
            return tuple(definite(one.text) for one in members)
    return ()


def _owners(phrase: Phrase) -> Iterator[Referent]:
    """The names inside a longer phrase ("Tesla's reputation", "the mayor of Lund")."""
    if phrase.name is None:
        for name in names(phrase.text):
            placed = phrase.before in PLACING or phrase.text[: name.start].rstrip().endswith((" in", " at", " near", " from"))
            score = REFERENTS["question"] - REFERENTS["later"]
            yield Referent(ending(name.text), name.tokens[-1], name.kind, False, True, placed, False, score)


def _asked_for(question: str) -> int:
    """Where the words that ask end ("Which train"): what they name is the answer."""
    match = ASKS.match(question)
    if match is None:
        return 0
    following = next((phrase for phrase in phrases(question) if phrase.start >= match.end() - 5), None)
    joined = following is not None and not question[match.end() : following.start].strip()
    asking = re.search(r"(?:what|which|whose)$", question[: match.end()].rstrip(), re.I) or _MUCH.match(question[match.end() :])
    return following.end if following is not None and joined and asking else match.end()
