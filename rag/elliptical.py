"""Questions that leave most of themselves out ("Why?", "And in Lund?"), completed from the question before."""

import re
from typing import NamedTuple

from rag.language.phrases import Phrase, past, phrases
from rag.language.synonyms import base_forms, frequency, parts_of_speech
from rag.language.words import stems, words
from rag.referents import Exchange, focus_of

_LEAD = re.compile(r"^(?:(?:and|but|so|then|also|ok|okay|well|or)\b[,:]?\s+)?(?:(?:what|how) about\s+)?", re.I)
_ABOUT = re.compile(r"^(?:(?:and|but|so|then)\s+)?(?:what|how) about\b", re.I)
_AUXILIARY = r"(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|shall|should|may|might|must)"
_PREPOSITIONS = r"(?:in|on|at|by|to|for|from|with|of|about|since|until|under|through|into|during|after|before|near|over|according to|as)"
_ASKING = re.compile(rf"^(?:{_PREPOSITIONS}\s+)?(?:who|whom|whose|what|which|where|when|why|how)\b", re.I)
_SPLIT = re.compile(rf"^(?P<wh>.*?)\s+(?P<aux>{_AUXILIARY}(?:n't|n’t)?)\s+(?P<rest>.+)$", re.I)
_BARE = re.compile(
    rf"^(?:{_PREPOSITIONS}\s+)?(?:who|whom|whose|what|which|where|when|why|how)(?:\s+(?:exactly|so|not|else|then|come|ever))?"
    rf"(?:\s+(?:many|much|long|often|far|old|big|large|high|soon|late|early|quickly|fast))?(?:\s+[^\W\d_]+){{0,2}}$",
    re.I,
)
_EVENT = re.compile(
    rf"^((?:{_PREPOSITIONS}\s+)?(?:when|where|why|how|(?:what|which)\s+[^\W\d_]+))\s+(?:did|does|has|was)\s+(?:that|this|it)\s+"
    r"(?:all\s+)?(?:happen|happened|occur|occurred|take place|taken place|so|done)$",
    re.I,
)
_QUANTITY = re.compile(r"(?:many|much)\s+", re.I)
_HOW_MANY = re.compile(rf"\bhow (?:many|much)(?=\s+(?:{_AUXILIARY}|of (?:them|those|these))\b)", re.I)
_YES_NO = re.compile(rf"^{_AUXILIARY}\b", re.I)
_PREPOSITION = re.compile(rf"^({_PREPOSITIONS})\s+", re.I)


class _Parts(NamedTuple):
    """A question taken apart: its asking words, auxiliary ("" when the asking words are the subject of a verb) and the rest."""

    asking: str
    auxiliary: str
    rest: str


def completed(question: str, last: Exchange) -> str | None:
    """The whole question that an elliptical one stands for after the last exchange; None when it is not elliptical."""
    about = bool(_ABOUT.match(question))
    lead = _LEAD.match(question)
    body = question[lead.end() if lead else 0 :].strip().rstrip("?!. ").strip()
    if not body:
        return None
    joined = lead is not None and bool(lead[0].strip())
    event = _EVENT.match(body)
    if event is not None:
        return _asked_again(event[1], last)
    if _ASKING.match(body):
        return _asked_again(body, last) if _is_bare(body) and not about else _counted(question, body, last)
    if joined and not _has_verb(body):
        return _swapped(body, last)
    if about:
        return _swapped(body, last)
    if not joined and len(words(body)) <= 4 and question.rstrip().endswith("?") and not _has_verb(body) and not _YES_NO.match(body):
        return _swapped(body, last)
    return None


def _is_bare(body: str) -> bool:
    """Whether a question is nothing but its asking words ("Why", "in which year")."""
    return bool(_BARE.match(body)) and not _has_verb(body)


def _has_verb(body: str) -> bool:
    found = words(body)
    for index, word in enumerate(found):
        if re.fullmatch(_AUXILIARY, word.lower):
            return True
        if past(word.lower) and index and index + 1 < len(found) and not found[index - 1].stop:
            return True
        if _ASKING.match(body) and index and parts_of_speech(word.lower)[:1] == "v" and not word.stop:
            return True
    return bool(found) and _ASKING.match(body) is not None and any(past(word.lower) for word in found[1:])


def _parts(question: str) -> _Parts | None:
    body = question.strip().rstrip("?!. ")
    if not _ASKING.match(body):
        return None
    match = _SPLIT.match(body)
    if match is not None and len(match["wh"].split()) <= 8 and not _finite_before(match["wh"]):
        return _Parts(match["wh"], match["aux"], match["rest"])
    return _Parts(body.split()[0], "", body.split(" ", 1)[1]) if " " in body else None


def _finite_before(asking: str) -> bool:
    """Whether a verb stands among what looked like asking words: then those are the subject ("Who said that he would")."""
    return any(past(word.lower) and not word.stop for word in words(asking)[1:])


def _asked_again(body: str, last: Exchange) -> str | None:
    """The last question with other asking words: "Why?" after "When did it close?" is "Why did it close?"."""
    parts = _parts(last.question)
    asking = body[:1].upper() + body[1:]
    if parts is None:
        return f"{asking}: {last.question}" if last.question.strip() else None
    answer = focus_of(last)
    if parts.auxiliary:
        subject = next(
            (one for one in phrases(parts.rest) if one.start <= 4 and not parts.rest[: one.start].strip().lower().strip("the ")), None
        )
        # "Which unit was named after Tesla": the asking words are the subject, and the answer takes their place.
        if subject is None and _is_participle(parts.rest.split()[0]) and answer:
            return f"{asking} {parts.auxiliary} {answer} {parts.rest}?"
        if re.match(r"which\b|what\b", parts.asking, re.I) and len(parts.asking.split()) > 1 and subject is None and answer:
            return f"{asking} {parts.auxiliary} {answer} {parts.rest}?"
        return f"{asking} {parts.auxiliary} {parts.rest}{_object(parts, answer)}?"
    found = words(parts.rest)
    verb = next((word for word in found if past(word.lower) or parts_of_speech(word.lower)[:1] == "v"), None)
    if verb is None or not answer:
        return f"{last.question.rstrip('? ')}, and {body[:1].lower() + body[1:]}?"
    did = "did" if past(verb.lower) else "does"
    return f"{asking} {did} {answer} {_base(verb.lower)}{parts.rest[verb.end :]}?"


def _object(parts: _Parts, answer: str) -> str:
    """The answer, where the asking words were the object of "did … announce"; nothing where the question is whole without them."""
    if not answer or not re.match(r"(?:what|which|who|whom)\b", parts.asking, re.I) or parts.auxiliary.lower() not in ("did", "does", "do"):
        return ""
    return f" {answer}" if len(answer.split()) <= 8 else ""


def _is_participle(word: str) -> bool:
    return past(word.lower())


def _base(verb: str) -> str:
    forms = [form for form in base_forms(verb) if form != verb and "v" in parts_of_speech(form)]
    return max(forms, key=lambda form: (frequency(form), form), default=verb)


def _counted(question: str, body: str, last: Exchange) -> str | None:
    """ "How many were detained?" with what is counted, from the last turn."""
    match = _HOW_MANY.search(body)
    if match is None or body[match.end() :].strip().lower().startswith("of"):
        return None
    inside = phrases(last.question)
    passive = re.match(r"\s+(?:is|are|was|were)\b", body[match.end() :], re.I)
    inside = inside[::-1] if passive else inside
    counted = next((one for one in (*inside, *phrases(last.answer)) if one.plural and one.name is None), None)
    if counted is None:
        return None
    noun = re.sub(r"^(?:the|these|those|many|most|all|several)\s+", "", counted.text, flags=re.I)
    text = f"{body[: match.end()]} {noun}{body[match.end() :]}"
    return f"{text[:1].upper()}{text[1:]}?"


def _swapped(body: str, last: Exchange) -> str | None:
    """The last question with the part that the fragment replaces: "And in Lund?" after "How many ferries sank at Malmö?"."""
    question = last.question.strip().rstrip("?!. ")
    lead = _PREPOSITION.match(body)
    fragment = body[lead.end() :] if lead else body
    inside = phrases(fragment)
    if not _ASKING.match(question) and not _YES_NO.match(question):
        return f"{question} {body}?"
    if lead is None and len(words(fragment)) == 1 and past(fragment.lower()):
        return _other_verb(fragment, question)
    slot = _slot(fragment, inside, lead[1].lower() if lead else "", question)
    if slot is None:
        return f"{question}, and {body}?"
    start, end, with_preposition = slot
    return f"{question[:start]}{body if with_preposition else fragment}{question[end:]}?"


def _other_verb(verb: str, question: str) -> str:
    """ "And unblocked?" after "When was the city closed?"."""
    old = [word for word in words(question) if past(word.lower) and not word.stop]
    if not old:
        return f"{question}, and {verb}?"
    return f"{question[: old[-1].start]}{verb}{question[old[-1].end :]}?"


def _slot(fragment: str, inside: tuple[Phrase, ...], preposition: str, question: str) -> tuple[int, int, bool] | None:
    """Where in the question the fragment belongs, and whether its preposition goes there too."""
    own = set(stems(fragment))
    named = bool(inside) and inside[0].name is not None
    kind = inside[0].kind if inside else "thing"
    ranked = []
    for index, one in enumerate(_all(question)):
        score = 2.0 * len(own & set(stems(one.text))) + 0.01 * index
        if preposition and _before(question, one) == preposition:
            score += 3.0
        if (one.name is not None) == named:
            score += 1.5
        if named and one.name is not None and one.kind == kind:
            score += 0.5
        if not named and one.plural == bool(inside and inside[0].plural):
            score += 0.4
        ranked.append((score, one))
    if not ranked:
        return None
    score, best = max(ranked, key=lambda pair: (pair[0], -pair[1].start))
    if score < 1.0:
        return None
    replaced = _before(question, best)
    if preposition and replaced and replaced != preposition:
        at = question.lower().rfind(replaced, 0, best.start)
        return (at, best.end, True)
    start = best.start + (len(quantity[0]) if (quantity := _QUANTITY.match(best.text)) else 0)
    if preposition and not replaced:
        return None
    return (start, best.end, False)


def _before(question: str, one: Phrase) -> str:
    return one.before


def _all(question: str) -> list[Phrase]:
    """The phrases of a question, and the names inside longer ones ("people in Zhuhai", "the mayor of Lund")."""
    found = list(phrases(question))
    for one in list(found):
        if " of " in one.text and one.name is None:
            at = one.text.index(" of ") + 4
            for inner in phrases(one.text[at:]):
                moved = inner._replace(start=one.start + at + inner.start, end=one.start + at + inner.end, before=inner.before or "of")
                found.append(moved)
    return found
