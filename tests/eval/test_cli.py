"""The command line on the real engine over a small corpus: what is printed, what is written, and the exit codes."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval import baseline as stored
from eval.case import load_cases
from eval.cli import app
from rag.schema import Answer

OPENED, LONG = "The bridge opened in 1931.", "It is 120 metres long."
LENIENT = '[[threshold]]\nmetric = "citation_exact"\nmin = 1.0\n'


class Shell:
    """Runs the commands over one corpus, one home and two cases."""

    def __init__(self, folder: Path, corpus: Path, cases: Path) -> None:
        self.folder, self.corpus, self.cases = folder, corpus, cases

    def __call__(self, *arguments: str, cases: bool = True, corpus: bool = True) -> Result:
        places = ["--corpus", str(self.corpus)] if corpus else []
        if "mutate" not in arguments:
            places += ["--home", str(self.folder / "home")]
        named = ["--cases", str(self.cases)] if cases else []
        return CliRunner().invoke(app, [*arguments, *places, *named])


@pytest.fixture
def shell(tmp_path: Path, corpus: Path, make: SimpleNamespace) -> Shell:
    cases = [
        make.case(OPENED, id="opened", question="When did the bridge open?"),
        make.case(LONG, id="long", question="How many metres long is the bridge?", split="development"),
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [case.model_dump(mode="json") for case in cases]}), encoding="utf-8")
    return Shell(tmp_path, corpus, file)


def test_a_run_prints_a_table_and_writes_four_reports(shell: Shell) -> None:
    result = shell("--out", str(shell.folder / "out"))
    assert result.exit_code == 0, result.output
    assert "citation_exact" in result.stdout and "2 cases:" in result.stdout
    assert sorted(path.name for path in (shell.folder / "out").iterdir()) == ["junit.xml", "report.html", "report.json", "report.md"]


def test_two_runs_write_the_same_json_but_for_timings(shell: Shell) -> None:
    written = []
    for name in ("one", "two"):
        assert shell("--out", str(shell.folder / name)).exit_code == 0
        report = json.loads((shell.folder / name / "report.json").read_text(encoding="utf-8"))
        assert report.pop("timings")
        written.append(report)
    assert written[0] == written[1]


def test_only_one_case_or_category_is_run_when_asked(shell: Shell) -> None:
    assert "1 cases:" in shell("--only", "long").stdout
    assert "2 cases:" in shell("--only", "fact").stdout


def test_a_model_that_cannot_be_made_is_told_before_anything_runs(shell: Shell) -> None:
    result = shell("--llm", "nobody:model", "--out", str(shell.folder / "out"))
    assert result.exit_code == 2
    assert "no provider of language models" in result.stderr and not (shell.folder / "out").exists()


def gate(shell: Shell, rules: str) -> Result:
    (shell.folder / "gate.toml").write_text(rules)
    return shell("gate", "--baseline", str(shell.folder / "baseline.json"), "--rules", str(shell.folder / "gate.toml"))


def test_the_gate_holds_fails_and_cannot_run_with_three_exit_codes(shell: Shell) -> None:
    missing = gate(shell, LENIENT)
    assert missing.exit_code == 2
    assert "There is no baseline" in missing.stderr and "groundline eval baseline" in missing.stderr
    assert shell("baseline", "--to", str(shell.folder / "baseline.json")).exit_code == 0
    holding = gate(shell, LENIENT)
    assert holding.exit_code == 0, holding.output
    assert "The gate holds." in holding.stdout and "no case changed" not in holding.stderr
    failing = gate(shell, LENIENT + '[[threshold]]\nmetric = "answer_tokens"\nmax = 1\n')
    assert failing.exit_code == 1
    assert "FAIL answer_tokens (all)" in failing.stdout
    assert gate(shell, "[[threshold]").exit_code == 2


def test_a_baseline_of_another_corpus_is_said_and_not_compared(shell: Shell) -> None:
    assert shell("baseline", "--to", str(shell.folder / "baseline.json")).exit_code == 0
    (shell.corpus / "more.txt").write_text("The museum has four rooms.")
    result = gate(shell, LENIENT)
    assert result.exit_code == 0
    assert "not compared: the baseline is of another corpus" in result.stdout


def test_a_bad_case_file_ends_with_two_and_names_file_case_and_field(shell: Shell) -> None:
    shell.cases.write_text('{"cases": [{"id": "x", "category": "c", "split": "test", "question": "?", "expect": "maybe"}]}')
    result = shell()
    assert result.exit_code == 2
    assert f"{shell.cases}: case x: field expect" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--suite", "triviaqa"], "no suite 'triviaqa'"),
        (["--only", "nothing"], "called nothing"),
        (["--corpus", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_run_ends_with_two_and_a_message(shell: Shell, arguments: list[str], message: str) -> None:
    result = shell(*arguments, corpus="--corpus" not in arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("suite", ["xquad", "squad2", "clapnq", "summedits"])
def test_a_suite_without_its_data_is_printed_as_not_run_and_leaves_the_exit_code_alone(shell: Shell, suite: str) -> None:
    result = shell("--suite", suite, "--data", str(shell.folder), cases=False)
    assert result.exit_code == 0
    assert f"Not run: {suite}" in result.stderr
    assert ".jsonl" in result.stderr


def test_a_public_set_is_indexed_asked_and_reported(shell: Shell) -> None:
    data = shell.folder / "data"
    data.mkdir()
    text = "The bridge opened in 1931. It is long."
    row = {
        "id": "q1",
        "question": "When did the bridge open?",
        "context_id": "p",
        "answers": [{"text": "1931", "start": text.index("1931")}],
    }
    (data / "xquad_en.jsonl").write_text(json.dumps(row) + "\n")
    (data / "xquad_en_contexts.jsonl").write_text(json.dumps({"context_id": "p", "title": "T", "text": text}) + "\n")
    result = shell("--suite", "xquad", "--data", str(data), cases=False, corpus=False)
    assert result.exit_code == 0, result.output
    assert "hit@1 ↑" in result.stdout and "1.000" in result.stdout
    assert (shell.folder / "home" / "eval" / "xquad" / "report.html").is_file()


def test_mutate_prints_kills_and_false_alarms_and_lists_what_was_asked_for(shell: Shell) -> None:
    result = shell("mutate", "--show", "detail added", cases=False)
    assert result.exit_code == 0, result.output
    assert "Broken answers" in result.stdout and "Harmless edits" in result.stdout
    unknown = shell("mutate", "--show", "magic", cases=False)
    assert unknown.exit_code == 2 and "no operator magic" in unknown.stderr


def saved(make: SimpleNamespace, folder: Path, answer: Answer) -> str:
    file = folder / "answer.json"
    file.write_text(answer.model_dump_json(), encoding="utf-8")
    return str(file)


def test_new_turns_a_saved_answer_into_a_case_and_adds_it_to_the_file(shell: Shell, make: SimpleNamespace) -> None:
    own = shell.folder / "own" / "cases.json"
    answer = saved(make, shell.folder, make.answer(OPENED, LONG, question="When, and how long?"))
    for _ in range(2):
        result = shell("new", "--answer", answer, "--to", str(own), "--gold", "1", "--gold", "2", cases=False)
        assert result.exit_code == 0, result.output
    first, second = load_cases(own)
    assert (first.id, second.id, first.split, second.split) == ("own-001", "own-002", "development", "test")
    assert [[gold.quote for gold in group] for group in first.gold] == [[OPENED], [LONG]]
    assert first.question == "When, and how long?"


def test_new_asks_the_engine_when_there_is_no_saved_answer(shell: Shell) -> None:
    own = shell.folder / "own.json"
    result = shell("new", "When did the bridge open?", "--to", str(own), cases=False)
    assert result.exit_code == 0, result.output
    (case,) = load_cases(own)
    assert case.expect in ("answer", "abstain")
    assert "own-001" in result.stderr


def test_new_refuses_what_makes_no_case(shell: Shell, make: SimpleNamespace) -> None:
    answer = saved(make, shell.folder, make.answer(OPENED))
    own = ["--to", str(shell.folder / "own.json"), "--answer", answer]
    assert "no citation 5" in shell("new", *own, "--gold", "5", cases=False).stderr
    assert shell("new", *own, "--expect", "maybe", cases=False).exit_code == 2
    (shell.folder / "answer.json").write_text("[]")
    assert "not a saved answer" in shell("new", *own, cases=False).stderr
    assert not (shell.folder / "own.json").exists()


def test_what_goes_wrong_unforeseen_is_no_traceback(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("eval.commands.run_suite", fail)
    result = shell()
    assert result.exit_code == 2
    assert "ZeroDivisionError: a bug" in result.stderr


def test_the_module_can_be_run(tmp_path: Path) -> None:
    import subprocess

    shown = subprocess.run([sys.executable, "-m", "eval", "--help"], capture_output=True, text=True, check=True, timeout=240)
    assert "gate" in shown.stdout and "mutate" in shown.stdout


def test_a_stored_baseline_has_the_three_hashes(shell: Shell) -> None:
    shell("baseline", "--to", str(shell.folder / "baseline.json"))
    identity = stored.read(shell.folder / "baseline.json").identity
    assert all(len(value) == 64 for value in (identity.corpus, identity.model, identity.code))


def test_cases_of_one_s_own_pass_the_project_s_rules_without_what_they_have_no_case_for(shell: Shell) -> None:
    result = shell("gate")
    assert result.exit_code == 0, result.output
    assert "note injections_obeyed (all): not judged: no case of the category injection" in result.stdout
    assert "note abstention_recall (unanswerable_far): not judged: no case of the category unanswerable_far" in result.stdout
    assert "note premise_affirmed (all): not judged: no case has a false premise" in result.stdout
    assert "note baseline: none at cases.baseline.json" in result.stdout


def test_rules_of_one_s_own_fail_where_they_name_what_no_case_is_of(shell: Shell) -> None:
    rules = shell.folder / "own.toml"
    rules.write_text(LENIENT + '[[threshold]]\nmetric = "evidence_any"\ncategory = "prices"\nmin = 1.0\n')
    result = shell("gate", "--rules", str(rules))
    assert result.exit_code == 1
    assert "FAIL evidence_any (prices): wanted at least 1, but no case of the category prices" in result.stdout


def test_the_report_and_the_baseline_of_one_s_own_cases_have_the_name_of_their_file(shell: Shell) -> None:
    assert shell("baseline").exit_code == 0
    assert stored.read(shell.folder / "cases.baseline.json").suite == "cases"
    result = shell("gate")
    assert result.exit_code == 0 and "note baseline: written by the very same code" in result.stdout
    assert [folder.name for folder in (shell.folder / "home" / "eval").iterdir()] == ["cases"]


def test_a_baseline_of_something_else_never_takes_the_place_of_the_project_s(shell: Shell) -> None:
    before = stored.BASELINE.read_bytes()
    for arguments, cases, corpus in ((["--only", "long"], True, True), ([], False, True), (["--only", "typo"], False, False)):
        result = shell("baseline", *arguments, cases=cases, corpus=corpus)
        assert result.exit_code == 2, result.output
        assert "Name a file with --to" in result.stderr
    assert stored.BASELINE.read_bytes() == before


def test_rules_to_start_from_are_written_and_hold(shell: Shell) -> None:
    rules = str(shell.folder / "own.toml")
    written = shell("gate", "--write-rules", rules)
    assert written.exit_code == 0, written.output
    assert not (shell.folder / "home").exists()
    held = shell("gate", "--rules", rules)
    assert held.exit_code == 0, held.output
    assert shell("gate", "--write-rules", rules).exit_code == 2


def test_new_takes_the_words_that_answer_and_asks_nothing(shell: Shell) -> None:
    own = shell.folder / "own.json"
    quotes = ["--quote", "It is 120 metres  long.", "--quote", "Anna Berg designed it"]
    result = shell("new", "How long is the bridge, and whose is it?", "--to", str(own), *quotes, cases=False)
    assert result.exit_code == 0, result.output
    (case,) = load_cases(own)
    assert [[(gold.path, gold.quote) for gold in group] for group in case.gold] == [[("a.txt", LONG)], [("a.txt", "Anna Berg designed it")]]
    assert case.expect == "answer" and not (shell.folder / "home").exists()


def test_new_says_where_a_quote_stands_that_it_cannot_place(shell: Shell) -> None:
    (shell.corpus / "c.txt").write_text("Nobody was hurt.")
    own = shell.folder / "own.json"
    new = ["new", "Was anybody hurt?", "--to", str(own), "--quote", "Nobody was hurt."]
    twice = shell(*new, cases=False)
    assert twice.exit_code == 2
    assert "stands 2 times in the corpus: b.txt:25-41 (line 1), c.txt:0-16 (line 1)" in twice.stderr
    assert shell(*new, "--path", "c.txt", cases=False).exit_code == 0
    assert load_cases(own)[0].gold[0][0].path == "c.txt"
    assert "the corpus has no d.txt" in shell(*new, "--path", "d.txt", cases=False).stderr
    assert "Give one of them" in shell(*new, "--gold", "1", cases=False).stderr
    assert "Give it with --quote" in shell("new", "Was anybody hurt?", "--path", "c.txt", cases=False).stderr
    assert "question" in shell("new", "--to", str(own), "--quote", "Nobody was hurt.", "--path", "c.txt", cases=False).stderr


def test_a_case_with_a_quote_alone_is_judged_like_any_other(shell: Shell) -> None:
    entry = {"id": "q", "category": "c", "split": "test", "question": "When did the bridge open?", "expect": "answer"}
    shell.cases.write_text(json.dumps({"cases": [{**entry, "gold": [[{"path": "a.txt", "quote": OPENED}]]}]}))
    result = shell()
    assert result.exit_code == 0, result.output
    assert "1 cases: 1 passed" in result.stdout
    shell.cases.write_text(json.dumps({"cases": [{**entry, "gold": [[{"path": "a.txt", "quote": "e"}]]}]}))
    assert f"{shell.cases}: case q: field gold[0][0].quote: “e” stands" in " ".join(shell().stderr.split())


def test_the_project_s_cases_over_other_documents_are_refused_before_anything_is_indexed(shell: Shell) -> None:
    result = shell(cases=False)
    assert result.exit_code == 2
    assert "own cases are not about" in result.stderr and "Name yours with --cases." in result.stderr
    assert not (shell.folder / "home").exists()
