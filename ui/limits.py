"""Bounds on what one address may try."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable

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


def _network(address: str) -> str:
    """An IPv6 user owns a /64, an IPv4 user an address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
