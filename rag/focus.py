"""What an answer gives to the question before it, and how phrases of both are written where they stand for a pronoun."""

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

from rag.language.phrases import Kind, Phrase, has_verb, is_group, is_person, is_place, is_plural, past, phrases
from rag.language.question import Question, analyse
from rag.language.sentences import find
from rag.language.synonyms import base_forms, is_irregular_verb, parts_of_speech
from rag.language.words import Word, stems, words
from rag.offers import offers

# What speaks for a referent, added up; chosen on the development conversations of eval/conversations, where the order is what counts.
REFERENTS = MappingProxyType(
    {
        "focus": 3.0, "subject": 2.0, "question": 1.6, "answer": 1.0, "later": 0.15, "named": 0.3, "age": 2.5,
        "fit": 2.0, "half": 1.0, "unfit": 1.5, "aside": 2.0, "parallel": 1.6, "quoted": 1.0, "place": 1.0,
        "least": 0.3,
    }
)  # fmt: skip
_AUXILIARIES = frozenset(
    """is are was were am be been do does did has have had can could will would shall should may might must isn't aren't wasn't
    didn't""".split()
)
_ARTICLE = re.compile(r"^(?:a|an|another|some|this|that|these|those)\s+", re.I)
_OWNER = re.compile(r"^(?:his|her|its|their|my|our|your)\s+", re.I)
_LEADING = re.compile(r"^(?:(?:even|partially|mostly|mainly|only|just|also|yes|no|but|and)\b,?\s+)*", re.I)
_PREPOSITION = re.compile(r"^(?:in|at|on|near|from|to|into|by|with|under|through|over|for|about|of|as)\s+", re.I)
_MARKER = re.compile(r"\s*\[\d+(?:\s*[,–-]\s*\d+)*\]")
_TYPED = ("number", "money", "duration", "age", "share", "date", "reason", "yes_no", "quotation")
ASKS = re.compile(r"^\W*(?:(?:and|but|so|then|also)\s+)?(?:\w+\s+)?(?:who|whom|whose|what|which|where|when|why|how)\b", re.I)
_RECORD = re.compile(r"(?:^|[;|\s])\s*([^\W_]+)[ _-](?:id|no|nr|number|code)\s*:\s*([^;|\n]+)", re.I)
FIELDS = re.compile(r"(?:^|[;|\n])\s*[\w -]{1,40}:\s[^;|\n]{1,400}[;|\n]\s*[\w -]{1,40}:\s")
_LONGEST_ANSWER = 4_000  # characters
_LONGEST_FRAGMENT = 14
_LONGEST_DESCRIPTION = 7
_INSIDE = frozenset("in at on near into inside outside around across through".split())
PLACING = _INSIDE | {"from", "to"}
_BE = frozenset("is are was were has have had".split())
_SUFFERED = re.compile(r"\b(?:is|are|was|were|been|being|be)(?:\s+(?:[^\W\d_]+ly|not|also|never|just|since|then))*\s+$", re.I)
_ADJOINS = re.compile(
    r"(?:[\s“\"‘']|\b(?:[^\W\d_]+ly|is|are|was|were|has|have|had|been|be|being|not|also|never|just|off|up|out|down|away|back)\b)*", re.I
)
_WHICH = re.compile(r"(?:(?:and|but|so|then)\s+)?(?:which|what)\s+([^\W\d_]+)\s+(.+)$", re.I)
ACTS = re.compile(rf"\b(?:{'|'.join(sorted(_AUXILIARIES))})\s+$", re.I)


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


def looked_at(answer: str) -> str:
    """What is read of an answer: its beginning, without markers."""
    return plain(answer[:_LONGEST_ANSWER])


def asked_noun(question: str) -> str:
    """What "which Norman family" asks for; empty for other questions."""
    match = re.match(r"\W*(?:\w+ )?(?:which|what)\s+", question, re.I)
    first = next((one for one in phrases(question) if match and one.start == match.end()), None)
    return first.text if first is not None else ""


def focus_of(exchange: Exchange) -> str:
    """What the answer gave to a question that asked for a person, place or thing; empty when it gave something else."""
    found = focus(analyse(exchange.question), looked_at(exchange.answer))
    return found.text if found is not None else ""


def focus(asked: Question, answer: str) -> Referent | None:
    """What the answer gives: the name or phrase that the question asked for."""
    if not ASKS.match(asked.text) or asked.kind in _TYPED:
        return None
    if FIELDS.search(answer):
        return _recorded(asked.text, answer) or _described(asked.text)
    known = set(stems(asked.text))
    # Of several quotes, the one that speaks most of what was asked.
    sentence = max((answer[one.start : one.end] for one in find(answer)), key=lambda text: len(known & set(stems(text))), default="")
    inside = phrases(sentence)
    called = re.match(r"\W*who (?:is|was|are|were)\b", asked.text, re.I)
    named = next((one for one in phrases(asked.text) if one.name is not None and one.before == ""), None)
    if called and named is not None:
        return referent(named, asked.text, REFERENTS["focus"], False)._replace(kind="person", known=True)
    filled = _filling(asked, sentence, inside)
    if asked.kind == "person" and filled is not None:
        return filled._replace(kind="people") if not filled.named and filled.kind == "thing" else filled
    offered = offers(asked, sentence)
    if asked.kind in ("person", "place", "organisation") and offered:
        phrase = next((one for one in inside if one.start <= offered[0].start < one.end), None)
        rest = sentence[offered[0].start :]
        if phrase is not None and phrase.kind == "person" and asked.kind == "place" and phrases(rest):
            return _as_asked(referent(phrases(rest)[0], rest, REFERENTS["focus"], False), asked)
        if phrase is not None:
            return _as_asked(referent(phrase, sentence, REFERENTS["focus"], False), asked)
    if is_fragment(sentence):
        whole = _fragment(sentence, inside)
        return whole and _as_asked(whole, asked)
    return filled or _described(asked.text)


def _recorded(question: str, answer: str) -> Referent | None:
    """The one row of a table that the answer names ("shipment SH-7") where the question asks which; None where it names several."""
    noun = asked_noun(question).split()[-1:]
    rows = {(match[1].lower(), match[2].strip()) for match in _RECORD.finditer(answer)}
    if not noun or len(rows) != 1:
        return None
    ((kind, number),) = rows
    if not set(stems(kind)) & set(stems(noun[0])):
        return None
    return Referent(f"{kind} {number}", kind, "thing", False, False, False, False, REFERENTS["focus"])


def _filling(asked: Question, sentence: str, inside: Sequence[Phrase]) -> Referent | None:
    """The phrase of a sentence that stands where the asking words would: beside the verb that is asked for, as its object or subject."""
    question, verb = _asked_verb(asked.text, sentence, inside)
    if question is None or verb is None:
        return None
    known = set(stems(asked.text))
    acts = any(ACTS.search(asked.text, 0, one.start) for one in phrases(asked.text))
    done, suffered = (bool(_SUFFERED.search(text, 0, word.start)) for text, word in ((asked.text, question), (sentence, verb)))
    after = [one for one in inside if one.start >= verb.end]
    if suffered and not acts and not done:
        found = [one for one in after if one.before == "by"][:1]
    elif suffered if acts else done == suffered:
        before = [one for one in inside if one.end <= verb.start and not one.before and not set(stems(one.text)) & known]
        near = [one for one in before if _ADJOINS.fullmatch(sentence, one.end, verb.start)][-1:]
        found = near or ([one for one in before if one.name is not None][-1:] if asked.kind == "person" else before[:1])
    else:
        found = [one for one in after[:1] if not one.before and _ADJOINS.fullmatch(sentence, verb.end, one.start)]
    if not found:
        return None
    one = found[0]
    filled = referent(one, sentence, REFERENTS["focus"], False)
    first = _joined_before(one, inside, sentence)
    if first is not one:
        filled = filled._replace(text=definite(sentence[first.start : one.end]), plural=True, named=False, kind="thing")
    return _as_asked(filled, asked)


def _joined_before(one: Phrase, inside: Sequence[Phrase], sentence: str) -> Phrase:
    """The phrase that "and" joins to another one, or that other one itself."""
    return next((other for other in inside if sentence[other.end : one.start].strip() == "and" and not other.before), one)


def _asked_verb(question: str, sentence: str, inside: Sequence[Phrase]) -> tuple[Word | None, Word | None]:
    """The verb of a question and its sentence's word for it, in whatever form; None for both where the sentence has another verb."""
    verbs = [word for word in _outside(question, phrases(question)) if any("v" in parts_of_speech(base) for base in base_forms(word.lower))]
    for word in _outside(sentence, inside):
        for verb in verbs:
            if {base for base in base_forms(verb.lower) if "v" in parts_of_speech(base)} & set(base_forms(word.lower)):
                return verb, word
    return None, None


def _outside(text: str, inside: Sequence[Phrase]) -> list[Word]:
    """The words of a text that are in none of its phrases and mean something."""
    covered = {at for one in inside for at in range(one.start, one.end)}
    return [word for word in words(text) if not word.stop and word.start not in covered]


def _described(question: str) -> Referent | None:
    """What "which boat sank?" asks for where the answer gives no name for it: "the boat that sank"."""
    match = _WHICH.match(question.strip())
    if match is None or is_person(match[1].lower()):
        return None
    noun, rest = match[1], match[2].rstrip("?!. ")
    first = words(rest)[0].lower if words(rest) else ""
    if len(rest.split()) > _LONGEST_DESCRIPTION or not (first in _BE or past(first)):
        return None
    kind: Kind = "place" if is_place(noun.lower()) else "thing"
    return Referent(f"the {noun} that {rest}", noun.lower(), kind, is_plural(noun.lower()), False, False, False, REFERENTS["focus"])


def _as_asked(one: Referent, asked: Question) -> Referent:
    """What the answer gives is of the kind that the question asks for, whatever its form says: "Which fort …?" "Fort Caroline."."""
    noun = next((word for word in reversed(asked.asked) if parts_of_speech(word)[:1] == "n"), "")
    who = asked_noun(asked.text).split()[-1:]
    if (asked.kind == "person" or (who and is_person(who[0].lower()))) and one.kind in ("person", "other"):
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


def is_fragment(sentence: str) -> bool:
    """Whether a text is only a phrase: it has no verb that a sentence would have."""
    found = words(sentence)
    verbs = (
        word.lower in _AUXILIARIES or past(word.lower) or (index and not found[index - 1].stop and is_irregular_verb(word.lower))
        for index, word in enumerate(found)
    )
    return len(found) <= _LONGEST_FRAGMENT and not any(verbs) and not has_verb(sentence)


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
    one = referent(first, sentence, REFERENTS["focus"], False)
    plural = one.plural or joined
    text = (
        text
        if len(text) > len(one.text) and not (second is not None and second.name is not None and second.before == "") or joined
        else one.text
    )
    return one._replace(text=definite(text), plural=plural)


def referent(phrase: Phrase, text: str, score: float, subject: bool) -> Referent:
    """A phrase of `text` as what a pronoun may stand for, as it is called when it is known."""
    named = phrase.name is not None
    written = phrase.text if named or any(letter.isupper() for letter in phrase.text[1:]) else text[phrase.start : phrase.far]
    plain_name = ending(phrase.text) if named else definite(written)
    return Referent(
        text=plain_name,
        head=phrase.head,
        kind="place" if phrase.kind == "other" and phrase.before in _INSIDE else phrase.kind,
        plural=phrase.plural,
        named=named,
        placed=phrase.before in PLACING,
        subject=subject,
        score=score + (REFERENTS["named"] if named else 0.0),
    )


def ending(name: str) -> str:
    """A name without a possessive ending."""
    return re.sub(r"['’]s?$", "", name)


def definite(text: str) -> str:
    """A phrase as it is called when it is known: "a driver" is "the driver"."""
    known = _OWNER.sub("the ", _ARTICLE.sub("the ", text.strip()))
    return known[0].lower() + known[1:] if known[:4] in ("The ",) or (known[:1].isupper() and known.split()[0].lower() in _SMALL) else known


_SMALL = frozenset(
    "the many most several few two three four five six seven eight nine ten all both residents people citizens police".split()
)
