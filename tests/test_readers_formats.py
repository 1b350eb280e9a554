"""Every format gives its text, the same every time, and places that citations name."""

import json
from pathlib import Path

import pytest

from rag.citations import check, cite, place_of
from rag.errors import ReadError
from rag.language.sentences import find
from rag.readers import Isolated, find_files, is_current, read
from rag.schema import Document
from tests.support import papers

FERRY = """The ferry of Skellby

The ferry between Skellby and Morholm was built in 1931 at the shipyard of Aland, and carried 140 passengers. Its first captain was \
Olga Lind, who stayed for 22 years.

In the winter of 1947 the sound froze over. The ferry lay still for 51 days, and the people of Morholm were supplied by horse and \
sledge, until an ice-breaker came from the capital in March.

The ferry was sold in 1968 for 12,000 crowns, because a bridge had been opened. It burned in 1971 while it was being repaired.

Today a model of it stands in the museum of Skellby. The model is 2 metres long, and was carved by Nils Ek."""
# For each file: some words in it, and the place in which a citation of them lies.
PLACES = {
    "ferry.pdf": {"built in 1931": "page 1", "The ferry lay still": "page 1", "burned in 1971": "page 2", "metres long": "page 3"},
    "museum.html": {"the painter Ada Holt & her sister": "§ The museum of Skellby", "80 crowns": "§ Opening hours"},
    "report.docx": {"Inga Berg": "§ Report of the harbour master", "60 metres": "§ Damage", "Work: Lamp; Cost: 90,000 crowns": "§ Damage"},
    "ships.csv": {"Ship: Morholm; Captain: Per Dahl; Built: 1955": "row 3"},
    "weather.json": {"station.height in metres: 38": "station.height in metres", "wind in metres per second: 41.5": "records[0]"},
    "lighthouse.epub": {"lit for the first time": "§ The lamp", "the brig Fortuna": "§ The keeper's daughter"},
}


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    with Isolated() as isolated:
        return {file.name: read(papers.FOLDER, file, 100_000, isolated=isolated) for file in find_files(papers.FOLDER)[0]}


def test_every_format_has_a_file(documents: dict[str, Document]) -> None:
    assert set(documents) == set(PLACES)


@pytest.mark.parametrize("name", PLACES)
def test_citations_name_pages_headings_and_rows(documents: dict[str, Document], name: str) -> None:
    document = documents[name]
    for words, place in PLACES[name].items():
        start = document.text.index(words)
        citation = cite(1, document, 1, start, start + len(words))
        assert (citation.quote, citation.place, citation.reader) == (words, place, document.reader)
        assert check(citation, document).state == "ok"


def test_sentences_of_a_pdf_are_whole_across_lines_and_pages(documents: dict[str, Document]) -> None:
    text = documents["ferry.pdf"].text
    assert text == FERRY and len(list(find(text))) == 9


def test_a_quote_across_pages_names_both(documents: dict[str, Document]) -> None:
    document = documents["ferry.pdf"]
    start, end = document.text.index("The ferry lay still"), document.text.index("The ferry was sold")
    assert place_of(document, start, end) == "pages 1–2"


@pytest.mark.parametrize("name", PLACES)
def test_places_lie_in_the_text_in_order(documents: dict[str, Document], name: str) -> None:
    starts = [place.start for place in documents[name].places]
    assert starts == sorted(set(starts)) and starts[0] >= 0 and starts[-1] < len(documents[name].text)


def test_the_same_file_gives_the_same_text_in_another_process(documents: dict[str, Document]) -> None:
    with Isolated() as isolated:
        for name, document in documents.items():
            assert read(papers.FOLDER, Path(name), 100_000, isolated=isolated) == document


def test_the_reader_and_its_library_are_recorded(documents: dict[str, Document]) -> None:
    assert documents["ferry.pdf"].reader.startswith("pdf 1 pypdfium2 ")
    assert all(is_current(document.reader) for document in documents.values())
    assert is_current("") and not is_current("pdf 0 pypdfium2 1.0") and not is_current("scroll 1")


@pytest.mark.parametrize("name", PLACES)
def test_a_file_is_known_by_its_content(documents: dict[str, Document], tmp_path: Path, name: str) -> None:
    if name in ("ships.csv", "weather.json"):
        pytest.skip("text that only its suffix tells from other text")
    (tmp_path / "a.txt").write_bytes((papers.FOLDER / name).read_bytes())
    document = read(tmp_path, Path("a.txt"), 100_000)
    assert (document.text, document.reader) == (documents[name].text, documents[name].reader)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"Just some text.", "a.pdf is no PDF file: it does not begin as one."),
        ("a.docx", b"Just some text.", "a.docx is no DOCX file: it does not begin as one."),
        ("a.epub", papers.zipped({"a.txt": "x"}), "a.epub is a zip archive, not a document."),
        ("a.docx", papers.zipped({"xl/workbook.xml": "x"}), "a.docx is an Excel workbook."),
        ("a.txt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.txt is an old or encrypted Office file."),
        ("a.txt", b"{\\rtf1 Hello}", "a.txt is an RTF file."),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0", "a.csv is binary: byte 8 is NUL."),
        ("a.pdf", b"", "a.pdf is empty."),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ReadError) as caught:
        read(tmp_path, Path(name), 100_000)
    assert str(caught.value) == reason and caught.value.hint


def test_a_page_is_known_behind_comments_and_comments_without_a_page_take_no_time(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"<!-- one -->\n<!-- > two --> <html><body>Fine.</body></html>")
    assert read(tmp_path, Path("a.txt"), 100_000).text == "Fine."
    comments = "<!---->" * 500 + "A text."
    (tmp_path / "b.txt").write_text(comments)
    assert read(tmp_path, Path("b.txt"), 100_000).text == comments


@pytest.mark.parametrize("name", ["a.json", "a.csv"])
def test_a_small_file_that_would_give_a_huge_text_is_refused(tmp_path: Path, name: str) -> None:
    column, rows = "k" * 20_000, 6_000
    data = json.dumps({column: {str(n): 1 for n in range(rows)}}) if name == "a.json" else f"{column},b\n" + "1,2\n" * rows
    (tmp_path / name).write_text(data)
    with pytest.raises(ReadError, match=f"{name} holds more than 100,000,000 characters of text"):
        read(tmp_path, Path(name), 100_000)


def test_packed_files_may_be_larger_than_their_text(tmp_path: Path) -> None:
    data = (papers.FOLDER / "report.docx").read_bytes()
    (tmp_path / "a.docx").write_bytes(data)
    assert read(tmp_path, Path("a.docx"), 300, len(data)).size == len(data)
    with pytest.raises(ReadError, match=r"a\.docx holds 257 characters of text; the most is 200"):
        read(tmp_path, Path("a.docx"), 200, len(data))
    with pytest.raises(ReadError, match="is larger than"):
        read(tmp_path, Path("a.docx"), 300, len(data) - 1)


@pytest.mark.parametrize("name", ["ferry.pdf", "report.docx", "lighthouse.epub"])
def test_a_file_that_was_cut_or_damaged_is_read_or_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    data = (papers.FOLDER / name).read_bytes()
    outcomes = set()
    with Isolated() as isolated:
        for cut in range(8):
            for damaged in (data[: len(data) * cut // 8], data[: len(data) * cut // 8] + bytes(50) + data[len(data) * cut // 8 + 50 :]):
                (tmp_path / name).write_bytes(damaged)
                try:
                    outcomes.add(bool(read(tmp_path, Path(name), 100_000, isolated=isolated).text))
                except ReadError as error:
                    assert str(error).startswith(name) and error.hint
                    outcomes.add(False)
    assert False in outcomes
