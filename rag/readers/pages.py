"""From lines on pages to paragraphs: sentences whole again across lines, columns and pages."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple


class Line(NamedTuple):
    """A line of text on a page (from 1): its left and right end, its lower edge and its height, in points, upwards."""

    text: str
    page: int
    left: float
    right: float
    bottom: float
    height: float


class _Flow(NamedTuple):
    """Lines below one another: a column, or what of it stands on one page."""

    lines: list[Line]
    right: float
    pitch: float


EDGE = 2  # lines at the top and bottom of a page among which running heads are looked for
REPEATS = 3  # pages on which a line has to stand at the same height to be one; two where there are no more
SAME_HEIGHT = 6.0  # points
BESIDE = 2.5  # times the height of a line: how far a second one stands from the outermost
WIDER_GAP = 1.35  # times the usual distance of two lines: a paragraph ends
OTHER_SIZE = 1.12
LEADER = " … "  # the dots of a table of contents
INDENT = 0.9  # times the height of a line

_PAGE_NUMBER = re.compile(r"\W*(?:page\s*|p\.\s*|seite\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/|von|de)\s*\d{1,4})?\W*", re.I)
_DIGITS = re.compile(r"\d+")
_BULLET = re.compile(r"(?:[•‣◦⁃▪●○·–—*-]|\(?\d{1,2}[.)]|\([a-z]\)|[a-z]\))\s")
_ENDS = re.compile(r"[.!?…。！？][”\"’'»)\]]*(?:\s*\[?\d{1,3}\]?)?\Z")
_HYPHENATED = re.compile(r"([^\W\d_]+)[-‐]\Z")
_FIRST = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"\w+(?:-\w+)*")


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without running heads, running feet and page numbers; never without all that they hold."""
    edges = [_edges(lines) for lines in pages]
    heights: dict[str, list[float]] = defaultdict(list)
    for edge in edges:
        for line, pattern in edge:
            heights[pattern].append(line.bottom)
    middles = {pattern: median(at) for pattern, at in heights.items()}
    least = max(2, min(REPEATS, len(pages)))
    repeated = {pattern for pattern, at in heights.items() if sum(abs(height - middles[pattern]) <= SAME_HEIGHT for height in at) >= least}
    kept = []
    for lines, edge in zip(pages, edges, strict=True):
        outer = {
            id(line)
            for line, pattern in edge
            if _PAGE_NUMBER.fullmatch(line.text) or (pattern in repeated and abs(line.bottom - middles[pattern]) <= SAME_HEIGHT)
        }
        kept.append([line for line in lines if id(line) not in outer])
    return kept if any(kept) else [list(lines) for lines in pages]


def paragraphs(pages: Sequence[Sequence[Line]]) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """The paragraphs of a document, each with the pages on it as (offset in the paragraph, page)."""
    flows = [flow for lines in pages for flow in _flows(lines)]
    known = {word.lower() for flow in flows for line in flow.lines for word in _WORDS.findall(line.text)}
    block: list[Line] = []
    before: _Flow | None = None
    for flow in flows:
        for number, line in enumerate(flow.lines):
            ended = block and (
                _ends_within(flow, flow.lines[number - 1], line) if number else before is None or _ends_between(before, block[-1], line)
            )
            if ended:
                yield _joined(block, known)
                block = []
            block.append(line)
        before = flow
    if block:
        yield _joined(block, known)


def _edges(lines: Sequence[Line]) -> list[tuple[Line, str]]:
    """The lines at the top and bottom of a page that stand apart from the rest, each with the words that would repeat.

    The outermost may count the pages: its numbers are no part of these words.
    """
    ordered = sorted(lines, key=lambda line: -line.bottom)
    gaps = [above.bottom - below.bottom for above, below in pairwise(ordered) if above.bottom - below.bottom > below.height / 2]
    found = []
    for side in (ordered, ordered[::-1]):
        for place, (line, following) in enumerate(pairwise(side[: EDGE + 1])):
            usual = min(median(gaps), 1.5 * following.height) if gaps else 0.0
            if abs(line.bottom - following.bottom) <= WIDER_GAP * usual and not _differ(line, following):
                break
            if abs(side[0].bottom - line.bottom) > BESIDE * line.height:
                break
            found.append((line, line.text if place else _DIGITS.sub("#", line.text)))
    return found


def _flows(lines: Sequence[Line]) -> Iterator[_Flow]:
    """The lines of a page in runs that go down."""
    run: list[Line] = []
    for line in lines:
        if run and line.bottom > run[-1].bottom + line.height / 2:
            yield _flow(run)
            run = []
        run.append(line)
    if run:
        yield _flow(run)


def _flow(lines: list[Line]) -> _Flow:
    gaps = [above.bottom - below.bottom for above, below in pairwise(lines) if above.bottom - below.bottom > below.height / 2]
    return _Flow(lines, max(line.right for line in lines), median(gaps) if gaps else 0.0)


def _ends_within(flow: _Flow, line: Line, following: Line) -> bool:
    """Whether a paragraph ends between two lines of one flow."""
    if line.bottom - following.bottom > WIDER_GAP * flow.pitch or _differ(line, following):
        return True
    if _BULLET.match(following.text) or LEADER in line.text:
        return True
    ended = _ENDS.search(line.text) is not None
    if ended and following.left > line.left + INDENT * line.height:
        return True
    return _has_room(flow, line, following) and (ended or _opens(following.text))


def _ends_between(before: _Flow, line: Line, following: Line) -> bool:
    """Whether a paragraph ends with a column or page."""
    if _differ(line, following) or _ENDS.search(line.text) or _BULLET.match(following.text):
        return True
    return _has_room(before, line, following) and _opens(following.text)


def _differ(line: Line, other: Line) -> bool:
    low, high = sorted((line.height, other.height))
    return high > low * OTHER_SIZE


def _has_room(flow: _Flow, line: Line, following: Line) -> bool:
    """Whether the next line's first word would have fitted on a line, which was ended on purpose, then."""
    word = following.text.split(" ", 1)[0]
    width = (following.right - following.left) / max(1, len(following.text))
    return flow.right - line.right > (len(word) + 1.5) * width


def _opens(text: str) -> bool:
    first = next((character for character in text if character.isalnum()), "")
    return not first.islower()


def _joined(lines: Sequence[Line], known: Iterable[str]) -> tuple[str, list[tuple[int, int]]]:
    text = lines[0].text
    starts = [(0, lines[0].page)]
    for line in lines[1:]:
        match, first = _HYPHENATED.search(text), _FIRST.match(line.text)
        if match and first and first[0][0].islower():
            whole, compound = (match[1] + first[0]).lower(), f"{match[1]}-{first[0]}".lower()
            text = text if compound in known and whole not in known else text[:-1]
        elif not text.endswith(("-", "‐", "/")) and not (_is_wide(text[-1]) and _is_wide(line.text[0])):
            text += " "
        if line.page != starts[-1][1]:
            starts.append((len(text), line.page))
        text += line.text
    return text, starts


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
