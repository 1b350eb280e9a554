"""One file on its way into the corpus: its bytes are the request's body, its name is in the address, what became of it is the reply.

POST /window/library/file?name=NAME[&replace=1]   → {"added": [...], "replaced": [...], "skipped": [{"path", "reason"}]}

The body's type is application/octet-stream, which another site's page cannot send here without a leave that nobody gives.
"""

import asyncio
import os
import tempfile
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from rag.config import Settings
from rag.errors import GroundlineError, LibraryError
from rag.library import AddReport, Limits, add, shown
from rag.readers import is_packed
from rag.schema import Skipped
from ui.access import CALLER
from ui.doors.scopes import may
from ui.gate import UPLOAD
from ui.limits import Crowded, Pace, Places
from ui.registry import Room

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

LONGEST_NAME = 4_000


class Bounds(NamedTuple):
    """How many files are taken in at once, so that what lies on the disk unchecked stays bounded, and when one is given up."""

    at_once: int = 4
    of_one_visitor: int = 2
    waiting_of_one: int = 20
    silence: float = 30.0  # seconds without a byte
    least: int = 600_000  # bytes in every so many seconds
    seconds: float = 60.0


BOUNDS = Bounds()


def limits(room: Room) -> Limits:
    """What one upload may hold."""
    engine = room.engine
    return Limits.of(engine.settings if engine is not None else Settings())


def routes(app: "FastAPI", room: Room, bounds: Bounds = BOUNDS) -> None:
    """Serve the upload on the application."""
    from fastapi import Request
    from starlette.responses import JSONResponse

    places = Places(bounds.at_once, bounds.of_one_visitor, bounds.waiting_of_one)

    async def file(request: Request, name: str, replace: bool = False) -> "Response":
        if not may(request.scope, "admin"):
            return JSONResponse(_refusal("You may not add files here.", "Ask whoever runs Groundline for the right."), 403)
        if request.headers.get("content-type", "").split(";")[0] != "application/octet-stream":
            return JSONResponse(_refusal("The window sent something else than a file.", "Reload this page."), 415)
        try:
            async with places.taken(request.scope[CALLER].visitor):
                report = await _taken(request, name[:LONGEST_NAME], replace, room, bounds)
        except Crowded:
            return JSONResponse(_refusal("Too many of your files are waiting already.", "Send it again when they have been taken in."), 429)
        except GroundlineError as error:
            return JSONResponse(_refusal(str(error), error.hint), 400, {"Connection": "close"})
        return JSONResponse(report.model_dump(mode="json"))

    app.add_api_route(UPLOAD, file, methods=["POST"], include_in_schema=False, response_model=None)


async def _taken(request: "Request", name: str, replace: bool, room: Room, bounds: Bounds) -> AddReport:
    """What became of a file: it is written aside, checked, and put in its place."""
    from starlette.requests import ClientDisconnect

    sizes = limits(room)
    most = sizes.total_bytes if name.lower().endswith(".zip") else sizes.packed_bytes if is_packed(name) else sizes.file_bytes
    handle, aside = tempfile.mkstemp(prefix="groundline-")
    try:
        with os.fdopen(handle, "wb") as target:
            if not await _written(request, target, most, bounds, shown(name)):
                return AddReport(skipped=(Skipped(path=shown(name), reason=f"larger than {most:,} bytes"),))
        return await asyncio.to_thread(add, room.corpus, [(name, Path(aside))], sizes, replace=replace)
    except ClientDisconnect:
        return AddReport()
    except OSError as error:
        raise LibraryError(f"{shown(name)} cannot be kept: {error.strerror}.", "Make room on the disk and send it again.") from error
    finally:
        Path(aside).unlink(missing_ok=True)


async def _written(request: "Request", target: BinaryIO, most: int, bounds: Bounds, name: str) -> bool:
    """Write the body down as it arrives; whether that was all of it, in `most` bytes. Raises LibraryError when it hardly arrives."""
    size = 0
    pace = Pace(bounds.least, bounds.seconds)
    async with aclosing(request.stream()) as body:
        while True:
            try:
                part = await asyncio.wait_for(anext(body), bounds.silence)
            except StopAsyncIteration:
                return True
            except TimeoutError as error:
                raise LibraryError(f"{name} stopped arriving.", "Send it again.") from error
            size += len(part)
            if size > most:
                return False
            if pace.too_slow(len(part)):
                raise LibraryError(f"{name} arrives too slowly.", "Send it over a faster connection, or put it into the folder itself.")
            target.write(part)


def _refusal(message: str, hint: str) -> dict[str, dict[str, str]]:
    return {"error": {"message": message, "hint": hint}}
