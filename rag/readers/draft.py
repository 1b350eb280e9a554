"""A document's text while a reader puts it together: blocks with blank lines between them, and where places begin."""

import re
import unicodedata
from typing import NamedTuple

from rag.schema import Place

LONGEST_NAME = 80

# Ligatures as fonts draw them, and what is there but not seen: soft hyphens, zero widths, byte-order marks, control characters.
_SEEN = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_UNSEEN = dict.fromkeys(
    [0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF, *range(9), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)]
)
_CLEAN: dict[int, str | None] = {**_UNSEEN, **_SEEN}
_BREAK = re.compile(r"[ \t\r\f\v]*\n\s*")


class Extract(NamedTuple):
    """What a reader makes of a file: its text, and the places in it, in order."""

    text: str
    places: tuple[Place, ...]


class Draft:
    """Blocks of text, written one after the other."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0
        self._pending: str | None = None
        self._places: list[Place] = []

    def add(self, text: str, gap: str = "\n\n") -> int:
        """Appends a block, `gap` before it unless it is the first; where it begins. An empty block is left out."""
        if not text:
            return self._size
        if self._parts:
            self._parts.append(gap)
            self._size += len(gap)
        start = self._size
        if self._pending is not None:
            self._places.append(Place(start, self._pending))
            self._pending = None
        self._parts.append(text)
        self._size += len(text)
        return start

    def begin(self, name: str) -> None:
        """Says that the next block begins a place."""
        self._pending = name

    def heading(self, text: str) -> None:
        """Appends a heading, which names the place that it begins."""
        if text:
            self.begin(section(text))
            self.add(text)

    def put(self, name: str, start: int) -> None:
        """Says that a place begins at an offset that has been written; offsets come in order."""
        self._places.append(Place(start, name))

    def finish(self) -> Extract:
        """The text and its places."""
        return Extract("".join(self._parts), tuple(self._places))


def section(heading: str) -> str:
    """What the place that a heading begins is called."""
    line = one_line(heading)
    return "§ " + (line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1].rstrip() + "…")


def clean(text: str) -> str:
    """Text without what is not seen, ligatures spelt out, composed characters where Unicode has them."""
    return unicodedata.normalize("NFC", text.translate(_CLEAN))


def one_line(text: str) -> str:
    """Cleaned text with every run of white space as one space."""
    return " ".join(clean(text).split())


def lines(text: str) -> str:
    """Cleaned text with its line breaks kept, other white space as one space, and no empty lines."""
    return "\n".join(line for part in _BREAK.split(clean(text)) if (line := " ".join(part.split())))
