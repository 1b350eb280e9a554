"""Importing Gradio without the type stubs that it writes into its own package each time, and without the MCP package."""

import inspect
import os
import sys
from typing import Any


def load_gradio() -> None:
    """Import Gradio with its analytics off, in half the time.

    For each of its 76 component classes Gradio's import parses the class's file and writes a `.pyi` beside it: 2.6 s of 4.8 s
    (Gradio 6.31, `python -X importtime -c "import gradio"`). It passes over classes whose file `inspect` cannot tell, so that is what
    `inspect` says of Gradio's own classes, and of no others, until the import is done.

    It also imports the MCP package where there is one, for a server of its own (0.9 s more). Our own door loads it when it is used.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    known = inspect.getfile

    def getfile(object: Any) -> str:
        if isinstance(object, type) and object.__module__.startswith("gradio."):
            raise OSError("not told while Gradio is being imported")
        return known(object)

    inspect.getfile = getfile
    hidden = "mcp" not in sys.modules
    if hidden:
        sys.modules["mcp"] = None  # type: ignore[assignment]
    try:
        import gradio  # noqa: F401
    finally:
        inspect.getfile = known
        if hidden:
            del sys.modules["mcp"]
