"""The source panel: a document's text with a quote highlighted at its exact characters, as pure functions."""

import json
from collections.abc import Iterator
from typing import Literal, NamedTuple

from rag.citations import counts_lines, line_numbers, place_of
from rag.errors import GroundlineError
from rag.schema import Document, Frozen
from ui.markup import Attributes, Markup, element, join
from ui.render import lines, problem

# Characters shown on each side of a quote at first; a browser lays out that much at once without a pause.
SURROUNDINGS = 12_000
# Characters added at an end that is scrolled to.
CHUNK = 40_000


class View(Frozen):
    """What to show of a document: a quote `[start, end)` (none: the whole), and the short answers inside it.

    A passage without `n` was near, but answered nothing. `quote` and `sha256` are what the citation promised; where the
    document no longer says so, the view is stale. `place` names the page or heading; a link has none, the document does.
    """

    path: str
    sha256: str = ""
    n: int | None = None
    passage: int | None = None
    start: int = 0
    end: int = 0
    quote: str = ""
    short: tuple[tuple[int, int], ...] = ()
    place: str = ""


class Rest(Frozen):
    """Which further text of a document is wanted: what ends, or begins, at the character `at`."""

    path: str
    sha256: str
    at: int
    side: Literal["before", "after"]


def source(view: View, document: Document, *, changed: bool = False) -> Markup:
    """The document, as it was indexed, around the quote. `changed`: the file would give another text by now.

    `data-stale` is set where the citation or the file has changed; nothing is highlighted where the quote does not stand any more.
    """
    cited_otherwise = bool(view.sha256 and view.sha256 != document.sha256)
    holds = 0 <= view.start <= view.end <= len(document.text)
    holds = holds and (not view.quote or document.text[view.start : view.end] == view.quote)
    head = element(
        "header", {"class": "where"}, element("h2", {"class": "file"}, element("bdi", {}, document.path)), _place(view, document, holds)
    )
    if not holds:
        return join([head, _stale(_MOVED, view.quote), _page(document, view.model_copy(update={"start": 0, "end": 0}))])
    notice = _stale(_CITED_OTHERWISE) if cited_otherwise else _stale(_CHANGED) if changed else ""
    return join([head, notice, _page(document, view)])


_MOVED = "Stale: the document has changed since this was cited, and the quote does not stand at these characters any more."
_CITED_OTHERWISE = "Stale: the document has changed since this was cited. The quote still stands at the same characters."
_CHANGED = (
    "Stale: the file, or how it is read, has changed since it was indexed. This is its text as indexed; "
    "the Library can read the folder again."
)


def gone(view: View) -> Markup:
    """The panel for a document that the corpus no longer holds."""
    head = element("header", {"class": "where"}, element("h2", {"class": "file"}, element("bdi", {}, view.path)))
    missing = GroundlineError(
        "This document is not among the indexed ones.",
        "It was removed or renamed, or the link is from another corpus. Ask again to get current sources.",
    )
    quote = element("blockquote", {"dir": "auto"}, view.quote) if view.quote else ""
    return join([head, problem(missing), quote])


def _place(view: View, document: Document, holds: bool) -> Markup:
    if not holds or view.start == view.end:
        whole = line_numbers(document.text, 0, len(document.text))[1]
        return element("p", {"class": "detail"}, f"{whole:,} lines, {len(document.text):,} characters")
    place = view.place or place_of(document, view.start, view.end)
    passage = f"passage {view.passage:,}" if view.passage else ""
    span = lines(*line_numbers(document.text, view.start, view.end)) if counts_lines(place, document.reader) else ""
    said = ", ".join(filter(None, [place, passage, span, f"characters {view.start:,} to {view.end:,}"]))
    return element("p", {"class": "detail"}, said)


def _stale(words: str, quote: str = "") -> Markup:
    cited = element("blockquote", {"dir": "auto"}, quote) if quote else ""
    return element("div", {"class": "stale", "role": "note", "data-stale": True}, element("p", {}, words), cited)


class _Piece(NamedTuple):
    start: int
    end: int
    short: bool


def _page(document: Document, view: View) -> Markup:
    text, start, end = document.text, view.start, view.end
    first = _line_start(text, max(0, start - SURROUNDINGS))
    last = _line_end(text, min(len(text), end + SURROUNDINGS))
    quote = [
        element("strong", {"class": "short"}, text[p.start : p.end]) if p.short else text[p.start : p.end]
        for p in _pieces(start, end, view.short)
    ]
    near = view.passage is not None and view.n is None
    marked = element("mark", {"class": "quote near" if near else "quote", "id": "gl-quote"}, *quote) if end > start else ""
    body = element("div", {"class": "text", "dir": "auto"}, element("div", {}, text[first:start], marked, text[end:last]))
    attributes: Attributes = {"class": "page", "tabindex": 0, "role": "region", "aria-label": f"Text of {document.path}"}
    of = json.dumps({"path": document.path, "sha256": document.sha256})
    return element("div", {**attributes, "data-of": of}, _before(first), body, _after(text, last))


def rest(wanted: Rest, document: Document) -> Markup:
    """The next piece of a document's text at one side, with the way to the one after it. Nothing of a document that has changed since."""
    text = document.text
    if document.sha256 != wanted.sha256 or not 0 <= wanted.at <= len(text):
        return Markup("")
    if wanted.side == "before":
        first = _line_start(text, max(0, wanted.at - CHUNK))
        return join([_before(first), element("div", {}, text[first : wanted.at])])
    last = _line_end(text, min(len(text), wanted.at + CHUNK))
    return join([element("div", {}, text[wanted.at : last]), _after(text, last)])


def _before(first: int) -> Markup:
    return _more("before", first, f"Show {first:,} earlier characters") if first else Markup("")


def _after(text: str, last: int) -> Markup:
    return _more("after", last, f"Show {len(text) - last:,} later characters") if last < len(text) else Markup("")


def _more(side: str, at: int, label: str) -> Markup:
    return element("button", {"type": "button", "class": "more", "data-more": side, "data-at": at}, label)


def _pieces(start: int, end: int, short: tuple[tuple[int, int], ...]) -> Iterator[_Piece]:
    """Cut the quote at its short answers, in order, without overlap."""
    at = start
    for begin, finish in sorted(short):
        begin, finish = max(begin, at), min(finish, end)
        if begin < finish:
            if at < begin:
                yield _Piece(at, begin, False)
            yield _Piece(begin, finish, True)
            at = finish
    if at < end:
        yield _Piece(at, end, False)


def _line_start(text: str, at: int) -> int:
    """The start of the line that `at` is in, unless the line is very long."""
    start = text.rfind("\n", 0, at) + 1
    return start if at - start < SURROUNDINGS else at


def _line_end(text: str, at: int) -> int:
    """The end of the line that `at` is in, its line break included, unless the line is very long."""
    end = text.find("\n", at) + 1 or len(text)
    return end if end - at < SURROUNDINGS else at
