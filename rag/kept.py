"""Values kept for the next time they are asked for, bounded by their size instead of their number."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# Characters of the texts that one function remembers its results for, and of the longest among them: sentences and passages are asked
# about again and again, whole documents once.
REMEMBERED = 4_000_000
LONGEST = 20_000
# What a value counts beside its size: a place to keep it, its key and itself are never for nothing.
ENTRY = 500


class Kept(Generic[K, V]):
    """The values asked for last, as many as have the size `most` together, ENTRY more for each; safe to share between threads.

    The newest stays whatever its size, so that what is dear to make is not made at every question.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._guard = threading.Lock()
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """The sizes of all values together, ENTRY more for each."""
        return self._size

    def get(self, key: K) -> V | None:
        """The value kept under a key, if there is one; it counts as used last."""
        with self._guard:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def keep(self, key: K, value: V, size: int) -> None:
        """Keeps a value unless its key has one, and lets go of those used longest ago."""
        with self._guard:
            if key in self._values:
                return
            self._values[key] = value, size + ENTRY
            self._size += size + ENTRY
            while self._size > self.most and len(self._values) > 1:
                self._size -= self._values.popitem(last=False)[1][1]


def remembering(function: Callable[[str], V]) -> Callable[[str], V]:
    """The function of a text, which is never asked twice about a short one as long as there is room; its values are not None."""
    kept: Kept[str, V] = Kept(REMEMBERED)

    @wraps(function)
    def remembered(text: str) -> V:
        if len(text) > LONGEST:
            return function(text)
        value = kept.get(text)
        if value is None:
            value = function(text)
            kept.keep(text, value, len(text))
        return value

    return remembered
