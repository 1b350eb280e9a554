"""Checks of what a sentence does with its words: denial, opposites, amounts, doubt, roles, speakers."""

import re
from collections.abc import Sequence

from rag.grounding.alignment import Match
from rag.grounding.evidence import Evidence
from rag.grounding.facts import Finding
from rag.grounding.reading import Item, Reading
from rag.language.synonyms import meaning

ALL = frozenset("all every each everyone everybody everything always entire entirely whole completely totally fully wholly".split())
MOST = frozenset("most majority mostly largely mainly primarily predominantly almost nearly vast overwhelming overwhelmingly bulk".split())
MANY = frozenset("many numerous much lots countless scores frequently often widespread widely plenty multiple".split())
SOME = frozenset("some several few certain part partly partially sometimes occasionally handful limited couple various".split())
FEW = frozenset("few hardly barely scarcely rarely seldom little".split())
ONLY = frozenset("only solely exclusively merely just sole lone".split())
TOP = frozenset("first largest biggest worst best highest lowest greatest deadliest most ever unprecedented oldest youngest".split())
_AMOUNTS = (("all", ALL), ("most", MOST), ("many", MANY), ("some", SOME))
_DOUBT = frozenset(
    """may might could perhaps possibly possible probably likely potentially potential apparently allegedly alleged reportedly
    maybe seemingly unclear unconfirmed purportedly supposedly suspected rumored""".split()
)
_INTENT = frozenset(
    "would should expected plans planned hopes seeks considering pledged promised vowed proposed unless if aims trying tried".split()
)
_SURE = frozenset("will certainly definitely surely undoubtedly confirmed proved proven proves confirms guaranteed must inevitably".split())
_OPPOSED = {
    "from": {"to", "into", "toward", "towards"}, "to": {"from"}, "into": {"from", "out"}, "before": {"after"}, "after": {"before"},
    "above": {"below", "under"}, "below": {"above", "over"}, "over": {"under", "below"}, "under": {"over", "above"},
    "with": {"without"}, "without": {"with"}, "inside": {"outside"}, "outside": {"inside"}, "for": {"against"}, "against": {"for"},
    "more": {"less", "fewer"}, "less": {"more"}, "fewer": {"more"}, "up": {"down"}, "down": {"up"}, "until": {"since"},
    "since": {"until"}, "during": {"before", "after"}, "despite": {"because"}, "because": {"despite", "although"},
}  # fmt: skip
_SPEECH = re.compile(
    r"\b(?:sa(?:id|ys|y|ying)|told|tells|added|adds|asked|wrote|writes|written by|tweeted|posted|argue[sd]?|claim(?:s|ed)?|explain(?:s|ed)"
    r"|announce[sd]|warn(?:s|ed)|predict(?:s|ed)|note[sd]|repli(?:es|ed)|comment(?:s|ed)|state[sd]|accuse[sd]|denounce[sd]|insist(?:s|ed)"
    r"|report(?:s|ed)|declare[sd]|stress(?:es|ed)|emphasi[sz]e[sd]|estimate[sd]|believe[sd]?|according to|remark(?:s|ed)|recall(?:s|ed)"
    r"|admit(?:s|ted)|den(?:y|ies|ied)|suggest(?:s|ed)|conclude[sd]|observe[sd]|shout(?:s|ed)|testif(?:y|ies|ied)|confirm(?:s|ed))\b",
    re.IGNORECASE,
)
SOURCES = frozenset(
    "article articles report reports reportedly text passage story source sources document documents news piece author".split()
)


def check_denials(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """A word denied on one side must be denied on the other, unless its opposite stands there instead."""
    found = []
    for match in matches:
        if match.index < 0 or match.item.kind != "word" or match.relation not in ("same", "synonym", "antonym", "general"):
            continue
        unit = evidence.units[match.unit]
        other = unit.items[match.index]
        here, there = _denied(claim, match.item), _denied(unit, other)
        if match.relation == "antonym":
            if here == there and _same_place(match, matches, evidence):
                found.append(Finding("opposite", 1.0, f"“{match.item.word}” is the opposite of “{other.word}” in the cited text"))
        elif here != there and (_focus(claim, match.item) if here else _focus(unit, other)):
            if _excused(claim, unit, here, match, matches):
                continue
            side = "denies" if here else "affirms"
            stand = "affirms" if here else "denies"
            weight = 1.0 if match.item.verb or other.verb or here else 0.7
            found.append(Finding("denial", weight, f"the sentence {side} “{match.item.word}”, the cited text {stand} it"))
    return found


def _denied(unit: Reading, item: Item) -> bool:
    return sum(1 for cue in unit.negations if cue.strength == 1 and cue.end <= item.start < cue.scope_end) % 2 == 1


def _focus(unit: Reading, item: Item) -> bool:
    """Whether an item is among the first two that a denial reaches: what it is about."""
    for cue in unit.negations:
        if cue.strength == 1 and cue.end <= item.start < cue.scope_end:
            between = [other for other in unit.items if cue.end <= other.start < item.start and other.weight > 0.25]
            if len(between) < 2:
                return True
    return False


def _excused(claim: Reading, unit: Reading, here: bool, match: Match, matches: Sequence[Match]) -> bool:
    """Whether the side without the plain denial denies in other words: "refused to", "unable to", an opposite nearby."""
    other_side = unit if here else claim
    item = unit.items[match.index] if here else match.item
    spoken = [cue for cue in other_side.negations if cue.strength < 1 and cue.start - 2 <= item.start < cue.scope_end]
    if spoken:
        return True
    near = [other for other in matches if other.relation == "antonym" and abs(other.item.place - match.item.place) <= 5]
    if near:
        return True
    cues = [cue for cue in other_side.negations if cue.strength == 1 and cue.start > item.start and cue.start - item.end < 40]
    return bool(cues)


def _same_place(match: Match, matches: Sequence[Match], evidence: Evidence) -> bool:
    """Whether the neighbours of an opposite are matched beside its counterpart, so that both speak of one thing."""
    position = matches.index(match)
    near = [
        other for other in (*matches[max(0, position - 2) : position], *matches[position + 1 : position + 3]) if other.unit == match.unit
    ]
    return any(abs(other.index - match.index) <= 3 and other.relation in ("same", "synonym", "general") for other in near)


def check_amounts(claim: Reading, evidence: Evidence) -> list[Finding]:
    """ "All" or "most" in the claim must not stand for less in the spans; "only" and superlatives must be there too."""
    vocabulary = frozenset[str]().union(*(unit.vocabulary for unit in evidence.units)) if evidence.units else frozenset[str]()
    shares = [number.value for unit in evidence.units for number in unit.numbers if number.kind == "share"]
    vague = any(number.vague or number.value >= 10 for unit in evidence.units for number in unit.numbers if number.kind == "count")
    found = []
    denied = {
        word
        for cue in claim.negations
        for word in ("all", "every", "any", "only")
        if claim.text[cue.end : cue.end + 12].lower().strip().startswith(word)
    }
    for rank, (name, group) in enumerate(_AMOUNTS[:3]):
        stated = (claim.vocabulary & group) - denied
        if not stated or vocabulary & group or (name == "most" and stated <= {"almost", "nearly"}):
            continue
        if (name == "all" and 100.0 in shares) or (name == "most" and any(share > 50 for share in shares)) or (name == "many" and vague):
            continue
        if rank and vocabulary & ALL and name == "most" or name == "many" and vocabulary & (MOST | ALL):
            continue
        weaker = [word for _, words in _AMOUNTS[rank + 1 :] for word in sorted(vocabulary & words)]
        weaker += ["a share"] if shares else []
        word = min(stated)
        weight = {"all": 1.0, "most": 0.9, "many": 0.5}[name] if weaker else {"all": 0.7, "most": 0.6, "many": 0.2}[name]
        instead = f" (it has “{weaker[0]}”)" if weaker else ""
        found.append(Finding("amount", weight, f"“{word}” says more than the cited text{instead}"))
    if (claim.vocabulary & (FEW - SOME)) and not vocabulary & (FEW | SOME | {"not", "no"}):
        found.append(Finding("amount", 0.7, "the sentence says less than the cited text"))
    if claim.vocabulary & ONLY and not vocabulary & (ONLY | {"single", "alone"}):
        found.append(Finding("amount", 0.6, f"“{min(claim.vocabulary & ONLY)}” is not in the cited text"))
    return found


def check_doubt(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """What the spans only hold possible must not be stated as a fact."""
    if claim.vocabulary & _DOUBT or re.search(r"\b(?:can|could|would|suggest|sign|signal|hint|speculat|fear|worr)", claim.lower):
        return []
    found = []
    for match in matches:
        if match.index < 0 or match.item.kind != "word" or match.relation not in ("same", "synonym", "general"):
            continue
        unit = evidence.units[match.unit]
        other = unit.items[match.index]
        if not (match.item.verb or other.verb):
            continue
        lead = [word.lower for word in unit.all_words[max(0, other.place - 4) : other.place]]
        doubt = next((word for word in lead if word in _DOUBT and _clause(unit, other) == _clause_at(unit, word, other)), None)
        if doubt is not None:
            sure = claim.vocabulary & _SURE
            weight = 1.0 if sure or doubt in ("may", "might", "could") else 0.6
            found.append(Finding("doubt", weight, f"the cited text says “{doubt} {other.word}”, the sentence states it as certain"))
            break
    return found


def _clause(unit: Reading, item: Item) -> int:
    return item.clause


def _clause_at(unit: Reading, word: str, item: Item) -> int:
    """The clause of the nearest item after the last place of `word` before `item`."""
    places = [place for place, token in enumerate(unit.all_words[: item.place]) if token.lower == word]
    following = [other.clause for other in unit.items if places and other.place > places[-1]]
    return following[0] if following else -1


def check_roles(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """Who does what to whom: around the same verb, doer and target must not have changed places."""
    found = []
    for position, match in enumerate(matches):
        if match.index < 0 or not match.item.verb or match.relation not in ("same", "synonym", "general"):
            continue
        unit = evidence.units[match.unit]
        verb = unit.items[match.index]
        if not verb.verb:
            continue
        swapped_here, swapped_there = _by(claim, match.item), _by(unit, verb)
        if match.item.passive and not swapped_here or verb.passive and not swapped_there:
            if match.item.passive != verb.passive:
                found += _half_roles(claim, matches, position, unit, verb)
            continue
        left = [other for other in matches[max(0, position - 5) : position] if _thing(other, match)]
        right = [other for other in matches[position + 1 : position + 6] if _thing(other, match)]
        doers, targets = (right, left) if swapped_here else (left, right)
        side = 1 if swapped_there else -1
        moved = [[other for other in group if _side(unit, other, verb) == way] for group, way in ((doers, -side), (targets, side))]
        kept = [[other for other in group if _side(unit, other, verb) == way] for group, way in ((doers, side), (targets, -side))]
        if all(moved) and len(moved[0]) > len(kept[0]) and len(moved[1]) > len(kept[1]):
            first, second = moved[0][0].item, moved[1][0].item
            reason = f"“{_text(claim, first)}” and “{_text(claim, second)}” have changed roles around “{match.item.word}”"
            found.append(Finding("roles", 1.0, reason))
            break
    return found + _leads(claim, matches, evidence)


def _half_roles(claim: Reading, matches: Sequence[Match], position: int, unit: Reading, verb: Item) -> list[Finding]:
    """An active claim whose doer is the one acted on in a passive without a doer, or the other way round."""
    match = matches[position]
    left = [other for other in matches[max(0, position - 3) : position] if _thing(other, match)]
    right = [other for other in matches[position + 1 : position + 4] if _thing(other, match)]
    if (
        verb.passive
        and left
        and not right
        and _side(unit, left[-1], verb) == -1
        and not claim.text[match.item.end :].strip(" .").startswith("by")
    ):
        nearest = [item for item in unit.items[: verb.place] if item.place < verb.place and item.clause == verb.clause]
        if nearest and nearest[-1] == unit.items[left[-1].index] and match.item.word.endswith(("ed", "s")) and match.relation == "same":
            return [Finding("roles", 0.6, f"“{_text(claim, left[-1].item)}” does in the sentence what is done to it in the cited text")]
    return []


def _text(unit: Reading, item: Item) -> str:
    return unit.text[item.start : item.end]


def _thing(match: Match, verb: Match) -> bool:
    """Whether a match is a thing in the verb's own clause and unit, not another verb, a number or a date."""
    if match.unit != verb.unit or match.index < 0 or match.item.clause != verb.item.clause:
        return False
    return match.item.kind == "name" or (
        match.item.kind == "word" and not match.item.verb and match.relation in ("same", "synonym", "general")
    )


def _side(unit: Reading, match: Match, verb: Item) -> int:
    other = unit.items[match.index]
    return 0 if other.place == verb.place else -1 if other.place < verb.place else 1


def _by(unit: Reading, verb: Item) -> bool:
    """Whether a verb is passive with its doer after "by"."""
    return verb.passive and any(word.lower == "by" for word in unit.all_words[verb.place + 1 : verb.place + 7])


def _leads(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """Small words before the same thing must not be opposites: "from Tibet", "to Tibet"."""
    found = []
    for match in matches:
        if (
            match.index < 0
            or match.item.kind == "date"
            and match.item.date
            and match.item.date.relative
            or match.relation not in ("same", "synonym")
        ):
            continue
        unit = evidence.units[match.unit]
        other = unit.items[match.index]
        here = _lead(claim, match.item)
        there = _lead(unit, other)
        if there in _OPPOSED.get(here, ()):
            weight = 1.0 if match.item.kind in ("name", "date", "number") else 0.6
            found.append(Finding("relation", weight, f"“{here} {match.item.word}” against “{there} {other.word}” in the cited text"))
    return found


def _lead(unit: Reading, item: Item) -> str:
    """The function word right before an item, past "the", "a" and the like."""
    place = item.place - 1
    while place >= 0 and unit.all_words[place].lower in ("the", "a", "an", "its", "their", "his", "her", "than", "this", "that"):
        place -= 1
    return unit.all_words[place].lower if place >= 0 else ""


def check_speakers(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """Who says it must be one who says something in the spans."""
    speakers = _speakers(claim)
    if not speakers or not evidence.units:
        return []
    there = [(unit_number, item) for unit_number, unit in enumerate(evidence.units) for item in _speakers(unit)]
    found = []
    by_start = {match.item.start: match for match in matches}
    for speaker in speakers:
        match = by_start.get(speaker.start)
        if speaker.word in SOURCES or match is None or not there:
            continue
        said_by = [item for _, item in there]
        if match.index < 0 or match.relation in ("none", "sibling", "antonym", "specific"):
            if speaker.kind == "word":
                found.append(Finding("speaker", 0.7, f"“{speaker.word}” says nothing in the cited text"))
        elif not any(_same_speaker(match, number, item, evidence) for number, item in there):
            found.append(Finding("speaker", 1.0, f"in the cited text not “{_text(claim, speaker)}” but “{said_by[0].word}” says so"))
    return found


def _same_speaker(match: Match, number: int, item: Item, evidence: Evidence) -> bool:
    target = evidence.units[match.unit].items[match.index]
    if item == target and number == match.unit:
        return True
    if item.name and target.name:
        return bool(set(item.name.tokens) & set(target.name.tokens))
    return item.stem == target.stem or abs(item.place - target.place) <= 3 and number == match.unit


def _speakers(unit: Reading) -> list[Item]:
    """The one before (or after, when none is before) each word of speech, in its clause."""
    found = []
    for match in _SPEECH.finditer(unit.text):
        after = match.group().lower() in ("according to", "written by")
        before_items = [
            item for item in unit.items if item.end <= match.start() and match.start() - item.end < 30 and item.kind in ("word", "name")
        ]
        after_items = [
            item for item in unit.items if item.start >= match.end() and item.start - match.end() < 30 and item.kind in ("word", "name")
        ]
        lead = unit.text[: match.start()].rstrip()
        pronoun = re.search(r"\b(?:he|she|they|it|i|we|who|which)$", lead, re.IGNORECASE)
        if after or lead.endswith((",", "”", '"', ",”", ',"')) and after_items:
            head = [item for item in after_items if item.clause == after_items[0].clause]
            found += [_head(head)] if head else []
        elif pronoun is None and before_items:
            found.append(before_items[-1])
    return found


def _head(items: Sequence[Item]) -> Item:
    """The name among the first items after a word of speech, else the first."""
    return next((item for item in items[:4] if item.kind == "name"), items[0])


def opposite_in_sight(match: Match) -> bool:
    """Whether a match is an antonym."""
    return match.relation == "antonym" and bool(meaning(match.item.word).bases)
