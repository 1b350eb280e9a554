"""One writer at a time, and who it is."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rag.errors import IndexLocked, StorageError
from rag.lock import writer_lock

HOLD = """
import sys
from pathlib import Path
from rag.lock import writer_lock
with writer_lock(Path(sys.argv[1]), 5):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path):  # type: ignore[no-untyped-def]
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None and process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    for stream in (process.stdin, process.stdout):
        stream.close()
    process.wait()


def test_the_second_writer_is_told_who_holds_the_lock(tmp_path: Path, holder: "subprocess.Popen[bytes]") -> None:
    with pytest.raises(IndexLocked, match=f"process {holder.pid}, since ") as raised, writer_lock(tmp_path / "lock", 0.1):
        pytest.fail("two writers at once")
    assert raised.value.hint


def test_the_second_writer_waits_for_the_first(tmp_path: Path, holder: "subprocess.Popen[bytes]") -> None:
    assert holder.stdin is not None
    threading.Timer(0.2, holder.stdin.close).start()
    with writer_lock(tmp_path / "lock", 30):
        assert json.loads((tmp_path / "lock").read_text())["pid"] == os.getpid()


def test_a_killed_writer_holds_nothing(tmp_path: Path, holder: "subprocess.Popen[bytes]") -> None:
    holder.kill()
    holder.wait()
    with writer_lock(tmp_path / "lock", 0):
        pass


def test_threads_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    with writer_lock(tmp_path / "lock", 0), pytest.raises(IndexLocked, match=str(os.getpid())), writer_lock(tmp_path / "lock", 0):
        pytest.fail("two writers at once")
    with writer_lock(tmp_path / "lock", 0):
        pass


def test_an_error_inside_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ValueError), writer_lock(tmp_path / "lock", 0):
        raise ValueError
    with writer_lock(tmp_path / "lock", 0):
        pass


def test_a_lock_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError), writer_lock(tmp_path / "missing" / "lock", 0):
        pytest.fail("locked nothing")
