"""The wire between the window's script and its pages: JSON calls, and streams of JSON lines that end when the reader goes.

POST /window/call/NAME     {…} → {"value": …} or {"error": {"message", "hint", "html"}}
POST /window/stream/NAME   {…} → one JSON value a line; an error is a last line {"error": {…}}
"""

import json
import logging
from collections.abc import AsyncIterator, Generator, Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from rag.errors import GroundlineError
from rag.threads import in_a_thread
from ui import render
from ui.access import CALLER, Caller
from ui.registry import Call, Stream, Wish

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

_LOG = logging.getLogger(__name__)
MOST_STREAMS = 100

# The page may load and call only what this server serves: no other host, whatever a document or an answer contains.
# Gradio compiles its components' scripts in the page, hence 'unsafe-eval'; its config stands inline.
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def attach(app: "FastAPI", calls: Mapping[str, Call], streams: Mapping[str, Stream]) -> None:
    """Serve the calls and streams, by name, on the application."""
    from fastapi import Request
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse

    from ui.streaming import Streamed

    followed: set[_Followed] = set()

    async def call(name: str, request: Request) -> "Response":
        wish, refusal = await _wish(request, name in calls)
        if wish is None:
            return JSONResponse(refusal, status_code=400)
        try:
            value = await run_in_threadpool(calls[name], wish)
        except Exception as error:
            return JSONResponse(_failed(error), status_code=_status(error))
        return JSONResponse({"value": _plain(value)})

    async def stream(name: str, request: Request) -> "Response":
        wish, refusal = await _wish(request, name in streams)
        if wish is None:
            return JSONResponse(refusal, status_code=400)
        if len(followed) >= MOST_STREAMS:
            return JSONResponse(_error(GroundlineError("Too many answers are being written at once.", "Try again in a moment.")), 503)
        items = _Followed(streams[name], wish, followed)
        return Streamed(items, items, "application/x-ndjson")

    app.add_api_route("/window/call/{name}", call, methods=["POST"], include_in_schema=False, response_model=None)
    app.add_api_route("/window/stream/{name}", stream, methods=["POST"], include_in_schema=False, response_model=None)


async def _wish(request: "Request", known: bool) -> tuple[Wish | None, dict[str, object]]:
    """What is asked for, or why not. Only this page can send JSON here: another site's would need a leave that nobody gives."""
    if not known:
        return None, _error(GroundlineError("The window asked for something that Groundline does not have.", "Reload this page."))
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        return None, _error(GroundlineError("The window sent something else than JSON.", "Reload this page."))
    try:
        data = json.loads(await request.body())  # the gate has read it and holds it to its size and time
    except (ValueError, RecursionError) as error:
        return None, _error(GroundlineError(f"The window sent what cannot be read: {error}.", "Reload this page."))
    if not isinstance(data, dict):
        return None, _error(GroundlineError("The window sent something else than an object.", "Reload this page."))
    caller: Caller = request.scope[CALLER]  # nobody is asked who they are but by the gate: without its word nothing is done
    return Wish(data, caller.visitor, caller.scopes, caller.logged_in), {}


class _Followed:
    """A stream that somebody follows, line by line. Closing it ends the stream and frees its place."""

    def __init__(self, stream: Stream, wish: Wish, places: "set[_Followed]") -> None:
        self._items = in_a_thread(_items(stream, wish))
        self._places = places
        places.add(self)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for item in self._items:
            yield json.dumps(_plain(item), ensure_ascii=True).encode() + b"\n"

    async def aclose(self) -> None:
        self._places.discard(self)
        await self._items.aclose()


def _items(stream: Stream, wish: Wish) -> Generator[object, None, None]:
    """What the stream gives; an error ends it, as its last item."""
    try:
        yield from stream(wish)
    except Exception as error:
        yield _failed(error)


def _plain(value: object) -> object:
    """Plain data of a model, or of a collection that holds models."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _failed(error: Exception) -> dict[str, object]:
    if isinstance(error, GroundlineError):
        return _error(error)
    if isinstance(error, ValidationError):
        return _error(GroundlineError("The window sent what Groundline cannot use.", "Reload this page and try again."))
    _LOG.error("a call of the window failed", exc_info=error)
    return _error(GroundlineError("Something failed inside Groundline.", "The terminal it runs in says what; try again."))


def _status(error: Exception) -> int:
    return 400 if isinstance(error, GroundlineError | ValidationError) else 500


def _error(error: GroundlineError) -> dict[str, object]:
    return {"error": {"message": str(error), "hint": error.hint, "html": render.problem(error)}}
