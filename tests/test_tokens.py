"""Sizes in tokens: as published, without a network, and without a trace in the environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.tokens import ENCODINGS, _encoding, count_tokens

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def unread() -> None:
    """Encodings are read from their files again."""
    _encoding.cache_clear()


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("hello world", 2), ("tiktoken is great!", 6)])
def test_texts_have_the_size_that_the_encoding_gives_them(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


def test_the_two_encodings_differ() -> None:
    assert count_tokens("Москва, 北京, Zürich", "cl100k_base") > count_tokens("Москва, 北京, Zürich", "o200k_base")


def test_what_looks_like_a_special_token_is_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


def test_another_encoding_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="p50k_base") as error:
        count_tokens("text", "p50k_base")
    assert "cl100k_base" in error.value.hint


@pytest.mark.parametrize("set_before", [None, "/somewhere/else"])
def test_the_environment_is_as_it_was(unread: None, monkeypatch: pytest.MonkeyPatch, set_before: str | None) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    if set_before is not None:
        monkeypatch.setenv("TIKTOKEN_CACHE_DIR", set_before)
    assert count_tokens("hello world") == 2
    assert os.environ.get("TIKTOKEN_CACHE_DIR") == set_before


def test_sizes_need_neither_network_nor_a_cache(tmp_path: Path) -> None:
    code = (
        "import socket\n"
        "def refuse(*_, **__): raise OSError('a connection was tried')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from rag.tokens import ENCODINGS, count_tokens\n"
        "print([count_tokens('hello world', name) for name in ENCODINGS])"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    environment.pop("TIKTOKEN_CACHE_DIR", None)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240)
    assert (done.stdout.strip(), list(tmp_path.iterdir())) == (str([2] * len(ENCODINGS)), []), done.stderr
