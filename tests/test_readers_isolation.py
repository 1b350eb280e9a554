"""A file that makes its reader hang, crash or fill the memory is left out with a reason, and the next one is read."""

import os
from collections.abc import Iterator

import pytest

from rag.errors import ReadError
from rag.readers.isolation import Isolated

MODULE = "tests.support.hostile"


@pytest.fixture(scope="module")
def isolated() -> Iterator[Isolated]:
    with Isolated(memory=1_500_000_000) as one:
        yield one


def process_of(isolated: Isolated) -> int:
    return int(isolated.extract(MODULE, "fine", b"pid", "a.pdf").text.split()[1])


def test_files_are_read_in_one_other_process(isolated: Isolated) -> None:
    first = process_of(isolated)
    assert first not in (os.getpid(), 0) and process_of(isolated) == first


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("crashes", "a.pdf cannot be read: its reader broke off."),
        ("grows", "a.pdf takes more memory to read than there may be used."),
        ("recurses", "a.pdf is nested too deeply."),
        ("fails", "a.pdf is damaged or not what its name says (KeyError: 'no\\nsuch part')."),
        ("refuses", "a.pdf is refused."),
    ],
)
def test_what_a_reader_meets_is_told_and_the_next_file_is_read(isolated: Isolated, function: str, reason: str) -> None:
    with pytest.raises(ReadError) as caught:
        isolated.extract(MODULE, function, b"x", "a.pdf")
    assert str(caught.value) == reason and caught.value.hint
    assert isolated.extract(MODULE, "fine", b"next", "b.pdf").text.startswith("next ")


@pytest.mark.parametrize("function", ["tires", "fills"])
def test_no_file_is_refused_for_what_those_before_it_left_behind(function: str) -> None:
    with Isolated(memory=1_500_000_000) as isolated:
        first, second = (isolated.extract(MODULE, function, b"x", name).text for name in ("a.pdf", "b.pdf"))
    assert first != second


def test_a_reader_that_hangs_is_stopped() -> None:
    with Isolated(seconds=60) as isolated:
        before = process_of(isolated)
        isolated._seconds = 0.3
        with pytest.raises(ReadError, match=r"a\.pdf takes longer to read than 0\.3 seconds"):
            isolated.extract(MODULE, "hangs", b"", "a.pdf")
        isolated._seconds = 60
        assert process_of(isolated) != before


def test_what_a_library_prints_is_no_answer(isolated: Isolated) -> None:
    assert isolated.extract(MODULE, "prints", b"text", "a.pdf").text.startswith("text ")


def test_nothing_is_left_running() -> None:
    isolated = Isolated()
    process = process_of(isolated)
    isolated.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
