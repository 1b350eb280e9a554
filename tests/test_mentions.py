import tracemalloc

import pytest

from rag import mentions as module
from rag.language.dates import DateMention
from rag.language.names import Name, names
from rag.language.numbers import Number
from rag.mentions import Mentions, figures_of, identifiers, mentions, names_of
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


def document(number: int, text: str) -> Document:
    return Document(path="long.txt", sha256=f"{number:064}", size=len(text), text=text)


def look(found: Mentions) -> tuple[bool, ...]:
    (figure, date) = figures_of("Were there 12 bees on 3 May 1987?")
    assert isinstance(figure, Number) and isinstance(date, DateMention)
    return found.has_stem("bee"), found.has(name("Olga Lind")), found.has_number(figure), found.has_date(date)


def test_a_document_is_read_once_for_all_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    for kind in ("words", "names", "numbers_beside", "dates"):
        original = getattr(module, kind)
        monkeypatch.setattr(module, kind, lambda *given, kind=kind, original=original: (read.append(kind), original(*given))[1])
    kept = document(100, "There Lind saw 12 bees, then 12 bees, on 3 May 1987.")
    assert look(mentions(kept)) == (True, True, True, True)
    once = sorted(read)
    assert look(mentions(kept)) == (True, True, True, True)
    # A question's own figures are read by the same function.
    assert once == ["dates", "dates", "names", "numbers_beside", "words"] and sorted(read) == ["dates", *once]


def test_what_was_read_of_documents_is_kept_without_their_texts() -> None:
    for found in (mentions(document(0, "Otto Berg. 7 cats, 1 June 1988.")), Mentions("Otto Berg. 7 cats, 1 June 1988.")):
        assert look(found) == (False,) * 4
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(3):
        text = "quiet water ran below the mill\n" * 800 + str(number)
        assert look(mentions(document(number + 1, text))) == (False,) * 4
    size = len(text)
    del text
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < size, "three documents were read: their texts are gone"


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


@pytest.mark.parametrize("text", ["the Cretaceous–Paleogene boundary", "the Cretaceous-Paleogene boundary", "Cretaceous and Paleogene"])
def test_a_name_with_a_hyphen_may_be_written_with_a_dash(text: str) -> None:
    assert Mentions(text).has(name("the Cretaceous-Paleogene boundary"))


def test_identifiers_hold_letters_and_a_digit() -> None:
    text = "What did SH-1012 weigh on 4 May 2021, and error E7, in 12 crates on the A-road of 1990s Ystad, the 3rd?"
    assert identifiers(text) == ("SH-1012", "E7")
