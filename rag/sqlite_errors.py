"""What has happened when SQLite raises, told alike for every file that is kept in it."""

import sqlite3
from typing import Literal

from rag.errors import StorageError

# `full`: the disk or the folder refuses; `busy`: somebody else writes; `broken`: the file is none of SQLite's, or a damaged one.
Kind = Literal["full", "busy", "broken", "other"]

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


def unwritable(what: str, error: sqlite3.Error) -> StorageError:
    """The error of kind `full`, with a hint; `what` names the file as the beginning of a sentence."""
    return StorageError(f"{what} cannot be written: {error}.", "Free some space, or choose another folder with --home.")
