"""CSV: each row as one line, with the names of its columns; rows are the places."""

import csv
import re
from collections import Counter
from io import StringIO

from rag.errors import ReadError
from rag.readers.draft import Draft, Extract, one_line
from rag.readers.plain import decode
from rag.readers.rows import is_header, pairs, write

DELIMITERS = ",;\t|"
SAMPLE = 50  # rows by which the delimiter is chosen

_NEWLINES = re.compile(r"\r\n|\r")


def extract(data: bytes, name: str) -> Extract:
    """The rows of a table in UTF-8; row 1 is the first of the file, which may name the columns. Raises ReadError."""
    text = _NEWLINES.sub("\n", decode(data, name))
    table = _rows(text, name, _delimiter(text))
    header: list[str] = []
    if table and is_header(table[0], len(table) - 1):
        header = [one_line(cell) for cell in table[0]]
    draft = Draft()
    for number, cells in enumerate(table[bool(header) :], 1 + bool(header)):
        if found := pairs(header, cells):
            draft.begin(f"row {number}")
            write(draft, found)
    extracted = draft.finish()
    if not extracted.text:
        raise ReadError(f"{name} has no row with anything in it.", "Put text into the file, or ignore it.")
    return extracted


def _rows(text: str, name: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(reader)
    except csv.Error as error:
        raise ReadError(f"{name} is no table: line {reader.line_num:,}: {error}.", "Is a quotation mark left open there?") from error


def _delimiter(text: str) -> str:
    """What parts the cells: the mark that gives most rows the same number of cells, and the more of them the better."""

    def agreement(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        try:
            sizes = Counter(len(cells) for _, cells in zip(range(SAMPLE), reader, strict=False) if cells)
        except csv.Error:
            return 0, 0
        size, times = max(sizes.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0))
        return (times, size) if size > 1 else (0, 0)

    return max(DELIMITERS, key=agreement)
