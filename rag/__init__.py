"""Groundline: answers from a folder of documents, each sentence tied to the exact characters that support it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.engine import Engine, open_corpus
    from rag.errors import GroundlineError
    from rag.grounding import check_grounding
    from rag.schema import Answer, Citation, Hit
    from rag.verification import verify

__all__ = ["Answer", "Citation", "Engine", "GroundlineError", "Hit", "Settings", "check_grounding", "open_corpus", "verify"]

_HOME = {
    "Answer": "rag.schema",
    "Citation": "rag.schema",
    "Engine": "rag.engine",
    "GroundlineError": "rag.errors",
    "Hit": "rag.schema",
    "Settings": "rag.config",
    "check_grounding": "rag.grounding",
    "open_corpus": "rag.engine",
    "verify": "rag.verification",
}


def __getattr__(name: str) -> object:
    """Loads a public name when it is first used, so that importing the package stays cheap."""
    if name not in _HOME:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)
