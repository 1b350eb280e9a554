"""A citation is exact when it is made, its marker reads back, and a later check says what became of it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations import check, cite, line_numbers, markers, print_markers
from rag.errors import GroundlineError
from rag.readers import find_files, read
from rag.schema import Document
from rag.split import sentences

TEXT = "First line.\nSecond line.\r\nThird line.\rFourth line."


def document(text: str = TEXT, sha256: str = "a" * 64) -> Document:
    return Document(path="notes/a.txt", sha256=sha256, size=len(text.encode()), text=text)


def numbers(text: str) -> list[tuple[int, ...]]:
    return [marker.numbers for marker in markers(text)]


def test_a_citation_holds_the_exact_characters_and_their_lines() -> None:
    start = TEXT.index("Second")
    end = TEXT.index("Fourth") + len("Fourth")
    made = cite(3, document(), 2, start, end)
    assert made.quote == TEXT[start:end]
    assert (made.n, made.path, made.passage, made.line_start, made.line_end) == (3, "notes/a.txt", 2, 2, 4)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 3), (-1, 4), (0, len(TEXT) + 1)])
def test_a_range_that_the_text_does_not_have_cannot_be_cited(start: int, end: int) -> None:
    with pytest.raises(GroundlineError, match=r"notes/a\.txt has 50 characters"):
        cite(1, document(), 1, start, end)


def test_every_kind_of_line_end_counts_once() -> None:
    lines = [line_numbers(TEXT, at, at + 1)[0] for at in range(len(TEXT))]
    assert [TEXT[lines.index(number) :].split()[0] for number in (1, 2, 3, 4)] == ["First", "Second", "Third", "Fourth"]
    assert lines[TEXT.index("\n", 13)] == 2  # the line feed of a CR LF is on the line that it ends
    assert lines[-1] == 4


@settings(deadline=None)
@given(st.text(st.sampled_from("ab \r\n"), min_size=1, max_size=40))
def test_lines_are_those_of_universal_newlines(text: str) -> None:
    expected = [number for number, line in enumerate(text.replace("\r\n", "\0\n").replace("\r", "\n").split("\n"), 1) for _ in line + "\n"]
    assert [line_numbers(text, at, at + 1)[0] for at in range(len(text))] == expected[: len(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It rained [1].", [(1,)]),
        ("It rained [1][2]. Then [3]", [(1,), (2,), (3,)]),
        ("It rained [1, 2; 4] and [5 and 6].", [(1, 2, 4), (5, 6)]),
        ("It rained [1-3][7–8].", [(1, 2, 3), (7, 8)]),
        ("雨【1】と雪［２］、［1、3］", [(1,), (2,), (1, 3)]),
        ("Source 1: it rained. (Sources 2 and 3) [Source 4]", [(1,), (2, 3), (4,)]),
        ("Footnotes[^2] and 【3†notes.txt】", [(2,), (3,)]),
        ("The source 1 of 4 said so; see [a], [1.5], [-1], [], (1), [2022] and [1914-1918].", []),
        ("A range backwards [3-1].", []),
        ("An invented one [99].", [(99,)]),
    ],
)
def test_markers_are_read_in_the_forms_that_writers_use(text: str, wanted: list[tuple[int, ...]]) -> None:
    assert numbers(text) == wanted


def test_a_marker_tells_where_it_stands() -> None:
    text = "It rained [1, 2]."
    (marker,) = markers(text)
    assert text[marker.start : marker.end] == "[1, 2]"


@settings(deadline=None)
@given(st.lists(st.integers(0, 999), max_size=10), st.text(st.characters(exclude_characters="[]【】［］()0123456789"), max_size=20))
def test_printed_markers_read_back(wanted: list[int], before: str) -> None:
    assert [number for marker in markers(before + print_markers(wanted)) for number in marker.numbers] == wanted


@settings(deadline=None)
@given(st.text())
def test_markers_of_any_text_lie_in_order_and_apart(text: str) -> None:
    at = 0
    for marker in markers(text):
        assert at <= marker.start < marker.end <= len(text)
        at = marker.end


def test_long_runs_of_spaces_are_read_at_once() -> None:
    for opening in ("[source", "[1", "[1,", "source 1", "【1 and"):
        assert numbers(opening + " " * 300_000 + "x") == []
    for repeated in ("source 1, ", "(source 1 and ", "[1, "):
        assert numbers(repeated * 6_000) == []


def test_a_citation_of_the_same_file_is_ok() -> None:
    made = cite(1, document(), 1, 0, 11)
    assert check(made, document()).state == "ok"


def test_a_citation_of_a_changed_file_is_stale_and_says_where_the_quote_is_now() -> None:
    made = cite(1, document(), 1, 0, 11)
    moved = check(made, document("Before. " + TEXT, "b" * 64))
    assert (moved.state, moved.detail) == ("stale", "the file has changed since: the quote stands at 8-19 now")
    gone = check(made, document("Other text.", "b" * 64))
    assert gone.state == "stale"
    assert "not in it any more" in gone.detail


def test_a_citation_without_a_file_is_missing() -> None:
    assert check(cite(1, document(), 1, 0, 11), None).state == "missing"


@pytest.mark.parametrize(
    "change", [{"quote": "First lime."}, {"start": 1}, {"end": 12}, {"end": 1_000}, {"start": -5}, {"line_start": 2}, {"line_end": 9}]
)
def test_a_citation_that_never_held_is_wrong(change: dict[str, object]) -> None:
    made = cite(1, document(), 1, 0, 11).model_copy(update=change)
    assert check(made, document()).state == "wrong"


def test_every_sentence_of_the_five_articles_is_cited_exactly(seeds: Path) -> None:
    checked = 0
    for file in find_files(seeds)[0]:
        source = read(seeds, file, 1_000_000)
        original = file.read_bytes().decode("utf-8")
        for span in sentences(source.text):
            made = cite(1, source, 1, span.start, span.end)
            assert original[made.start : made.end] == made.quote
            lines = original.split("\n")[made.line_start - 1 : made.line_end]
            assert made.quote in "\n".join(lines)
            assert check(made, source).state == "ok"
            checked += 1
    assert checked > 150
