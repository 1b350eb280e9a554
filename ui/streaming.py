"""A response that comes piece by piece, and lets its source know when nobody reads it any more."""

from collections.abc import AsyncIterable
from typing import Protocol

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Source(Protocol):
    """What pieces are made of. Closing it ends what still makes them; it may be closed before its first piece, and twice."""

    async def aclose(self) -> None: ...


class Streamed(StreamingResponse):
    """`pieces` as they come, made of `source`, which is closed at the end.

    A reader who leaves while a piece is being sent leaves the generator of pieces between two of them, where only the garbage collector
    would find it; one who leaves before the first has never started it. So the source is closed here, whatever became of the pieces.
    """

    def __init__(self, pieces: AsyncIterable[bytes], source: Source, media_type: str) -> None:
        super().__init__(pieces, media_type=media_type, headers={"Cache-Control": "no-store"})
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces until they end or the reader goes."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._source.aclose()
