"""The tables of stored conversations, how a connection to them is opened, and what SQLite's errors mean to a reader."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import ConversationError, ConversationsUnreadable, StorageError
from rag.sqlite_errors import kind_of, unwritable, write_ahead

FILE_NAME = "conversations.sqlite3"

# Kept in the file as `user_version`; raised when the tables change their meaning.
LAYOUT = 1
# Seconds that a writer waits for another.
PATIENCE = 30.0

# `folded` is what a search looks in: question and answer without case. `changed` orders a list; equal times are ordered by `rank`.
TABLES = """
CREATE TABLE IF NOT EXISTS conversations (
    rank INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, corpus TEXT NOT NULL, title TEXT NOT NULL,
    folded TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS conversations_owner ON conversations (owner, changed);
CREATE TABLE IF NOT EXISTS turns (
    conversation INTEGER NOT NULL REFERENCES conversations (rank) ON DELETE CASCADE, number INTEGER NOT NULL, asked TEXT NOT NULL,
    question TEXT NOT NULL, folded TEXT NOT NULL, thumb TEXT NOT NULL DEFAULT '', comment TEXT NOT NULL DEFAULT '', answer TEXT NOT NULL,
    PRIMARY KEY (conversation, number));
"""

_NEWER = "The stored conversations {path} were written by a newer Groundline (layout {found}; this one knows {known})."
_UNREADABLE = "Move the file away to start afresh; nothing else depends on it."


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection that sees one state for the length of the block, or None when nothing was ever stored."""
    if not path.is_file():
        yield None
        return
    with _translated(path), closing(_connect(path)) as connection:
        connection.execute("BEGIN")
        yield connection


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A transaction for the length of the block, the file made when missing; what the block raises undoes it."""
    with _translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_connect(path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def erase(path: Path) -> None:
    """Takes what was deleted out of the write-ahead log too, as soon as nobody reads it any more."""
    with _translated(path), closing(_connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        # Zeroes what is deleted, so that no text of a deleted conversation stays in the file.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found > LAYOUT:
            raise ConversationsUnreadable(_NEWER.format(path=path, found=found, known=LAYOUT), "Use that version, or another --home.")
        if found < LAYOUT:
            write_ahead(connection, PATIENCE)
            connection.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {LAYOUT}; COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"The folder {path.parent} cannot be made: {error.strerror}.", "Choose another folder with --home.") from error
    except sqlite3.Error as error:
        kind = kind_of(error)
        if kind == "full":
            raise unwritable(f"The stored conversations {path}", error) from error
        if kind == "busy":
            raise ConversationError(f"The stored conversations {path} are in use: {error}.", "Try again in a moment.") from error
        raise ConversationsUnreadable(f"The stored conversations {path} cannot be read: {error}.", _UNREADABLE) from error
