"""Builds rag/language/wordnet.txt.gz from the database files of WordNet 3.0 (Debian: package wordnet-base).

    python scripts/build_synonyms.py /usr/share/wordnet rag/language

The same input gives the same bytes: everything is sorted and the gzip header holds no time. The table has five sections, split by
empty lines: lemmas, synsets, irregular forms, names, peoples. See rag/language/synonyms.py for what each column means.
"""

import argparse
import gzip
import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

PARTS_OF_SPEECH = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
MOST_SENSES = 8
# Lexicographer files whose named instances are worth knowing, by the kind of name.
NAME_KINDS = {14: "organisation", 15: "place", 18: "person", 17: "place"}
WORD = re.compile(r"[a-z][a-z'-]*[a-z]$|[a-z]$")
PHRASAL = re.compile(r"[a-z]+_[a-z]+$")


class Synset(NamedTuple):
    """One set of synonyms: its lexicographer file, words, and pointers as (symbol, target, source word, target word)."""

    file: int
    words: tuple[str, ...]
    pointers: tuple[tuple[str, str, int, int], ...]


def read_synsets(folder: Path) -> dict[str, Synset]:
    """All synsets by part of speech and offset ("n00001740")."""
    found = {}
    for letter, name in PARTS_OF_SPEECH.items():
        for line in (folder / f"data.{name}").read_text("utf-8").splitlines():
            if line.startswith(" "):
                continue
            fields = line.split(" | ")[0].split()
            count = int(fields[3], 16)
            words = tuple(re.sub(r"\(.*\)$", "", word) for word in fields[4 : 4 + 2 * count : 2])
            start = 4 + 2 * count
            pointers = []
            for index in range(int(fields[start])):
                symbol, target, pos, ends = fields[start + 1 + 4 * index : start + 5 + 4 * index]
                pointers.append((symbol, pos.replace("s", "a") + target, int(ends[:2], 16), int(ends[2:], 16)))
            found[letter + fields[0]] = Synset(int(fields[1]), words, tuple(pointers))
    return found


def read_senses(folder: Path) -> dict[str, dict[str, list[str]]]:
    """For each lemma and part of speech its synsets, most frequent sense first."""
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for letter, name in PARTS_OF_SPEECH.items():
        for line in (folder / f"index.{name}").read_text("utf-8").splitlines():
            if not line.startswith(" "):
                fields = line.split()
                count = int(fields[2])
                found[fields[0]][letter] = [letter + offset for offset in fields[len(fields) - count :]]
    return found


def read_counts(folder: Path) -> dict[str, int]:
    """How often each lemma was tagged in WordNet's own corpora, all senses together."""
    counts: dict[str, int] = defaultdict(int)
    for line in (folder / "cntlist.rev").read_text("utf-8").splitlines():
        key, _, count = line.split()
        counts[key.split("%")[0]] += int(count)
    return counts


def base36(number: int) -> str:
    """A non-negative integer in base 36."""
    digits = ""
    while number or not digits:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits


def common_lemmas(senses: dict[str, dict[str, list[str]]], synsets: dict[str, Synset]) -> dict[str, dict[str, list[str]]]:
    """Lower-case single words and two-word verbs with at least one sense that is written in lower case."""
    kept: dict[str, dict[str, list[str]]] = {}
    for lemma, by_pos in senses.items():
        chosen = {}
        for letter, keys in by_pos.items():
            if WORD.match(lemma) or (letter == "v" and PHRASAL.match(lemma)):
                lower = [key for key in keys if lemma in synsets[key].words][:MOST_SENSES]
                if lower:
                    chosen[letter] = lower
        if chosen:
            kept[lemma] = chosen
    return kept


def with_ancestors(keys: set[str], synsets: dict[str, Synset]) -> list[str]:
    """The synsets and everything above them (hypernyms) or beside them (heads of adjectives), sorted."""
    todo = list(keys)
    while todo:
        for symbol, target, _, _ in synsets[todo.pop()].pointers:
            if symbol in ("@", "&") and target not in keys:
                keys.add(target)
                todo.append(target)
    return sorted(keys)


def names(synsets: dict[str, Synset]) -> list[str]:
    """`lower-case name <tab> kinds` of the instances (Paris, Lincoln), spaces between the words."""
    found: dict[str, set[str]] = defaultdict(set)
    for key in sorted(synsets):
        synset = synsets[key]
        if key[0] == "n" and synset.file in NAME_KINDS and any(symbol == "@i" for symbol, *_ in synset.pointers):
            for word in synset.words:
                if word[0].isupper() and len(word) > 2:
                    found[word.lower().replace("_", " ")].add(NAME_KINDS[synset.file])
    return [f"{name}\t{' '.join(sorted(kinds))}" for name, kinds in sorted(found.items())]


def peoples(synsets: dict[str, Synset]) -> list[str]:
    """`adjective <tab> place` for adjectives that WordNet derives from a place ("chinese", "china")."""
    found: dict[str, str] = {}
    for key in sorted(synsets):
        synset = synsets[key]
        for symbol, target, source, goal in synset.pointers:
            if key[0] == "a" and symbol == "\\" and target[0] == "n" and synsets[target].file in (15, 17):
                adjective, place = synset.words[source - 1], synsets[target].words[goal - 1]
                if adjective[0].isupper() and place[0].isupper():
                    found.setdefault(adjective.lower().replace("_", " "), place.lower().replace("_", " "))
    return [f"{adjective}\t{place}" for adjective, place in sorted(found.items())]


def derived(lemma: str, by_pos: dict[str, list[str]], synsets: dict[str, Synset], kept: dict[str, dict[str, list[str]]]) -> set[str]:
    """Words that WordNet derives from a lemma or that a lemma is derived from ("decide", "decision")."""
    found = set()
    for keys in by_pos.values():
        for key in keys:
            words = synsets[key].words
            for symbol, target, source, goal in synsets[key].pointers:
                if symbol in ("+", "\\") and source and words[source - 1] == lemma:
                    word = synsets[target].words[goal - 1]
                    if word in kept and word != lemma:
                        found.add(word)
    return found


def build(folder: Path) -> str:
    """The table as text."""
    synsets, counts = read_synsets(folder), read_counts(folder)
    lemmas = common_lemmas(read_senses(folder), synsets)
    keys = with_ancestors({key for by_pos in lemmas.values() for group in by_pos.values() for key in group}, synsets)
    number = {key: base36(index) for index, key in enumerate(keys)}
    lemma_lines = []
    for lemma, by_pos in sorted(lemmas.items()):
        senses = ";".join(letter + " ".join(number[key] for key in group) for letter, group in sorted(by_pos.items()))
        lemma_lines.append(
            f"{lemma}\t{base36(counts.get(lemma, 0))}\t{senses}\t{' '.join(sorted(derived(lemma, by_pos, synsets, lemmas)))}"
        )
    synset_lines = []
    for key in keys:
        columns = []
        for symbols in (("@",), ("&",), ("!",)):
            columns.append(" ".join(sorted({number[t] for symbol, t, _, _ in synsets[key].pointers if symbol in symbols and t in number})))
        synset_lines.append("\t".join(columns))
    irregular = set()
    for name in PARTS_OF_SPEECH.values():
        for line in (folder / f"{name}.exc").read_text("utf-8").splitlines():
            form, *bases = line.split()
            irregular |= {f"{form}\t{base}" for base in bases if base in lemmas and form != base and "_" not in form}
    sections = [lemma_lines, synset_lines, sorted(irregular), names(synsets), peoples(synsets)]
    return "\n\n".join("\n".join(line or "." for line in section) for section in sections) + "\n"


def licence(folder: Path) -> str:
    """WordNet's licence, as it stands at the top of each of its files."""
    head = [line for line in (folder / "data.noun").read_text("utf-8").splitlines() if line.startswith("  ")]
    return "\n".join(re.sub(r"^ +\d+ ?", "", line).rstrip() for line in head).strip() + "\n"


def main() -> None:
    """Reads WordNet's folder and writes the table and its licence."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    packed = gzip.compress(build(arguments.wordnet).encode(), compresslevel=9, mtime=0)
    (arguments.out / "wordnet.txt.gz").write_bytes(packed)
    (arguments.out / "WORDNET-LICENSE").write_text(licence(arguments.wordnet), "utf-8")
    print(f"{len(packed):,} bytes")


if __name__ == "__main__":
    main()
