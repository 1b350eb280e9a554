"""An iterator of events as an asynchronous one, stopped from outside while it waits for the next."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


async def in_a_thread(events: Generator[T, None, object]) -> AsyncGenerator[T, None]:
    """The same events, awaited from one thread of their own. When this is closed or cancelled, `events` is closed: at once, or as soon
    as the event that is being waited for has come.
    """
    pool = ThreadPoolExecutor(1, "groundline-stream")
    waiting: Future[T | None] | None = None
    try:
        while True:
            waiting = pool.submit(next, events, None)
            event = await asyncio.wrap_future(waiting)
            waiting = None
            if event is None:
                return
            yield event
    finally:
        # A generator cannot be closed while it runs; nobody waits for what a silent model may still say.
        if waiting is None:
            await asyncio.shield(asyncio.wrap_future(pool.submit(events.close)))
        else:
            waiting.add_done_callback(lambda _: events.close())
        pool.shutdown(wait=False)
