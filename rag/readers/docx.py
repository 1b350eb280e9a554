"""DOCX: paragraphs, headings, tables and notes in the order of the document; headings are the places."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx import Document as open_document
from docx.oxml.ns import qn
from lxml.etree import _Element as Element

from rag.errors import ReadError
from rag.readers.archive import open_zip
from rag.readers.draft import Draft, Extract, lines, one_line
from rag.readers.rows import is_header, pairs, write

MOST_UNPACKED = 300_000_000  # bytes
LONGEST_CELL = 400  # characters: a table with more in a cell lays out a page, and holds no data

_P, _TBL, _TR, _TC, _T = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc"), qn("w:t")
_BOX = qn("w:txbxContent")
# What a paragraph holds that is not seen: deleted and moved text, fields' codes, what older programs show instead of a drawing.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT = frozenset([*map(qn, ("w:del", "w:moveFrom", "w:instrText", "w:pPr", "w:sdtPr", "m:ctrlPr")), _FALLBACK])
_WRITTEN = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_NOTES = {"footnotes": "footnote", "endnotes": "endnote"}
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def extract(data: bytes, name: str) -> Extract:
    """The text of a Word document. Raises ReadError when there is none or the file is damaged."""
    open_zip(data, name, MOST_UNPACKED).close()
    document = open_document(BytesIO(data))
    headings = {style.style_id for style in document.styles if _is_heading(style)}
    draft = Draft()
    _write(document.element.body, draft, headings)
    for kind, one in _NOTES.items():
        _write_notes(document.part, kind, one, draft)
    extracted = draft.finish()
    if not extracted.text:
        raise ReadError(f"{name} holds no text.", "If it holds pictures of pages, make their text readable with an OCR program.")
    return extracted


def _is_heading(style: Any) -> bool:
    """Whether paragraphs of a style are headings, by its own name or that of a style it is based on."""
    for _ in range(10):
        if style is None:
            return False
        if (style.name or "").lower().startswith(("heading", "title")):
            return True
        style = getattr(style, "base_style", None)
    return False


def _write(body: Element, draft: Draft, headings: set[str]) -> None:
    for element in _parts(body):
        if element.tag == _TBL:
            _write_table(element, draft, headings)
            continue
        text = lines(_text(element))
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        if style is not None and style.get(qn("w:val")) in headings:
            draft.heading(one_line(text))
        else:
            draft.add(text)
        for box in element.iter(_BOX):
            if not any(parent.tag in _LEFT_OUT for parent in box.iterancestors()):
                _write(box, draft, headings)


def _parts(body: Element) -> Iterator[Element]:
    """The paragraphs and tables of a body, in content controls and the like too, not those inside of them."""
    waiting = list(reversed(body))
    while waiting:
        element = waiting.pop()
        if element.tag in (_P, _TBL):
            yield element
        elif element.tag not in _LEFT_OUT:
            waiting.extend(reversed(element))


def _text(paragraph: Element) -> str:
    """What a paragraph shows; its text boxes stand for themselves."""
    written: list[str] = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        if element.tag in _LEFT_OUT or element.tag == _BOX or _is_hidden(element):
            continue
        if element.tag == _T or element.tag == qn("m:t"):
            written.append(element.text or "")
        elif element.tag in _WRITTEN:
            written.append(" " if element.get(qn("w:type")) in ("page", "column") else _WRITTEN[element.tag])
        else:
            waiting.extend(reversed(element))
    return "".join(written)


def _is_hidden(run: Element) -> bool:
    hidden = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}") if run.tag == qn("w:r") else None
    return hidden is not None and hidden.get(qn("w:val")) not in ("0", "false")


def _write_table(table: Element, draft: Draft, headings: set[str]) -> None:
    found = [list(_cells(line)) for line in table.iterchildren(_TR)]
    texts = [
        [one_line(" ".join(_text(paragraph) for paragraph in cell.iter(_P))) if cell is not None else "" for cell in cells]
        for cells in found
    ]
    layout = max(map(len, texts), default=0) < 2 or any(len(text) > LONGEST_CELL for line in texts for text in line)
    if layout or table.find(f".//{_TC}//{_TBL}") is not None:
        for cells in found:
            for cell in cells:
                if cell is not None:
                    _write(cell, draft, headings)
        return
    header = texts[0] if is_header(texts[0], len(texts) - 1) else []
    for line in texts[bool(header) :]:
        write(draft, pairs(header, line))


def _cells(line: Element) -> Iterator[Element | None]:
    """The cells of a row, one for each column: None where a cell goes on."""
    for cell in line.iterchildren(_TC):
        merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        yield None if merged is not None and merged.get(qn("w:val")) != "restart" else cell
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        width = span.get(qn("w:val"), "1") if span is not None else "1"
        yield from [None] * (min(int(width), 100) - 1 if width.isdigit() else 0)


def _write_notes(part: Any, kind: str, one: str, draft: Draft) -> None:
    """Appends the footnotes or endnotes of a document; the first two of a file are only the line above them."""
    related = [relation for relation in part.rels.values() if relation.reltype == _RELATIONS + kind and not relation.is_external]
    for relation in related:
        from docx.oxml.parser import parse_xml

        for note in parse_xml(relation.target_part.blob).iterchildren(qn(f"w:{one}")):
            if note.get(qn("w:type")) is None:
                draft.begin(f"{one} {note.get(qn('w:id'))}")
                draft.add(lines(" ".join(_text(paragraph) for paragraph in note.iter(_P))))
