"""Doors for programs, on the window's port: REST, an OpenAI-compatible chat, MCP. All of them only pass on what the engine says."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ui.doors.engine import Engine

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.access import Access

__all__ = ["Engine", "attach"]


def attach(app: "FastAPI", engine: Callable[[], Engine], access: "Access") -> None:
    """Put the doors on the web application, before anything is mounted at "/".

    `engine` returns the open engine at each call and raises CorpusEmpty where there is nothing to ask; `access` says who may do what.
    """
    from ui.doors import api
    from ui.doors.work import Work

    app.mount("/api/v1", api.application(engine, access, Work()))
