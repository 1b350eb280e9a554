"""Questions that leave most of themselves out ("Why?", "And in Lund?"), completed from the question before."""

import re
from typing import NamedTuple

from rag.focus import Exchange, focus_of, looked_at
from rag.language.phrases import Phrase, past, phrases
from rag.language.synonyms import base_forms, frequency, is_opposite, meaning, parts_of_speech
from rag.language.words import stems, words

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
_STUFF = re.compile(rf"\bhow much\s+(?!{_AUXILIARY}\b)([^\W\d_]+)\b", re.I)
_IS_DONE = re.compile(r"\s+(?:is|are|was|were)\s+[^\W\d_]+", re.I)
_ONES = re.compile(r"^(?:the\s+)?((?:[^\W\d_]+(?:-[^\W\d_]+)*\s+){1,2})(ones?)$", re.I)
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
        return _asked_again(body, last) if _is_bare(body) and not about else None
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
        return _of_yes_no(asking, last.question) if last.question.strip() else None
    answer = focus_of(last)
    if parts.auxiliary:
        subject = next(
            (one for one in phrases(parts.rest) if one.start <= 4 and not parts.rest[: one.start].strip().lower().strip("the ")), None
        )
        # "Which unit was named after Tesla": the asking words are the subject, and the answer takes their place.
        if subject is None and _is_participle(parts.rest.split()[0]) and answer:
            return f"{asking} {_agreeing(parts.auxiliary, answer)} {answer} {parts.rest}?"
        if re.match(r"which\b|what\b", parts.asking, re.I) and len(parts.asking.split()) > 1 and subject is None and answer:
            return f"{asking} {_agreeing(parts.auxiliary, answer)} {answer} {parts.rest}?"
        return f"{asking} {parts.auxiliary} {parts.rest}{_object(parts, answer)}?"
    found = words(parts.rest)
    verb = next((word for word in found if past(word.lower) or parts_of_speech(word.lower)[:1] == "v"), None)
    if verb is None or not answer:
        return f"{last.question.rstrip('? ')}, and {body[:1].lower() + body[1:]}?"
    did = "did" if past(verb.lower) else "does"
    return f"{asking} {did} {answer} {_base(verb.lower)}{parts.rest[verb.end :]}?"


def _agreeing(auxiliary: str, subject: str) -> str:
    """The auxiliary in the number of its new subject."""
    inside = phrases(subject)
    plural = " and " in subject or bool(inside and inside[0].plural)
    return {"was": "were", "is": "are", "has": "have", "does": "do"}.get(auxiliary.lower(), auxiliary) if plural else auxiliary


def _of_yes_no(asking: str, question: str) -> str:
    """ "Can I freeze the tart?" with asking words: "Why can I freeze the tart?"; "Why can I not freeze the tart?" after "Why not?"."""
    whole = question.strip()
    match = re.match(rf"({_AUXILIARY})\s+", whole, re.I)
    if match is None:
        return f"{asking}: {whole}"
    auxiliary, rest = match[1].lower(), whole[match.end() :]
    bare = re.sub(r"\s+not$", "", asking, flags=re.I)
    if bare == asking:
        return f"{asking} {auxiliary} {rest}"
    subject = re.match(r"(?:I|you|we|they|he|she|it|one)\b", rest, re.I)
    first = next((one for one in phrases(rest) if one.start == 0), None)
    end = subject.end() if subject is not None else first.end if first is not None else 0
    return f"{bare} {auxiliary} {rest[:end]} not{rest[end:]}" if end else f"{asking}: {whole}"


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


def counted(question: str, last: Exchange) -> str | None:
    """ "How many were detained?" with what is counted, from the last turn; None for a question that says it, or counts nothing."""
    lead = _LEAD.match(question)
    body = question[lead.end() if lead else 0 :].strip().rstrip("?!. ").strip()
    if not _ASKING.match(body):
        return None
    match = _HOW_MANY.search(body)
    if match is None or body[match.end() :].strip().lower().startswith("of"):
        return None
    if match[0].lower().endswith("much"):
        # "How much does a repair cost?" is whole; "How much was left?" is not where a stuff was measured before.
        stuff = _STUFF.search(last.question)
        whole = stuff is None or not _IS_DONE.fullmatch(body[match.end() :])
        return None if whole or stuff is None else f"{body[: match.end()]} {stuff[1]}{body[match.end() :]}?"
    inside = phrases(last.question)
    passive = re.match(r"\s+(?:is|are|was|were)\b", body[match.end() :], re.I)
    inside = inside[::-1] if passive else inside
    one = next((one for one in (*inside, *(phrases(looked_at(last.answer)) if passive else ())) if one.plural and one.name is None), None)
    if one is None or any(word.lower[0].isdigit() for word in words(one.text)):
        return None
    noun = re.sub(r"^(?:the|these|those|many|most|all|several)\s+", "", one.text, flags=re.I)
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
    if (ones := _ONES.match(fragment)) is not None:
        fragment, inside = _other_ones(ones, question)
    slot = _slot(fragment, inside, lead[1].lower() if lead else "", question)
    if slot is None:
        return f"{question}, and {body}?"
    start, end, with_preposition = slot
    return f"{question[:start]}{body if with_preposition else fragment}{question[end:]}?"


def _other_ones(ones: re.Match[str], question: str) -> tuple[str, tuple[Phrase, ...]]:
    """ "unplanted ones" with the noun that "ones" stands for in the question before ("unplanted scars"), and its phrases."""
    plural = ones[2].lower() == "ones"
    own = set(stems(ones[1]))
    fitting = [one for one in phrases(question) if one.name is None and one.plural == plural]
    described = [one for one in fitting if len(_described(one)) > 0]
    like = [one for one in described if any(_is_like(word, ones[1].split()[-1]) for word in _described(one))]
    chosen = next(iter(like or described or fitting), None)
    if chosen is None or own & set(stems(chosen.text)):
        return ones[0], phrases(ones[0])
    fragment = ones[0][: ones.start(2)] + chosen.head
    return fragment, phrases(fragment) or (chosen._replace(text=fragment),)


def _described(one: Phrase) -> list[str]:
    """The words before a phrase's noun, without article and number."""
    before = [word for word in words(one.text) if not word.stop and not word.lower[0].isdigit()]
    return [word.lower for word in before if word.lower != one.head and word.end <= one.text.lower().find(one.head)]


def _is_like(one: str, other: str) -> bool:
    """Whether two words describe in the same way: by what was done, or as opposites."""
    other = other.lower()
    return one.endswith(other[-2:]) or one.removeprefix("un") == other.removeprefix("un") or is_opposite(meaning(one), meaning(other))


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
