"""The command line over the five articles: what it prints, where, and with which exit code."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from rich.text import Text
from typer.testing import CliRunner, Result

from rag.__main__ import app
from rag.cli import docs
from rag.cli.terminal import ProgressBar, console, left, one_line, print_indented, safe
from rag.ingest import Progress
from rag.schema import Answer, Check, IngestReport, SourceInfo

FIRE = "When did the fire break out in the Yangjiaping residential district?"
FRANCE = "What is the capital of France?"
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """An index of the five articles, made once."""
    folder = tmp_path_factory.mktemp("shared-home")
    assert run("ingest", corpus=seeds, home=folder).exit_code == 0
    return folder


def run(*arguments: str, corpus: Path, home: Path, stdin: bytes | str | None = None) -> Result:
    """A command inside this process; `stdout` and `stderr` of the result are apart."""
    return CliRunner().invoke(app, [*arguments, "--corpus", str(corpus), "--home", str(home)], input=stdin)


def process(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """A command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "rag", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **(environment or {})},
        input=stdin,
        capture_output=True,
        timeout=120,
    )


def corpus_of(folder: Path, **texts: str) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_bytes(text.encode())
    return folder


# What each command prints


def test_ingest_counts_what_it_did_and_does_nothing_twice(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="Bees dance to tell where the flowers are.\n", ants="Ants follow trails.\n")
    (corpus / "empty.txt").touch()
    first = run("ingest", corpus=corpus, home=tmp_path / "home")
    assert first.exit_code == 0
    assert re.search(r"^added +ants\.txt", first.stdout, re.MULTILINE)
    assert re.search(r"^skipped +empty\.txt +\S+", first.stdout, re.MULTILINE)
    assert "2 documents, 2 passages: 2 added, 0 changed, 0 removed, 1 skipped, 0 unchanged" in first.stdout
    (corpus / "ants.txt").write_text("Ants follow trails of scent.\n")
    (corpus / "bees.txt").unlink()
    again = IngestReport.model_validate_json(run("ingest", "--json", corpus=corpus, home=tmp_path / "home").stdout)
    assert (again.changed, again.removed, again.unchanged) == (("ants.txt",), ("bees.txt",), ())
    assert "0 changed, 0 removed, 1 skipped, 1 unchanged" in run("ingest", corpus=corpus, home=tmp_path / "home").stdout


def test_an_answer_shows_its_citations_with_place_line_and_quote(seeds: Path, home: Path) -> None:
    result = run("ask", FIRE, corpus=seeds, home=home)
    answer = Answer.model_validate_json(run("ask", FIRE, "--json", corpus=seeds, home=home).stdout)
    assert (result.exit_code, answer.status) == (0, "answered")
    for citation in answer.citations:
        assert f"[{citation.n}] {citation.path}:{citation.start}-{citation.end}  (line" in result.stdout
        assert citation.quote in result.stdout
        text = (seeds / citation.path).read_bytes().decode("utf-8-sig")
        assert text[citation.start : citation.end] == citation.quote


def test_an_abstention_looks_different_and_exits_with_three(seeds: Path, home: Path) -> None:
    result = run("ask", FRANCE, corpus=seeds, home=home)
    assert result.exit_code == 3
    assert result.stdout.startswith("No answer.")
    assert "which do not answer the question" in result.stdout
    assert "[1]" not in result.stdout


def test_json_is_the_answer_and_nothing_else(seeds: Path, home: Path) -> None:
    for question, code in ((FIRE, 0), (FRANCE, 3)):
        done = process("ask", question, "--json", "--corpus", str(seeds), "--home", str(home), cwd=seeds.parent)
        assert done.returncode == code
        assert done.stderr == b""
        assert set(json.loads(done.stdout)) == set(Answer.model_fields)


def test_another_process_prints_the_same_bytes_but_for_timings(seeds: Path, home: Path) -> None:
    outputs = []
    for seed in ("1", "2"):
        done = process(
            "ask", FIRE, "--json", "--corpus", str(seeds), "--home", str(home), cwd=seeds.parent, environment={"PYTHONHASHSEED": seed}
        )
        outputs.append(re.sub(rb'"timings": \{[^}]*\}', b"", done.stdout))
    assert outputs[0] == outputs[1] and b'"quote"' in outputs[0]


def test_asking_indexes_first_and_keeps_that_off_standard_output(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="The queen bee lives for five years in her hive.\n")
    (corpus / "scan.txt").write_bytes(b"\x00\x01\x02")
    result = run("ask", "How long does the queen bee live?", "--json", corpus=corpus, home=tmp_path / "home")
    assert Answer.model_validate_json(result.stdout).hits
    assert "Skipped scan.txt" in result.stderr


def test_sources_lists_documents_and_their_state(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="Bees dance.\n", ants="Ants march.\n", wasps="Wasps sting.\n")
    run("ingest", corpus=corpus, home=tmp_path / "home")
    (corpus / "ants.txt").write_text("Ants dance.\n")
    (corpus / "wasps.txt").unlink()
    listed = run("sources", corpus=corpus, home=tmp_path / "home")
    assert re.search(r"^bees\.txt .* indexed *$", listed.stdout, re.MULTILINE)
    states = {item["path"]: item["state"] for item in json.loads(run("sources", "--json", corpus=corpus, home=tmp_path / "home").stdout)}
    assert states == {"ants.txt": "changed", "bees.txt": "indexed", "wasps.txt": "missing"}
    assert set(SourceInfo.model_fields) == set(json.loads(run("sources", "--json", corpus=corpus, home=tmp_path / "home").stdout)[0])


def test_show_marks_the_quote_and_numbers_the_lines(tmp_path: Path) -> None:
    text = "First line.\r\nThe bees dance\r\nall day long.\r\nLast line.\r\n"
    corpus = corpus_of(tmp_path / "notes", bees=text)
    run("ingest", corpus=corpus, home=tmp_path / "home")
    start, end = text.index("bees"), text.index("day") + 3
    shown = run("show", f"bees.txt:{start}-{end}", corpus=corpus, home=tmp_path / "home")
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[1:] == ["1  First line.", "2  The ⟦bees dance", "3  all day⟧ long.", "4  Last line."]


def test_show_says_when_the_file_has_changed_since(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="The bees dance.\n")
    run("ingest", corpus=corpus, home=tmp_path / "home")
    (corpus / "bees.txt").write_text("The bees rest.\n")
    shown = run("show", "bees.txt:4-8", corpus=corpus, home=tmp_path / "home")
    assert "The ⟦bees⟧ dance." in shown.stdout
    assert "has changed since" in shown.stderr


@pytest.mark.parametrize(
    "place", ["nowhere.txt:0-5", "bees.txt", "bees.txt:5-5", "bees.txt:9-2", "bees.txt:0-999", "bees.txt:-1-5", ":1-2"]
)
def test_a_place_that_is_none_is_wrong_use(place: str, tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="The bees dance.\n")
    run("ingest", corpus=corpus, home=tmp_path / "home")
    shown = run("show", place, corpus=corpus, home=tmp_path / "home")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr.startswith("Error: ")


def test_every_citation_can_be_shown(seeds: Path, home: Path) -> None:
    answer = Answer.model_validate_json(run("ask", FIRE, "--json", corpus=seeds, home=home).stdout)
    for citation in answer.citations:
        shown = run("show", f"{citation.path}:{citation.start}-{citation.end}", corpus=seeds, home=home)
        assert shown.exit_code == 0
        assert f"⟦{citation.quote}⟧" in shown.stdout


def test_verify_finds_the_index_sound_and_then_a_change(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="The queen bee lives for five years.\n", ants="Ants march in rows.\n")
    run("ingest", corpus=corpus, home=tmp_path / "home")
    assert run("verify", corpus=corpus, home=tmp_path / "home").exit_code == 0
    (corpus / "bees.txt").write_text("The queen bee lives for two years.\n")
    (corpus / "ants.txt").unlink()
    result = run("verify", corpus=corpus, home=tmp_path / "home")
    assert result.exit_code == 1
    assert re.search(r"^stale +.*bees\.txt:", result.stdout, re.MULTILINE)
    assert re.search(r"^missing +.*ants\.txt:", result.stdout, re.MULTILINE)
    assert "2 no longer hold" in result.stdout


def test_verify_checks_a_saved_answer_against_the_files(tmp_path: Path, seeds: Path, home: Path) -> None:
    corpus = tmp_path / "copy"
    corpus.mkdir()
    for file in seeds.iterdir():
        (corpus / file.name).write_bytes(file.read_bytes())
    saved = tmp_path / "answer.json"
    saved.write_text(run("ask", FIRE, "--json", corpus=seeds, home=home).stdout, "utf-8")
    assert run("verify", str(saved), corpus=corpus, home=home).exit_code == 0
    cited = Answer.model_validate_json(saved.read_text("utf-8")).citations[0].path
    (corpus / cited).write_text("Something else.\n")
    result = run("verify", str(saved), "--json", corpus=corpus, home=home)
    checks = [Check.model_validate(item) for item in json.loads(result.stdout)]
    assert result.exit_code == 1
    assert all((check.state == "stale") == (check.path == cited) for check in checks)


def test_repair_finds_a_sound_index_sound_and_mends_a_broken_one(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="The queen bee lives for five years.\n")
    run("ingest", corpus=corpus, home=tmp_path / "home")
    assert "The index is sound: 1 documents" in run("repair", corpus=corpus, home=tmp_path / "home").stdout
    for file in (tmp_path / "home").rglob("chroma.sqlite3"):
        file.write_bytes(b"broken")
    mended = run("repair", corpus=corpus, home=tmp_path / "home")
    assert mended.exit_code == 0
    assert "Note: The vector index was rebuilt" in mended.stdout
    assert "1 added" in run("repair", "--rebuild", corpus=corpus, home=tmp_path / "home").stdout


# Wrong use and bad input


def test_no_command_shows_the_help() -> None:
    result = CliRunner().invoke(app, [])
    assert "Commands:" in result.output


@pytest.mark.parametrize("arguments", [["asks"], ["ask"], ["ask", "a", "--jsn"], ["chat", "--port", "0"], ["chat", "--port", "x"]])
def test_wrong_use_exits_with_two(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


@pytest.mark.parametrize(
    "command", [["ingest"], ["ask", "Who?"], ["sources"], ["show", "a:1-2"], ["verify"], ["repair"], ["chat", "--no-browser"]]
)
def test_a_missing_folder_is_wrong_use_in_every_command(command: list[str], tmp_path: Path) -> None:
    result = run(*command, corpus=tmp_path / "none", home=tmp_path / "home")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "does not exist" in result.stderr and "--corpus" in result.stderr
    assert not (tmp_path / "home").exists()


def test_without_seeds_here_the_error_names_the_option(tmp_path: Path) -> None:
    done = process("ask", "Who?", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"seeds does not exist (looked for in {tmp_path})" in done.stderr.decode()
    assert b"--corpus DIR" in done.stderr and b"Traceback" not in done.stderr


def test_a_file_as_corpus_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("Text.")
    result = run("ingest", corpus=tmp_path / "file.txt", home=tmp_path / "home")
    assert result.exit_code == 2 and "is not a folder" in result.stderr


def test_an_empty_corpus_is_a_failure_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    for command in (["ingest"], ["ask", "Who?"]):
        result = run(*command, corpus=tmp_path / "notes", home=tmp_path / "home")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "no document" in result.stderr and ".txt or .md" in result.stderr


def test_what_needs_an_index_says_how_to_make_one(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="Bees dance.\n")
    for command in (["sources"], ["verify"], ["repair"], ["show", "bees.txt:0-4"]):
        result = run(*command, corpus=corpus, home=tmp_path / "home")
        assert result.exit_code == 1 and "groundline ingest" in result.stderr


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "?!"])
def test_an_empty_question_is_wrong_use(question: str, seeds: Path, home: Path) -> None:
    result = run("ask", question, corpus=seeds, home=home)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "empty" in result.stderr


@pytest.mark.parametrize(
    "question",
    [b"why " * 250_000, b"Who\x00 is it?", b"Who \xff\xfe is it?", b""],
    ids=["one megabyte", "a NUL byte", "not UTF-8", "nothing"],
)
def test_a_question_that_is_no_question_is_wrong_use(question: bytes, seeds: Path, home: Path) -> None:
    result = run("ask", "-", corpus=seeds, home=home, stdin=question)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ") and len(result.stderr) < 1000


def test_a_question_may_come_from_standard_input(seeds: Path, home: Path) -> None:
    piped = run("ask", "-", "--json", corpus=seeds, home=home, stdin=FIRE.encode() + b"\n")
    assert Answer.model_validate_json(piped.stdout).question == FIRE


@pytest.mark.parametrize("home_path", ["file", "file/home"])
def test_a_home_that_cannot_be_one_is_a_failure(home_path: str, tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="Bees dance.\n")
    (tmp_path / "file").write_text("in the way")
    result = run("ingest", corpus=corpus, home=tmp_path / home_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "--home" in result.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_home_is_a_failure(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="Bees dance.\n")
    locked = tmp_path / "home"
    locked.mkdir(mode=0)
    assert run("ingest", corpus=corpus, home=locked).exit_code == 1


def test_a_home_inside_the_corpus_is_wrong_use(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="Bees dance.\n")
    assert run("ingest", corpus=corpus, home=corpus / "home").exit_code == 2


@pytest.mark.parametrize("saved", ["", "{}", "[1, 2]", "not json", '{"question": 1}'])
def test_a_saved_answer_that_is_none_is_a_failure_with_a_reason(saved: str, seeds: Path, home: Path, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(saved)
    for path in (tmp_path / "answer.json", tmp_path / "none.json", tmp_path):
        result = run("verify", str(path), corpus=seeds, home=home)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")


def test_a_setting_that_cannot_be_used_is_named(seeds: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDLINE_PASSAGE_TOKENS", "many")
    result = run("sources", corpus=seeds, home=home)
    assert result.exit_code == 2 and "GROUNDLINE_PASSAGE_TOKENS" in result.stderr


def test_an_index_made_otherwise_names_the_command_that_rebuilds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="Bees dance.\n")
    run("ingest", corpus=corpus, home=tmp_path / "home")
    monkeypatch.setenv("GROUNDLINE_PASSAGE_TOKENS", "64")
    result = run("ask", "Who dances?", corpus=corpus, home=tmp_path / "home")
    assert result.exit_code == 1 and "groundline repair --rebuild" in result.stderr
    assert run("repair", "--rebuild", corpus=corpus, home=tmp_path / "home").exit_code == 0
    assert run("sources", corpus=corpus, home=tmp_path / "home").exit_code == 0


def test_what_should_not_happen_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch, seeds: Path, home: Path) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("boom \x1b[31m")

    monkeypatch.setattr("rag.cli.tables.print_sources", fail)
    result = run("sources", corpus=seeds, home=home)
    assert result.exit_code == 1
    assert "RuntimeError: boom ␛[31m" in result.stderr and "Traceback" not in result.stderr


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
    done = subprocess.run(["bash", "-c", command], cwd=seeds.parent, stderr=subprocess.PIPE, timeout=60)
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


def terminal(*arguments: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """A command in a process whose output is a terminal 100 columns wide: its exit code and all that it wrote there."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 100))
    wanted = {**os.environ, "TERM": "xterm-256color", **(environment or {})}
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        if name not in (environment or {}):
            wanted.pop(name, None)
    command = [sys.executable, "-m", "rag", *arguments]
    with subprocess.Popen(
        command, cwd=Path(__file__).parent.parent, env=wanted, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL
    ) as child:
        os.close(theirs)
        written = b""
        # Reading from a terminal whose other side is closed is an error on Linux, and empty elsewhere.
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 65536):
                written += piece
        os.close(ours)
    return child.returncode, written.decode()


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
        with subprocess.Popen(command, cwd=seeds.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            assert child.stdout is not None and child.stderr is not None
            child.stdout.close()
            assert child.stderr.read() == b""
            assert child.wait(60) == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_a_failure(seeds: Path, home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "rag", "sources", "--json", "--corpus", str(seeds), "--home", str(home)]
        done = subprocess.run(command, cwd=seeds.parent, stdout=full, stderr=subprocess.PIPE, timeout=60)
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
    child = subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tick = threading.Event()
    while child.poll() is None and not list((tmp_path / "home").rglob("catalog.sqlite3")):
        tick.wait(0.02)
    yield child, tmp_path
    child.kill()
    child.communicate()


def test_ctrl_c_ends_an_ingest_cleanly(long_ingest: tuple[subprocess.Popen[bytes], Path]) -> None:
    child, folder = long_ingest
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert b"Traceback" not in err and out == b""
    for file in list((folder / "long").iterdir())[5:]:
        file.unlink()
    assert run("ingest", corpus=folder / "long", home=folder / "home").exit_code == 0


# Generated pages


def test_the_generated_pages_are_fresh() -> None:
    assert docs.stale_pages() == [], "run `python -m rag.cli.docs`"


def test_the_page_of_commands_names_each_of_them() -> None:
    page = docs.cli_page()
    assert all(f"\n## {name}\n" in page for name in ("ingest", "ask", "chat", "sources", "show", "verify", "repair", "doctor"))
