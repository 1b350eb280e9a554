"""One writer at a time: a lock that the operating system frees when its holder dies, however it dies."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rag.errors import IndexLocked, StorageError

POLL_SECONDS = 0.05


@contextmanager
def writer_lock(path: Path, timeout: float) -> Iterator[None]:
    """Holds the lock file while the block runs; the file then names this process and when it began.

    Waits up to `timeout` seconds, then raises IndexLocked naming the holder. Raises StorageError when the file cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StorageError(f"The lock {path} cannot be made: {error.strerror}.", "Choose another folder with --home.") from error
    try:
        _acquire(descriptor, path, timeout)
        _sign(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise IndexLocked(
                    f"Another process is writing to the index in {path.parent}: {_holder(descriptor)}.",
                    "Wait until it is done, or give it more time with GROUNDLINE_LOCK_TIMEOUT.",
                ) from error
        time.sleep(POLL_SECONDS)


def _sign(descriptor: int, path: Path) -> None:
    note = json.dumps({"pid": os.getpid(), "started": datetime.now().isoformat(timespec="seconds")}).encode()
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, note, 0)
    except OSError as error:
        raise StorageError(f"The lock {path} cannot be written: {error.strerror}.", "Free some space.") from error


def _holder(descriptor: int) -> str:
    try:
        note = json.loads(os.pread(descriptor, 1000, 0))
        return f"process {note['pid']}, since {note['started']}"
    except (ValueError, KeyError, TypeError):
        return "one that has only just begun"
