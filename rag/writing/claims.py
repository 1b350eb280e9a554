"""A language model's text as sentences, each with the source numbers that belong to it, found while it is being written."""

import re
from typing import NamedTuple

from rag.split import sentences
from rag.writing.marks import Mark, Unmarked, has_words, marks, unmarked

# What may become a mark when more is written: an open bracket, "Source" without its colon, a line of sources.
_BEGUN = re.compile(
    r"\s*(?:[\[【［(][^\]】］)\n]{0,120}|\(\d{1,2}(?:\s?,\s?\d{1,2})*\)|<[^<>\n]{0,60}|(?:passages?|sources?)\b[^:：\n]{0,20}"
    r"|(?:\*\*)?sources?[:*]{1,5}\s?(?:\[[^\]\n]{0,20}\]?[,;\s]*){0,40})\s*\Z",
    re.I,
)
_STOPS = re.compile(r"[.!?…‥‼⁇⁈⁉。！？｡؟۔।॥།։።\n]")
_QUOTED = re.compile(r"[!?…‥‼⁇⁈⁉.][”\"’'»›」』“‘*_)\]]+\Z")
_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*")
# Words after a quotation that tell whether "…!" she said goes on.
_AFTER_QUOTE = 5
# A sentence that does not end is looked at again when it has grown by this much, so that reading stays linear.
_LONG = 1_500


class Claim(NamedTuple):
    """A written sentence without its markers, the white space before it, and the source numbers that it names.

    `ended` is False for the last sentence of a text when no full stop closes it.
    """

    gap: str
    text: str
    numbers: tuple[int, ...]
    ended: bool = True


class ClaimReader:
    """Reads a text that comes in pieces. Its claims depend on the whole text alone, not on where it was cut."""

    def __init__(self) -> None:
        self._tail = ""
        self._seen = 0
        self._skip_to = 0

    def feed(self, piece: str) -> list[Claim]:
        """The sentences that `piece` has ended: those that nothing that follows can change."""
        self._tail += piece
        claims: list[Claim] = []
        while (point := self._next_point()) is not None:
            while (settled := _settled(self._tail[:point])) is not None:
                claim, cut = settled
                claims.append(claim)
                self._tail = self._tail[cut:]
                point -= cut
                self._skip_to = 0
            self._seen = point
            if point > _LONG:
                self._skip_to = point + point // 4
        return claims

    def end(self) -> list[Claim]:
        """The sentences that are left when nothing follows any more."""
        tail, self._tail, self._seen = self._tail.rstrip(), "", 0
        read = unmarked(tail)
        spans = sentences(read.text)
        numbers: list[list[int]] = [[] for _ in spans]
        for place, mark in read.marks:
            for owner in _owner(place, mark, [(span.start, span.end) for span in spans]):
                numbers[owner] += mark.numbers
        claims, at = [], 0
        for span, named in zip(spans, numbers, strict=True):
            text = read.text[span.start : span.end]
            ended = span is not spans[-1] or _STOPS.search(text[-4:]) is not None
            claims.append(Claim(read.text[at : span.start], text, tuple(dict.fromkeys(named)), ended))
            at = span.end
        return claims

    def _next_point(self) -> int | None:
        """The next end of a word that was not looked at: its end is where the white space after it begins and one more."""
        for at in range(max(self._seen, 1), len(self._tail)):
            if self._tail[at].isspace() and not self._tail[at - 1].isspace() and at + 1 >= self._skip_to:
                return at + 1
        self._seen = max(self._seen, len(self._tail) - 1)
        return None


def read_claims(said: str) -> list[Claim]:
    """The sentences of a whole text."""
    reader = ClaimReader()
    return [*reader.feed(said), *reader.end()]


def _settled(said: str) -> tuple[Claim, int] | None:
    """The first sentence of a text that will go on, and where it ends with its markers; None while it may still change."""
    if not _STOPS.search(said):
        return None
    read = unmarked(said)
    spans = sentences(read.text)
    if len(spans) < 2 or not _is_over(said, read, spans[0].end, spans[1].start):
        return None
    first, second = spans[0], spans[1]
    cut = read.origin[first.end - 1] + 1
    numbers: list[int] = []
    bounds = [(first.start, first.end), (second.start, second.end)]
    for place, mark in read.marks:
        if _owner(place, mark, bounds)[:1] != [0]:
            break
        numbers += mark.numbers
        cut = max(cut, mark.end)
    return Claim(read.text[: first.start], read.text[first.start : first.end], tuple(dict.fromkeys(numbers))), cut


def _is_over(said: str, read: Unmarked, end: int, following: int) -> bool:
    """Whether a sentence whose text ends at `end` is over, though more will follow, with its markers."""
    rest = read.text[following:]
    words = len(_WORD.findall(rest[:200]))
    if not words or _BEGUN.match(said, read.origin[end - 1] + 1):
        return False
    if _QUOTED.search(read.text[:end][-8:]) and words < _AFTER_QUOTE and "\n" not in rest.rstrip():
        return False
    # Whether a line's markers stand before or behind its sentences shows at its end.
    place = read.origin[end - 1]
    line = said.rfind("\n", 0, place) + 1
    opening = next((mark for mark in marks(said[line:]) if not mark.instead), None)
    opens = opening is not None and not has_words(said[line : line + opening.start])
    return not opens or "\n" in said[place:].rstrip()


def _owner(place: int, mark: Mark, spans: list[tuple[int, int]]) -> list[int]:
    """The sentence that a mark belongs to, as its index, or nothing where there is none."""
    after = [index for index, span in enumerate(spans) if span[1] > place]
    before = [index for index, span in enumerate(spans) if span[0] < place]
    return (after[:1] or before[-1:]) if mark.forward else (before[-1:] or after[:1])
