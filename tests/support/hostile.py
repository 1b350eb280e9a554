"""Readers that do what a library may do when it meets a file made to harm it."""

import os
import signal
import sys
import time

from rag.errors import ReadError
from rag.readers.draft import Extract


def fine(data: bytes, name: str) -> Extract:
    """The bytes as text, in the process that it runs in."""
    return Extract(f"{data.decode()} {os.getpid()}", ())


def hangs(data: bytes, name: str) -> Extract:
    while True:
        time.sleep(1)


def crashes(data: bytes, name: str) -> Extract:
    os.kill(os.getpid(), signal.SIGKILL)
    return fine(data, name)


def grows(data: bytes, name: str) -> Extract:
    return Extract(bytes(8_000_000_000).decode(), ())


def recurses(data: bytes, name: str) -> Extract:
    return recurses(data, name)


def fails(data: bytes, name: str) -> Extract:
    raise KeyError("no\nsuch part")


def refuses(data: bytes, name: str) -> Extract:
    raise ReadError(f"{name} is refused.", "Do not.")


def prints(data: bytes, name: str) -> Extract:
    print("a warning of a library")
    os.write(sys.__stdout__.fileno() if sys.__stdout__ else 1, b"")
    return fine(data, name)


def tires(data: bytes, name: str) -> Extract:
    """Crashes at the second file that it reads."""
    return _once(data, name) or crashes(data, name)


def fills(data: bytes, name: str) -> Extract:
    """Has no memory left for a second file."""
    return _once(data, name) or grows(data, name)


_read: list[str] = []


def _once(data: bytes, name: str) -> Extract | None:
    _read.append(name)
    return fine(data, name) if len(_read) == 1 else None
