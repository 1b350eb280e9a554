"""Questions at a time: a few are worked on, some wait, and the rest are told to come back."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from ui.access import Refused

AT_ONCE = 4
MOST_WAITING = 200

T = TypeVar("T")


class Work:
    """Runs the engine's calls in threads, so that the server keeps answering meanwhile."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._limiter = anyio.CapacityLimiter(at_once)
        self._most_waiting = most_waiting

    async def run(self, call: Callable[[], T]) -> T:
        """What the call returns, or raises. Raises Refused (503) when too many wait already."""
        if self._limiter.statistics().tasks_waiting >= self._most_waiting:
            raise Refused(503, "Too many questions wait already.", "Try again in a moment.", {"Retry-After": "2"})
        return await anyio.to_thread.run_sync(call, limiter=self._limiter)
