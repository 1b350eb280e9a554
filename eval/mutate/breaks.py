"""Operators that make a true sentence say something else. Each yields every sentence it can make, none when it does not apply.

They know nothing of the checker's rules: their words stand in `words.json`, and are swapped in the text as it is.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from eval.mutate.world import pick, words

_NUMBER = re.compile(r"(?!^\d+\. )(?:(?<![\w.,/-])\d{1,3}(?:,\d{3})+(?![\w/-])|(?<![\w.,/-])\d+(?![\w/,-]\d|\w|-))")
_YEAR = re.compile(r"(?<![\w.,])(?:19|20)\d\d(?!\w)")
# Not where another negation is near: two of them are no clear lie.
_AUXILIARY = re.compile(
    r"(?<!none )(?<!no one )\b(is|are|was|were|has|have|had|can|could|will|would|should|may)\b"
    r"(?!['’]t| (?:to|only)\b|\W+(?:\w+\W+){0,2}?(?:not|no|never)\b)",
    re.I,
)
_NEGATIONS = (
    (
        re.compile(r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should|ca)n['’]t\b", re.I),
        lambda m: {"ca": "can"}.get(m[1], m[1]),
    ),
    (re.compile(r"\b(cannot)\b", re.I), lambda m: "can"),
    (re.compile(r"\b(will|was|were|is|are|could|did|do|does|has|have|can|may|still) not\b", re.I), lambda m: m[1]),
    (re.compile(r"\bno longer\b", re.I), lambda m: "still"),
    (re.compile(r"\bwithout\b", re.I), lambda m: "with"),
    (re.compile(r"\bnone\b", re.I), lambda m: "many"),
    (re.compile(r"\bno one\b", re.I), lambda m: "everyone"),
    (re.compile(r"\bno\b(?= (?!longer|one)\w)", re.I), lambda m: "some"),
    (re.compile(r"\bneither (.+?) nor\b", re.I), lambda m: f"both {m[1]} and"),
    (re.compile(r"\bUnable to\b"), lambda m: "Able to"),
)


def number_changed(sentence: str) -> Iterator[str]:
    """35 people → 37 people; three officers → four officers."""
    for match in _NUMBER.finditer(sentence):
        if not _YEAR.fullmatch(match[0]):
            value = int(match[0].replace(",", ""))
            yield _put(sentence, match, f"{value + max(1, value // 12):,}")
    names = words()["number_words"]
    for match in re.finditer(rf"\b({'|'.join(names[2:-1])})\b", sentence, re.I):
        yield _put(sentence, match, names[names.index(match[0].lower()) + 1])


def digits_swapped(sentence: str) -> Iterator[str]:
    """38,500 → 83,500; 1989 → 1998: two neighbouring digits that differ, of a year the last such two."""
    for match in _NUMBER.finditer(sentence):
        digits = match[0]
        places = [i for i in range(len(digits) - 1) if digits[i : i + 2].isdigit() and digits[i] != digits[i + 1]]
        at = places[-1 if _YEAR.fullmatch(digits) else 0] if places else None
        if at is not None and digits[at + 1] != "0":
            yield _put(sentence, match, digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :])


def unit_changed(sentence: str) -> Iterator[str]:
    """more than 24 hours → more than 24 minutes; 99% → 99 million."""
    number = rf"(?:\d[\d,]*|{'|'.join(words()['number_words'][1:])}|a|last|past|consecutive)"
    for unit, other in words()["units"].items():
        pattern = rf"(?<=\d){re.escape(unit)}" if unit == "%" else rf"(?<=\s)(?<!\w){unit}\b"
        for match in re.finditer(pattern, sentence):
            if unit == "%" or re.search(rf"\b{number}\s$", sentence[: match.start()], re.I):
                yield _put(sentence, match, other)


def date_shifted(sentence: str) -> Iterator[str]:
    """September 18 → September 19; Monday → Tuesday; 1989 → 1990; June → July."""
    months, weekdays = words()["months"], words()["weekdays"]
    for match in re.finditer(rf"\b({'|'.join(months)}) (\d{{1,2}})\b", sentence):
        yield _put(sentence, match, f"{match[1]} {int(match[2]) % 28 + 1}")
    for names in (months, weekdays):
        for match in re.finditer(rf"\b({'|'.join(names)})\b", sentence):
            yield _put(sentence, match, names[(names.index(match[0]) + 1) % len(names)])
    for match in _YEAR.finditer(sentence):
        yield _put(sentence, match, str(int(match[0]) + 1))


def name_swapped(sentence: str) -> Iterator[str]:
    """A place for another place of the corpus, a person for another person."""
    for kind in ("places", "people"):
        names = words()[kind]
        for match in re.finditer(rf"\b({'|'.join(names)})\b", sentence):
            others = [name for name in names if not set(name.split()) & set(sentence.replace(",", " ").replace("’s", " ").split())]
            yield _put(sentence, match, pick(others, sentence + match[0]))


def negation_added(sentence: str) -> Iterator[str]:
    """was closed → was not closed: at the first auxiliary verb."""
    match = _AUXILIARY.search(sentence)
    if match:
        yield _put(sentence, match, f"{match[0]} not", keep_case=False)


def negation_removed(sentence: str) -> Iterator[str]:
    """did not let him go → did let him go; without → with."""
    for pattern, positive in _NEGATIONS:
        match = pattern.search(sentence)
        if match:
            yield _put(sentence, match, positive(match))


def antonym(sentence: str) -> Iterator[str]:
    """high → low; before → after; worsened → eased."""
    yield from _replaced(sentence, words()["antonyms"])


def roles_swapped(sentence: str) -> Iterator[str]:
    """The police arrested the citizens → the citizens arrested the police; not for names joined by "and", "or" or a comma."""
    names = [*words()["places"], *words()["people"], *words()["groups"]]
    found = list(re.finditer(rf"\b({'|'.join(names)})\b(?!’)", sentence))
    for first, second in pairwise(found):
        between = sentence[first.end() : second.start()]
        same_kind = first[0][0].isupper() == second[0][0].isupper()
        if same_kind and first[0] != second[0] and len(between.split()) > 1 and not re.search(r"\b(and|or)\b|[“”]", between):
            yield sentence[: first.start()] + second[0] + between + first[0] + sentence[second.end() :]
            return


def exaggerated(sentence: str) -> Iterator[str]:
    """some → all; may → will; dozens → thousands."""
    yield from _replaced(sentence, words()["exaggerations"])


def detail_added(sentence: str) -> Iterator[str]:
    """A clause that stands nowhere, before the final full stop."""
    if sentence.endswith("."):
        yield sentence[:-1] + pick(words()["details"], sentence) + "."


def _replaced(sentence: str, table: Mapping[str, str]) -> Iterator[str]:
    for word, other in table.items():
        match = re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", sentence, re.I)
        if match:
            yield _put(sentence, match, other)


def _put(sentence: str, match: re.Match[str], other: str, keep_case: bool = True) -> str:
    if keep_case and match[0][0].isupper() and other[:1].islower():
        other = other[0].upper() + other[1:]
    return sentence[: match.start()] + other + sentence[match.end() :]
