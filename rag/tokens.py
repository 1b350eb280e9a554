"""Sizes of texts in the tokens of language models; works offline."""

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding


def count_tokens(text: str, encoding: str = "cl100k_base") -> int:
    """Number of tokens of a text; `encoding` is cl100k_base or o200k_base. Text that looks like a special token counts as text."""
    return len(_encoding(encoding).encode(text, disallowed_special=()))


@cache
def _encoding(name: str) -> "Encoding":
    from importlib.util import find_spec
    from pathlib import Path

    import tiktoken

    # llama-index-core bundles the two files; without a cache tiktoken would download them.
    package = find_spec("llama_index.core")
    if package is not None and package.origin is not None:
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(Path(package.origin).parent / "_static" / "tiktoken_cache"))
    return tiktoken.get_encoding(name)
