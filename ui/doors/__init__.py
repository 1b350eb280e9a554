"""Doors for programs, on the window's port: REST, an OpenAI-compatible chat, MCP. All of them only pass on what the engine says."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ui.doors.engine import Engine

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["Engine", "attach"]


def attach(app: "FastAPI", engine: Callable[[], Engine]) -> None:
    """Put the doors on the web application, before anything is mounted at "/".

    `engine` returns the open engine at each call and raises CorpusEmpty where there is nothing to ask. Who may come in is for `ui.gate` to
    say, which stands around the application.
    """
    from starlette.routing import Route

    from ui.doors import api, openai
    from ui.doors.mcp_door import McpDoor
    from ui.doors.metrics import Measured, Metrics
    from ui.doors.service import Service

    service = Service(engine, Metrics())
    mcp = McpDoor(service)
    app.mount("/api/v1", Measured(api.application(service), service.metrics, "api"))
    app.mount("/v1", Measured(openai.application(service), service.metrics, "openai"))
    app.router.routes.append(Route("/mcp", Measured(mcp, service.metrics, "mcp"), include_in_schema=False))
    _at_the_end(app, mcp.close)


def _at_the_end(app: "FastAPI", close: Callable[[], Awaitable[None]]) -> None:
    """Call `close` when the application ends."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(of: "FastAPI") -> AsyncIterator[Any]:
        async with inner(of) as state:
            try:
                yield state
            finally:
                await close()

    app.router.lifespan_context = lifespan
