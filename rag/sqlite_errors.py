"""What has happened when SQLite raises, told alike for every file that is kept in it."""

import sqlite3
import time
from typing import Literal

from rag.errors import StorageError

# `full`: the disk or the folder refuses; `busy`: somebody else writes; `broken`: the file is none of SQLite's, or a damaged one.
Kind = Literal["full", "busy", "broken", "other"]
RETRY_SECONDS = 0.01

_KINDS: dict[int, Kind] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "full",
    sqlite3.SQLITE_CANTOPEN: "full",
    sqlite3.SQLITE_IOERR: "full",
    sqlite3.SQLITE_PERM: "full",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CORRUPT: "broken",
    sqlite3.SQLITE_NOTADB: "broken",
    sqlite3.SQLITE_FORMAT: "broken",
}


def kind_of(error: sqlite3.Error) -> Kind:
    """What an error means, by its primary code; an operation that fails without one of these codes finds a broken file."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return _KINDS.get(code, "broken" if isinstance(error, sqlite3.OperationalError) else "other")


def write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Turns write-ahead logging on. While others open the same new file, SQLite refuses that at once, whatever timeout a connection has:
    it is tried again for up to `patience` seconds. Raises sqlite3.OperationalError after that.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if kind_of(error) != "busy" or time.monotonic() >= deadline:
                raise
        time.sleep(RETRY_SECONDS)


def unwritable(what: str, error: sqlite3.Error) -> StorageError:
    """The error of kind `full`, with a hint; `what` names the file as the beginning of a sentence."""
    return StorageError(f"{what} cannot be written: {error}.", "Free some space, or choose another folder with --home.")
