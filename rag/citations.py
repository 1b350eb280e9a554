"""Citations: made from a document, printed as markers, parsed back, and checked against the file as it is now."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from rag.errors import GroundlineError
from rag.schema import Check, Citation, Document, Place


class Marker(NamedTuple):
    """A marker at `text[start:end]` and the source numbers that it names, in the order written."""

    start: int
    end: int
    numbers: tuple[int, ...]


# Four digits in brackets are a year, not a source.
_NUMBER = r"\d{1,3}"
_RANGE = rf"{_NUMBER}(?:\s*[-–—~]\s*{_NUMBER})?"
# A model that repeats itself lists without an end, and each place in such a list may begin another one.
_LIST = rf"{_RANGE}(?:\s*(?:[,;&，、；]|and)\s*(?:sources?\s*)?{_RANGE}){{0,63}}"
_MARKER = re.compile(
    rf"[\[【［]\s*\^?(?:sources?(?:\s*:)?\s*)?({_LIST})\s*(?:†[^\]】］\n]{{0,80}})?[\]】］]"
    rf"|\(\s*sources?\s+({_LIST})\s*\)"
    rf"|\bsources?\s+({_LIST})\s*[:：]",
    re.I,
)
_PART = re.compile(rf"({_NUMBER})(?:\s*[-–—~]\s*({_NUMBER}))?")


def cite(n: int, document: Document, passage_number: int, start: int, end: int) -> Citation:
    """The citation numbered `n` of `document.text[start:end]`. Raises GroundlineError when that range is empty or not in the text."""
    if not 0 <= start < end <= len(document.text):
        raise GroundlineError(
            f"{document.path} has {len(document.text):,} characters, so that {start:,} to {end:,} cannot be cited.",
            "Index the corpus again.",
        )
    first, last = line_numbers(document.text, start, end)
    return Citation(
        n=n,
        path=document.path,
        sha256=document.sha256,
        passage=passage_number,
        start=start,
        end=end,
        line_start=first,
        line_end=last,
        quote=document.text[start:end],
        place=place_of(document, start, end),
        reader=document.reader,
    )


def place_of(document: Document, start: int, end: int) -> str:
    """What the page, heading or row of `text[start:end]` is called, "pages 3–4" where it is more than one; "" before the first."""
    first, last = _place_at(document.places, start), _place_at(document.places, end - 1)
    kind, _, number = first.partition(" ")
    other_kind, _, other = last.partition(" ")
    if first == last or kind != other_kind or not (number.isdigit() and other.isdigit()):
        return first
    return f"{kind}s {number}–{other}"


def counts_lines(place: str, reader: str) -> bool:
    """Whether line numbers help to find a text in its file: in one that a reader extracted they are nobody's, where it has a place."""
    return not (place and reader)


def line_numbers(text: str, start: int, end: int) -> tuple[int, int]:
    """The lines, from 1, of the first and last character of `text[start:end]`; a line ends with LF, CR LF or CR."""
    return _line(text, start), _line(text, max(start, end - 1))


def markers(text: str) -> tuple[Marker, ...]:
    """The source markers of a text in order: `[1]`, `[1, 2]`, `[1-3]`, `【1】`, `［1］`, `(Source 1)`, `Source 1:` and the like."""
    found = (Marker(match.start(), match.end(), _numbers(match[1] or match[2] or match[3])) for match in _MARKER.finditer(text))
    return tuple(marker for marker in found if marker.numbers)


def print_markers(numbers: Sequence[int]) -> str:
    """The numbers as markers, `[1][2]`; `markers` reads the same numbers back."""
    return "".join(f"[{number}]" for number in numbers)


def check(citation: Citation, current: Document | None) -> Check:
    """Whether a citation still holds: `ok`; `stale`, the file's hash differs; `missing`, no such file; `wrong`, it never held."""
    state, detail = _judge(citation, current)
    return Check.model_validate(
        {"n": citation.n, "path": citation.path, "start": citation.start, "end": citation.end, "state": state, "detail": detail}
    )


def _judge(citation: Citation, current: Document | None) -> tuple[str, str]:
    if current is None:
        return "missing", "there is no such file in the corpus"
    text = current.text
    if current.sha256 == citation.sha256 and current.reader != citation.reader and text[citation.start : citation.end] != citation.quote:
        return "stale", f"the file is read by {current.reader or 'its own text'} now, then by {citation.reader or 'its own text'}"
    if current.sha256 != citation.sha256:
        place = text.find(citation.quote) if citation.quote else -1
        now = f"the quote stands at {place}-{place + len(citation.quote)} now" if place >= 0 else "the quote is not in it any more"
        return "stale", f"the file has changed since: {now}"
    if not 0 <= citation.start < citation.end <= len(text):
        return "wrong", f"the file has {len(text)} characters"
    if text[citation.start : citation.end] != citation.quote:
        return "wrong", "the quote is not what the file says there"
    if line_numbers(text, citation.start, citation.end) != (citation.line_start, citation.line_end):
        return "wrong", "the lines are not those of the quote"
    return "ok", "the file says exactly this"


def _place_at(places: Sequence[Place], offset: int) -> str:
    at = bisect_right(places, offset, key=lambda place: place.start)
    return places[at - 1].name if at else ""


def _line(text: str, offset: int) -> int:
    breaks = text.count("\n", 0, offset) + text.count("\r", 0, offset) - text.count("\r\n", 0, offset)
    inside = offset > 0 and text[offset - 1 : offset + 1] == "\r\n"  # the line feed is still on the line that it ends
    return 1 + breaks - inside


def _numbers(listed: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for match in _PART.finditer(listed):
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            return ()
        numbers.extend(range(first, last + 1))
    return tuple(numbers)
