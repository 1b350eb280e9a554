"""Reports as tables: short where the terminal is narrow, with whole paths, right numbers, and no blanks at the ends of lines."""

import re
from io import StringIO

import pytest
from rich.console import Console

from rag.cli.tables import LISTED, print_checks, print_ingest, print_left_out, print_sources
from rag.cli.terminal import ProgressBar, counted, print_table, table
from rag.ingest import Progress
from rag.schema import Check, IngestReport, Skipped, SourceInfo

PATH = "harbours/north.txt"
REASON = "harbours/north.txt is binary: byte 3 is NUL."


def lines(width: int, *printed: object) -> list[str]:
    """What a printing function writes on a terminal of this width, given as the function and what it takes."""
    out = Console(file=StringIO(), width=width, force_terminal=True, no_color=True, highlight=False)
    show, *given = printed
    assert callable(show)
    show(out, *given)
    assert isinstance(out.file, StringIO)
    return out.file.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()


def source(path: str, passages: int = 1) -> SourceInfo:
    return SourceInfo(path=path, sha256="0" * 64, size=1_000, passages=passages, sentences=3, state="indexed")


@pytest.mark.parametrize(("number", "said"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1_200, "1,200 files")])
def test_one_is_no_plural(number: int, said: str) -> None:
    assert counted(number, "file") == said


def test_one_document_is_no_plural() -> None:
    assert lines(80, print_sources, [source(PATH)], [])[-1] == "1 document, 1 passage"
    assert lines(80, print_ingest, IngestReport(documents=1, passages=2))[-1].startswith("1 document, 2 passages: 0 added")


def test_a_narrow_terminal_leaves_numbers_out_and_paths_whole() -> None:
    assert lines(60, print_sources, [source(PATH)], [])[0].split() == ["Document", "Passages", "Sentences", "Bytes", "State"]
    narrow = lines(40, print_sources, [source(PATH)], [])
    assert narrow[:2] == ["Document            State", f"{PATH}  indexed"]


def test_a_reason_is_wrapped_beside_a_whole_path() -> None:
    told = lines(34, print_left_out, [Skipped(path=PATH, reason=REASON)])
    assert told == ["Left out            Why", f"{PATH}  binary: byte 3", " " * 20 + "is NUL"]


def test_a_path_wider_than_the_terminal_is_shown_to_its_end() -> None:
    path = "/".join(f"folder{n}" for n in range(9)) + "/last.txt"
    told = lines(40, print_left_out, [Skipped(path=path, reason="not a regular file")])
    assert "".join(line[: line.find("  ")] if "  " in line else line for line in told[1:]).replace(" ", "").startswith("folder0/")
    assert path in "".join("".join(line.split("  ")[0] for line in told[1:]).split())


def test_the_reason_stands_without_the_path_and_a_long_list_is_cut() -> None:
    many = [Skipped(path=f"{n}.txt", reason=f"{n}.txt is empty.") for n in range(LISTED + 3)]
    told = lines(80, print_left_out, many, LISTED)
    assert told[1:4] == ["0.txt     empty", "1.txt     empty", "10.txt    empty"] and len(told) == LISTED + 2
    assert told[-1] == "… and 3 more; `groundline sources` lists all."
    assert len(lines(80, print_left_out, many)) == LISTED + 4
    assert len(lines(80, print_left_out, many[:LISTED], LISTED)) == LISTED + 1


def test_no_line_ends_with_blanks() -> None:
    rows = table("Left", "Right")
    rows.add_row("a", "a long cell")
    rows.add_row("b", "c")
    for width in (200, 12):
        assert all(line == line.rstrip() for line in lines(width, print_table, rows))


def shown(width: int) -> str:
    """What a progress bar last showed on a terminal of this width."""
    bar = ProgressBar()
    out = Console(file=StringIO(), width=width, force_terminal=True, color_system=None)
    bar._console = out
    with bar:
        bar(Progress("letters/of/the/harbour/master/of/north/skellby.txt", 6, 1_000, 61.0))
    assert isinstance(out.file, StringIO)
    return next(line for line in reversed(re.split(r"[\r\n]", out.file.getvalue())) if "left" in line)


def test_a_progress_bar_fits_the_terminal() -> None:
    assert "6 of 1,000 texts" in shown(100) and "1 min 01 s left" in shown(100)
    assert "texts" not in shown(46) and "1 min 01 s left" in shown(46) and "skellby.txt" in shown(46)


def test_one_check_is_no_plural() -> None:
    check = Check(n=1, path=PATH, start=0, end=4, state="ok", detail="")
    assert lines(80, print_checks, [check], "span") == ["1 span checked: all hold"]
    assert lines(80, print_checks, [check, check], "span") == ["2 spans checked: all hold"]
