"""The command line over the five articles: what it prints, where, and with which exit code."""

import json
import os
import re
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.__main__ import app
from rag.cli import docs
from rag.schema import Answer, Check, IngestReport, SourceInfo
from tests.support.cli import FIRE, FRANCE, corpus_of, process, run, terminal

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
    assert result.stderr.splitlines() == ["Indexed first: 1 added.", "1 file left out; `groundline sources` says which and why."]


# Files that are no documents


@pytest.fixture
def no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """`chat` opens the corpus, says what it has to say, and ends."""
    monkeypatch.setattr("ui.app.application", lambda room, access: None)
    monkeypatch.setattr("ui.app.run", lambda app, listener, ready: ready())


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """One document, and files left out: binary, empty, of another kind, and in a folder."""
    corpus = corpus_of(tmp_path / "notes", bees="The queen bee lives for five years in her hive.\n", empty="")
    (corpus / "old").mkdir()
    (corpus / "old" / "bad.txt").write_bytes(b"Text\x00")
    (corpus / "hive.png").write_bytes(b"\x89PNG")
    return corpus


def test_a_question_counts_the_files_left_out_in_one_line(mixed: Path, tmp_path: Path) -> None:
    for _ in range(2):
        asked = run("ask", "How long does the queen bee live?", corpus=mixed, home=tmp_path / "home")
        assert asked.exit_code == 0
        assert asked.stderr.splitlines()[-1] == "3 files left out; `groundline sources` says which and why."
        assert "bad.txt" not in asked.output
    assert len(asked.stderr.splitlines()) == 1


@pytest.mark.usefixtures("no_window")
def test_every_list_of_files_left_out_has_each_name_once_and_the_reason(mixed: Path, tmp_path: Path) -> None:
    for command in (["ingest"], ["sources"], ["doctor"], ["chat", "--no-browser", "--port", "7999"]):
        told = run(*command, corpus=mixed, home=tmp_path / "home")
        lines = (told.stderr if command[0] == "chat" else told.stdout).splitlines()
        for name, reason in (("old/bad.txt", " binary: byte 4 is NUL"), ("empty.txt", " empty"), ("hive.png", "not a .txt")):
            (line,) = [line for line in lines if name in line]
            assert line.count(name) == 1 and reason in line, command
    assert told.stdout.startswith("Groundline is at http://127.0.0.1:")


def test_a_corpus_without_documents_names_each_file_once(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", empty="")
    told = run("ask", "Who dances?", corpus=corpus, home=tmp_path / "home")
    assert told.exit_code == 1 and told.stderr.count("empty.txt") == 1 and "empty.txt: empty" in told.stderr


@pytest.mark.usefixtures("no_window")
def test_many_files_left_out_are_listed_in_full_by_sources_alone(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="Bees dance.\n", **{f"empty{n}": "" for n in range(30)})
    chat = run("chat", "--no-browser", "--port", "7999", corpus=corpus, home=tmp_path / "home").stderr
    assert chat.count(" empty\n") == 20 and "… and 10 more; `groundline sources` lists all." in chat
    assert run("sources", corpus=corpus, home=tmp_path / "home").stdout.count(" empty\n") == 30
    assert "10 more files" in run("doctor", corpus=corpus, home=tmp_path / "home").stdout


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
    assert "2 spans checked: 2 no longer hold\n" in result.stdout
    (corpus / "ants.txt").write_text("Ants march in rows.\n")
    assert "2 spans checked: 1 no longer holds\n" in run("verify", corpus=corpus, home=tmp_path / "home").stdout


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
    assert "The index is sound: 1 document, 1 passage, generation 1." in run("repair", corpus=corpus, home=tmp_path / "home").stdout
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


def test_a_question_without_quotes_is_told_to_stand_in_them(seeds: Path, home: Path) -> None:
    asked = run("ask", "who", "built", "the", "mill", corpus=seeds, home=home)
    assert (asked.exit_code, asked.stdout) == (2, "")
    assert 'Put the whole question in quotes: groundline ask "who built the mill"' in asked.stderr


def test_words_too_many_are_named_with_the_option_that_was_meant(tmp_path: Path) -> None:
    for command in ("ingest", "sources", "chat", "doctor"):
        given = run(command, "notes", home=tmp_path / "home")
        assert given.exit_code == 2 and "“notes”. A folder of documents is named with --corpus DIR." in given.stderr
    for command in (["show", "a.txt:0-1", "b.txt:0-1"], ["verify", "a.json", "b.json"]):
        given = run(*command, home=tmp_path / "home")
        assert given.exit_code == 2 and "Nothing is done with “b." in given.stderr and "--corpus" not in given.stderr


def test_a_typing_error_names_what_was_meant(seeds: Path, home: Path) -> None:
    assert "--corpus" in run("ask", FIRE, "--corpsu", "x", home=home).stderr
    assert "'ask'" in CliRunner().invoke(app, ["aks", FIRE]).stderr
    near = run("show", "003_4a45a2b5c6e84a8.txt:0-10", corpus=seeds, home=home)
    assert (near.exit_code, near.stderr.splitlines()[-1]) == (2, "Is it 003_4a45a2b5c6e84a84.txt?")
    assert "`groundline sources` lists" in run("show", "somewhere.md:0-10", corpus=seeds, home=home).stderr


def test_the_version_is_told_installed_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: "9.8.7")
    assert CliRunner().invoke(app, ["--version"]).stdout == "groundline 9.8.7\n"

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.stdout) == (0, "groundline, run from its folder and not installed\n")


@pytest.mark.parametrize("question", ["", "why " * 2_000])
def test_a_question_that_is_none_is_refused_before_anything_is_indexed(question: str, mixed: Path, tmp_path: Path) -> None:
    asked = run("ask", question, corpus=mixed, home=tmp_path / "home")
    assert (asked.exit_code, len(asked.stderr.splitlines())) == (2, 2)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("arguments", [["verify"], ["ask", "Who?", "--history"]])
def test_a_file_that_is_not_there_is_named_once(arguments: list[str], seeds: Path, home: Path, tmp_path: Path) -> None:
    told = run(*arguments, str(tmp_path / "none.json"), corpus=seeds, home=home)
    assert told.stderr.count("none.json") == 1 and "No such file or directory." in told.stderr and "Errno" not in told.stderr


def test_a_message_and_its_hint_are_one_line_each_on_a_narrow_terminal(tmp_path: Path) -> None:
    missing = tmp_path / ("long-name-of-a-folder-" * 4)
    code, written = terminal("sources", "--corpus", str(missing), "--home", str(tmp_path / "home"), environment={"COLUMNS": "40"})
    lines = re.sub(r"\x1b\[[0-9;]*m", "", written).splitlines()
    assert code == 2 and len(lines) == 2
    assert str(missing) in lines[0] and lines[1].endswith("set GROUNDLINE_CORPUS.")


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
        assert "no document" in result.stderr and ".txt, .md" in result.stderr


def test_what_needs_an_index_says_how_to_make_one(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="Bees dance.\n")
    for command in (["sources"], ["verify"], ["repair"], ["show", "bees.txt:0-4"]):
        result = run(*command, corpus=corpus, home=tmp_path / "home")
        assert result.exit_code == 1 and "groundline ingest" in result.stderr


@pytest.mark.parametrize(
    ("question", "said"), [("", "is empty"), ("   ", "is empty"), ("\n\t", "is empty"), ("?!", "no words"), ("🛥", "no words")]
)
def test_a_question_without_words_is_wrong_use(question: str, said: str, seeds: Path, home: Path) -> None:
    result = run("ask", question, corpus=seeds, home=home)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


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


@pytest.mark.parametrize("kilobytes", [1, 40])
def test_a_disk_that_takes_no_more_is_a_failure_that_passes(kilobytes: int, tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "notes", bees="".join(f"Hive {n} holds {n * n} bees. " for n in range(50)))
    arguments = ("ingest", "--corpus", str(corpus), "--home", str(tmp_path / "home"))
    full = process(*arguments, cwd=tmp_path, most_kilobytes=kilobytes)
    assert (full.returncode, full.stdout) == (1, b"")
    assert b"cannot be written" in full.stderr and b"Traceback" not in full.stderr
    assert run("ingest", corpus=corpus, home=tmp_path / "home").exit_code == 0


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


# Generated pages


def test_the_generated_pages_are_fresh() -> None:
    assert docs.stale_pages() == [], "run `python -m rag.cli.docs`"


def test_the_page_of_commands_names_each_of_them() -> None:
    page = docs.cli_page()
    assert all(f"\n## {name}\n" in page for name in ("ingest", "ask", "chat", "sources", "show", "verify", "repair", "doctor"))
