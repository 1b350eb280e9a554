"""Checks of a sentence that copies its evidence nearly word for word: something slipped in, or two things that changed places."""

import re
from collections.abc import Sequence
from itertools import combinations

from rag.grounding.alignment import Match
from rag.grounding.evidence import Evidence
from rag.grounding.facts import Finding
from rag.grounding.reading import Reading, straight

# Words in a row that must be copied before a slip is told from a paraphrase, and words of weight that make an addition.
COPIED, ADDED = 3, 2
# Characters between two things that changed places.
MOST_BETWEEN = 120
_LISTED = re.compile(r"^[\s,]*(?:(?:and|or|nor|as well as)\s+)?(?:the\s+)?$|^ and | and (?:the )?$")


def check_additions(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """Words of weight between copied words, or after them, where the cited text goes on, or ends, without a word in between.

    Not where the cited sentence has as many words that the claim leaves out: those may be what it says otherwise.
    """
    for start, end in _unmatched(matches, evidence):
        run = matches[start:end]
        weighty = [match for match in run if match.item.weight > 0.25]
        if len(weighty) < ADDED:
            continue
        before, after = _copied(matches[:start][::-1]), _copied(matches[end:])
        if not before or len(before) + len(after) < COPIED or any(one.unit != before[0].unit for one in (*before, *after)):
            continue
        items = evidence.units[before[0].unit].items
        stop = after[0].at if after else len(items)
        taken = {match.at for match in matches if match.unit == before[0].unit}
        idle = sum(item.weight > 0.25 and place not in taken for place, item in enumerate(items))
        beside = not any(item.weight > 0.25 for item in items[before[0].at + 1 : stop])
        if beside and idle < len(weighty) and (after or end == len(matches)):
            words = claim.text[run[0].item.start : run[-1].item.end]
            return [Finding("added", 1.0, f"“{words}” is added to what the cited text says")]
    return []


def check_exchange(claim: Reading, evidence: Evidence) -> list[Finding]:
    """Two things that stand in each other's place: exchanged back, the words from one to the other stand in the cited text."""
    things = [item for item in claim.items if item.kind in ("word", "name") and not item.verb]
    for one, other in combinations(things, 2):
        between = claim.text[one.end : other.start]
        far = not any(one.end <= item.start < other.start for item in claim.items) or len(between) > MOST_BETWEEN
        if far or one.stem == other.stem or _LISTED.search(between):
            continue
        left, right = claim.text[one.start : one.end], claim.text[other.start : other.end]
        region = straight(f"{right}{between}{left}").lower()
        if region in evidence.lower and straight(f"{left}{between}{right}").lower() not in evidence.lower:
            return [Finding("roles", 1.0, f"“{left}” and “{right}” have changed places")]
    return []


def _unmatched(matches: Sequence[Match], evidence: Evidence) -> list[tuple[int, int]]:
    """Runs of items that no span has in any form."""
    runs: list[tuple[int, int]] = []
    for index, match in enumerate(matches):
        strange = match.relation in ("none", "sibling") and match.item.stem not in evidence.stems
        if strange and runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        elif strange:
            runs.append((index, index + 1))
    return runs


def _copied(matches: Sequence[Match]) -> list[Match]:
    """The matches from the first on that stand side by side in one unit in the same words."""
    found: list[Match] = []
    for match in matches:
        if match.relation != "same" or match.at < 0 or (found and (match.unit != found[-1].unit or abs(match.at - found[-1].at) != 1)):
            break
        found.append(match)
    return found
