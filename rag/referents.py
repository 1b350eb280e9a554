"""What the earlier turns of a conversation speak of, and which of it a pronoun of the next question stands for."""

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from rag.language.names import names
from rag.language.phrases import Kind, Phrase, is_group, is_person, is_place, past, phrases
from rag.language.question import Question, analyse
from rag.language.sentences import find
from rag.language.synonyms import is_a, is_irregular_verb, parts_of_speech
from rag.language.words import stems, words
from rag.offers import offers

Wanted = Literal["he", "she", "it", "they", "there"]
Role = Literal["subject", "object", "owner"]

# What speaks for a referent, added up; chosen on the development conversations of eval/conversations, where the order is what counts.
REFERENTS = MappingProxyType(
    {
        "focus": 3.0, "subject": 2.0, "question": 1.2, "answer": 1.0, "later": 0.15, "named": 0.3, "age": 2.5,
        "fit": 2.0, "half": 1.0, "unfit": 1.5, "aside": 2.0, "parallel": 1.6,
    }
)  # fmt: skip

_AUXILIARIES = frozenset(
    """is are was were am be been do does did has have had can could will would shall should may might must isn't aren't wasn't
    didn't""".split()
)
_WOMEN = frozenset("she her woman women girl girls lady queen princess mother wife daughter sister actress mrs ms miss".split())
_MEN = frozenset("he his him man men boy boys gentleman king prince father husband son brother actor mr lord grandfather guy".split())
_ANYBODY = frozenset("man woman person girl boy guy lady".split())
_ARTICLE = re.compile(r"^(?:a|an|another|some|this|that|these|those)\s+", re.I)
_OWNER = re.compile(r"^(?:his|her|its|their|my|our|your)\s+", re.I)
_LEADING = re.compile(r"^(?:(?:even|partially|mostly|mainly|only|just|also|yes|no|but|and)\b,?\s+)*", re.I)
_PREPOSITION = re.compile(r"^(?:in|at|on|near|from|to|into|by|with|under|through|over|for|about|of|as)\s+", re.I)
_LIST = re.compile(r"\s*(?:,|,?\s+(?:and|or))\s*")
_MARKER = re.compile(r"\s*\[\d+(?:\s*[,–-]\s*\d+)*\]")
_TYPED = ("number", "money", "duration", "age", "share", "date", "reason", "yes_no", "quotation")
_WH = re.compile(r"^\W*(?:(?:and|but|so|then|also)\s+)?(?:\w+\s+)?(?:who|whom|whose|what|which|where|when|why|how)\b", re.I)
_DO = re.compile(r"\b(?:did|does|do|will|would|can|could|should|may|might|must|has|have|had)\s+(?:the\s+)?$", re.I)
# Phrases of an answer that are looked at.
_MOST = 8
_LONGEST_FRAGMENT = 14


class Exchange(NamedTuple):
    """An earlier question, as one that stands alone, and the text that answered it."""

    question: str
    answer: str


class Referent(NamedTuple):
    """What a pronoun may stand for: its text as it can be put into a question, and how likely it is before the pronoun is seen.

    `known` says that its kind is sure; that of a name by its form alone is not.
    """

    text: str
    head: str
    kind: Kind
    plural: bool
    named: bool
    placed: bool
    subject: bool
    score: float
    known: bool = False


def plain(answer: str) -> str:
    """An answer's text without its markers."""
    return _MARKER.sub("", answer).strip()


def referents(exchanges: Sequence[Exchange]) -> list[Referent]:
    """What the exchanges (oldest first) speak of; the newest weighs most."""
    found: list[Referent] = []
    for age, exchange in enumerate(reversed(exchanges)):
        found += [one._replace(score=one.score - age * REFERENTS["age"]) for one in _of(exchange)]
    return found


def choose(found: Sequence[Referent], wanted: Wanted, role: Role, active: bool, question: str) -> Referent | None:
    """The likeliest referent of a pronoun in `question`, or None; `active` says that its verb follows "did", "does" and the like."""
    own = set(stems(question))
    scored = [
        (one.score + fit + _parallel(one, role, active), -index, one)
        for index, one in enumerate(found)
        if (fit := _fit(one, wanted)) is not None and not (set(stems(one.text)) & own and set(stems(one.text)) <= own)
    ]
    return max(scored)[2] if scored else None


def of_class(found: Sequence[Referent], noun: str, sure: bool = True) -> Referent | None:
    """The likeliest referent that a noun such as "city" or "attack" names the class of, or None.

    Where the noun need not point back (not `sure`), a person's name is taken for "the man" and not for "the mayor".
    """
    word = words(noun)[-1]
    same = [one for one in found if word.stem in stems(one.text) and one.text.lower() != noun.lower()]
    if same:
        return max(enumerate(same), key=lambda pair: (pair[1].score, -pair[0]))[1]
    if not sure and is_person(word.lower) and word.lower not in _ANYBODY:
        return None
    fitting = [one for one in found if _is_of(one, word.lower)]
    return max(enumerate(fitting), key=lambda pair: (pair[1].score, -pair[0]))[1] if fitting else None


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


def _fit_person(one: Referent, other: frozenset[str]) -> float | None:
    if one.plural or one.kind in ("people", "thing") or set(one.text.lower().split()) & other or (not one.named and one.text == one.head):
        return None
    return REFERENTS["fit"] if one.kind == "person" else 0.0 if one.kind == "other" else None if not one.named else -REFERENTS["unfit"]


def _fit_thing(one: Referent) -> float | None:
    if one.plural or one.kind == "people" or (one.kind == "person" and (one.known or not one.named)):
        return None
    bare = not one.named and one.text == one.head
    return -REFERENTS["unfit"] if one.kind == "person" else REFERENTS["fit"] - (REFERENTS["half"] if bare else 0.0)


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
    answer = plain(exchange.answer)
    focus = _focus(asked, answer)
    if focus is not None:
        yield focus
    inside = phrases(exchange.question)
    aside = _asked_for(exchange.question)
    for phrase in inside:
        if phrase.start < aside:
            continue
        subject = bool(_DO.search(exchange.question[: phrase.start]))
        yield _referent(phrase, exchange.question, REFERENTS["subject" if subject else "question"], subject)
        yield from _owners(phrase)
    for number, phrase in enumerate(phrases(answer)[:_MOST]):
        yield _referent(phrase, answer, REFERENTS["answer"] - number * REFERENTS["later"], number == 0 and not _is_fragment(answer))
        yield from _owners(phrase)


def listed(exchange: Exchange) -> tuple[str, ...]:
    """The members of the first list ("Lund, Ystad and Malmö", "ferries or trains") that the answer, or else the question, gives."""
    for text in (exchange.answer, exchange.question):
        members: list[Phrase] = []
        for phrase in phrases(text):
            if members and not _LIST.fullmatch(text[members[-1].end : phrase.start]):
                if len(members) > 1:
                    break
                members = []
            members.append(phrase)
        if len(members) > 1:
            return tuple(_definite(one.text) for one in members)
    return ()


def asked_noun(question: str) -> str:
    """What "which Norman family" asks for; empty for other questions."""
    match = re.match(r"\W*(?:\w+ )?(?:which|what)\s+", question, re.I)
    first = next((one for one in phrases(question) if match and one.start == match.end()), None)
    return first.text if first is not None else ""


def _owners(phrase: Phrase) -> Iterator[Referent]:
    """The names inside a longer phrase ("Tesla's reputation", "the mayor of Lund")."""
    if phrase.name is None:
        for name in names(phrase.text):
            yield Referent(
                _ending(name.text), name.tokens[-1], name.kind, False, True, False, False, REFERENTS["question"] - REFERENTS["later"]
            )


def focus_of(exchange: Exchange) -> str:
    """What the answer gave to a question that asked for a person, place or thing; empty when it gave something else."""
    found = _focus(analyse(exchange.question), plain(exchange.answer))
    return found.text if found is not None else ""


def _asked_for(question: str) -> int:
    """Where the words that ask end ("Which train"): what they name is the answer."""
    match = _WH.match(question)
    if match is None:
        return 0
    following = next((phrase for phrase in phrases(question) if phrase.start >= match.end() - 5), None)
    joined = following is not None and not question[match.end() : following.start].strip()
    asking = re.search(r"(?:what|which|whose|many|much)$", question[: match.end()].rstrip(), re.I) or "many" in question[match.end() :][:6]
    return following.end if following is not None and joined and asking else match.end()


def _focus(asked: Question, answer: str) -> Referent | None:
    """What the answer gives: the name or phrase that the question asked for."""
    if not _WH.match(asked.text) or asked.kind in _TYPED:
        return None
    known = set(stems(asked.text))
    # Of several quotes, the one that speaks most of what was asked.
    sentence = max((answer[one.start : one.end] for one in find(answer)), key=lambda text: len(known & set(stems(text))), default="")
    inside = phrases(sentence)
    called = re.match(r"\W*who (?:is|was|are|were)\b", asked.text, re.I)
    named = next((one for one in phrases(asked.text) if one.name is not None and one.before == ""), None)
    if called and named is not None:
        return _referent(named, asked.text, REFERENTS["focus"], False)._replace(kind="person", known=True)
    offered = offers(asked, sentence)
    if asked.kind in ("person", "place", "organisation") and offered:
        phrase = next((one for one in inside if one.start <= offered[0].start < one.end), None)
        rest = sentence[offered[0].start :]
        if phrase is not None and phrase.kind == "person" and asked.kind == "place" and phrases(rest):
            return _as_asked(_referent(phrases(rest)[0], rest, REFERENTS["focus"], False), asked)
        if phrase is not None:
            return _as_asked(_referent(phrase, sentence, REFERENTS["focus"], False), asked)
    if _is_fragment(sentence):
        whole = _fragment(sentence, inside)
        return whole and _as_asked(whole, asked)
    new = [one for one in inside if not set(stems(one.text)) & known]
    return _as_asked(_referent(new[0], sentence, REFERENTS["focus"], False), asked) if new else None


def _as_asked(one: Referent, asked: Question) -> Referent:
    """What the answer gives is of the kind that the question asks for, whatever its form says: "Which fort …?" "Fort Caroline."."""
    noun = next((word for word in reversed(asked.asked) if parts_of_speech(word)[:1] == "n"), "")
    if asked.kind == "person" and one.kind in ("person", "other"):
        return one._replace(kind="person", known=True)
    if one.kind == "person" and not one.named and asked.kind != "person":
        return one._replace(score=one.score - REFERENTS["aside"])
    if one.named and noun and is_group(noun):
        return one._replace(kind="organisation", known=True)
    if one.named and (asked.kind == "place" or is_place(noun)):
        return one._replace(kind="place", known=True)
    if one.named and one.kind == "person" and not is_person(noun):
        return one._replace(kind="other")
    return one


def _is_fragment(sentence: str) -> bool:
    """Whether a text is only a phrase: it has no verb that a sentence would have."""
    found = words(sentence)
    verbs = (
        word.lower in _AUXILIARIES or past(word.lower) or (index and not found[index - 1].stop and is_irregular_verb(word.lower))
        for index, word in enumerate(found)
    )
    return len(found) <= _LONGEST_FRAGMENT and not any(verbs)


def _fragment(sentence: str, inside: Sequence[Phrase]) -> Referent | None:
    start = _LEADING.match(sentence)
    at = start.end() if start else 0
    lead = _PREPOSITION.match(sentence[at:])
    at += lead.end() if lead else 0
    first = next((one for one in inside if at <= one.start <= at + 1), None)
    if first is None:
        return None
    text = re.split(r"[,;:(]|\.$", sentence[at:])[0].strip(' .“”"')
    second = next((one for one in inside if one.start > first.end), None)
    joined = second is not None and sentence[first.end : second.start].strip() == "and"
    one = _referent(first, sentence, REFERENTS["focus"], False)
    plural = one.plural or joined
    text = (
        text
        if len(text) > len(one.text) and not (second is not None and second.name is not None and second.before == "") or joined
        else one.text
    )
    return one._replace(text=_definite(text), plural=plural)


def _referent(phrase: Phrase, text: str, score: float, subject: bool) -> Referent:
    named = phrase.name is not None
    written = phrase.text if named or any(letter.isupper() for letter in phrase.text[1:]) else text[phrase.start : phrase.far]
    plain_name = _ending(phrase.text) if named else _definite(written)
    return Referent(
        text=plain_name,
        head=phrase.head,
        kind=phrase.kind,
        plural=phrase.plural,
        named=named,
        placed=phrase.before in ("in", "at", "on", "near", "from", "to", "into", "inside", "outside", "around", "across", "through"),
        subject=subject,
        score=score + (REFERENTS["named"] if named else 0.0),
    )


def _ending(name: str) -> str:
    """A name without a possessive ending."""
    return re.sub(r"['’]s?$", "", name)


def _definite(text: str) -> str:
    """A phrase as it is called when it is known: "a driver" is "the driver"."""
    known = _OWNER.sub("the ", _ARTICLE.sub("the ", text.strip()))
    return known[0].lower() + known[1:] if known[:4] in ("The ",) or (known[:1].isupper() and known.split()[0].lower() in _SMALL) else known


_SMALL = frozenset(
    "the many most several few two three four five six seven eight nine ten all both residents people citizens police".split()
)
