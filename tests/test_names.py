from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from rag.language.dates import dates
from rag.language.names import names, same_name
from rag.language.numbers import numbers

SEEDS = Path(__file__).parent.parent / "seeds"


def found(text: str, known: tuple[str, ...] = ()) -> list[str]:
    return [name.text for name in names(text, known)]


def test_first_words_of_sentences_are_no_names_unless_something_says_so() -> None:
    assert found("Police left. Although it rained, Many stayed.") == []
    assert found("Hangzhou is quiet. Residents slept.") == ["Hangzhou"]
    assert found("Zhao spoke. We met Zhao.") == ["Zhao", "Zhao"]
    assert found("Mark Williams wrote a note.") == ["Mark Williams"]


def test_joins_the_words_of_one_name_and_keeps_two_apart() -> None:
    assert found("He left the Bank of England and the Taiwan Academy of Sciences.") == ["Bank of England", "Taiwan Academy of Sciences"]
    assert found("We saw Mark Williams of the Bank of England.") == ["Mark Williams", "Bank of England"]
    assert found("In Shapingba, Chongqing, it rained.") == ["Shapingba", "Chongqing"]


def test_possessives_titles_and_dates_are_left_out() -> None:
    assert found("On Monday in June, President Xi Jinping’s car passed Paris's streets.") == ["Xi Jinping", "Paris"]


def test_known_names_are_found_in_any_case() -> None:
    assert found("did zhao lijian visit urumqi", ("zhao lijian", "urumqi")) == ["zhao lijian", "urumqi"]
    assert found("did zhao lijian visit urumqi") == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a flood in Hangzhou ended", "place"),
        ("the Liaoning Province is cold", "place"),
        ("the Foreign Ministry spoke", "organisation"),
        ("the CCP met", "organisation"),
        ("the Chinese voted", "people"),
        ("as President Macron said", "person"),
        ("the U.S. army left", "place"),
    ],
)
def test_guesses_the_kind_from_neighbours(text: str, kind: str) -> None:
    assert names(text)[0].kind == kind


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("we met Xi there", "we met Xi Jinping there", True),
        ("the U.S. army", "in the United States", True),
        ("the CCP met", "the Chinese Communist Party met", True),
        ("in China now", "the Chinese voted", True),
        ("in Wuhan now", "in Beijing now", False),
        ("we met Ming Jinwei there", "we met Mark Williams there", False),
    ],
)
def test_one_thing_can_have_several_names(a: str, b: str, same: bool) -> None:
    assert same_name(names(a)[0], names(b)[0]) is same


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.name)
def test_offsets_hold_in_the_five_articles(path: Path) -> None:
    text = path.read_text("utf-8")
    mentions = names(text)
    assert len(mentions) >= 4
    assert all(text[name.start : name.end] == name.text and name.tokens for name in mentions)
    assert all(a.end <= b.start for a, b in pairwise(mentions))


def test_a_long_table_is_read_in_time() -> None:
    assert names("a\tb\n" * 100_000) == ()
    row = "Report On Old Harbours By Olga Lind\n"
    assert {name.tokens for name in names(row * 3_000)} == {name.tokens for name in names(row * 2)}


@pytest.mark.parametrize("read", [names, numbers, dates])
def test_a_sentence_is_remembered_and_a_document_is_not(read: Callable[[str], tuple[object, ...]]) -> None:
    row = "Olga Lind counted 12 bees on 3 May 1987. "
    assert read(row * 2) is read(row * 2)
    assert read(row * 1_000) is not read(row * 1_000)
    assert read(row * 1_000) == read(row * 1_000)
