import pytest

from rag.language.names import Name, names
from rag.mentions import Mentions, mentions, names_of
from rag.schema import Document

TEXT = (
    "The Skagen lighthouse was kept by Clara Holm. Holm rescued Lars Vinter of the Norwegian Coast Guard in October 1924. "
    "Her lamp went to the United States. The museum of Uppsala wants it back."
)
KEPT = Mentions(TEXT)


def name(text: str) -> Name:
    (found,) = names(f"We spoke about {text}.")
    return found


@pytest.mark.parametrize(
    "text", ["Clara Holm", "Holm", "Lars Vinter", "Lars", "Uppsala", "the United States", "America", "Skagen", "the Coast Guard"]
)
def test_finds_names_in_any_of_their_forms(text: str) -> None:
    assert KEPT.has(name(text))


@pytest.mark.parametrize("text", ["Karla Dahl", "Harbin", "Clara Vinter Dahl", "Copenhagen", "the Red Cross", "Japan"])
def test_a_name_that_is_not_there_is_not_found(text: str) -> None:
    assert not KEPT.has(name(text))


def test_finds_words_by_their_stems() -> None:
    assert KEPT.has_stem("rescu")
    assert KEPT.has_stem("lamp")
    assert not KEPT.has_stem("violin")


def test_an_empty_document_mentions_nothing() -> None:
    assert not Mentions("").has(name("Clara Holm"))


def test_the_same_path_with_another_text_is_read_again() -> None:
    first = Document(path="a.txt", sha256="1" * 64, size=1, text="Clara Holm kept it.")
    second = Document(path="a.txt", sha256="2" * 64, size=1, text="Lars Vinter kept it.")
    assert mentions(first).has(name("Clara Holm"))
    assert not mentions(second).has(name("Clara Holm"))
    assert mentions(first) is mentions(first)


@pytest.mark.parametrize(
    ("question", "stated"),
    [
        ("What did Clara Holm rescue in Bergen?", ["Clara Holm", "Bergen"]),
        ("What was rescued?", []),
        ("Whenever did it rain?", []),
        ("Does Uppsala want the lamp from the U.S. back?", ["Uppsala", "U.S."]),
    ],
)
def test_reads_the_names_that_a_question_states(question: str, stated: list[str]) -> None:
    assert [found.text for found in names_of(question)] == stated
