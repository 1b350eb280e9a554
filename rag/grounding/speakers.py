"""Checks of who is meant: the speaker in a claim must be one who says something in the spans, and he no she."""

import re
from collections.abc import Sequence

from rag.grounding.alignment import Match
from rag.grounding.evidence import Evidence
from rag.grounding.facts import Finding
from rag.grounding.reading import Item, Reading

_SPEECH = re.compile(
    r"\b(?:sa(?:id|ys|y|ying)|told|tells|added|adds|asked|wrote|writes|written by|tweeted|posted|argue[sd]?|claim(?:s|ed)?|explain(?:s|ed)"
    r"|announce[sd]|warn(?:s|ed)|predict(?:s|ed)|note[sd]|repli(?:es|ed)|comment(?:s|ed)|state[sd]|accuse[sd]|denounce[sd]|insist(?:s|ed)"
    r"|report(?:s|ed)|declare[sd]|stress(?:es|ed)|emphasi[sz]e[sd]|estimate[sd]|believe[sd]?|according to|remark(?:s|ed)|recall(?:s|ed)"
    r"|admit(?:s|ted)|den(?:y|ies|ied)|suggest(?:s|ed)|conclude[sd]|observe[sd]|shout(?:s|ed)|testif(?:y|ies|ied)|confirm(?:s|ed))\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:he|she|they|it|i|we|who|which|to)$", re.IGNORECASE)
_ANYONE = frozenset("people other others person someone somebody many some one user users witness witnesses".split())
SOURCES = frozenset(
    "article articles report reports reportedly text passage story source sources document documents news piece author".split()
)

_GENDERS = {**dict.fromkeys(("he", "him", "his", "himself"), "man"), **dict.fromkeys(("she", "her", "hers", "herself"), "woman")}


def check_pronouns(claim: Reading, evidence: Evidence) -> list[Finding]:
    """Where the sentence and the spans each speak of one of man and woman by pronouns, it must be the same."""
    said = {_GENDERS[word.lower]: word.lower for word in claim.all_words if word.lower in _GENDERS}
    there = {_GENDERS[word.lower]: word.lower for unit in evidence.units for word in unit.all_words if word.lower in _GENDERS}
    if len(said) != 1 or len(there) != 1 or said.keys() == there.keys():
        return []
    return [Finding("pronoun", 1.0, f"“{next(iter(said.values()))}”, where the cited text has “{next(iter(there.values()))}”")]


def check_speakers(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """Who says it must be one who says something in the spans."""
    there = [(number, group) for number, unit in enumerate(evidence.units) for group in _speakers(unit)]
    by_start = {match.item.start: match for match in matches}
    found = []
    for group in _speakers(claim):
        speakers = [by_start[item.start] for item in group if item.start in by_start]
        words = {match.item.word for match in speakers}
        if not there or not speakers or words & (SOURCES | _ANYONE):
            continue
        if any(_same_speaker(match, number, other, evidence) for match in speakers for number, other in there):
            continue
        name = next((match for match in speakers if match.item.kind == "name"), speakers[-1])
        if name.at < 0 and name.item.kind == "word":
            found.append(Finding("speaker", 0.7, f"“{name.item.word}” says nothing in the cited text"))
        elif name.at >= 0 and name.relation in ("same", "synonym", "general"):
            said = " ".join(item.word for item in there[0][1])
            found.append(
                Finding("speaker", 0.9, f"in the cited text not “{claim.text[name.item.start : name.item.end]}” but “{said}” says so")
            )
    return found


def _same_speaker(match: Match, number: int, group: Sequence[Item], evidence: Evidence) -> bool:
    if match.at < 0 or match.relation not in ("same", "synonym", "general"):
        return False
    target = evidence.units[match.unit].items[match.at]
    for item in group:
        if item.name and target.name and set(item.name.tokens) & set(target.name.tokens):
            return True
        if item.stem == target.stem or (item == target and number == match.unit):
            return True
    return False


def _speakers(unit: Reading) -> list[tuple[Item, ...]]:
    """For each word of speech the names and nouns that can be its speaker: before it, or after it when a quotation ends there."""
    found = []
    for match in _SPEECH.finditer(unit.text):
        lead = unit.text[: match.start()].rstrip()
        things = [item for item in unit.items if item.kind in ("word", "name") and not (item.verb and item.kind == "word")]
        after = [item for item in things if match.end() <= item.start < match.end() + 40]
        before = [item for item in things if match.start() - 60 < item.end <= match.start()]
        said = match.group().lower()
        if said in ("according to", "written by") or (
            lead.endswith(("”", '"', ",")) and said in ("said", "wrote", "says", "added", "asked")
        ):
            if after:
                found.append(tuple(item for item in after if item.clause <= after[0].clause + 1)[:4])
        elif before and not _PRONOUN.search(lead):
            found.append(tuple(before[-4:]))
    return found
