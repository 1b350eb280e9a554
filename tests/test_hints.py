"""What messages and hints tell people to type exists: commands, options, variables."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from rag.__main__ import app
from rag.config import Settings

ROOT = Path(__file__).resolve().parent.parent
COMMAND = re.compile(r"`groundline((?: [^`]*)?)`")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
VARIABLE = re.compile(r"GROUNDLINE_[A-Z_]+[A-Z]")


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the code and the window's scripts, with its file."""
    for folder in ("rag", "ui", "eval", "bench"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield file.relative_to(ROOT).as_posix(), node.value
        for file in sorted((ROOT / folder).rglob("*.js")):
            yield file.relative_to(ROOT).as_posix(), file.read_text("utf-8")


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Every command by its words, with its options."""
    yield path, {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


@pytest.fixture(scope="module")
def known() -> dict[tuple[str, ...], set[str]]:
    return dict(commands(typer.main.get_command(app)))


def wrong_commands(text: str, known: dict[tuple[str, ...], set[str]]) -> list[str]:
    """The commands in a text that do not exist, or lack an option that it gives them."""
    wrong = []
    for found in COMMAND.finditer(text):
        words = found[1].split()
        path: tuple[str, ...] = ()
        while words and (*path, words[0]) in known:
            path = (*path, words.pop(0))
        named = {option for word in words for option in OPTION.findall(word)}
        unknown = bool(words) and re.fullmatch(r"[a-z]+", words[0]) is not None
        if unknown or not named <= known[path]:
            wrong.append(found[0])
    return wrong


def test_commands_that_are_named_exist(known: dict[tuple[str, ...], set[str]]) -> None:
    found = [(file, text) for file, text in texts() if COMMAND.search(text)]
    assert len(found) > 30
    assert [(file, wrong) for file, text in found for wrong in wrong_commands(text, known)] == []


def test_options_that_are_named_exist(known: dict[tuple[str, ...], set[str]]) -> None:
    # Those of programs that are no commands stand alone in the code, where they are read.
    options = set().union(*known.values()) | {text for _, text in texts() if OPTION.fullmatch(text)}
    found = [(file, option) for file, text in texts() for option in OPTION.findall(text)]
    assert found
    assert [(file, option) for file, option in found if option not in options and not option.startswith("--gl-")] == []


def test_variables_that_are_named_exist() -> None:
    variables = {f"GROUNDLINE_{name.upper()}" for name in Settings.model_fields}
    variables |= {text for _, text in texts() if VARIABLE.fullmatch(text)}  # read where they are used: they are no settings
    assert sorted({(file, name) for file, text in texts() for name in VARIABLE.findall(text) if name not in variables}) == []


@pytest.mark.parametrize(
    "text", ["`groundline sauces`", "`groundline keys make`", "`groundline ask --jsn`", "`groundline keys new --scpe x`"]
)
def test_a_slip_is_found(text: str, known: dict[tuple[str, ...], set[str]]) -> None:
    assert wrong_commands(f"See {text}.", known) == [text]
