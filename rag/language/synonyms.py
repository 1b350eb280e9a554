"""How two words are related in meaning, from a compact table of WordNet 3.0 (licence: WORDNET-LICENSE beside this file).

scripts/build_synonyms.py writes the table. A line of its sections: lemma, times tagged, synsets by part of speech, derived words;
then one line a synset: hypernyms, similar heads, antonyms; then irregular form and base; name and kind; adjective and place.
Nothing is read before the first question, and then once.
"""

import gzip
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from rag.language.everyday import MORE_ANTONYMS, MORE_SYNONYMS
from rag.language.words import STOP_WORDS, stem

Relation = Literal["same", "synonym", "antonym", "hypernym"]

# Two words count as synonyms when the ranks (from 0) of a sense that they share add up to at most this.
RAREST_SHARED = 5
PREFIXES = ("un", "in", "im", "non", "non-", "dis", "ir", "il", "de", "mis")
_TABLE = Path(__file__).with_name("wordnet.txt.gz")
# Regular endings and what they stand for, by part of speech (those of WordNet's own morphology).
_ENDINGS = {
    "n": (("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("men", "man"), ("ies", "y")),
    "v": (("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""), ("ied", "y")),
    "a": (("er", ""), ("est", ""), ("er", "e"), ("est", "e"), ("ier", "y"), ("iest", "y")),
    "r": (),
}


class _Lemma(NamedTuple):
    """What the table knows about one lemma."""

    tagged: int
    senses: dict[str, tuple[int, ...]]
    derived: frozenset[str]


class Meaning(NamedTuple):
    """What a word can mean, as keys that two words share or not.

    `senses` gives each synset its rank among the word's senses, `heads` the same for the head of an adjective's cluster and for the
    senses of words of the same root (later by two).

    `above` are the synsets one or two steps more general than the main senses, `parents` those one step above the first two;
    `opposites` are antonymous synsets, `opposite_words` antonymous lemmas; `groups` number the everyday sets of synonyms; `derived`
    are lemmas of the same root.
    """

    word: str
    stem: str
    bases: frozenset[str]
    senses: dict[int, int]
    heads: dict[int, int]
    main: frozenset[int]
    above: frozenset[int]
    parents: frozenset[int]
    opposites: frozenset[int]
    opposite_words: frozenset[str]
    groups: frozenset[int]
    derived: frozenset[str]


class _Tables:
    """The table in memory: lines stay bytes and are read when asked for."""

    def __init__(self) -> None:
        sections = [part.split(b"\n") for part in gzip.decompress(_TABLE.read_bytes()).rstrip(b"\n").split(b"\n\n")]
        self.lemmas, self.synsets, self.irregular, self.names, self.peoples = sections
        self.more = _sets(MORE_SYNONYMS)
        self.members = [line.split() for line in MORE_SYNONYMS.strip().splitlines()]
        self.opposites = _pairs(MORE_ANTONYMS)


@lru_cache(maxsize=131_072)
def related(a: str, b: str) -> Relation | None:
    """How lower-case word `a` is related to `b`: the same word, a synonym, an antonym, or `b` is the more general word (hypernym)."""
    if a == b:
        return "same"
    left, right = meaning(a), meaning(b)
    if is_opposite(left, right):
        return "antonym"
    if left.bases & right.bases or left.stem == right.stem:
        return "same"
    if is_synonym(left, right):
        return "synonym"
    return "hypernym" if left.above & right.main else None


def is_opposite(a: Meaning, b: Meaning) -> bool:
    """Whether two words are antonyms: in WordNet, in the everyday pairs (or those of a synonym), or by a denying prefix."""
    if a.groups & b.groups:
        return False
    return bool(a.opposite_words & b.bases or b.opposite_words & a.bases or a.opposites & b.main or b.opposites & a.main)


def is_synonym(a: Meaning, b: Meaning) -> bool:
    """Whether two different words share an everyday set, a root, or a sense that is not rare for both."""
    if a.groups & b.groups or a.derived & b.bases or b.derived & a.bases:
        return True
    return _shared(a.senses, b.senses) or _shared(a.senses, b.heads) or _shared(a.heads, b.senses)


def _shared(a: dict[int, int], b: dict[int, int]) -> bool:
    return any(a[key] + b[key] <= RAREST_SHARED for key in a.keys() & b.keys())


def siblings(a: str, b: str) -> bool:
    """Whether two words name different things of one kind ("doctor", "nurse"): one synset is directly above main senses of both."""
    return bool(meaning(a).parents & meaning(b).parents) and related(a, b) is None


@lru_cache(maxsize=65_536)
def meaning(word: str) -> Meaning:
    """What a lower-case word can mean."""
    tables = _tables()
    bases = _bases(word)
    lemmas = frozenset(lemma for lemma, _ in bases) | {word}
    lemmas |= frozenset(lemma[:-3] + "ize" for lemma in lemmas if lemma.endswith("ise"))
    senses: dict[int, int] = {}
    heads_of: dict[int, int] = {}
    main: set[int] = set()
    parents: set[int] = set()
    above: set[int] = set()
    opposites: set[int] = set()
    for lemma, letter in sorted(bases):
        for rank, sense in enumerate(_lemma(lemma).senses[letter]):
            senses[sense] = min(rank, senses.get(sense, rank))
            hypernyms, heads, _ = _synset(sense)
            if rank < 4:
                main.add(sense)
                opposites |= _opposites(sense)
            if rank < 2:
                parents |= hypernyms
            if rank < 3:
                above |= hypernyms | _parents(tuple(hypernyms))
            for head in heads:
                heads_of[head] = min(rank + 1, heads_of.get(head, rank + 1))
    for lemma, _ in bases:
        for root in _lemma(lemma).derived:
            for keys in _lemma(root).senses.values():
                for rank, sense in enumerate(keys[:3]):
                    heads_of[sense] = min(rank + 2, heads_of.get(sense, rank + 2))
    denied = {prefix + lemma for prefix in PREFIXES for lemma in lemmas if len(lemma) > 3}
    denied |= {lemma[len(prefix) :] for prefix in PREFIXES for lemma in lemmas if lemma.startswith(prefix) and len(lemma) > len(prefix) + 3}
    denied = {lemma for lemma in denied if _lemma(lemma).senses} if bases else set()
    listed = frozenset[str]().union(*(tables.opposites.get(lemma, frozenset()) for lemma in lemmas))
    groups = frozenset[int]().union(*(tables.more.get(lemma, frozenset()) for lemma in lemmas))
    others = frozenset(member for group in groups for member in tables.members[group])
    listed |= frozenset[str]().union(*(tables.opposites.get(member, frozenset()) for member in others))
    derived = frozenset[str]().union(*(_lemma(lemma).derived for lemma, _ in bases))
    return Meaning(
        word,
        stem(word),
        lemmas,
        senses,
        heads_of,
        frozenset(main),
        frozenset(above),
        frozenset(parents),
        frozenset(opposites),
        listed | denied,
        groups,
        derived,
    )


@lru_cache(maxsize=65_536)
def base_forms(word: str) -> tuple[str, ...]:
    """The lemmas that a lower-case word can be a form of ("fell": fall, fell), sorted; empty when WordNet knows none."""
    return tuple(sorted({lemma for lemma, _ in _bases(word)}))


@lru_cache(maxsize=65_536)
def is_a(word: str, general: str) -> bool:
    """Whether a noun names a kind of something, at any distance ("sculptor", "person"), in one of its two main senses."""
    return bool(_nouns(general)[:1] and any(_nouns(general)[0] in _all_above(sense) for sense in _nouns(word)[:2]))


def _nouns(word: str) -> tuple[int, ...]:
    return tuple(sense for lemma, letter in sorted(_bases(word)) if letter == "n" for sense in _lemma(lemma).senses["n"][:2])


@lru_cache(maxsize=16_384)
def _all_above(number: int) -> frozenset[int]:
    found, edge = {number}, {number}
    while edge := set(_parents(tuple(edge))) - found:
        found |= edge
    return frozenset(found)


@lru_cache(maxsize=65_536)
def frequency(word: str) -> int:
    """How often the word's lemmas were tagged in WordNet's corpora (SemCor and others); 0 for unknown words."""
    return max((_lemma(base).tagged for base in base_forms(word)), default=0)


def is_common_word(word: str) -> bool:
    """Whether a lower-case word is an English word and not only a name."""
    return word in STOP_WORDS or bool(base_forms(word))


def is_irregular_verb(word: str) -> bool:
    """Whether a lower-case word is an irregular past form or participle ("fell", "driven")."""
    line = _find(_tables().irregular, word)
    return line is not None and line != word and "v" in _lemma(line).senses


@lru_cache(maxsize=65_536)
def parts_of_speech(word: str) -> str:
    """Letters of the parts of speech a word can be, most senses first: n, v, a, r; empty when unknown."""
    found: dict[str, int] = {}
    for lemma, letter in _bases(word):
        found[letter] = max(found.get(letter, 0), len(_lemma(lemma).senses[letter]))
    return "".join(sorted(found, key=lambda letter: (-found[letter], letter)))


def name_kinds(name: str) -> tuple[str, ...]:
    """The kinds (organisation, person, place) of a well-known name in lower case, as WordNet has it ("berlin": person, place)."""
    return tuple((_find(_tables().names, name) or "").split())


def people_of(adjective: str) -> str | None:
    """The place that a lower-case adjective is derived from ("chinese": china)."""
    return _find(_tables().peoples, adjective)


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    return _Tables()


def _sets(text: str) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for index, line in enumerate(text.strip().splitlines()):
        for word in line.split():
            found.setdefault(word, set()).add(index)
    return {word: frozenset(indices) for word, indices in found.items()}


def _pairs(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entry in text.split():
        word, _, others = entry.partition(":")
        for other in others.split(","):
            found.setdefault(word, set()).add(other)
            found.setdefault(other, set()).add(word)
    return {word: frozenset(others) for word, others in found.items()}


def _find(lines: list[bytes], key: str) -> str | None:
    """What follows `key` and a tab in sorted lines."""
    wanted = key.encode() + b"\t"
    index = bisect_left(lines, wanted)
    if index < len(lines) and lines[index].startswith(wanted):
        return lines[index][len(wanted) :].decode()
    return None


@lru_cache(maxsize=16_384)
def _lemma(lemma: str) -> _Lemma:
    line = _find(_tables().lemmas, lemma)
    if line is None:
        return _Lemma(0, {}, frozenset())
    count, senses, derived = line.split("\t")
    by_pos = {part[0]: tuple(int(number, 36) for number in part[1:].split()) for part in senses.split(";")}
    return _Lemma(int(count, 36), by_pos, frozenset(derived.split()))


@lru_cache(maxsize=16_384)
def _synset(number: int) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """Hypernyms, similar heads and antonyms of a synset."""
    columns = _tables().synsets[number].decode().split("\t")
    hypernyms, heads, antonyms = (frozenset(int(item, 36) for item in column.split()) for column in columns)
    return hypernyms, heads, antonyms


@lru_cache(maxsize=65_536)
def _bases(word: str) -> frozenset[tuple[str, str]]:
    """(lemma, part of speech) pairs that a word can be a form of."""
    if not word.isascii() or not word[0].isalpha():
        return frozenset()
    found = {(word, letter) for letter in _lemma(word).senses}
    table = _tables().irregular
    index = bisect_left(table, word.encode() + b"\t")
    while index < len(table) and table[index].startswith(word.encode() + b"\t"):
        base = table[index].decode().partition("\t")[2]
        found |= {(base, letter) for letter in _lemma(base).senses}
        index += 1
    for letter, endings in _ENDINGS.items():
        for ending, replacement in endings:
            if word.endswith(ending) and len(word) > len(ending) + 1:
                base = word[: len(word) - len(ending)] + replacement
                doubled = len(base) > 3 and base[-1] == base[-2] and ending in ("ed", "ing", "er", "est")
                for candidate in (base, base[:-1]) if doubled else (base,):
                    if letter in _lemma(candidate).senses:
                        found.add((candidate, letter))
    return frozenset(found)


def _opposites(number: int) -> frozenset[int]:
    _, heads, antonyms = _synset(number)
    return antonyms.union(*(_synset(head)[2] for head in heads))


def _parents(numbers: tuple[int, ...]) -> frozenset[int]:
    return frozenset[int]().union(*(_synset(number)[0] for number in numbers))
