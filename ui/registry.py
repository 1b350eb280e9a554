"""What a page of the window is made of, and what it may use: the table that `ui.app` assembles the window from."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import CorpusEmpty, GroundlineError
from ui.markup import Markup

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.engine import Engine


class Wish(NamedTuple):
    """What the page's script asks for: its data as decoded JSON, and of the visitor it came from: whose conversations are theirs, what
    they may do, and their name where the login page let them in."""

    data: dict[str, object]
    visitor: str = ""
    scopes: frozenset[str] = frozenset({"ask", "read", "admin"})
    logged_in: str = ""


# A call answers with a model or plain JSON data, a stream with several in turn; both may raise GroundlineError.
Call = Callable[[Wish], object]
Stream = Callable[[Wish], Iterator[object]]


class Room:
    """What all pages share: the corpus, its open engine (None while there is nothing to ask) and where it is kept."""

    def __init__(
        self,
        corpus: Path,
        home: Path,
        engine: "Engine | None",
        trouble: GroundlineError | None = None,
        reopen: "Callable[[], Engine] | None" = None,
    ) -> None:
        self.corpus = corpus
        self.home = home
        self._engine = engine
        self._trouble = trouble
        self._reopen = reopen
        self._opening = threading.Lock()

    @property
    def name(self) -> str:
        """The corpus's name as people know it: its folder's."""
        return self.corpus.resolve().name

    @property
    def engine(self) -> "Engine | None":
        """The open engine, or None while the corpus is empty."""
        return self._engine

    @property
    def trouble(self) -> GroundlineError:
        """Why there is no engine."""
        return self._trouble or CorpusEmpty("There is nothing to ask.", "Add documents to the corpus.")

    def open(self) -> "Engine":
        """The engine; opens the corpus when it was empty. Raises what opening raises."""
        with self._opening:
            if self._engine is None:
                if self._reopen is None:
                    raise self.trouble
                self._engine = self._reopen()
            return self._engine

    def close(self) -> None:
        """Close the engine, if one is open."""
        with self._opening:
            engine, self._engine = self._engine, None
            if engine is not None:
                engine.close()


_NO_ICON = Markup("")


def _nothing(room: Room) -> Mapping[str, Call]:
    return {}


def _no_streams(room: Room) -> Mapping[str, Stream]:
    return {}


@dataclass(frozen=True)
class Page:
    """One page: its entry in the sidebar, its container `[data-view=name]`, and what its script may call.

    `icon` is the inside of a 24 by 24 SVG. `calls` and `streams` are reached from the script as `call("name.key", data)` and
    `stream("name.key", data, each)`. `routes` adds further routes (uploads, downloads) under `/window/name/`. `scripts` and
    `styles` are files; each script runs in a scope of its own after the window's. A page without a title has no entry and no container.
    `needs` is the scope without which the entry is not shown; what the calls need, they check themselves.
    """

    name: str
    title: str = ""
    icon: Markup = _NO_ICON
    calls: Callable[[Room], Mapping[str, Call]] = _nothing
    streams: Callable[[Room], Mapping[str, Stream]] = _no_streams
    routes: "Callable[[FastAPI, Room], None] | None" = None
    scripts: tuple[Path, ...] = field(default=())
    styles: tuple[Path, ...] = field(default=())
    needs: str = ""
