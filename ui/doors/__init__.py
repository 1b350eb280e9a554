"""Doors for programs, on the window's port: REST, an OpenAI-compatible chat, MCP. All of them only pass on what the engine says."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ui.doors.engine import Engine

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["Engine", "attach"]


def attach(app: "FastAPI", engine: Callable[[], Engine]) -> None:
    """Put the doors on the web application, before anything is mounted at "/".

    `engine` returns the open engine at each call and raises CorpusEmpty where there is nothing to ask. Who may come in is for `ui.gate` to
    say, which stands around the application.
    """
    from ui.doors import api
    from ui.doors.metrics import Metrics
    from ui.doors.service import Service

    service = Service(engine, Metrics())
    app.mount("/api/v1", service.metrics.measured(api.application(service), "api"))
