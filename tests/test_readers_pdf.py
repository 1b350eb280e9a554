"""Lines on pages become paragraphs with whole sentences; running heads and page numbers go; what has no text says so."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.readers import read
from rag.readers.pages import Line, paragraphs, without_furniture
from tests.support.papers import LEADING, MARGIN, SIZE, TOP, Spot, encrypted_pdf, page, pdf


def lines(*texts: str, page: int = 1, left: float = MARGIN, top: float = TOP, height: float = 12.0) -> list[Line]:
    """Lines below one another, six points to a character; "" leaves a gap."""
    placed = enumerate(texts)
    return [Line(text, page, left, left + 6 * len(text), top - number * LEADING, height) for number, text in placed if text]


def joined(*pages: list[Line]) -> list[str]:
    return [text for text, _ in paragraphs(pages)]


def text_of(folder: Path, data: bytes) -> str:
    (folder / "a.pdf").write_bytes(data)
    return read(folder, Path("a.pdf"), 1_000_000).text


FULL = "It rained for seven days and the river rose above the lower quay"


def test_lines_of_a_paragraph_are_joined() -> None:
    assert joined(lines(FULL, "until the people of the town had to leave their", "houses.")) == [
        f"{FULL} until the people of the town had to leave their houses."
    ]


@pytest.mark.parametrize(
    ("end", "begin", "known", "whole"),
    [
        ("the har-", "bour froze", "", "the harbour froze"),
        ("a well-", "known ship", "It was well-known.", "a well-known ship"),
        ("the har-", "bour froze", "The harbour.", "the harbour froze"),
        ("Jean-", "Paul came", "", "Jean-Paul came"),
        ("in 1914-", "1918 nobody", "", "in 1914-1918 nobody"),
        ("he left —", "and came", "", "he left — and came"),
        ("east/", "west", "", "east/west"),
    ],
)
def test_a_word_cut_at_the_end_of_a_line_is_whole_again(end: str, begin: str, known: str, whole: str) -> None:
    known_lines = lines(known, top=300) if known else []
    found = joined([*lines(f"{FULL} and {end}", f"{begin} there."), *known_lines])
    assert found[0] == f"{FULL} and {whole} there."


def test_a_gap_another_size_an_indent_and_an_early_end_begin_a_paragraph() -> None:
    assert joined(lines(FULL, "and fell again.", "", "Then came the summer, which was the hottest that anybody")) == [
        f"{FULL} and fell again.",
        "Then came the summer, which was the hottest that anybody",
    ]
    heading = [*lines("The flood", height=18.0), *lines(FULL, top=TOP - LEADING)]
    assert joined(heading) == ["The flood", FULL]
    indented = [
        *lines(FULL + "."),
        *lines("Then it rained again for a long time, as it had rained before,", left=MARGIN + 20, top=TOP - LEADING),
    ]
    assert len(joined(indented)) == 2
    assert joined(lines("Ferries", "Boats", FULL)) == ["Ferries", "Boats", FULL]


def test_items_of_a_list_stand_alone() -> None:
    assert joined(
        lines("• one thing that is as long as a line may be before it has to be cut", "and goes on", "• another", "2. third")
    ) == [
        "• one thing that is as long as a line may be before it has to be cut and goes on",
        "• another",
        "2. third",
    ]


def test_columns_are_read_one_after_the_other() -> None:
    left = lines("The first column is narrow, and", "its last sentence goes on in the")
    right = lines("second column. There it ends.", "Nothing follows.", left=330)
    assert joined([*left, *right])[0].startswith("The first column is narrow, and its last sentence goes on in the second column.")


def test_a_sentence_goes_on_over_a_page_but_a_new_one_begins_a_paragraph() -> None:
    first = lines(FULL, "and the ferry lay still, because nobody could cross until the", page=1)
    assert len(joined(first, lines("ice broke in March.", page=2))) == 1
    ended = lines(FULL, "and then it fell.", page=1)
    assert len(joined(ended, lines("The ice broke in March.", page=2))) == 2
    ((_, starts),) = paragraphs([first, lines("ice broke in March.", page=2)])
    assert [number for _, number in starts] == [1, 2]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    def one(number: int, *texts: str) -> list[Line]:
        head = lines(f"Yearbook of 1931 — {number}", page=number, top=780)
        return [*head, *lines(*texts, page=number), *lines(f"Page {number} of 4", page=number, top=30)]

    pages = [one(number, f"Text of the page with number {number}.", "More.") for number in range(1, 5)]
    assert [[line.text for line in kept] for kept in without_furniture(pages)] == [
        [f"Text of the page with number {number}.", "More."] for number in range(1, 5)
    ]


def test_what_stands_at_other_heights_or_on_two_pages_only_is_text() -> None:
    pages = [lines("The same words", "1931", "Nobody knew.", page=number, top=TOP - 60 * number) for number in range(1, 4)]
    assert without_furniture(pages) == pages
    twice = [
        lines("The same words" if number < 3 else "Others", "", "", "Other words", "Nobody knew.", page=number) for number in range(1, 5)
    ]
    assert without_furniture(twice) == twice
    assert without_furniture(twice[:2]) == [lines("", "", "", "Other words", "Nobody knew.", page=number) for number in (1, 2)]


words = st.text(st.characters(categories=("Lu", "Ll", "Nd"), max_codepoint=0x250), min_size=1, max_size=12)


@settings(deadline=None, max_examples=60)
@given(st.lists(words, min_size=1, max_size=60), st.integers(20, 80), st.integers(2, 9))
def test_no_character_is_lost_and_pages_lie_in_order(written: list[str], width: int, to_a_page: int) -> None:
    rows: list[str] = [""]
    for word in written:
        if rows[-1] and len(rows[-1]) + len(word) >= width:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    pages = [lines(*rows[at : at + to_a_page], page=1 + at // to_a_page) for at in range(0, len(rows), to_a_page)]
    found = list(paragraphs(pages))
    assert " ".join(text for text, _ in found).split() == " ".join(rows).split()
    for text, starts in found:
        assert starts[0][0] == 0 and all(0 <= offset < len(text) for offset, _ in starts)
    numbers = [number for _, starts in found for _, number in starts]
    assert numbers == sorted(numbers) and set(numbers) == {line.page for one in pages for line in one}


def test_a_file_goes_all_the_way(tmp_path: Path) -> None:
    text = [f"{FULL},", "and nobody could cross for a long time.", "", "It was cold."]
    pages = [page([f"Chapter {number}", "", *text], "The Yearbook", f"- {number} -") for number in range(1, 4)]
    whole = f"{FULL}, and nobody could cross for a long time.\n\nIt was cold."
    assert text_of(tmp_path, pdf(pages)) == "\n\n".join(f"Chapter {number}\n\n{whole}" for number in range(1, 4))


def test_dots_of_a_table_of_contents_are_squeezed(tmp_path: Path) -> None:
    contents = ["Contents", "", "1 The ferry . . . . . . . . . . . . 3", "2 The ice ............. 17"]
    assert text_of(tmp_path, pdf([page(contents)])) == "Contents\n\n1 The ferry … 3\n\n2 The ice … 17"


def test_a_scanned_pdf_says_so(tmp_path: Path) -> None:
    blank: list[list[Spot]] = [[] for _ in range(12)]
    with pytest.raises(ReadError, match=r"a\.pdf has 12 pages without text: scanned\?") as caught:
        text_of(tmp_path, pdf(blank))
    assert "OCR" in caught.value.hint


def test_an_encrypted_pdf_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"a\.pdf is encrypted"):
        text_of(tmp_path, encrypted_pdf())


def test_a_damaged_pdf_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"a\.pdf is damaged"):
        text_of(tmp_path, b"%PDF-1.7\nnothing else")


def test_letters_outside_ascii_and_brackets_survive(tmp_path: Path) -> None:
    line = "Håkan (the captain) paid 50 € to François."
    assert text_of(tmp_path, pdf([[(MARGIN, TOP, SIZE, line)]])) == line
