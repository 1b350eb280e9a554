"""Doors for programs, on the window's port: REST, an OpenAI-compatible chat, MCP. All of them only pass on what the engine says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ui.doors.engine import Engine

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.doors.service import Service

THREADS = 64

__all__ = ["Engine", "add_ask", "attach"]


def attach(app: "FastAPI", engine: Callable[[], Engine]) -> "Service":
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
    _around(app, mcp.close)
    return service


def add_ask(service: "Service") -> None:
    """Add what the official `gradio_client` calls to the Gradio page that is being built."""
    from ui.doors import gradio_api

    gradio_api.add_ask(service)


def _around(app: "FastAPI", close: Callable[[], Awaitable[None]]) -> None:
    """Give the application threads enough for streams that wait for a language model, and call `close` when it ends."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(of: "FastAPI") -> AsyncIterator[Any]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "groundline"))
        async with inner(of) as state:
            try:
                yield state
            finally:
                await close()

    app.router.lifespan_context = lifespan
