"""Shared by all tests: no network but loopback, and nothing of the machine's settings or folders."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from rag import Engine
    from tests.support.doors import Served

ROOT = Path(__file__).resolve().parent.parent

# Child processes are out of pytest-socket's reach: a proxy where nobody listens stops what would leave the machine.
NO_NETWORK = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),
    "HF_HUB_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
}

# The same examples in every run, and none that fails because the machine is busy.
settings.register_profile("groundline", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("groundline")


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """Settings come from the test alone, whatever the shell that started it exports."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GROUNDLINE_")]:
            patch.delenv(name)
        for name, value in NO_NETWORK.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test's default home is its own empty folder; tests that share an index name theirs."""
    monkeypatch.setenv("GROUNDLINE_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The five articles; read only."""
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """A home with an index of the five articles, made once; read only."""
    from tests.support.cli import run

    folder = tmp_path_factory.mktemp("home-of-seeds")
    assert run("ingest", corpus=seeds, home=folder).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def engine(seeds: Path, home: Path) -> "Iterator[Engine]":
    """The five articles, open; nothing in them changes."""
    from rag import open_corpus

    with open_corpus(seeds, home=home, update=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(engine: "Engine") -> Iterator[str]:
    """The doors for programs alone, over the five articles."""
    from tests.support.doors import doors_of

    with doors_of(engine) as served:
        yield served


@pytest.fixture(scope="module")
def served(seeds: Path, home: Path) -> "Iterator[Served]":
    """`groundline chat` as people run it, over the five articles."""
    from tests.support.doors import serving

    with serving(seeds, home) as window:
        yield window


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the window: its index, and the conversations kept there."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def window(seeds: Path, kept: Path) -> Iterator[str]:
    """The window over the five articles, served by this process; its address."""
    from tests.support.browser import serving
    from ui.app import open_room

    with serving(open_room(seeds, kept)) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A real Chromium."""
    from tests.support.browser import chromium

    with chromium() as started:
        yield started
