"""The grounding eval: does the engine stay grounded, and would this eval notice if it did not?"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.case import Case
    from eval.grounded import assert_grounded
    from eval.run import evaluate

__all__ = ["Case", "assert_grounded", "evaluate"]

_HOME = {"Case": "eval.case", "assert_grounded": "eval.grounded", "evaluate": "eval.run"}


def __getattr__(name: str) -> object:
    # Looked up when asked for: the command line lists its commands without loading what they run.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
