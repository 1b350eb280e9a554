"""The MCP door at /mcp. The SDK takes a second to load, so that it is loaded by the first request and not before the window is up."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ui.doors.service import Service

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class McpDoor:
    """An ASGI application that answers MCP over streamable HTTP, each request on its own: nothing is kept between them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._opening = asyncio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None
        self._running: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":  # there are no streams to listen to and no sessions to end
            headers = [(b"allow", b"POST"), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 405, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await (await self._opened()).handle_request(scope, receive, send)

    async def close(self) -> None:
        """Ends what the first request began."""
        self._ending.set()
        if self._running is not None:
            with suppress(asyncio.CancelledError):
                await self._running

    async def _opened(self) -> "StreamableHTTPSessionManager":
        async with self._opening:
            if self._manager is None:
                manager = await asyncio.to_thread(self._made)
                ready = asyncio.Event()
                self._running = asyncio.create_task(self._run(manager, ready))
                await ready.wait()
                self._manager = manager
            return self._manager

    def _made(self) -> "StreamableHTTPSessionManager":
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from ui.doors.mcp import server

        return StreamableHTTPSessionManager(server(self._service, guarded=True), stateless=True)

    async def _run(self, manager: "StreamableHTTPSessionManager", ready: asyncio.Event) -> None:
        """The manager's tasks belong to one task of the event loop: this one."""
        async with manager.run():
            ready.set()
            await self._ending.wait()
