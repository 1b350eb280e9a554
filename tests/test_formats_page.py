"""docs/formats.md says what is true: its Python is run, its table names every suffix, its limits are those of the code."""

import doctest
import re
from pathlib import Path

import pytest

from rag.readers import SUFFIXES, isolation, json_lines
from rag.readers.kinds import KINDS

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "formats.md").read_text("utf-8")


def test_its_examples_say_what_they_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    code = "".join(re.findall(r"^```python\n(.*?)^```$", PAGE, re.S | re.M))
    test = doctest.DocTestParser().get_doctest(code, {}, "formats.md", "formats.md", 0)
    said: list[str] = []
    outcome = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert outcome.attempted >= 15 and outcome.failed == 0, "".join(said)


def test_its_table_names_every_suffix_and_library() -> None:
    rows = [row.split("|") for row in re.findall(r"^\| (`\..+)$", PAGE, re.M)]
    assert sorted(suffix for row in rows for suffix in re.findall(r"`(\.\w+)`", row[0])) == sorted(SUFFIXES)
    assert {library for row in rows for library in re.findall(r"`([\w-]+)`", row[1])} == {
        kind.libraries[0] for kind in KINDS if kind.libraries
    }


def test_its_limits_are_those_of_the_code() -> None:
    assert f"({isolation.SECONDS:g} seconds)" in PAGE and isolation.MEMORY == 2_000_000_000 and "memory (2 GB)" in PAGE
    assert f"JSON deeper than {json_lines.DEEPEST}" in PAGE
