"""README and the pages under docs/ say what is true: their examples are run, their names exist, their links lead somewhere."""

import doctest
import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.main import get_command

from eval.case import CORPORA, load_cases
from rag.__main__ import app
from rag.catalog_schema import TABLES
from rag.cli import frame
from ui.app import _announce

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
EVALUATION = (ROOT / "docs" / "evaluation.md").read_text("utf-8")
PAGES = ("README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")))


@pytest.fixture(scope="module")
def examples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples", ROOT / "docs" / "examples.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_readme_s_commands_print_what_it_shows(examples: ModuleType, home: Path) -> None:
    assert README.count("\n```console\n") >= 4
    assert examples.fill(README, examples.on_terminal(home)) == README, "run `python docs/examples.py`"


def test_the_worked_example_of_the_eval_prints_what_it_shows(examples: ModuleType, tmp_path: Path) -> None:
    assert EVALUATION.count("\n```console\n") == 2
    with examples.among_papers(tmp_path) as run:
        assert examples.fill(EVALUATION, run) == EVALUATION, "run `python docs/examples.py`"
        assert (tmp_path / "mine.baseline.json").is_file() and len(load_cases(tmp_path / "mine.json")) == 3


def test_the_case_file_that_the_eval_s_page_shows_is_one(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```json\n(.*?)^```$", EVALUATION, re.S | re.M)
    (tmp_path / "mine.json").write_text(shown, "utf-8")
    (case,) = load_cases(tmp_path / "mine.json", CORPORA / "workshop")
    assert case.gold[0][0].placed


def test_readme_names_only_commands_and_options_that_exist() -> None:
    (block,) = re.findall(r"^## Your own folder\n\n```sh\n(.*?)^```$", README, re.S | re.M)
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert [line[0] for line in lines] == ["./scripts/chat", ".venv/bin/groundline", ".venv/bin/groundline"]
    for line in lines:
        words = iter(["chat"] if line[0] == "./scripts/chat" else line[1:])
        command: Any = get_command(app)
        while hasattr(command, "commands"):
            command = command.commands[next(words)]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in line if word.startswith("--")} <= known, line


def test_readme_s_python_says_what_it_shows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("GROUNDLINE_HOME", str(home))
    (code,) = re.findall(r"^```python\n(.*?)^```$", README, re.S | re.M)
    test = doctest.DocTestParser().get_doctest(code, {}, "README.md", "README.md", 0)
    said: list[str] = []
    outcome = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert outcome.attempted >= 8 and outcome.failed == 0, "".join(said)


def test_an_example_is_filled_with_output_and_exit_code(examples: ModuleType) -> None:
    page = "Before\n```console\n$ groundline ask 'a b'\nold\n$ echo $?\n9\n```\n```sh\n$ groundline x\n```\n"
    asked: list[list[str]] = []

    def run(arguments: list[str]) -> tuple[int, str]:
        asked.append(arguments)
        return 3, "new\n"

    filled = examples.fill(page, run)
    assert filled == page.replace("old", "new").replace("9", "3")
    assert asked == [["ask", "a b"]] and examples.fill(filled, run) == filled


def test_an_example_that_is_no_groundline_command_is_refused(examples: ModuleType) -> None:
    with pytest.raises(SystemExit, match="runs rm"):
        examples.fill("```console\n$ rm -r x\n```\n", lambda arguments: (0, ""))


def test_readme_lists_every_command() -> None:
    commands = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    groups = {group.name for group in app.registered_groups}
    assert set(re.findall(r"^\| `groundline (\w+)", README, re.M)) == commands | groups


def test_readme_s_exit_codes_are_those_of_the_program() -> None:
    wanted = {"answered or done": frame.ANSWERED, "abstained": frame.ABSTAINED, "wrong use": frame.USAGE, "failure": frame.FAILED}
    (line,) = re.findall(r"Exit codes: ([^.]+)\.", README)
    assert {meaning: int(code) for code, meaning in re.findall(r"(\d) ([\w ]+)", line)} == wanted


def test_readme_shows_what_both_commands_say() -> None:
    setup = (ROOT / "scripts" / "setup").read_text("utf-8")
    blocks = re.findall(r"^```text\n\$ \./scripts/(chat|test)\n(.*?)^```$", README, re.S | re.M)
    assert [name for name, _ in blocks] == ["chat", "test"]
    for _, block in blocks:
        lines = re.findall(r"^setup: (.+)$", block, re.M)
        assert lines and all(_said_by(setup, line) for line in lines), lines
    said: list[str] = []
    _announce("http://127.0.0.1:7860", False, said.append)
    assert blocks[0][1].endswith("\n" + said[0] + "\n")


def _said_by(script: str, line: str) -> bool:
    """Whether a line is one that the script says, its variables replaced by anything."""
    said = re.findall(r'say "((?:[^"\\]|\\.)*?)"(?:$|\s)', script.replace('$(command -v "$python")', "$python"), re.M)
    patterns = (re.sub(r"\\\$\w+", ".+", re.escape(text)) for text in said)
    return any(re.fullmatch(pattern, line) for pattern in patterns)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"https?:|#", target)]
    broken = [target for target in targets if not (ROOT / page).parent.joinpath(target).exists()]
    assert not broken


def test_the_architecture_names_every_module_of_the_engine() -> None:
    modules = [path.relative_to(ROOT).as_posix() for path in (ROOT / "rag").rglob("*.py") if path.name != "__init__.py"]
    missing = [name for name in modules if f"{Path(name).stem}" not in re.findall(r"\w+", ARCHITECTURE)]
    assert not missing


def test_the_architecture_names_only_modules_that_exist() -> None:
    named = set(re.findall(r"\b(?:rag|ui|eval|bench)/[\w/]+\.py\b", ARCHITECTURE))
    assert named and not [name for name in named if not (ROOT / name).is_file()]


def test_the_architecture_lists_the_catalog_s_tables() -> None:
    tables = set(re.findall(r"CREATE (?:VIRTUAL )?TABLE IF NOT EXISTS (\w+)", TABLES))
    assert set(re.findall(r"^\| `(\w+)` \|", ARCHITECTURE.split("### Tables")[1].split("\n## ")[0], re.M)) == tables


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_no_folder_of_one_machine(page: str) -> None:
    assert not re.search(r"(?<![\w.])/(?:home|work|tmp|root|Users)/", (ROOT / page).read_text("utf-8"))
