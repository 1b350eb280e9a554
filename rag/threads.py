"""An iterator of a thread as an asynchronous one, stopped from outside also while it waits for the next item."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from queue import SimpleQueue
from typing import Final, TypeVar

T = TypeVar("T")
_END: Final = object()


async def in_a_thread(items: Generator[T, None, object]) -> AsyncGenerator[T, None]:
    """The same items, each made when it is awaited, in one thread of their own. When this is closed or cancelled, `items` is closed
    there: at once, or as soon as the item that is being waited for has come. A generator cannot be closed while it runs.
    """
    loop = asyncio.get_running_loop()
    wishes: SimpleQueue[asyncio.Future[object] | None] = SimpleQueue()
    closed: asyncio.Future[object] = loop.create_future()

    def tell(future: asyncio.Future[object], value: object, error: Exception | None = None) -> None:
        with suppress(RuntimeError):  # the loop has ended, and with it whoever waited
            loop.call_soon_threadsafe(_settle, future, value, error)

    def work() -> None:
        try:
            while (wish := wishes.get()) is not None:
                try:
                    tell(wish, next(items, _END))
                except Exception as error:
                    tell(wish, None, error)
        finally:
            try:
                items.close()
            finally:
                tell(closed, None)

    # A thread that waits for a silent model must not hold up the end of the program.
    threading.Thread(target=work, name="groundline-stream", daemon=True).start()
    waiting = False
    try:
        while True:
            wish: asyncio.Future[object] = loop.create_future()
            waiting = True
            wishes.put(wish)
            item = await wish
            waiting = False
            if item is _END:
                return
            yield item  # type: ignore[misc]
    finally:
        wishes.put(None)
        if not waiting:
            await asyncio.shield(closed)


def _settle(future: "asyncio.Future[object]", value: object, error: Exception | None) -> None:
    if future.done():  # who waited was cancelled
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(value)
