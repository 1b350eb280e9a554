"""Nothing in a document, path or question steers the terminal; every ending is clean and has its exit code."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.text import Text

from rag.cli.terminal import ProgressBar, console, left, one_line, print_indented, safe
from rag.ingest import Progress
from rag.schema import Answer
from tests.support.cli import FIRE, ROOT, corpus_of, process, run, terminal

UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


# Hostile text


def test_texts_and_paths_cannot_steer_the_terminal(tmp_path: Path) -> None:
    text = "The queen bee of hive seven \x1b]0;owned\x07lives for \x1b[31mfive\x1b[0m years \u202eflipped\u202c in [bold]her[/bold] hive.\n"
    corpus = corpus_of(tmp_path / "notes", **{"be\x1b[2Jes\u202e": text})
    home = tmp_path / "home"
    question = "How long does the queen bee of hive seven live? \x1b[31m"
    for arguments in (
        ["ingest"],
        ["ask", question],
        ["ask", question, "--json"],
        ["sources"],
        ["verify"],
        ["show", "be\x1b[2Jes\u202e.txt:0-5"],
    ):
        result = run(*arguments, corpus=corpus, home=home)
        assert result.stdout, arguments
        assert not UNSAFE.search(result.stdout + result.stderr), arguments
    asked = Answer.model_validate_json(run("ask", question, "--json", corpus=corpus, home=home).stdout)
    assert all(text[citation.start : citation.end] == citation.quote for citation in asked.citations)
    shown = run("show", f"be\x1b[2Jes\u202e.txt:0-{len(text)}", corpus=corpus, home=home).stdout
    assert "␛[31mfive" in shown and "<U+202E>flipped" in shown and "[bold]her[/bold]" in shown


def test_safe_text_keeps_what_people_write() -> None:
    assert safe("“Tränen”\t🙂 👩‍👩‍👧 שלום\nनमस्ते") == "“Tränen”\t🙂 👩‍👩‍👧 שלום\nनमस्ते"
    assert safe("a\r\nb\rc\x7f\x9b") == "a\nb␍c␡<U+009B>"
    assert safe("\udcff") == "<U+DCFF>"
    assert one_line(" a\n\n b\r\n") == "a b"


def test_a_closed_standard_output_is_no_error(seeds: Path, home: Path) -> None:
    command = f'exec "{sys.executable}" -m rag sources --corpus "{seeds}" --home "{home}" >&-'
    done = subprocess.run(["bash", "-c", command], cwd=seeds.parent, stderr=subprocess.PIPE, timeout=240)
    assert (done.returncode, done.stderr) == (0, b"")


def test_output_that_is_no_terminal_is_not_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    print_indented(console(), Text("word " * 200), 4)
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "\x1b" not in out


def test_a_terminal_without_utf8_gets_escapes(seeds: Path, home: Path) -> None:
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    arguments = ("ask", FIRE, "--corpus", str(seeds), "--home", str(home))
    plain = process(*arguments, cwd=seeds.parent, environment=environment)
    assert plain.returncode == 0 and plain.stdout.isascii()
    as_json = process(*arguments, "--json", cwd=seeds.parent, environment=environment)
    assert Answer.model_validate_json(as_json.stdout.decode("utf-8")).status == "answered"


# On a terminal


def test_a_terminal_shows_a_bar_with_the_time_left(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="".join(f"Hive {n} holds {n * n} bees. " for n in range(200)))
    code, written = terminal("ingest", "--corpus", str(corpus), "--home", str(tmp_path / "home"))
    assert code == 0
    assert re.search(r"Indexing bees\.txt", written) and re.search(r"\d+ of \d+ texts", written) and "s left" in written
    assert "1 added" in written


def test_colour_is_for_terminals_that_want_it(seeds: Path, home: Path) -> None:
    colour = re.compile(r"\x1b\[(?:\d+;)*3\d")
    arguments = ("ask", FIRE, "--corpus", str(seeds), "--home", str(home))
    assert colour.search(terminal(*arguments)[1])
    assert not colour.search(terminal(*arguments, environment={"NO_COLOR": "1"})[1])
    assert b"\x1b" not in process(*arguments, cwd=seeds.parent).stdout


def test_the_time_left_is_told_in_minutes_and_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    assert [left(seconds) for seconds in (None, 0.4, 59, 61)] == ["", "0 s left", "59 s left", "1 min 01 s left"]
    with ProgressBar() as bar:
        bar(Progress("a.txt", 1, 2, 3.0))
    assert capsys.readouterr() == ("", "")


def test_chat_opens_the_window_as_asked(seeds: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    def serve(corpus: Path, home: Path, *, say: Callable[[str], None], **options: object) -> None:
        asked.update(options, corpus=corpus, home=home)
        say("Groundline is at \x1b[31mhttp://127.0.0.1:7999")

    monkeypatch.setattr("ui.app.serve", serve)
    result = run("chat", "--port", "7999", "--no-browser", corpus=seeds, home=home)
    assert (result.exit_code, result.stdout) == (0, "Groundline is at ␛[31mhttp://127.0.0.1:7999\n")
    assert (asked["port"], asked["open_browser"], asked["corpus"], asked["home"]) == (7999, False, seeds, home)


# Endings


def test_a_reader_who_goes_away_is_no_error(seeds: Path, home: Path) -> None:
    for arguments in (["ask", FIRE], ["ask", FIRE, "--json"], ["sources"]):
        command = [sys.executable, "-m", "rag", *arguments, "--corpus", str(seeds), "--home", str(home)]
        theirs, ours = os.pipe()
        os.close(theirs)  # gone before a word is written, however long the command takes to start
        done = subprocess.run(command, cwd=seeds.parent, stdout=ours, stderr=subprocess.PIPE, timeout=240)
        os.close(ours)
        assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_a_failure(seeds: Path, home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "rag", "sources", "--json", "--corpus", str(seeds), "--home", str(home)]
        done = subprocess.run(command, cwd=seeds.parent, stdout=full, stderr=subprocess.PIPE, timeout=240)
    assert done.returncode == 1
    assert done.stderr.startswith(b"Error: ") and b"Traceback" not in done.stderr


@pytest.fixture
def long_ingest(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """An ingest in a process of its own that has begun to write and is far from its end."""
    corpus = tmp_path / "long"
    corpus.mkdir()
    for number in range(400):
        (corpus / f"{number}.txt").write_text("".join(f"Hive {number} held {line} bees on day {line * number}. " for line in range(60)))
    # Its first report on a terminal would do as well; the catalog's file is what every run makes first.
    command = [sys.executable, "-m", "rag", "ingest", "--corpus", str(corpus), "--home", str(tmp_path / "home")]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tick = threading.Event()
    while child.poll() is None and not list((tmp_path / "home").rglob("catalog.sqlite3")):
        tick.wait(0.02)
    yield child, tmp_path
    child.kill()
    child.communicate()


def test_ctrl_c_ends_an_ingest_cleanly(long_ingest: tuple[subprocess.Popen[bytes], Path]) -> None:
    child, folder = long_ingest
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=240)
    assert child.returncode == 130
    assert b"Traceback" not in err and out == b""
    for file in list((folder / "long").iterdir())[5:]:
        file.unlink()
    assert run("ingest", corpus=folder / "long", home=folder / "home").exit_code == 0
