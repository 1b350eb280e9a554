"""Checks of what can be compared exactly: numbers, dates, names and quotations."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from rag.grounding.alignment import Match
from rag.grounding.evidence import Evidence
from rag.grounding.reading import Reading, straight
from rag.language.dates import covers, dates
from rag.language.names import PLACE_NOUNS, Name, names, same_name
from rag.language.numbers import Number, numbers, same_number
from rag.language.synonyms import meaning, related

_ELLIPSIS = re.compile(r"\s*(?:\.\.\.|\[\.\.\.\])\s*|\s*\[[^\]]*\]\s*")
_NAMED = re.compile(r"\s(?:is|was|are|were|been|being)\s+(?:named|called)\s+[\"“]?$", re.IGNORECASE)
_EDGE = " .,;:!?'\"-"
_NEAR = ("same", "synonym", "hypernym")


class Finding(NamedTuple):
    """Something that speaks against a claim. `check` names the rule; `weight` is 1 when it decides alone."""

    check: str
    weight: float
    reason: str


def check_quotes(claim: Reading, evidence: Evidence) -> list[Finding]:
    """Text in quotation marks must stand in the spans word for word; an ellipsis or a bracket joins parts that stand in order."""
    found = []
    for quote in claim.quotes:
        pieces = [piece.strip(_EDGE).lower() for piece in _ELLIPSIS.split(straight(quote))]
        place = 0
        for piece in pieces:
            hit = _word_find(evidence.lower, piece, place) if piece else place
            if hit < 0:
                hit = _word_find(re.sub(r'["\']', "", evidence.lower), re.sub(r'["\']', "", piece), 0)
                if hit < 0:
                    found.append(Finding("quotation", 1.0, f"the quotation “{quote}” does not stand word for word in the cited text"))
                    break
            place = hit
    return found


def _word_find(text: str, piece: str, start: int) -> int:
    """Where a piece stands in a text with no letter or digit right before or after it, or -1."""
    place = text.find(piece, start)
    while place >= 0:
        end = place + len(piece)
        if not (place and text[place - 1].isalnum() and piece[:1].isalnum()) and not (
            text[end : end + 1].isalnum() and piece[-1:].isalnum()
        ):
            return place
        place = text.find(piece, place + 1)
    return -1


def check_numbers(claim: Reading, evidence: Evidence) -> list[Finding]:
    """Each number of the claim must be in the spans, of the same unit, and not on something else."""
    found = []
    near = [number for unit in evidence.units for number in unit.numbers]
    every = near
    for number in claim.numbers:
        written = claim.text[number.start : number.end]
        same = [other for other in near if same_number(number, other)]
        if not same and len(evidence.texts) > len(evidence.units):
            every = [other for text in evidence.texts for other in numbers(text)]
            same = [other for other in every if same_number(number, other)]
        if not same and not _implied(number, claim, evidence):
            others = [other for other in near if other.kind == number.kind and _nouns_meet(number, other)]
            instead = f", which has {_text(others[0], evidence)}" if others else ""
            # "a day after" can follow from two dates that the text has.
            derived = not others and number.kind == "duration" and re.match(r"\s(?:after|before|later|earlier)\b", claim.text[number.end :])
            found.append(Finding("number", 0.4 if derived else 1.0, f"the number “{written}” is not in the cited text{instead}"))
        elif same and (finding := _misplaced(number, same, near, written, evidence.units)):
            found.append(finding)
        elif same and not any(_bounds_agree(number, other) for other in same):
            found.append(Finding("bound", 1.0, f"“{written}” is qualified otherwise in the cited text ({same[0].bound})"))
    return found


def _text(number: Number, evidence: Evidence) -> str:
    for unit in evidence.units:
        if number in unit.numbers:
            return f"“{unit.text[number.start : number.end]}”"
    return "another"


def _implied(number: Number, claim: Reading, evidence: Evidence) -> bool:
    """Whether the spans say the number in words that are no number: "a", "both", "most", a list of that length."""
    vocabulary = frozenset[str]().union(*(unit.vocabulary for unit in evidence.units))
    if number.kind == "count" and number.value == 1:
        return True
    if number.kind == "count" and number.value == 2:
        return bool(vocabulary & {"both", "pair", "couple", "twin", "twins"})
    if number.kind == "duration" and number.raw == 1:
        unit = claim.text[number.start : number.end].lower().split()[-1].removesuffix("s").split("-")[-1]
        return any(
            word in vocabulary for word in (unit, {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}.get(unit, unit))
        )
    if number.kind == "ordinal":
        return number.value == 1 and bool(vocabulary & {"first", "firstly", "initially", "initial"})
    if number.kind == "times" and number.value == 2:
        return bool(vocabulary & {"twice", "double", "doubled", "twofold"})
    return number.kind == "share" and number.value == 50 and "half" in vocabulary


def _nouns_meet(a: Number, b: Number) -> bool:
    return any(related(x, y) in _NEAR or related(y, x) in _NEAR for x in a.nouns for y in b.nouns)


def _misplaced(number: Number, same: list[Number], near: list[Number], written: str, units: Sequence[Reading]) -> Finding | None:
    """A right number on the wrong thing: its noun is counted otherwise, and the noun it has in the spans is another."""
    if not number.nouns or number.kind != "count":
        return None
    if any(not other.nouns or _nouns_meet(number, other) for other in same):
        return None
    rival = next((other for other in near if other.kind == number.kind and other.nouns and _nouns_meet(number, other)), None)
    if rival is not None:
        return Finding("number", 1.0, f"“{written}” counts something else in the cited text")
    exact = number.value >= 100 and float(f"{number.value:.1g}") != number.value
    strange = not any(
        related(noun, word) in _NEAR for noun in number.nouns for unit in units for word in unit.vocabulary if word[0] == noun[0] or exact
    )
    if strange and (exact or len(number.nouns) == 1):
        return Finding("counted", 1.0 if exact else 0.6, f"“{written} {number.nouns[-1]}”: the cited text counts “{same[0].nouns[-1]}”")
    return Finding("counted", 0.3, f"“{written}” stands in the cited text with another noun")


def _bounds_agree(a: Number, b: Number) -> bool:
    if {a.bound, b.bound} == {"over", "under"}:
        return False
    return True


def check_dates(claim: Reading, evidence: Evidence) -> list[Finding]:
    """Each date of the claim must be stated by the spans: the same parts with the same values."""
    found = []
    for date in claim.dates:
        near = [other for unit in evidence.units for other in unit.dates]
        written = claim.text[date.start : date.end]
        if any(covers(other, date) for other in near) or _split_date(claim, date.start, evidence):
            continue
        if len(evidence.texts) > len(evidence.units) and any(covers(other, date) for text in evidence.texts for other in dates(text)):
            continue
        if date.part and not any((date.weekday, date.month, date.day, date.minute)) and date.relative is None and date.weekday is None:
            rival = next((other for other in near if other.part and other.part != date.part), None)
            found.append(Finding("date" if rival else "time of day", 1.0 if rival else 0.5, f"“{written}” is not in the cited text"))
        elif date.relative is not None and date.weekday is None and not near:
            found.append(Finding("relative time", 0.5, f"“{written}” is not in the cited text"))
        else:
            stated = [f"“{unit.text[other.start : other.end]}”" for unit in evidence.units for other in unit.dates][:3]
            instead = f", which has {', '.join(stated)}" if stated else ""
            found.append(Finding("date", 1.0, f"the date “{written}” is not in the cited text{instead}"))
    return found


def _split_date(claim: Reading, start: int, evidence: Evidence) -> bool:
    """Whether every part of a date is stated somewhere near, by dates that agree with it ("June 4" and "1989" apart)."""
    date = next(item for item in claim.dates if item.start == start)
    parts = [field for field in date._fields[2:-1] if getattr(date, field) is not None]
    if len(parts) < 2:
        return False
    near = [other for unit in evidence.units for other in unit.dates]
    singles = [type(date)(date.start, date.end, **{field: getattr(date, field)}) for field in parts]
    if date.month is not None and date.day is not None:
        singles = [one for one in singles if one.month is None and one.day is None]
        singles.append(type(date)(date.start, date.end, month=date.month, day=date.day, day_first=date.day_first))
    return all(any(covers(other, single) for other in near) for single in singles)


def check_names(claim: Reading, matches: tuple[Match, ...], evidence: Evidence) -> list[Finding]:
    """Each name of the claim must be named by the spans, in full, in part, as an alias or an acronym."""
    found = []
    placed = {match.item.name for match in matches if match.item.name is not None and match.at >= 0}
    for name in claim.names:
        known = all(_token_known(token, evidence) for token in name.tokens) or _squashed(name.text) in _squashed(evidence.lower)
        if name in placed or known:
            if name in placed and not known and (extra := _extra_tokens(name, evidence)):
                found.append(Finding("name", 1.0, f"the name “{name.text}” goes beyond the cited text: “{extra}” is not in it"))
            continue
        if len(evidence.texts) > len(evidence.units) and any(same_name(name, other) for text in evidence.texts for other in names(text)):
            continue
        weight = 1.0 if name.certain else 0.4
        found.append(Finding("name", weight, f"the name “{name.text}” is not in the cited text"))
    return found


def check_naming(claim: Reading, evidence: Evidence) -> list[Finding]:
    """What a name is said to be: the kind of place after it, and whom "was named" gives it to."""
    found = []
    for name in claim.names:
        kind, kinds = _place_noun(name, claim), {noun for unit in evidence.units for other in unit.names if same_name(name, other)
                                               for noun in (_place_noun(other, unit),) if noun}  # fmt: skip
        if kind and kinds and kind not in kinds:
            instead = min(kinds)
            found.append(Finding("name", 1.0, f"“{name.text} {kind}”, where the cited text has “{name.text} {instead}”"))
        named = _NAMED.search(claim.text[: name.start])
        bearer = next((item for item in reversed(claim.items) if named and item.end <= named.start() + 1 and item.kind == "word"), None)
        if bearer is not None and not any(
            bearer.stem in unit.stems and any(same_name(name, other) for other in unit.names) for unit in evidence.units
        ):
            found.append(Finding("name", 1.0, f"nothing in the cited text gives the name “{name.text}” to “{bearer.word}”"))
    return found


def _place_noun(name: Name, unit: Reading) -> str:
    """The kind of place that stands right after a name ("Henan province"), or nothing."""
    following = next((word for word in unit.all_words if word.start >= name.end), None)
    beside = following is not None and unit.text[name.end : following.start] == " "
    return following.lower if following is not None and beside and following.lower in PLACE_NOUNS else ""


def _token_known(token: str, evidence: Evidence) -> bool:
    parts = [part for part in re.split(r"[-'.]", token) if part]
    return _word_find(evidence.lower, token, 0) >= 0 or (len(parts) > 1 and all(_word_find(evidence.lower, part, 0) >= 0 for part in parts))


def _squashed(text: str) -> str:
    """Lower case without accents, spaces, dots and hyphens ("South East", "Southeast")."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(character for character in plain if character.isalnum())


def _extra_tokens(name: Name, evidence: Evidence) -> str:
    """Words of a name that the spans do not have, unless they only say what kind of thing it is ("Chongqing City")."""
    if len(name.tokens) < 2:
        return ""
    for unit in evidence.units:
        for other in unit.names:
            if same_name(name, other) and set(name.tokens) <= set(other.tokens):
                return ""
            if same_name(name, other) and (len(other.tokens) == 1 and len(other.tokens[0]) <= 6 and other.text.isupper()):
                return ""
    extra = [token for token in name.tokens if not _token_known(token, evidence) and not meaning(token).senses]
    return " ".join(extra)
