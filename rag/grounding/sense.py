"""Checks of what a sentence does with its words: denial, opposites, amounts, doubt, roles, speakers."""

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.grounding.alignment import Match
from rag.grounding.evidence import Evidence
from rag.grounding.facts import Finding
from rag.grounding.reading import FUNCTION, Item, Reading
from rag.language.dates import covers
from rag.language.numbers import same_number
from rag.language.synonyms import is_irregular_verb, related

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
_HEDGE = re.compile(
    r"\b(?:can|could|would|suggest|sign|signal|hint|speculat|fear|worr|risk|chance|predict|foresee|forecast|unlikely|think|believe|expect)"
)
_SURE = frozenset("will certainly definitely surely undoubtedly confirmed proved proven proves confirms guaranteed must inevitably".split())
_OPPOSED = {
    "from": {"to", "into", "toward", "towards"}, "to": {"from"}, "into": {"from", "out"}, "before": {"after"}, "after": {"before"},
    "above": {"below", "under"}, "below": {"above", "over"}, "over": {"under", "below"}, "under": {"over", "above"},
    "with": {"without"}, "without": {"with"}, "inside": {"outside"}, "outside": {"inside"}, "for": {"against"}, "against": {"for"},
    "more": {"less", "fewer"}, "less": {"more"}, "fewer": {"more"}, "up": {"down"}, "down": {"up"}, "until": {"since"},
    "since": {"until"}, "during": {"before", "after"}, "despite": {"because"}, "because": {"despite", "although"},
}  # fmt: skip
# Verbs that say the same when doer and target change places.
_MUTUAL = frozenset("meet meets met marry married join joined equal equals equalled resemble resembled include included".split())
_PREPOSITIONS = frozenset(
    "in on at of by with from for to into near under over about against through between among within around during".split()
)
_CONNECTING = {
    word: _OPPOSED[word] for word in ("before", "after", "with", "without", "more", "less", "fewer", "above", "below", "inside", "outside")
}


def check_denials(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """A word denied on one side must be denied on the other, unless its opposite stands there instead."""
    found = []
    for match in matches:
        if match.at < 0 or match.item.kind != "word" or match.relation not in ("same", "synonym", "antonym", "general"):
            continue
        if match.relation == "antonym" and match.item.weight <= 0.25:
            continue
        unit = evidence.units[match.unit]
        other = unit.items[match.at]
        if match.relation == "antonym":
            if not reversed_opposite(match, claim, evidence) and _same_place(match, matches, evidence):
                found.append(Finding("opposite", 1.0, f"“{match.item.word}” is the opposite of “{other.word}” in the cited text"))
            continue
        here, there = focus(claim, match.item), focus(unit, other)
        if here and not in_scope(unit, other) and not _excused(unit, other, claim, match, matches):
            found.append(Finding("denial", 1.0, f"the sentence denies “{match.item.word}”, the cited text affirms it"))
        elif there and not (
            in_scope(claim, match.item) or _excused(claim, match.item, unit, match, matches) or _said_elsewhere(claim, match, evidence)
        ):
            found.append(Finding("denial", 1.0, f"the sentence affirms “{match.item.word}”, the cited text denies it"))
    return found


def reversed_opposite(match: Match, claim: Reading, evidence: Evidence) -> bool:
    """Whether an opposite is denied on just one side, so that both say the same ("not clear", "unclear")."""
    unit = evidence.units[match.unit]
    return in_scope(claim, match.item) != in_scope(unit, unit.items[match.at])


def in_scope(unit: Reading, item: Item) -> bool:
    """Whether any denial reaches an item, or starts right after it ("nothing happened", "said no")."""
    return any(cue.end <= item.start < cue.scope_end for cue in unit.negations)


def focus(unit: Reading, item: Item) -> bool:
    """Whether an item is what a denial is about: the first word of weight that it reaches, past "able to"."""
    for cue in unit.negations:
        if (cue.strength == 1 or cue.cue.endswith(" to")) and cue.end <= item.start < cue.scope_end:
            between = [other for other in unit.items if cue.end <= other.start < item.start and (other.weight > 0.25 or other.verb)]
            if not between or (between[0].word == "able" and all(other.word.endswith("ly") for other in between[1:])):
                return True
    return False


def _said_elsewhere(claim: Reading, match: Match, evidence: Evidence) -> bool:
    """Whether another synonym of a word stands in the spans undenied, as the word does in the claim."""
    if match.relation != "synonym" or in_scope(claim, match.item):
        return False
    return any(
        related(match.item.word, item.word) in ("same", "synonym") and not in_scope(unit, item)
        for unit in evidence.units
        for item in unit.items
        if item.kind == "word"
    )


def _excused(unit: Reading, item: Item, opposite: Reading, match: Match, matches: Sequence[Match]) -> bool:
    """Whether a side without a denial before a word denies in other words: an opposite nearby, a denial of its own right after it."""
    if any(other.relation == "antonym" and abs(other.item.place - match.item.place) <= 5 for other in matches):
        return True
    shared = {cue.cue for cue in opposite.negations}
    return any(0 <= cue.start - item.end < 30 and cue.cue not in shared for cue in unit.negations)


def _same_place(match: Match, matches: Sequence[Match], evidence: Evidence) -> bool:
    """Whether the neighbours of an opposite are matched beside its counterpart, so that both speak of one thing."""
    position = matches.index(match)
    near = [
        other for other in (*matches[max(0, position - 2) : position], *matches[position + 1 : position + 3]) if other.unit == match.unit
    ]
    return any(abs(other.at - match.at) <= 3 and other.relation in ("same", "synonym", "general") for other in near)


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
        if name == "many" and re.search(r"(?<!a )\b(?:few|hardly any|rarely|seldom)\b", " ".join(unit.lower for unit in evidence.units)):
            found.append(Finding("amount", 1.0, f"“{word}” where the cited text says “few”"))
            continue
        weight = {"all": 1.0, "most": 0.9, "many": 0.5}[name] if weaker else {"all": 0.7, "most": 0.6, "many": 0.2}[name]
        instead = f" (it has “{weaker[0]}”)" if weaker else ""
        found.append(Finding("amount", weight, f"“{word}” says more than the cited text{instead}"))
    few = re.search(r"(?<!a )(?<!\w)(?:few|hardly|barely|scarcely|rarely|seldom|little)\b", claim.lower)
    if few and not vocabulary & (FEW | {"not", "no", "minority"}):
        found.append(Finding("amount", 1.0 if vocabulary & (MOST | MANY | ALL) else 0.7, f"“{few.group()}” says less than the cited text"))
    if claim.vocabulary & ONLY and not vocabulary & (ONLY | {"single", "alone"}):
        found.append(Finding("amount", 0.6, f"“{min(claim.vocabulary & ONLY)}” is not in the cited text"))
    return found


def check_doubt(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """What the spans only hold possible, or ask, must not be stated as a fact."""
    hedged = bool(claim.vocabulary & _DOUBT or _HEDGE.search(claim.lower))
    placed = {(match.unit, match.at): match for match in matches if match.relation in ("same", "synonym", "general")}
    for number, unit in enumerate(evidence.units):
        for place, word in enumerate(unit.all_words):
            asked = word.lower in ("whether", "if", "unless") and place > 0
            if (word.lower not in _DOUBT or hedged) and not asked or word.lower in claim.vocabulary:
                continue
            following = [(index, item) for index, item in enumerate(unit.items) if place < item.place <= place + 5]
            chosen = next((pair for pair in following if pair[1].weight > 0.25 or pair[1].verb), following[0] if following else None)
            match = placed.get((number, chosen[0])) if chosen else None
            if chosen is None or match is None or in_scope(claim, match.item):
                continue
            sure = word.lower in ("may", "might", "could", "whether") or (claim.vocabulary & _SURE and not asked)
            reason = f"the cited text says “{word.lower} … {chosen[1].word}”, the sentence states it as certain"
            return [Finding("doubt", 1.0 if sure else 0.6, reason)]
    return []


def check_roles(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """Who does what to whom: around the same verb, doer and target must not have changed places."""
    placed = {match.item.start: match for match in matches if match.relation in ("same", "synonym", "general")}
    for match in matches:
        if match.item.start not in placed or not match.item.verb or match.item.word in _MUTUAL:
            continue
        unit = evidence.units[match.unit]
        verb = unit.items[match.at]
        if not (_finite(match.item) and _finite(verb)):
            continue
        here, there = (doer(claim, match.item), target(claim, match.item)), (doer(unit, verb), target(unit, verb))
        mine = [placed.get(item.start) if item else None for item in here]
        stands = [unit.items[other.at] if other and other.unit == match.unit else None for other in mine]
        kept = _like(stands[0], there[0]) or _like(stands[1], there[1])
        moved = _like(stands[0], there[1]) and here[1] is not None
        moved = moved or (_like(stands[1], there[0]) and (there[1] is not None or verb.passive))
        crossed = here[0] and there[0] and _crossed(match.item, here[0], there[0], matches, unit, verb)
        if crossed or (moved and not kept):
            who = here[0] or here[1]
            assert who is not None
            reason = f"“{_text(claim, who)}” has another role around “{match.item.word}” than in the cited text"
            return [Finding("roles", 1.0, reason)]
    return _leads(claim, matches, evidence)


def _finite(verb: Item) -> bool:
    """Whether a verb has a doer of its own: a past form or one in "-s", not "to reduce" or "using"."""
    return verb.verb and (verb.passive or verb.word.endswith(("ed", "s")) or is_irregular_verb(verb.word))


def _crossed(said: Item, here: Item, there: Item, matches: Sequence[Match], unit: Reading, verb: Item) -> bool:
    """Whether the doer of the claim stands behind the verb in the spans, and theirs behind it in the claim, both active."""
    if said.passive or verb.passive:
        return False
    mine = next((other for other in matches if other.item == here and other.at >= 0), None)
    theirs = next((other for other in matches if other.at >= 0 and _like(other.item, there)), None)
    if mine is None or theirs is None or "none" in (mine.relation, theirs.relation):
        return False
    back = next((item for item in unit.items if item.place > verb.place and item.clause == verb.clause and _like(item, here)), None)
    return back is not None and theirs.item.place > said.place and theirs.item.clause == said.clause and not _like(here, there)


def _like(a: Item | None, b: Item | None) -> bool:
    """Whether two items are the same word or share a name."""
    if a is None or b is None:
        return False
    if a.name and b.name:
        return bool(set(a.name.tokens) & set(b.name.tokens))
    return a.stem == b.stem


def target(unit: Reading, verb: Item) -> Item | None:
    """The head of the nouns that a verb is done to: before a passive, else right after the verb."""
    if verb.passive:
        return _subject(unit, verb)
    following = [item for item in unit.items if item.place > verb.place and item.clause == verb.clause][:3]
    run: list[Item] = []
    for item in following:
        lead = _lead(unit, item)
        if item.verb and item.kind == "word" or item.kind == "date" or (run and lead in (*_PREPOSITIONS, "and", "or", "as", "than")):
            break
        if not run and (
            item.place - verb.place > 4 or (lead in _PREPOSITIONS and (lead != "to" or unit.all_words[verb.place + 1].lower != "to"))
        ):
            break
        run.append(item)
    things = [item for item in run if item.kind in ("word", "name")]
    return things[-1] if things else None


def doer(unit: Reading, verb: Item) -> Item | None:
    """The head of the nouns that do what a verb says: before it, or after "by"; None when a passive names none."""
    if verb.passive:
        if not _by(unit, verb):
            return None
        by = next(place for place in range(verb.place + 1, verb.place + 7) if unit.all_words[place].lower == "by")
        group = [item for item in unit.items if item.place > by and item.clause == verb.clause and item.kind in ("word", "name")]
        run = [item for index, item in enumerate(group) if item.place - by <= 2 + index]
        return run[-1] if run else None
    return _subject(unit, verb)


def _subject(unit: Reading, verb: Item) -> Item | None:
    """The head of the nouns before a verb, in its clause."""
    things: list[Item] = []
    for item in reversed([item for item in unit.items if item.place < verb.place and item.clause == verb.clause]):
        if item.verb and item.kind == "word":
            linked = {word.lower for word in unit.all_words[item.place + 1 : (things[-1] if things else verb).place]}
            if things or not linked & {"and", "or"}:
                break
            continue
        if item.kind in ("word", "name"):
            things.append(item)
    heads = [item for item in things if _lead(unit, item) not in _PREPOSITIONS]
    return heads[0] if heads else None


def _text(unit: Reading, item: Item) -> str:
    return unit.text[item.start : item.end]


def _by(unit: Reading, verb: Item) -> bool:
    """Whether a verb is passive with its doer after "by"."""
    return verb.passive and any(word.lower == "by" for word in unit.all_words[verb.place + 1 : verb.place + 7])


def _leads(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """Small words before the same thing must not be opposites: "from Tibet", "to Tibet"; "before it opened", "after it opened"."""
    found = []
    for match in matches:
        if match.at < 0 or match.relation not in ("same", "synonym") or (match.item.date and match.item.date.relative):
            continue
        unit = evidence.units[match.unit]
        other = unit.items[match.at]
        here, there = _function_words(claim, match.item), _function_words(unit, other)
        allowed = _OPPOSED if match.item.kind != "word" else _CONNECTING
        for word in here:
            rival = next((rival for rival in there if rival in allowed.get(word, ())), None)
            if rival is not None and word not in there and rival not in here and not {"no", "not"} & {*here, *there}:
                found.append(Finding("relation", 1.0, f"“{word} … {match.item.word}” against “{rival} … {other.word}” in the cited text"))
                break
    return found


def _function_words(unit: Reading, item: Item) -> list[str]:
    """The function words between an item and the content word before it, nearest first, four at most."""
    found: list[str] = []
    for word in reversed(unit.all_words[max(0, item.place - 4) : item.place]):
        if not word.stop and word.lower not in FUNCTION:
            break
        found.append(word.lower)
    return found


def check_places(claim: Reading, matches: Sequence[Match], evidence: Evidence) -> list[Finding]:
    """A number or date right after a word must be the one that follows that word in the spans ("closed in April")."""
    found = []
    for before, match in pairwise(matches):
        if match.at < 0 or match.item.kind not in ("number", "date") or before.at < 0 or before.item.kind != "word":
            continue
        if before.relation not in ("same", "synonym") or match.item.place - before.item.place > 3:
            continue
        unit = evidence.units[before.unit]
        anchor = unit.items[before.at]
        taken = {other.at for other in matches if other.unit == before.unit}
        rival = next((item for item in unit.items[before.at + 1 :] if item.kind == match.item.kind), None)
        if rival is None or rival.place - anchor.place > 3:
            continue
        if match.unit != before.unit or 0 < anchor.place - unit.items[match.at].place <= 3:
            continue  # "12 crew members" says the same as "a crew of twelve"
        if rival != unit.items[match.at] and rival.clause == anchor.clause:
            if not _equal_fact(match.item, rival) and not _elsewhere(before.item, match.item, unit, taken):
                reason = f"“{before.item.word} … {_text(claim, match.item)}”, where the cited text has “{_text(unit, rival)}”"
                found.append(Finding("place", 1.0, reason))
    return found


def _elsewhere(word: Item, fact: Item, unit: Reading, taken: set[int]) -> bool:
    """Whether a synonym of a word, not said by the claim itself, is followed by the fact at another place of the sentence."""
    for place, item in enumerate(unit.items):
        if place not in taken and item.meaning is not None and related(word.word, item.word) in ("same", "synonym"):
            following = next((other for other in unit.items[place + 1 :] if other.kind == fact.kind), None)
            if following is not None and following.place - item.place <= 3 and _equal_fact(fact, following):
                return True
    return False


def _equal_fact(a: Item, b: Item) -> bool:
    if a.number and b.number:
        return same_number(a.number, b.number)
    return bool(a.date and b.date and covers(b.date, a.date))


def _lead(unit: Reading, item: Item) -> str:
    """The function word right before an item, past "the", "a" and the like."""
    place = item.place - 1
    while place >= 0 and unit.all_words[place].lower in ("the", "a", "an", "its", "their", "his", "her", "than", "this", "that"):
        place -= 1
    return unit.all_words[place].lower if place >= 0 else ""
