import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from rag.language import synonyms
from rag.language.synonyms import base_forms, is_common_word, name_kinds, people_of, related, siblings

TABLE = Path(synonyms.__file__).with_name("wordnet.txt.gz")


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("fell", "fall", "same"),
        ("policemen", "policeman", "same"),
        ("declined", "refused", "synonym"),
        ("blaze", "fire", "synonym"),
        ("destruction", "destroy", "synonym"),
        ("rise", "decline", "antonym"),
        ("happy", "unhappy", "antonym"),
        ("eastern", "western", "antonym"),
        ("criticised", "praised", "antonym"),
        ("dog", "animal", "hypernym"),
        ("animal", "dog", None),
        ("banana", "parliament", None),
    ],
)
def test_relates_two_words(a: str, b: str, relation: str | None) -> None:
    assert related(a, b) == relation


def test_different_things_of_one_kind_are_siblings() -> None:
    assert siblings("doctor", "nurse")
    assert not siblings("doctor", "physician")


def test_knows_words_names_and_peoples() -> None:
    assert "stop" in base_forms("stopped")
    assert is_common_word("mark") and not is_common_word("hangzhou")
    assert "place" in name_kinds("berlin")
    assert people_of("chinese") == "china"


def test_the_table_is_small_and_reproducible() -> None:
    assert TABLE.stat().st_size <= 1_500_000
    assert TABLE.read_bytes()[4:8] == b"\0\0\0\0"  # no time in the gzip header
    lemmas = gzip.decompress(TABLE.read_bytes()).split(b"\n\n")[0].split(b"\n")
    assert lemmas == sorted(lemmas, key=lambda line: line.split(b"\t")[0])


def test_importing_reads_nothing() -> None:
    code = "import rag.language.synonyms as s; assert s._tables.cache_info().currsize == 0"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_looking_up_again_looks_nothing_up() -> None:
    related("protest", "rally")
    before = related.cache_info()
    for _ in range(1_000):
        related("protest", "rally")
    after = related.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 1_000)
