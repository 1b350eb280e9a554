"""The doctor names what is installed and what is wrong, and changes nothing."""

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag import doctor
from rag.__main__ import app
from rag.config import Settings
from rag.doctor import Diagnosis, Finding, examine


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """One small document, nothing indexed yet."""
    corpus = tmp_path / "notes"
    corpus.mkdir()
    (corpus / "bees.txt").write_text("Bees dance.\n")
    return Settings(corpus=corpus, home=tmp_path / "home")


def finding(diagnosis: Diagnosis, part: str) -> Finding:
    (found,) = (finding for finding in diagnosis.findings if finding.part == part)
    return found


def test_a_sound_installation_has_no_problem(settings: Settings) -> None:
    diagnosis = examine(settings)
    assert diagnosis.healthy
    assert finding(diagnosis, "model model.int8.onnx").found.endswith("as shipped")
    assert "FTS5" in finding(diagnosis, "sqlite").found
    assert "1 file to read" in finding(diagnosis, "corpus").found
    assert finding(diagnosis, "index").state == "note"
    assert not settings.home.exists()


def test_the_state_of_the_index_is_told(settings: Settings) -> None:
    arguments = ["--corpus", str(settings.corpus), "--home", str(settings.home)]
    assert CliRunner().invoke(app, ["ingest", *arguments]).exit_code == 0
    diagnosis = examine(settings)
    assert "1 documents, 1 passages, generation 1" in finding(diagnosis, "index").found
    assert "all-MiniLM-L6-v2 (384 numbers" in finding(diagnosis, "index made with").found
    assert "1 passages" in finding(diagnosis, "vector index").found
    printed = CliRunner().invoke(app, ["doctor", "--json", *arguments])
    assert printed.exit_code == 0
    # The home's free space moves while others write.
    same = [(was, now) for was, now in zip(diagnosis.findings, Diagnosis.model_validate_json(printed.stdout).findings, strict=True)]
    assert [now for was, now in same if was.part != "home" and was != now] == []


def test_a_damaged_catalog_is_a_problem_with_a_way_out(settings: Settings) -> None:
    arguments = ["--corpus", str(settings.corpus), "--home", str(settings.home)]
    CliRunner().invoke(app, ["ingest", *arguments])
    for file in settings.home.rglob("catalog.sqlite3*"):
        file.write_bytes(b"not a database, " * 500)
    index = finding(examine(settings), "index")
    assert index.state == "problem" and "groundline repair --rebuild" in index.hint
    printed = CliRunner().invoke(app, ["doctor", *arguments])
    assert printed.exit_code == 1 and "problem" in printed.stdout and "Traceback" not in printed.output


def test_a_broken_vector_index_is_noted_and_left_as_it_is(settings: Settings) -> None:
    arguments = ["--corpus", str(settings.corpus), "--home", str(settings.home)]
    CliRunner().invoke(app, ["ingest", *arguments])
    (database,) = settings.home.rglob("chroma.sqlite3")
    database.write_bytes(b"broken")
    noted = finding(examine(settings), "vector index")
    assert noted.state == "note" and "groundline repair" in noted.hint
    assert database.read_bytes() == b"broken"


def test_a_changed_or_missing_model_is_a_problem(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    monkeypatch.setattr(doctor, "MODEL_FOLDER", tmp_path)
    diagnosis = examine(settings)
    assert not diagnosis.healthy
    assert "shipped was" in finding(diagnosis, "model tokenizer.json").found
    assert "cannot be read" in finding(diagnosis, "model model.int8.onnx").found


def test_a_package_that_is_missing_is_a_problem(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", ("no-such-package-here",))
    missing = finding(examine(settings), "no-such-package-here")
    assert (missing.state, missing.found) == ("problem", "not installed")


def test_sqlite_without_full_text_is_a_problem(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        def execute(self, _: str) -> None:
            raise sqlite3.OperationalError("no such module: fts5")

        def close(self) -> None:
            return

    monkeypatch.setattr("rag.doctor.sqlite3.connect", lambda _: Bare())
    assert finding(examine(settings), "sqlite").state == "problem"


def test_a_corpus_that_is_missing_or_empty_is_a_problem(tmp_path: Path) -> None:
    missing = examine(Settings(corpus=tmp_path / "none", home=tmp_path / "home"))
    assert not missing.healthy and "does not exist" in finding(missing, "corpus").found
    (tmp_path / "empty").mkdir()
    assert finding(examine(Settings(corpus=tmp_path / "empty", home=tmp_path / "home")), "corpus").state == "problem"


def test_a_home_under_a_file_is_a_problem(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    home = finding(examine(settings.model_copy(update={"home": tmp_path / "file" / "home"})), "home")
    assert home.state == "problem" and "--home" in home.hint


def test_a_misspelt_variable_is_noted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDLINE_HOEM", "/elsewhere")
    diagnosis = examine(settings)
    assert finding(diagnosis, "GROUNDLINE_HOEM").state == "note"
    assert finding(diagnosis, "GROUNDLINE_HOME").state == "ok"
    assert diagnosis.healthy


def test_the_findings_are_plain_json(settings: Settings) -> None:
    printed = json.loads(examine(settings).model_dump_json())
    assert {item["state"] for item in printed["findings"]} <= {"ok", "note", "problem"}
