"""PDF: the lines of each page, put together to paragraphs again; what repeats at the edges of pages is left out.

PDFium is not made for threads, and written in C: it runs in a process apart.
"""

import re
from collections.abc import Iterator
from ctypes import c_double
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from rag.errors import ReadError
from rag.readers.draft import Draft, Extract, clean
from rag.readers.pages import Line, paragraphs, without_furniture

# What PDFium writes for a hyphen at the end of a line, in place of the line break.
_HYPHENS = str.maketrans({"\x02": "-", "\ufffe": "-", "\xad": "-"})
_LINE = re.compile("[^\r\n\x02\ufffe]+[\x02\ufffe]?")
_SPACE = re.compile(r"\s+")
_LEADERS = re.compile(r"(?:\s?\.){4,}\s*")


def extract(data: bytes, name: str) -> Extract:
    """The text of a PDF, its pages as places. Raises ReadError for one that is damaged, encrypted, or has no text."""
    pages = _pages(data, name)
    if not any(pages):
        count = f"{len(pages):,} page{'s' if len(pages) != 1 else ''}"
        raise ReadError(f"{name} has {count} without text: scanned?", "Make its text readable with an OCR program, such as ocrmypdf.")
    draft = Draft()
    last = 0
    for text, starts in paragraphs(without_furniture(pages)):
        begin = draft.add(text)
        for offset, page in starts:
            if page != last:
                draft.put(f"page {page}", begin + offset)
                last = page
    return draft.finish()


def _pages(data: bytes, name: str) -> list[list[Line]]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError(f"{name} is encrypted: it opens with a password only.", "Save it without a password.") from error
        raise ReadError(f"{name} is damaged: no PDF reader can open it.", "Save or download it again.") from error
    try:
        return [list(_lines(document, number)) for number in range(len(document))]
    except pypdfium2.PdfiumError as error:
        raise ReadError(f"{name} is damaged: a page of it cannot be read.", "Save or download it again.") from error
    finally:
        document.close()


def _lines(document: Any, number: int) -> Iterator[Line]:
    """The lines of a page in the order in which they are drawn."""
    page = document[number]
    sheet = page.get_textpage()
    try:
        characters = "".join(map(chr, (raw.FPDFText_GetUnicode(sheet, at) for at in range(sheet.count_chars()))))
        for match in _LINE.finditer(characters):
            piece = match[0].translate(_HYPHENS)
            text = _LEADERS.sub(" … ", _SPACE.sub(" ", clean(piece))).strip()
            if text:
                first, last = match.start() + len(piece) - len(piece.lstrip()), match.start() + len(piece.rstrip()) - 1
                yield _line(text, number + 1, sheet, first, last)
    finally:
        sheet.close()
        page.close()


def _line(text: str, page: int, sheet: Any, first: int, last: int) -> Line:
    """A line from the places of its first and last character; the last tells the height, the first may be a bullet of any size."""
    box, x, y = raw.FS_RECTF(), c_double(), c_double()
    raw.FPDFText_GetCharOrigin(sheet, first, x, y)
    raw.FPDFText_GetLooseCharBox(sheet, last, box)
    return Line(text, page, x.value, box.right, y.value, box.top - box.bottom)
