"""One corpus's index, open for reading: the catalog, and the vector index that goes with it, mended when it is broken."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.build import REBUILT, SAMPLE, build, sweep
from rag.catalog import Catalog, Meta
from rag.catalog_schema import FILE_NAME
from rag.catalog_writer import Identity
from rag.config import Settings
from rag.embed import Embedder
from rag.errors import IndexBroken, IndexLocked, IndexMissing
from rag.ingest import VECTORS_FOLDER, Report, check_identity, identity, index_folder, ingest, writing
from rag.schema import IngestReport
from rag.store import COLLECTION, VectorStore, spread

__all__ = ["Index", "index_folder", "open_catalog", "open_index", "repair"]

# How often a reader follows a writer that replaces the vector index under its hands before it gives up.
ATTEMPTS = 5


T = TypeVar("T")


class _State(NamedTuple):
    generation: int
    vectors: str


class Index:
    """An index open for reading, from any number of threads. The vector index is opened and checked on first use.

    `notes` says what had to be mended.
    """

    def __init__(self, folder: Path, corpus: Path, asked: Identity, settings: Settings) -> None:
        self.folder = folder
        self.corpus = corpus
        self.notes: tuple[str, ...] = ()
        self._asked = asked
        self._settings = settings
        self._guard = threading.RLock()
        self._store: VectorStore | None = None
        self._open_catalog()
        try:
            self._state = self._read_state()
        except BaseException:
            self.close()
            raise

    @property
    def generation(self) -> int:
        """The generation that this reader has open."""
        return self._state.generation

    @property
    def store(self) -> VectorStore:
        """The vector index, opened, checked and if need be rebuilt now. Raises IndexBroken, IndexLocked or StorageError."""
        with self._guard:
            for _ in range(ATTEMPTS):
                if self._store is not None:
                    return self._store
                reason = self._open_store()
                if reason and not self._follow():
                    self._mend(reason)
            if self._store is None:
                raise IndexBroken(f"The vector index in {self.folder} does not open.", "Run `groundline repair`.")
            return self._store

    def nearest(self, vector: NDArray[np.float32], k: int, paths: list[str] | None = None) -> list[tuple[str, float]]:
        """`store.nearest`, mending a vector index that refuses; of some documents only, the catalog's vectors are looked at one by one.

        Chroma finds the rows of some documents slower than the catalog, whether they are few or many.
        """
        if paths is not None:
            return self.catalog.nearest(vector, k, paths)
        for _ in range(ATTEMPTS):
            store = self.store
            try:
                return store.nearest(vector, k)
            except IndexBroken as error:
                with self._guard:
                    if self._store is store and not self._follow():
                        self._mend(str(error))
        return self.store.nearest(vector, k)

    def consistently(self, work: Callable[[], T]) -> T:
        """What `work` returns, all its reads of `catalog` and `nearest` having seen one state: the newest there is.

        It is called again when another process has finished writing meanwhile. Raises IndexLocked when that goes on and on.
        """
        for _ in range(ATTEMPTS):
            self.refresh()
            with self.catalog.snapshot():
                state = self._state
                if self.catalog.generation == state.generation:
                    result = work()
                    if self._state == state:
                        return result
        raise IndexLocked(f"The index in {self.folder} changes faster than it can be read.", "Try again in a moment.")

    def refresh(self) -> bool:
        """Follows what another process has written since; whether there was anything. Raises IndexMissing or IndexMismatch."""
        with self._guard:
            return self._follow()

    def close(self) -> None:
        """Closes the vector index and the catalog."""
        with self._guard:
            self._drop_store()
            self.catalog.close()
            self._now.close()

    def _read_state(self) -> _State:
        meta = self._now.meta()
        _check(meta, self._asked, self.corpus)
        return _State(meta.generation, meta.vectors)

    def _open_catalog(self) -> None:
        self.catalog = open_catalog(self.corpus, self.folder.parent)
        # Sees what is in the file now, also in a thread that holds a snapshot of `catalog`.
        self._now = Catalog(self.catalog.path)
        self._file = self.catalog.path.stat().st_ino

    def _follow(self) -> bool:
        path = self.catalog.path
        if not path.is_file():
            raise _missing(self.corpus)
        if path.stat().st_ino != self._file:
            # Somebody deleted the catalog and made another: what is open here is the deleted one.
            self.catalog.close()
            self._now.close()
            self._open_catalog()
        state = self._read_state()
        if state == self._state:
            return False
        self._drop_store()
        self._state = state
        return True

    def _drop_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _open_store(self) -> str:
        try:
            store = VectorStore.open(self.folder / VECTORS_FOLDER / self._state.vectors, COLLECTION, self._asked.dimension)
        except IndexBroken as error:
            return str(error)
        ids = self._now.all_passage_ids()
        reason = store.self_check(len(ids), [(row.id, row.vector) for row in self._now.passages(spread(ids, SAMPLE))])
        if reason:
            store.close()
            return reason
        self._store = store
        return ""

    def _mend(self, reason: str) -> None:
        self._drop_store()
        self.notes += rebuild_vectors(self.folder, self._settings, self._state, reason)
        self._follow()


def open_catalog(corpus: Path, home: Path) -> Catalog:
    """The catalog of a corpus, for what needs no vectors. Raises IndexMissing or IndexBroken."""
    path = index_folder(home, corpus) / FILE_NAME
    if not path.is_file():
        raise _missing(corpus)
    catalog = Catalog(path)
    if not catalog.meta().ready:
        catalog.close()
        raise _missing(corpus)
    return catalog


def open_index(corpus: Path, home: Path, embedder: Embedder, settings: Settings) -> Index:
    """Opens the index of a corpus. Raises IndexMissing, IndexMismatch (another model or splitter), IndexBroken or SettingsError."""
    return Index(index_folder(home, corpus), corpus, identity(embedder, settings), settings)


def repair(
    corpus: Path, home: Path, embedder: Embedder, settings: Settings, rebuild: bool = False, progress: Report | None = None
) -> IngestReport:
    """Checks the vector index and rebuilds it from the catalog when it is broken; the report's notes say so.

    With `rebuild` the whole index is thrown away and the documents are read and embedded again.
    """
    if rebuild:
        return ingest(corpus, home, embedder, settings, progress, rebuild=True)
    index = open_index(corpus, home, embedder, settings)
    try:
        _ = index.store
        documents = index.catalog.documents()
        return IngestReport(
            unchanged=tuple(row.path for row in documents),
            notes=index.notes,
            generation=index.generation,
            documents=len(documents),
            passages=sum(row.passages for row in documents),
        )
    finally:
        index.close()


def rebuild_vectors(folder: Path, settings: Settings, seen: _State, reason: str) -> tuple[str, ...]:
    """Builds the vector index anew from the catalog, unless another process has done so since `seen`; what to tell the user."""
    with writing(folder, settings) as writer:
        meta = writer.meta()
        if _State(meta.generation, meta.vectors) != seen:
            return ()
        vectors, _, _ = build(folder / VECTORS_FOLDER, writer, writer.all_passage_ids(), fresh=True)
        writer.point_to(vectors)
        sweep(folder / VECTORS_FOLDER, keep=vectors)
    return (REBUILT.format(reason=reason),)


def _check(meta: Meta, asked: Identity, corpus: Path) -> None:
    if not meta.ready:
        raise _missing(corpus)
    check_identity(Identity(*meta[:5]), asked, corpus)


def _missing(corpus: Path) -> IndexMissing:
    return IndexMissing(f"The corpus {corpus} has not been indexed yet.", f"Run `groundline ingest --corpus {corpus}`.")
