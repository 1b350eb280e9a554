"""Sizes of texts in the tokens of language models; works offline."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from rag.errors import SettingsError

if TYPE_CHECKING:
    from tiktoken import Encoding

# The encodings whose files llama-index-core bundles; tiktoken would download others.
ENCODINGS = ("cl100k_base", "o200k_base")

_CACHE = "TIKTOKEN_CACHE_DIR"
_LOADING = Lock()


def count_tokens(text: str, encoding: str = "cl100k_base") -> int:
    """Number of tokens of a text; `encoding` is cl100k_base or o200k_base. Text that looks like a special token counts as text.

    Raises SettingsError for another encoding.
    """
    return len(_encoding(encoding).encode(text, disallowed_special=()))


@cache
def _encoding(name: str) -> "Encoding":
    if name not in ENCODINGS:
        raise SettingsError(f"There is no token encoding “{name}”.", f"Use {' or '.join(ENCODINGS)}.")
    import tiktoken

    with _LOADING, _bundled_files():
        return tiktoken.get_encoding(name)


@contextmanager
def _bundled_files() -> Iterator[None]:
    """Points tiktoken at the bundled files, and puts the environment back as it was."""
    package = find_spec("llama_index.core")
    if package is None or package.origin is None:
        yield
        return
    before = os.environ.get(_CACHE)
    os.environ[_CACHE] = str(Path(package.origin).parent / "_static" / "tiktoken_cache")
    try:
        yield
    finally:
        if before is None:
            del os.environ[_CACHE]
        else:
            os.environ[_CACHE] = before
