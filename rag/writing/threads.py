"""An iterator of events as an asynchronous one, stopped from outside while it waits for the next."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from typing import TypeVar

T = TypeVar("T")


async def in_a_thread(events: Generator[T, None, object]) -> AsyncGenerator[T, None]:
    """The same events, each awaited in a thread. When this is closed or cancelled, `events` is closed: at once, or as soon as the event
    that is being waited for has come.
    """
    waiting: asyncio.Future[T | None] | None = None
    try:
        while True:
            waiting = asyncio.ensure_future(asyncio.to_thread(next, events, None))
            event = await asyncio.shield(waiting)
            waiting = None
            if event is None:
                return
            yield event
    finally:
        if waiting is None:
            await asyncio.shield(asyncio.to_thread(events.close))
        else:
            loop = asyncio.get_running_loop()
            waiting.add_done_callback(lambda done: (done.exception(), loop.run_in_executor(None, events.close)))
