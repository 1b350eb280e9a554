"""The library: what is indexed, files added and removed, a look at any document with its passages marked."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from rag import library
from rag.errors import CorpusEmpty, GroundlineError, LibraryError, PlaceError
from rag.ingest import Progress
from rag.readers import FORMATS, SUFFIXES
from rag.schema import Frozen, IngestReport, Skipped, SourceInfo, Span
from ui import rights
from ui.markup import Markup
from ui.pages import library_view as view
from ui.pages import upload
from ui.registry import Call, Page, Room, Stream, Wish

_HERE = Path(__file__).parent
_ICON = Markup('<path d="M5 4.5h4v15H5zM9 4.5h4v15H9z"/><path d="M14.8 5.3l3.8-1 3.6 14.2-3.8 1z"/>')
MOST_REMOVED = 1_000
_ORDERS: Mapping[str, Callable[[view.Row], tuple[float, str]]] = {
    "name": lambda row: (0, row.source.path.casefold()),
    "size": lambda row: (-row.source.size, row.source.path.casefold()),
    "date": lambda row: (-(row.changed.timestamp() if row.changed else 0.0), row.source.path.casefold()),
    "state": lambda row: (row.source.state == "indexed", row.source.path.casefold()),
}


class Wanted(Frozen):
    """Which documents are listed: those whose path holds all the words, from row `start` on."""

    words: str = ""
    order: Literal["name", "size", "date", "state"] = "name"
    start: int = 0


class Seen(Frozen):
    """A document to look at, from a passage on."""

    path: str
    start: int = 1


class Paths(Frozen):
    """Documents to be removed."""

    paths: tuple[str, ...]


class Sent(Frozen):
    """What came of an upload's files before they were indexed."""

    skipped: tuple[Skipped, ...] = ()


class Library:
    """The page's calls. Looking takes the scope read, changing the scope admin."""

    def __init__(self, room: Room) -> None:
        self._room = room
        # The document looked at last: whoever goes on in it does not wait for all its passages again.
        self._last: tuple[tuple[str, str], tuple[Span, ...]] = (("", ""), ())

    def show(self, wish: Wish) -> dict[str, object]:
        """The page around the list, and the limits of an upload."""
        rights.check(wish, "read")
        limits = upload.limits(self._room)
        html = view.frame(limits, FORMATS, tuple(SUFFIXES))
        changes = "admin" in wish.scopes
        return {"html": html, "limits": limits._asdict(), "suffixes": [*SUFFIXES, ".zip"], "changes": changes}

    def listed(self, wish: Wish) -> dict[str, object]:
        """The documents that fit what is wanted."""
        rights.check(wish, "read")
        wanted = Wanted.model_validate(wish.data)
        engine = self._room.engine
        sources = engine.sources() if engine is not None else ()
        if not sources:
            skipped = engine.report.skipped if engine is not None and engine.report is not None else ()
            return {"html": view.empty(self._room.trouble, "admin" in wish.scopes) + view.left_out(skipped), "total": 0}
        words = wanted.words.casefold().split()
        fitting = [source for source in sources if all(word in source.path.casefold() for word in words)]
        ordered = sorted((view.Row(source, self._changed(source)) for source in fitting), key=_ORDERS[wanted.order])
        found = ordered[wanted.start : wanted.start + view.ROWS]
        if wanted.start:
            body, more = view.rows(found, wanted.start, len(fitting))
            return {"html": body, "more": more, "total": len(sources)}
        skipped = engine.report.skipped if engine is not None and engine.report is not None else ()
        return {"html": view.listing(found, sources, skipped, len(fitting)), "total": len(sources)}

    def look(self, wish: Wish) -> str:
        """A document with its passages marked."""
        wanted = Seen.model_validate(wish.data)
        return view.look(self._seen(wish, wanted.path), wanted.start)

    def step(self, wish: Wish) -> str:
        """Other passages of a document that is looked at."""
        wanted = Seen.model_validate(wish.data)
        return view.passages(self._seen(wish, wanted.path), wanted.start)

    def _seen(self, wish: Wish, path: str) -> view.Look:
        rights.check(wish, "read")
        engine = self._room.engine
        document = engine.document(path) if engine is not None else None
        if engine is None or document is None:
            raise PlaceError("This document is not among the indexed ones.", "It was removed or renamed: look at the list.")
        key, spans = self._last
        if key != (path, document.sha256):
            # Another thread may have indexed the file anew in between: then these are not this text's passages.
            rows = [row for row in engine.passages(path) if row.sha256 == document.sha256]
            spans = tuple(Span(start=row.start, end=row.end) for row in rows)
            if rows:
                self._last = ((path, document.sha256), spans)
        return view.Look(document, spans)

    def index(self, wish: Wish) -> Iterator[object]:
        """Index what changed in the folder, with progress; what an upload left out stands in the outcome too."""
        rights.check(wish, "admin")
        yield from self._indexed(Sent.model_validate(wish.data).skipped, ())

    def remove(self, wish: Wish) -> Iterator[object]:
        """Delete documents' files, then index what is left."""
        rights.check(wish, "admin")
        paths = Paths.model_validate(wish.data).paths
        if len(paths) > MOST_REMOVED:
            raise LibraryError(f"More than {MOST_REMOVED:,} documents at once.", "Remove them in parts.")
        engine = self._room.engine
        states = {source.path: source.state for source in engine.sources()} if engine is not None else {}
        gone, kept = [], []
        for path in paths:
            try:
                if states.get(path) != "missing":
                    library.remove(self._room.corpus, path)
                gone.append(path)
            except GroundlineError as error:
                kept.append(Skipped(path=path, reason=f"{error} {error.hint}".strip()))
        yield from self._indexed(kept, gone)

    def _indexed(self, skipped: Sequence[Skipped], gone: Sequence[str]) -> Iterator[object]:
        """How far the indexing is, then the outcome. It goes on to its end when nobody follows it any more."""
        told: SimpleQueue[Progress | IngestReport | Exception] = SimpleQueue()
        threading.Thread(target=_index, args=(self._room, told), name="index", daemon=True).start()
        while isinstance(item := told.get(), Progress):
            yield {"path": item.path, "done": item.done, "total": item.total, "left": item.seconds_left}
        if isinstance(item, Exception):
            raise item
        fresh = {one.path for one in skipped}
        left_out = [*skipped, *(one for one in item.skipped if one.path not in fresh)]
        yield {
            "outcome": view.outcome(item, left_out, gone),
            "added": [*item.added, *item.changed],
            "skipped": [one.model_dump() for one in left_out],
            "removed": item.removed,
        }

    def _changed(self, source: SourceInfo) -> datetime | None:
        try:
            return datetime.fromtimestamp((self._room.corpus / source.path).stat().st_mtime).astimezone()
        except OSError:
            return None


def _index(room: Room, told: "SimpleQueue[Progress | IngestReport | Exception]") -> None:
    """Bring the index up to date and tell of it; an empty corpus is opened first."""
    try:
        engine = room.engine
        if engine is None:
            told.put(_opened(room))
        else:
            told.put(engine.update(told.put))
    except Exception as error:  # told to the page, which shows it
        told.put(error)


def _opened(room: Room) -> IngestReport:
    try:
        report = room.open().report
    except CorpusEmpty:
        return IngestReport()
    return report or IngestReport()


def calls(room: Room) -> Mapping[str, Call]:
    """Every call by its name."""
    page = Library(room)
    return {"show": page.show, "list": page.listed, "look": page.look, "step": page.step}


def streams(room: Room) -> Mapping[str, Stream]:
    """Every stream by its name."""
    page = Library(room)
    return {"index": page.index, "remove": page.remove}


PAGE = Page(
    "library",
    "Library",
    _ICON,
    calls=calls,
    streams=streams,
    routes=upload.routes,
    scripts=(_HERE / "library.js",),
    styles=(_HERE / "pages.css", _HERE / "library.css"),
    needs="read",
)
