"""The documents of the corpus as pure functions: the list, a document with its passages marked, and what came of a change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rag.errors import GroundlineError
from rag.library import Limits
from rag.schema import Document, IngestReport, Place, Skipped, SourceInfo, Span
from ui.markup import Markup, element, join
from ui.render import count, size

# Rows, and passages of one document, that are shown at once; a browser lays out that many without a pause.
ROWS = 200
PASSAGES = 60
STATES = {"indexed": "indexed", "changed": "changed since it was indexed", "missing": "no longer in the folder"}


class Row(NamedTuple):
    """A document with the time when its file was last changed (None: there is no file)."""

    source: SourceInfo
    changed: datetime | None


def frame(limits: Limits, formats: str, takes: Sequence[str]) -> Markup:
    """What stands around the list: the title, and where files are dropped."""
    title = element("div", {}, element("h2", {}, "Library"), element("p", {"class": "lead"}, "The documents that answers come from."))
    again = element(
        "button",
        {"type": "button", "class": "button", "data-act": "library-index", "data-tip": "Index what was changed in the folder since"},
        "Read the folder again",
    )
    return join(
        [
            element("header", {"class": "head bar"}, title, again),
            _drop(limits, formats, takes),
            element("div", {"data-part": "library-work", "aria-live": "polite"}),
            element("div", {"data-part": "library-list"}),
        ]
    )


def _drop(limits: Limits, formats: str, takes: Sequence[str]) -> Markup:
    accept = ",".join([*takes, ".zip"])
    files = element(
        "label",
        {"class": "button main pick"},
        "Add files …",
        element("input", {"type": "file", "multiple": True, "accept": accept, "class": "unseen", "data-part": "library-files"}),
    )
    folder = element(
        "label",
        {"class": "button pick"},
        "Add a folder …",
        element("input", {"type": "file", "multiple": True, "webkitdirectory": True, "class": "unseen", "data-part": "library-folder"}),
    )
    replace = element(
        "label",
        {"class": "replace"},
        element("input", {"type": "checkbox", "data-part": "library-replace"}),
        " Replace files of the same name",
    )
    most = f"Each up to {size(limits.file_bytes)} of text ({size(limits.packed_bytes)} where it is packed), {limits.files:,} files at once."
    kinds = f"{formats}, or a .zip of them. {most}"
    return element(
        "div",
        {"class": "drop", "data-part": "library-drop"},
        element("p", {"class": "invite"}, "Drop files, a folder or a zip here"),
        element("div", {"class": "row"}, files, folder, replace),
        element("p", {"class": "detail"}, kinds),
    )


def listing(rows: Sequence[Row], total: Sequence[SourceInfo], skipped: Sequence[Skipped], matching: int) -> Markup:
    """The table of documents, of which `matching` fit what is looked for, and the files that were left out."""
    passages = sum(source.passages for source in total)
    whole = f"{count(len(total), 'document')}, {count(passages, 'passage')}, {size(sum(source.size for source in total))}"
    columns = [
        element(
            "th",
            {"class": "check"},
            element("input", {"type": "checkbox", "data-part": "library-all", "aria-label": "Choose all that are listed"}),
        ),
        *[
            element("th", {"scope": "col", "class": kind}, name)
            for name, kind in (("Document", None), ("Size", "number"), ("Passages", "number"), ("Changed", "number"), ("State", None))
        ],
        element("th", {}, element("span", {"class": "unseen"}, "Remove")),
    ]
    head = element("thead", {}, element("tr", {}, *columns))
    body = element("tbody", {"data-part": "library-rows"}, *[_row(row) for row in rows])
    caption = element("caption", {"class": "unseen"}, "Documents")
    table = (
        element("table", {"class": "documents-table"}, caption, head, body)
        if rows
        else element("p", {"class": "nothing"}, "No document fits.")
    )
    return join(
        [element("p", {"class": "detail", "data-part": "library-total"}, whole), table, _more(len(rows), matching), left_out(skipped)]
    )


def rows(found: Sequence[Row], start: int, matching: int) -> tuple[Markup, Markup]:
    """Further rows of the table, and the button for those after them."""
    return join([_row(row) for row in found]), _more(start + len(found), matching)


def _more(shown: int, matching: int) -> Markup:
    if shown >= matching:
        return Markup("")
    return element(
        "button", {"type": "button", "class": "button", "data-act": "library-more", "data-from": shown}, f"Show more of {matching:,}"
    )


def _row(row: Row) -> Markup:
    source = row.source
    choose = element("input", {"type": "checkbox", "data-path": source.path, "aria-label": f"Choose {source.path}"})
    name = element(
        "button",
        {"type": "button", "class": "link file", "data-act": "library-look", "data-path": source.path, "dir": "ltr"},
        element("bdi", {}, source.path),
    )
    day = element("time", {}, f"{row.changed:%d %b %Y}") if row.changed else "–"
    state = element("span", {"class": f"state {source.state}"}, STATES[source.state])
    remove = element(
        "button",
        {"type": "button", "class": "quiet", "data-act": "library-remove", "data-path": source.path, "aria-label": f"Remove {source.path}"},
        "Remove",
    )
    return element(
        "tr",
        {},
        element("td", {"class": "check"}, choose),
        element("th", {"scope": "row"}, name),
        element("td", {"class": "number"}, size(source.size)),
        element("td", {"class": "number", "data-unit": "passages"}, f"{source.passages:,}"),
        element("td", {"class": "number date"}, day),
        element("td", {"class": "stated"}, state),
        element("td", {"class": "act"}, remove),
    )


def left_out(skipped: Sequence[Skipped], title: str = "Left out") -> Markup:
    """Files that are no documents, and why; empty when there are none."""
    if not skipped:
        return Markup("")
    items = [
        element("li", {}, element("bdi", {"class": "file"}, one.path), " ", element("span", {"class": "detail"}, one.why))
        for one in skipped
    ]
    summary = element("summary", {}, f"{title}: {count(len(skipped), 'file')}")
    return element("details", {"class": "left-out", "open": len(skipped) <= 5}, summary, element("ul", {}, *items))


def empty(trouble: GroundlineError, changes: bool) -> Markup:
    """What stands where the list would, while there is no document; `changes` says whether the reader may add some."""
    do = "Add some: they can be asked as soon as they are indexed." if changes else "Whoever runs Groundline can add some."
    words = element("p", {}, f"There is no document yet. {do}")
    return element("div", {"class": "nothing"}, words, element("p", {"class": "detail"}, str(trouble)))


def outcome(report: IngestReport, skipped: Sequence[Skipped], removed: Sequence[str]) -> Markup:
    """What an upload or a removal came to: what can be asked now, what is gone, what was left out and why."""
    said = []
    if report.added or report.changed:
        parts = [count(len(report.added), "document") + " added"] if report.added else []
        parts += [count(len(report.changed), "document") + " read again"] if report.changed else []
        said.append(f"{' and '.join(parts)}; {'it' if len(report.added) + len(report.changed) == 1 else 'they'} can be asked now.")
    if report.removed:
        them = "it" if len(report.removed) == 1 else "them"
        said.append(f"{count(len(report.removed), 'document')} gone: no answer will draw on {them} any more.")
    if not said:
        said.append("Nothing to add." if skipped else "Everything is as it was.")
    names = [element("bdi", {"class": "file"}, path) for path in (*report.added, *report.changed, *removed)][:12]
    listed = element("p", {"class": "detail names"}, *[piece for name in names for piece in (name, " ")]) if names else ""
    notes = [element("p", {"class": "detail"}, note) for note in report.notes]
    return element("div", {"class": "outcome"}, *[element("p", {}, sentence) for sentence in said], listed, *notes, left_out(skipped))


class Look(NamedTuple):
    """A document as it is looked at, and its passages' spans in order."""

    document: Document
    passages: Sequence[Span]


def look(seen: Look, start: int = 1) -> Markup:
    """A document with its passages marked, from passage `start` on."""
    document = seen.document
    facts = f"{size(document.size)}, {len(document.text):,} characters, {count(len(seen.passages), 'passage')}"
    back = element("button", {"type": "button", "class": "quiet", "data-act": "library-back"}, "‹ All documents")
    title = element("h2", {"class": "name"}, element("bdi", {}, document.path))
    ask = element(
        "button", {"type": "button", "class": "button main", "data-act": "library-ask", "data-path": document.path}, "Ask this document"
    )
    jump = element(
        "form",
        {"class": "jump", "data-part": "library-jump"},
        element("label", {"for": "gl-passage"}, "Passage"),
        element(
            "input", {"type": "text", "inputmode": "numeric", "id": "gl-passage", "size": 6, "placeholder": f"1 to {len(seen.passages):,}"}
        ),
        element("button", {"type": "submit", "class": "button"}, "Go"),
    )
    hash_line = element(
        "p",
        {"class": "detail"},
        "SHA-256 ",
        element("span", {"class": "file"}, document.sha256[:16] + "…"),
        f", read by {document.reader}" if document.reader else "",
    )
    head = element(
        "header",
        {"class": "head"},
        back,
        title,
        element("p", {"class": "detail"}, facts),
        hash_line,
        element("div", {"class": "bar"}, ask, jump if len(seen.passages) > 1 else ""),
    )
    return join([head, element("div", {"class": "marked", "data-path": document.path, "data-part": "library-text"}, passages(seen, start))])


def passages(seen: Look, start: int = 1) -> Markup:
    """Passages from `start` on, as blocks with their number and characters, and the ways to those before and after."""
    first = min(max(1, start), max(1, len(seen.passages)))
    shown = seen.passages[first - 1 : first - 1 + PASSAGES]
    places = _places(seen.document.places, seen.passages, first, len(shown))
    blocks = [_block(seen.document.text, first + i, span, places.get(first + i, ())) for i, span in enumerate(shown)]
    last = first - 1 + len(shown)
    before = _step("Show earlier passages", max(1, first - PASSAGES)) if first > 1 else ""
    after = (
        _step(f"Show passages {last + 1:,} to {min(len(seen.passages), last + PASSAGES):,} of {len(seen.passages):,}", last + 1)
        if last < len(seen.passages)
        else ""
    )
    return join([before, element("ol", {"class": "blocks", "start": first}, *blocks), after])


def _step(words: str, start: int) -> Markup:
    return element("button", {"type": "button", "class": "button", "data-act": "library-step", "data-from": start}, words)


def _block(text: str, number: int, span: Span, places: Sequence[str]) -> Markup:
    heads = [element("span", {"class": "place", "dir": "auto"}, place) for place in places]
    label = element(
        "div",
        {"class": "label"},
        element("span", {"class": "n"}, f"{number:,}"),
        element("span", {"class": "detail"}, f"{span.start:,}–{span.end:,}"),
        *heads,
    )
    words = element("div", {"class": "text", "dir": "auto"}, text[span.start : span.end])
    return element("li", {"class": "block", "id": f"gl-passage-{number}", "aria-label": f"Passage {number}", "tabindex": -1}, label, words)


def _places(places: Sequence[Place], spans: Sequence[Span], first: int, number: int) -> Mapping[int, list[str]]:
    """The pages or headings that begin in each passage shown, or before it and after the one before."""
    found: dict[int, list[str]] = {}
    at = 0
    for n in range(first, first + number):
        begin = spans[n - 2].end if n > 1 else 0
        end = spans[n - 1].end
        while at < len(places) and places[at].start < begin:
            at += 1
        while at < len(places) and places[at].start < end:
            found.setdefault(n, []).append(places[at].name)
            at += 1
    return found
