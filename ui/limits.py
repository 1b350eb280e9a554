"""Bounds on what one address may try, what one visitor may hold, and how slowly something may arrive."""

import asyncio
import ipaddress
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

FREE_TRIES = 5
FIRST_WAIT = 2.0
LONGEST_WAIT = 900.0
FORGOTTEN_AFTER = 3600.0
MOST_ADDRESSES = 10_000


class Attempts:
    """Wrong passwords by address: after five, each doubles the wait before the next, from two seconds to fifteen minutes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until this address may try again."""
        tries, last = self._wrong.get(_network(address), (0, 0.0))
        if tries < FREE_TRIES:
            return 0.0
        pause = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(tries - FREE_TRIES, 30))
        return max(0.0, last + pause - self._clock())

    def wrong(self, address: str) -> None:
        """One more wrong password."""
        network, now = _network(address), self._clock()
        tries, last = self._wrong.pop(network, (0, now))
        self._wrong[network] = ((tries if now - last < FORGOTTEN_AFTER else 0) + 1, now)
        while len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """The password was right: earlier slips are forgotten."""
        self._wrong.pop(_network(address), None)


class Crowded(Exception):
    """A visitor has too many waiting already."""


class Places:
    """Places for what many visitors do at the same time: `total` of them, `each` at most for one visitor, with at most `waiting` in line.

    Only those for whom their visitor has a place left stand in the line of all, so that one visitor's many keep nobody waiting.
    """

    def __init__(self, total: int, each: int, waiting: int) -> None:
        self._all = asyncio.Semaphore(total)
        self._each = each
        self._most = each + waiting
        # Of each visitor who is here: the places, and how many hold one or wait for it.
        self._own: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def taken(self, visitor: str) -> AsyncIterator[None]:
        """Wait for a place and hold it. Raises Crowded."""
        own, here = self._own.get(visitor, (asyncio.Semaphore(self._each), 0))
        if here >= self._most:
            raise Crowded
        self._own[visitor] = own, here + 1
        try:
            async with own, self._all:
                yield
        finally:
            here = self._own[visitor][1] - 1
            if here:
                self._own[visitor] = own, here
            else:
                del self._own[visitor]


class Pace:
    """How fast something arrives: `least` bytes in every `seconds`."""

    def __init__(self, least: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._least = least
        self._seconds = seconds
        self._clock = clock
        self._since = clock()
        self._got = 0

    def too_slow(self, size: int) -> bool:
        """Whether too little has come, now that `size` bytes more are here."""
        self._got += size
        now = self._clock()
        if now - self._since < self._seconds:
            return False
        slow = self._got < self._least * (now - self._since) / self._seconds
        self._since, self._got = now, 0
        return slow


def _network(address: str) -> str:
    """An IPv6 user owns a /64, an IPv4 user an address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
