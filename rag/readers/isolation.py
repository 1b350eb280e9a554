"""Reads files that may be hostile in a process of their own, which can hang, crash or fill its memory without harm to this one."""

import json
import struct
import subprocess
import sys
import threading
from typing import IO, Any

from rag.errors import ReadError
from rag.readers.draft import Extract
from rag.schema import Place

SECONDS = 120.0  # for one file, beyond the start of the process
MEMORY = 2_000_000_000  # bytes of address space that the process may take, where the system can limit them

_LENGTH = struct.Struct(">Q")
_START = "import sys; sys.path[:] = {path!r}; from rag.readers.worker import serve; serve({seconds!r}, {memory!r})"


class Isolated:
    """A process that extracts text, started for the first file and again after one that ended it. For one thread at a time."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None

    def extract(self, module: str, function: str, data: bytes, name: str) -> Extract:
        """What `<module>.<function>(data, name)` gives. Raises ReadError when it does, hangs or crashes."""
        fresh = self._process is None
        reply = self._replied(module, function, data, name)
        if reply.get("spent") and not fresh:  # by the files before, it may be
            reply = self._replied(module, function, data, name)
        if "error" in reply:
            raise ReadError(str(reply["error"]), str(reply["hint"]))
        return Extract(reply["text"], tuple(Place(start, place) for start, place in reply["places"]))

    def _replied(self, module: str, function: str, data: bytes, name: str) -> dict[str, Any]:
        """What the process replies, or what became of it; one that ended, or has no memory left, is `spent` and put away."""
        process = self._process or self._started()
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._seconds, stop)
        timer.start()
        try:
            reply = self._asked(process, json.dumps([module, function, name]).encode(), data)
        finally:
            timer.cancel()
        if reply is None and late.is_set():
            reply = {"error": f"{name} takes longer to read than {self._seconds:g} seconds.", "hint": "Save it anew, or split it."}
        elif reply is None:
            hint = "Save it anew, with another program if need be."
            reply = {"error": f"{name} cannot be read: its reader broke off.", "hint": hint, "spent": True}
        if late.is_set() or reply.get("spent"):
            self.close()
        return reply

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with process:  # closes its pipes and waits for it
                pass

    def __enter__(self) -> "Isolated":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _started(self) -> "subprocess.Popen[bytes]":
        code = _START.format(path=sys.path, seconds=self._seconds, memory=self._memory)
        # -P: nothing is imported from the current folder that this process would not import from there.
        command = [sys.executable, "-P", "-c", code]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return self._process

    @staticmethod
    def _asked(process: "subprocess.Popen[bytes]", question: bytes, data: bytes) -> dict[str, Any] | None:
        """The process's reply, or None when it ended."""
        assert process.stdin is not None and process.stdout is not None
        try:
            for part in (question, data):
                send(process.stdin, part)
            reply = receive(process.stdout)
        except OSError:  # it ended while it was told
            return None
        if reply is None:
            return None
        told: dict[str, Any] = json.loads(reply)
        return told


def send(stream: IO[bytes], part: bytes) -> None:
    """Writes a part with its length before it."""
    stream.write(_LENGTH.pack(len(part)))
    stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """The next part, or None where the stream ends before it does."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    part = stream.read(length)
    return part if len(part) == length else None
