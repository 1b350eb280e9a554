"""Whether time grows with size and not faster, told without a clock's second that means another thing on every machine."""

import time
from collections.abc import Callable

LEAST = 0.05  # seconds of the processor that a measure has to take to mean something
FACTOR, MOST = 8, 25  # eight times the size: 8 times as long when the time grows with it, 64 times when it grows with its square
TRIES = 3


def stays_linear(work: Callable[[int], object]) -> bool:
    """Whether `work` of a size takes time in proportion to it. The best of some tries counts: whatever else runs here only adds to it."""
    size = 1_000
    while (small := _seconds(work, size)) < LEAST:
        size *= 2
    small = min(small, *(_seconds(work, size) for _ in range(TRIES - 1)))
    return any(_seconds(work, FACTOR * size) < MOST * small for _ in range(TRIES))


def _seconds(work: Callable[[int], object], size: int) -> float:
    begun = time.process_time()
    work(size)
    return time.process_time() - begun
