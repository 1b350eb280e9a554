"""Small texts that several renderings share, and errors as people see them."""

from rag.citations import counts_lines
from rag.errors import GroundlineError
from ui.markup import Markup, element
from ui.render import signs


def problem(error: GroundlineError) -> Markup:
    """An error as its message and its hint."""
    hint = element("p", {"class": "hint"}, error.hint) if error.hint else ""
    return element("div", {"class": "problem", "role": "alert"}, signs.ERROR, element("div", {}, element("p", {}, str(error)), hint))


def lines(first: int, last: int) -> str:
    """A range of lines, from 1."""
    return f"line {first}" if first == last else f"lines {first} to {last}"


def where(place: str, reader: str, first: int, last: int) -> str:
    """The page, heading or row of a text, and its lines where the file has such."""
    return ", ".join(filter(None, [place, lines(first, last) if counts_lines(place, reader) else ""]))


def count(number: int, noun: str) -> str:
    """How many of something."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(of: int) -> str:
    """A file's size."""
    value = float(of)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
