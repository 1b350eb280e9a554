"""The catalog's tables, how a connection to it is opened, and what SQLite's errors mean to a reader."""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import IndexBroken, IndexLocked, IndexMissing
from rag.sqlite_errors import kind_of, unwritable, write_ahead

FILE_NAME = "catalog.sqlite3"
# Seconds that are waited for others who use the file.
PATIENCE = 30.0

# Raised when the tables, or the words and stems kept in them, change their meaning.
LAYOUT = "3"

# `documents.live` is 0 until the transaction that finishes an ingest; a reader sees only rows that are live.
# `pending` holds texts whose vectors are still to be computed, by role: "search" by the embedding model, "sentence" and "read" (the
# readings of whole passages) by the reader; ids are those of `vector_keys`.
# The tokenizer leaves a stem such as "38,500" or "u.s" in one piece: stems are cut by rag.language.words and by nothing else.
TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    id INTEGER PRIMARY KEY, live INTEGER NOT NULL DEFAULT 0, path TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    passages INTEGER NOT NULL, sentences INTEGER NOT NULL, words TEXT NOT NULL, reader TEXT NOT NULL, places TEXT NOT NULL,
    text TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS documents_path ON documents (path, live);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, document INTEGER NOT NULL, number INTEGER NOT NULL, "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL, vector INTEGER NOT NULL, reading INTEGER NOT NULL, stems TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS passages_document ON passages (document, number);
CREATE TABLE IF NOT EXISTS sentences (
    passage INTEGER NOT NULL, position INTEGER NOT NULL, "start" INTEGER NOT NULL, "end" INTEGER NOT NULL,
    boilerplate INTEGER NOT NULL, vector INTEGER NOT NULL, PRIMARY KEY (passage, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vector_keys (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS readings (id INTEGER PRIMARY KEY, reading BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS pending (id INTEGER PRIMARY KEY, role TEXT NOT NULL, path TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refusals (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, rules TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vocabulary (word TEXT PRIMARY KEY, documents INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE IF NOT EXISTS lexicon USING fts5(
    stems, content = 'passages', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 0 tokenchars '.,’'''");
"""


class Connections:
    """Connections to one catalog file, as many as are in use at once, lent to whichever thread asks.

    A thread that has pinned one is lent that one until it lets go.
    """

    def __init__(self, path: Path, create: bool = False) -> None:
        self._path = path
        self._create = create
        self._idle: deque[sqlite3.Connection] = deque()
        self._pinned = threading.local()
        self._closed = False

    @contextmanager
    def lent(self) -> Iterator[sqlite3.Connection]:
        """A connection for the length of the block; SQLite's errors become Groundline's."""
        pinned: sqlite3.Connection | None = getattr(self._pinned, "connection", None)
        with translated(self._path):
            if pinned is not None:
                yield pinned
                return
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def pinned(self) -> Iterator[bool]:
        """Lends this thread one and the same connection in the whole block; whether it had none before."""
        if getattr(self._pinned, "connection", None) is not None:
            yield False
            return
        connection = self._take()
        self._pinned.connection = connection
        try:
            yield True
        finally:
            self._pinned.connection = None
            self._give_back(connection)

    def close(self) -> None:
        """Closes those that are idle now, and the others as they come back."""
        self._closed = True
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return connect(self._path, self._create)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        self._idle.append(connection)
        if self._closed:
            self.close()


def connect(path: Path, create: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode with write-ahead logging; `create` makes the file and the tables that are missing.

    Raises IndexMissing (no tables in it), IndexBroken, IndexLocked or StorageError.
    """
    with translated(path):
        mode = "rwc" if create else "rw"
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            # Zeroes what is deleted, so that no text of a deleted document stays in the file.
            connection.execute("PRAGMA secure_delete = ON")
            if create:
                write_ahead(connection, PATIENCE)
                connection.executescript(f"BEGIN IMMEDIATE; {TABLES} COMMIT;")
            connection.execute("PRAGMA synchronous = NORMAL")
            if connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'meta'").fetchone() == (0,):
                raise IndexMissing(f"The catalog {path} is empty: nothing has been indexed.", "Run `groundline ingest`.")
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into Groundline's: StorageError, IndexLocked or IndexBroken."""
    try:
        yield
    except sqlite3.Error as error:
        kind = kind_of(error)
        if kind == "full":
            raise unwritable(f"The catalog {path}", error) from error
        if kind == "busy":
            raise IndexLocked(f"The catalog {path} is in use by another process: {error}.", "Try again in a moment.") from error
        if kind == "broken":
            raise IndexBroken(
                f"The catalog {path} cannot be read: {error}.", "Run `groundline repair --rebuild`: it reads the documents again."
            ) from error
        raise
