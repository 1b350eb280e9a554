"""`groundline show`: a span of a document in its surroundings, with line numbers and the quote marked."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from rag.catalog import PassageRow
from rag.cli.terminal import one_line, print_hanging, safe
from rag.errors import PlaceError
from rag.schema import Document

# What a plain terminal shows instead of colour.
OPEN, CLOSE = "⟦", "⟧"

# Characters shown before and after the passages of the quote.
AROUND = 200

_PLACE = re.compile(r"(?P<path>.+):(?P<start>\d{1,12})-(?P<end>\d{1,12})", re.DOTALL)


def parse_place(place: str) -> tuple[str, int, int]:
    """PATH:START-END as path and character offsets, end exclusive. Raises PlaceError."""
    match = _PLACE.fullmatch(place)
    if match is None or int(match["start"]) >= int(match["end"]):
        raise PlaceError(
            f"{place[:200]!r} is not PATH:START-END.", "Give what an answer prints beside its markers, as in notes.txt:120-180."
        )
    return match["path"], int(match["start"]), int(match["end"])


def print_passage(out: Console, document: Document, passages: Sequence[PassageRow], start: int, end: int) -> None:
    """Print the passages that `[start, end)` touches and a little around them. Raises PlaceError when it lies outside the text."""
    if end > len(document.text):
        raise PlaceError(f"{document.path} has {len(document.text):,} characters; {start}-{end} lies outside.", "Check the offsets.")
    touched = [passage for passage in passages if passage.start < end and start < passage.end]
    first = max(0, min([start, *(passage.start for passage in touched)]) - AROUND)
    last = min(len(document.text), max([end, *(passage.end for passage in touched)]) + AROUND)
    numbers = ", ".join(str(passage.number) for passage in touched)
    out.print(Text(f"{one_line(document.path)}:{start}-{end}", "cyan") + Text(f"  passage {numbers}" if numbers else "", "dim"))
    line_starts = [0, *(match.end() for match in re.finditer("\r\n|\n|\r", document.text))]
    index = bisect_right(line_starts, first) - 1
    gutter = len(str(bisect_right(line_starts, last)))
    while index < len(line_starts) and line_starts[index] < last:
        line_start = line_starts[index]
        line_end = line_starts[index + 1] if index + 1 < len(line_starts) else len(document.text)
        low, high = max(first, line_start), min(last, line_end)
        marked = _marked(document.text, low, high, start, end, plain=not out.is_terminal or out.no_color)
        cut = Text("… " if low > line_start else "") + marked + Text(" …" if high < line_end else "")
        cut.rstrip()
        out.print(Text(f"{index + 1:>{gutter}}  ", "dim"), end="")
        print_hanging(out, cut, gutter + 2)
        index += 1


def _marked(text: str, low: int, high: int, start: int, end: int, plain: bool) -> Text:
    """`text[low:high]` with what lies in `[start, end)` marked; the line's ending is left out."""
    before, quote, after = (text[a:b].rstrip("\r\n") if b == high else text[a:b] for a, b in _cuts(low, high, start, end))
    marked = Text(safe(before), "dim")
    if quote:
        opening = OPEN if plain and low <= start else ""
        closing = CLOSE if plain and end <= high else ""
        marked.append(opening + safe(quote) + closing, "bold reverse" if not plain else "bold")
    return marked.append(safe(after), "dim")


def _cuts(low: int, high: int, start: int, end: int) -> tuple[tuple[int, int], ...]:
    a, b = min(max(start, low), high), min(max(end, low), high)
    return (low, a), (a, b), (b, high)
