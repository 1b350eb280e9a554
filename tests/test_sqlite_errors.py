import sqlite3

import pytest

from rag.sqlite_errors import kind_of, unwritable


def failed(code: int, sort: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    error = sort("it happened")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, "full"),
        (sqlite3.SQLITE_PERM, "full"),
        (sqlite3.SQLITE_IOERR | (12 << 8), "full"),
        (sqlite3.SQLITE_LOCKED, "busy"),
        (sqlite3.SQLITE_BUSY | (2 << 8), "busy"),
        (sqlite3.SQLITE_FORMAT, "broken"),
        (sqlite3.SQLITE_CORRUPT | (1 << 8), "broken"),
    ],
)
def test_the_primary_code_says_what_happened(code: int, kind: str) -> None:
    assert kind_of(failed(code)) == kind
    assert kind_of(failed(code, sqlite3.DatabaseError)) == kind


def test_without_a_known_code_an_operation_found_a_broken_file_and_a_misuse_is_none() -> None:
    assert kind_of(failed(sqlite3.SQLITE_ERROR)) == "broken"
    assert kind_of(sqlite3.OperationalError("no such table: meta")) == "broken"
    assert kind_of(sqlite3.ProgrammingError("Cannot operate on a closed database.")) == "other"


def test_a_file_that_cannot_be_written_is_named_with_a_way_out() -> None:
    told = unwritable("The catalog a.sqlite3", failed(sqlite3.SQLITE_FULL))
    assert str(told) == "The catalog a.sqlite3 cannot be written: it happened."
    assert "--home" in told.hint
