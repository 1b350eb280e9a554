"""One file on its way into the corpus: its bytes are the request's body, its name is in the address, what became of it is the reply.

POST /window/library/file?name=NAME[&replace=1]   → {"added": [...], "replaced": [...], "skipped": [{"path", "reason"}]}

The body's type is application/octet-stream, which another site's page cannot send here without a leave that nobody gives.
"""

import asyncio
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rag.config import Settings
from rag.errors import GroundlineError, LibraryError
from rag.library import AddReport, Limits, add, shown
from rag.readers import is_packed
from rag.schema import Skipped
from ui.doors.scopes import may
from ui.registry import Room

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

# Files taken in at the same time: what lies on the disk before it is checked stays bounded.
AT_ONCE = 4
SILENCE = 60.0  # seconds without a byte after which an upload is given up
LONGEST_NAME = 4_000


def limits(room: Room) -> Limits:
    """What one upload may hold."""
    engine = room.engine
    return Limits.of(engine.settings if engine is not None else Settings())


def routes(app: "FastAPI", room: Room) -> None:
    """Serve the upload on the application."""
    from fastapi import Request
    from starlette.responses import JSONResponse

    turns = asyncio.Semaphore(AT_ONCE)

    async def file(request: Request, name: str, replace: bool = False) -> "Response":
        if not may(request.scope, "admin"):
            return JSONResponse(_refusal("You may not add files here.", "Ask whoever runs Groundline for the right."), 403)
        if request.headers.get("content-type", "").split(";")[0] != "application/octet-stream":
            return JSONResponse(_refusal("The window sent something else than a file.", "Reload this page."), 415)
        async with turns:
            try:
                report = await _taken(request, name[:LONGEST_NAME], replace, room)
            except GroundlineError as error:
                return JSONResponse(_refusal(str(error), error.hint), 400)
        return JSONResponse(report.model_dump(mode="json"))

    app.add_api_route("/window/library/file", file, methods=["POST"], include_in_schema=False, response_model=None)


async def _taken(request: "Request", name: str, replace: bool, room: Room) -> AddReport:
    """What became of a file: it is written aside, checked, and put in its place."""
    from starlette.requests import ClientDisconnect

    bounds = limits(room)
    most = bounds.total_bytes if name.lower().endswith(".zip") else bounds.packed_bytes if is_packed(name) else bounds.file_bytes
    handle, aside = tempfile.mkstemp(prefix="groundline-")
    try:
        with os.fdopen(handle, "wb") as target:
            size = 0
            body = request.stream().__aiter__()
            with suppress(StopAsyncIteration):
                while True:
                    part = await asyncio.wait_for(anext(body), SILENCE)
                    size += len(part)
                    if size > most:
                        return AddReport(skipped=(Skipped(path=shown(name), reason=f"larger than {most:,} bytes"),))
                    target.write(part)
        return await asyncio.to_thread(add, room.corpus, [(name, Path(aside))], bounds, replace=replace)
    except ClientDisconnect:
        return AddReport()
    except TimeoutError as error:
        raise LibraryError(f"{shown(name)} stopped arriving.", "Send it again.") from error
    except OSError as error:
        raise LibraryError(f"{shown(name)} cannot be kept: {error.strerror}.", "Make room on the disk and send it again.") from error
    finally:
        Path(aside).unlink(missing_ok=True)


def _refusal(message: str, hint: str) -> dict[str, dict[str, str]]:
    return {"error": {"message": message, "hint": hint}}
