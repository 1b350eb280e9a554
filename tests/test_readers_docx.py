"""A Word document is read as it is seen: paragraphs, headings, tables, notes; not what was deleted or hidden."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ReadError
from rag.readers import read
from rag.readers.docx import extract
from tests.support.papers import docx, zipped

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def text_of(body: str) -> str:
    """The text of a document whose body is this XML."""

    def write(document: Any) -> None:
        from docx.oxml import parse_xml

        for element in parse_xml(f"<w:body {W}>{body}</w:body>"):
            document.element.body.insert(len(document.element.body) - 1, element)

    return extract(docx(write), "a.docx").text


def paragraph(inner: str) -> str:
    return f"<w:p><w:r><w:t>Before </w:t></w:r>{inner}<w:r><w:t> after.</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("inner", "seen"),
    [
        ("<w:ins><w:r><w:t>inserted</w:t></w:r></w:ins>", "Before inserted after."),
        ("<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>", "Before after."),
        ("<w:hyperlink><w:r><w:t>linked</w:t></w:r></w:hyperlink>", "Before linked after."),
        ("<w:sdt><w:sdtContent><w:r><w:t>chosen</w:t></w:r></w:sdtContent></w:sdt>", "Before chosen after."),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>", "Before after."),
        ("<w:r><w:instrText>PAGE</w:instrText></w:r>", "Before after."),
        ("<w:r><w:t>one</w:t><w:br/><w:t>two</w:t></w:r>", "Before one\ntwo after."),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:noBreakHyphen/><w:t>c</w:t></w:r>", "Before a b-c after."),
    ],
)
def test_what_is_seen_of_a_paragraph_is_its_text(inner: str, seen: str) -> None:
    assert text_of(paragraph(inner)) == seen


def test_content_controls_and_text_boxes_are_read() -> None:
    inside = "<w:p><w:r><w:t>Inside.</w:t></w:r></w:p>"
    assert text_of(f"<w:sdt><w:sdtContent>{inside}</w:sdtContent></w:sdt>") == "Inside."
    box = f"<w:r><w:pict><w:txbxContent>{inside}</w:txbxContent></w:pict></w:r>"
    assert text_of(paragraph(box)) == "Before after.\n\nInside."


def test_headings_are_places_also_in_styles_of_ones_own() -> None:
    def write(document: Any) -> None:
        own = document.styles.add_style("Own", 1)
        own.base_style = document.styles["Heading 1"]
        document.add_paragraph("First.")
        document.add_paragraph("The ice", style="Own")
        document.add_paragraph("Cold.")

    found = extract(docx(write), "a.docx")
    assert found.text == "First.\n\nThe ice\n\nCold." and [place.name for place in found.places] == ["§ The ice"]


def table(*rows: tuple[str, ...]) -> Any:
    def write(document: Any) -> None:
        made = document.add_table(len(rows), len(rows[0]))
        for line, cells in zip(made.rows, rows, strict=True):
            for cell, text in zip(line.cells, cells, strict=True):
                cell.text = text

    return write


def test_tables_are_read_by_rows_with_the_names_of_columns() -> None:
    assert extract(docx(table(("Ship", "Built"), ("Sea Star", "1931"))), "a.docx").text == "Ship: Sea Star; Built: 1931"
    assert extract(docx(table(("1931", "1932"), ("12", "14"))), "a.docx").text == "1931; 1932\n\n12; 14"
    long = "A paragraph of a page that is laid out in a table. " * 10
    assert extract(docx(table(("Side", long), ("x", "y"))), "a.docx").text == f"Side\n\n{long.strip()}\n\nx\n\ny"


def test_merged_cells_keep_their_columns() -> None:
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    head = "".join(cell.format("", name) for name in ("Ship", "From", "To"))
    wide = cell.format('<w:gridSpan w:val="2"/>', "Sea Star") + cell.format("", "Lund")
    assert text_of(f"<w:tbl><w:tr>{head}</w:tr><w:tr>{wide}</w:tr></w:tbl>") == "Ship: Sea Star; To: Lund"


def test_a_document_without_text_says_so() -> None:
    with pytest.raises(ReadError, match=r"a\.docx holds no text"):
        extract(docx(lambda document: None), "a.docx")


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    data = docx(lambda document: document.add_paragraph("Fine."))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    laughs = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    body = files["word/document.xml"].decode()
    body = body[body.index("<w:document") :].replace("Fine.", "Fine. &l11;")
    files["word/document.xml"] = f"<!DOCTYPE x [{laughs}]>{body}".encode()
    (tmp_path / "a.docx").write_bytes(zipped(files))
    with pytest.raises(ReadError, match=r"a\.docx is damaged .*entity"):
        read(tmp_path, Path("a.docx"), 1_000_000)
