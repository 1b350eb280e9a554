"""A document's text as passages of whole sentences, with exact offsets."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rag.boilerplate import flags
from rag.language.sentences import Found, find
from rag.orders import orders
from rag.schema import Passage, Sentence, Span

SPLITTER_VERSION = "2"

CHARS_PER_TOKEN = 16  # a longer piece is cut before it is counted: a tokenizer may see a whole line of letters as one token
MOST_SENTENCES = 40  # in one passage: keeps the search for borders linear where sentences are a character long
# What a passage and its border cost, in units of a completely empty passage.
PASSAGE = 0.05
INSIDE_PARAGRAPH = 0.35
AFTER_HEADING = 2.0


class _Piece(NamedTuple):
    start: int
    end: int
    tokens: int
    paragraph: int
    heading: bool
    boilerplate: bool


def sentences(text: str) -> tuple[Span, ...]:
    """Exact spans of the sentences of any text, in order; every character that is not white space is in exactly one."""
    return tuple(Span(start=found.start, end=found.end) for found in find(text))


def split(text: str, count_tokens: Callable[[str], int], max_tokens: int) -> tuple[Passage, ...]:
    """Passages of whole sentences, at most `max_tokens` each, numbered from 1, without overlap, covering the whole text.

    Borders are put between paragraphs where that wastes little; a heading stays with what follows it. A sentence that is
    longer than `max_tokens` becomes several, cut at words and, within a word that is too long, at characters.
    """
    found = tuple(find(text))
    written = [text[item.start : item.end] for item in found]
    marks = [page or order for page, order in zip(flags(written), orders(written), strict=True)]
    pieces = [piece for item, mark in zip(found, marks, strict=True) for piece in _pieces(text, item, mark, count_tokens, max_tokens)]
    groups = (part for group in _group(pieces, max_tokens) for part in _fitting(text, group, count_tokens, max_tokens))
    return tuple(_passage(number, group) for number, group in enumerate(groups, 1))


def _passage(number: int, group: list[_Piece]) -> Passage:
    inner = tuple(Sentence(start=piece.start, end=piece.end, boilerplate=piece.boilerplate) for piece in group)
    return Passage(start=inner[0].start, end=inner[-1].end, number=number, sentences=inner)


def _pieces(text: str, item: Found, boilerplate: bool, count_tokens: Callable[[str], int], max_tokens: int) -> Iterator[_Piece]:
    for start, end in _windows(text, item.start, item.end, max_tokens * CHARS_PER_TOKEN):
        for first, last, tokens in _cut(text, start, end, count_tokens, max_tokens):
            yield _Piece(first, last, tokens, item.paragraph, item.heading, boilerplate)


def _windows(text: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    while end - start > size:
        border = _border(text, start, start + size, start + size)
        yield _stripped(text, start, border)
        start = border
        while text[start].isspace():
            start += 1
    yield start, end


def _cut(text: str, start: int, end: int, count_tokens: Callable[[str], int], max_tokens: int) -> Iterator[tuple[int, int, int]]:
    """Halve a span at words until each part fits, as (start, end, tokens)."""
    tokens = count_tokens(text[start:end])
    if tokens <= max_tokens or end - start == 1:
        yield start, end, max(tokens, 1)
        return
    middle = _border(text, start, (start + end) // 2, end)
    for first, last in (_stripped(text, start, middle), _stripped(text, middle, end)):
        if first < last:
            yield from _cut(text, first, last, count_tokens, max_tokens)


def _border(text: str, start: int, goal: int, end: int) -> int:
    """Where to cut `text[start:end]`: at the last white space before `goal`, else at the first behind it, else right there."""
    if text[goal - 1].isspace() or text[goal : goal + 1].isspace():
        return goal
    before = text[start:goal].rsplit(None, 1)
    if len(before) == 2:
        return goal - len(before[1])
    behind = text[goal:end].split(None, 1)
    return end - len(behind[1]) if len(behind) == 2 else goal


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _group(pieces: list[_Piece], max_tokens: int) -> list[list[_Piece]]:
    """The cheapest way to put borders between pieces: squared emptiness of each passage plus the cost of each border."""
    best = [0.0] + [float("inf")] * len(pieces)
    origin = [0] * (len(pieces) + 1)
    for end in range(1, len(pieces) + 1):
        border = PASSAGE + _border_cost(pieces, end)
        tokens = 0
        for start in range(end - 1, max(-1, end - 1 - MOST_SENTENCES), -1):
            tokens += pieces[start].tokens
            if tokens > max_tokens and start < end - 1:
                break
            cost = best[start] + max(0.0, 1 - tokens / max_tokens) ** 2 + border
            if cost < best[end]:
                best[end], origin[end] = cost, start
    groups: list[list[_Piece]] = []
    end = len(pieces)
    while end:
        groups.append(pieces[origin[end] : end])
        end = origin[end]
    return groups[::-1]


def _border_cost(pieces: list[_Piece], at: int) -> float:
    if at == len(pieces):
        return 0.0
    if pieces[at - 1].heading:
        return AFTER_HEADING
    return INSIDE_PARAGRAPH if pieces[at - 1].paragraph == pieces[at].paragraph else 0.0


def _fitting(text: str, group: list[_Piece], count_tokens: Callable[[str], int], max_tokens: int) -> Iterator[list[_Piece]]:
    """The group, halved while its text as a whole counts more tokens than its sentences did one by one."""
    if len(group) == 1 or count_tokens(text[group[0].start : group[-1].end]) <= max_tokens:
        yield group
        return
    middle = len(group) // 2
    yield from _fitting(text, group[:middle], count_tokens, max_tokens)
    yield from _fitting(text, group[middle:], count_tokens, max_tokens)
