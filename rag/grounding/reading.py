"""One sentence read for comparison: its facts, the words that carry meaning, and what denies, hedges or speaks."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from rag.language.dates import DateMention, dates
from rag.language.names import Name, names
from rag.language.negation import Negation, negations
from rag.language.numbers import Number, numbers
from rag.language.synonyms import Meaning, frequency, is_irregular_verb, meaning, parts_of_speech
from rag.language.words import Word, words

_CLAUSE_BREAK = re.compile(
    r"[;:!?“”\"()]|,(?!\d)|\s[–—-]\s|—|\b(?:but|because|although|though|while|which|who|whom|whose|where|when|whereas|unless|until"
    r"|after|before|since|that|as|if)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|(?<!\w)‘([^‘’]+(?:’\w[^‘’]*)*)’(?!\w)")
# Words that must follow a quotation mark which is never closed: fewer may be inches or a slip.
LEFT_OPEN = 4
_VERB_LEADS = frozenset(
    "to will would can could may might must shall should do does did not don't doesn't didn't won't wouldn't couldn't they we i you".split()
)
_BE = frozenset("is are was were be been being get gets got gotten am isn't aren't wasn't weren't".split())
_NOUN_LEADS = frozenset(
    "the a an this that these those his her its their our my your of no some any every each in on at by from with for".split()
)
# Words that build a sentence or state an amount; rules look at them, not the word-by-word comparison.
FUNCTION = frozenset(
    """within without nobody none nothing no-one among amid toward towards whether via per upon despite since although though because
    many several another others every all most some few much various whole entire entirely always never often sometimes rarely
    seldom almost nearly hardly barely mostly largely mainly partly partially fully completely totally may might could would should
    shall must perhaps maybe possibly probably likely however therefore thus moreover meanwhile instead already yet still even
    around across along behind beyond beside besides except inside outside throughout unless unlike onto everyone everybody
    everything anyone anybody anything someone somebody something neither nor either including according""".split()
)
_PARTICLES = frozenset("off out up down away back over on in along through apart".split())
# Verbs so common that they say little by themselves.
LIGHT = frozenset(
    """be have do make get take go come give put keep let seem become include say tell call use see want thing way lot also however
    still even just according many much well like make made took taken one ones someone something people person""".split()
)


class Item(NamedTuple):
    """A content word, name, number or date of a sentence, in order. `word` is lower-case; `place` the index among all words."""

    start: int
    end: int
    kind: Literal["word", "name", "number", "date"]
    word: str
    stem: str
    place: int
    clause: int
    weight: float
    meaning: Meaning | None = None
    name: Name | None = None
    number: Number | None = None
    date: DateMention | None = None
    verb: bool = False
    passive: bool = False


class Reading(NamedTuple):
    """A sentence with everything that can be compared; `all_words` includes function words; `lower` has straight quotes."""

    text: str
    lower: str
    all_words: tuple[Word, ...]
    vocabulary: frozenset[str]
    stems: frozenset[str]
    items: tuple[Item, ...]
    numbers: tuple[Number, ...]
    dates: tuple[DateMention, ...]
    names: tuple[Name, ...]
    negations: tuple[Negation, ...]
    quotes: tuple[str, ...]


@lru_cache(maxsize=4_096)
def read(text: str) -> Reading:
    """Reads one sentence. Cached: the same span is asked about again and again."""
    tokens = words(text)
    found_numbers, found_dates, found_names = numbers(text), dates(text), names(text)
    breaks = [match.start() for match in _CLAUSE_BREAK.finditer(text)]
    facts: list[tuple[int, int, Literal["name", "number", "date"], Name | Number | DateMention]] = []
    facts += [(date.start, date.end, "date", date) for date in found_dates]
    counted = [n for n in found_numbers if n.kind != "count" or n.value != 1]
    facts += [(n.start, n.end, "number", n) for n in counted if not _inside(n.start, facts)]
    facts += [(n.start, n.end, "name", n) for n in found_names if not _inside(n.start, facts)]
    facts.sort(key=lambda fact: fact[:2])
    items: list[Item] = []
    done: set[int] = set()
    for place, token in enumerate(tokens):
        fact = next(
            (index for index, fact in enumerate(facts) if fact[0] <= token.start < fact[1] or token.start < fact[0] < token.end), None
        )
        clause = sum(1 for position in breaks if position < token.start)
        if fact is not None:
            if fact not in done:
                done.add(fact)
                items.append(_fact(facts[fact], token, place, clause))
        elif not token.stop and token.lower not in FUNCTION and len(token.lower) > 1:
            items.append(_word(token, tokens, place, clause))
    quotes = (*(next(group for group in match.groups() if group) for match in _QUOTED.finditer(text)), *_left_open(text))
    return Reading(
        text,
        straight(text).lower(),
        tokens,
        frozenset(token.lower for token in tokens),
        frozenset(token.stem for token in tokens),
        tuple(items),
        found_numbers,
        found_dates,
        found_names,
        negations(text),
        quotes,
    )


def _left_open(text: str) -> tuple[str, ...]:
    """The quotation that a text breaks off in, when it has some words."""
    marks = '"' if text.count('"') % 2 else "“" if text.rfind("“") > text.rfind("”") else ""
    rest = text[text.rfind(marks) + 1 :] if marks else ""
    return (rest,) if len(rest.split()) >= LEFT_OPEN else ()


def straight(text: str) -> str:
    """The text with straight quotes and dashes and single spaces, so that typography never decides."""
    text = re.sub(r"[’‘‛`´]", "'", re.sub(r"[“”„«»]", '"', text))
    text = re.sub(r"[–—‑]", "-", text.replace("…", "..."))
    return re.sub(r"\s+", " ", text).strip()


def _inside(start: int, facts: list[tuple[int, int, Literal["name", "number", "date"], Name | Number | DateMention]]) -> bool:
    return any(first <= start < last for first, last, *_ in facts)


def _fact(
    fact: tuple[int, int, Literal["name", "number", "date"], Name | Number | DateMention], token: Word, place: int, clause: int
) -> Item:
    start, end, kind, value = fact
    return Item(
        start,
        end,
        kind,
        token.lower,
        token.stem,
        place,
        clause,
        1.0,
        name=value if isinstance(value, Name) else None,
        number=value if isinstance(value, Number) else None,
        date=value if isinstance(value, DateMention) else None,
    )


def _word(token: Word, tokens: tuple[Word, ...], place: int, clause: int) -> Item:
    before = tokens[place - 1].lower if place else ""
    two_before = tokens[place - 2].lower if place > 1 else ""
    sense = meaning(token.lower)
    pos = parts_of_speech(token.lower)
    following = tokens[place + 1].lower if place + 1 < len(tokens) else ""
    after_next = tokens[place + 2].lower if place + 2 < len(tokens) and following in _PARTICLES else ""
    if "v" in pos and following in _PARTICLES:
        phrase = next((f"{base}_{following}" for base in sorted(sense.bases) if meaning(f"{base}_{following}").senses), None)
        sense = meaning(phrase) if phrase else sense
    past = "v" in pos and (token.lower.endswith("ed") or is_irregular_verb(token.lower))
    passive = past and ("by" in (following, after_next) or before in _BE or (two_before in _BE and before not in _NOUN_LEADS))
    verb = passive or ("v" in pos and before not in _NOUN_LEADS and (past or _acts(token.lower, before, pos)))
    return Item(
        token.start,
        token.end,
        "word",
        token.lower,
        token.stem,
        place,
        clause,
        _weight(token, sense),
        sense,
        verb=verb,
        passive=passive,
    )


def _acts(word: str, before: str, pos: str) -> bool:
    """Whether a word that can be a verb and is no past form is one here."""
    if before in _VERB_LEADS or "n" not in pos:
        return True
    return word.endswith("ing") or (word.endswith("s") and before in ("he", "she", "it", "who", "which", "that"))


def _weight(token: Word, sense: Meaning) -> float:
    """How much a word says: rare words more (by WordNet's counts), verbs such as "make" little."""
    if token.lower in LIGHT or sense.bases & LIGHT:
        return 0.25
    return max(0.4, 1.0 - 0.15 * len(str(frequency(token.lower))))
