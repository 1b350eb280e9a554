"""Shared by all tests: no network but loopback, and nothing of the machine's settings or folders."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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
