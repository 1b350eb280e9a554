"""A response that comes piece by piece closes what makes the pieces, whenever its reader goes."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Generator, Iterator, MutableMapping
from contextlib import aclosing
from threading import Event
from typing import Any

import pytest

from rag.threads import in_a_thread
from ui.streaming import Streamed

SCOPE = {"type": "http", "asgi": {"spec_version": "2.3"}}
WAIT = 60


class Words:
    """Pieces without end, and whether they were closed."""

    def __init__(self) -> None:
        self.closed = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"word "
            await asyncio.sleep(0)

    async def aclose(self) -> None:
        self.closed += 1


@pytest.fixture
def nobody_sweeps() -> Iterator[None]:
    """Nothing is closed because the garbage collector happened to come by."""
    gc.disable()
    yield
    gc.enable()


async def _leave_when(words: Words, leaves: Callable[[MutableMapping[str, Any]], bool]) -> None:
    """Serve the words to a reader whose connection does not take any more once `leaves` holds, and who is gone then."""
    gone = asyncio.Event()

    async def send(message: MutableMapping[str, Any]) -> None:
        if leaves(message):
            gone.set()
            await asyncio.Event().wait()

    async def receive() -> MutableMapping[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    await asyncio.wait_for(Streamed(words, words, "text/plain")(SCOPE, receive, send), WAIT)


@pytest.mark.usefixtures("nobody_sweeps")
def test_who_leaves_while_a_piece_is_sent_closes_the_source() -> None:
    words = Words()
    asyncio.run(_leave_when(words, lambda message: message["type"] == "http.response.body"))
    assert words.closed == 1


@pytest.mark.usefixtures("nobody_sweeps")
def test_who_leaves_before_the_first_piece_closes_the_source() -> None:
    words = Words()
    asyncio.run(_leave_when(words, lambda message: message["type"] == "http.response.start"))
    assert words.closed == 1


class Numbers:
    """A generator's doings: what was made, and when it ended."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.ended = Event()
        self.silent = Event()
        self.go_on = Event()

    def count(self, silent_at: int = -1) -> Generator[int, None, None]:
        try:
            for number in range(1_000):
                if number == silent_at:
                    self.silent.set()
                    self.go_on.wait(WAIT)
                self.made.append(number)
                yield number
        finally:
            self.ended.set()


def test_items_are_made_when_they_are_awaited_and_all_of_them_come() -> None:
    numbers = Numbers()

    async def read() -> list[int]:
        return [item async for item in in_a_thread(numbers.count())]

    assert asyncio.run(read()) == list(range(1_000)) and numbers.ended.is_set()


def test_who_stops_between_two_items_has_ended_the_generator() -> None:
    numbers = Numbers()

    async def read() -> None:
        async with aclosing(in_a_thread(numbers.count())) as items:
            async for item in items:
                if item == 3:
                    break
        assert numbers.ended.is_set()

    asyncio.run(read())
    assert numbers.made == [0, 1, 2, 3]


def test_who_is_cancelled_while_waiting_ends_the_generator_with_its_next_item() -> None:
    numbers = Numbers()

    async def read() -> None:
        async for _ in in_a_thread(numbers.count(silent_at=2)):
            pass

    async def leave() -> None:
        task = asyncio.create_task(read())
        assert await asyncio.to_thread(numbers.silent.wait, WAIT)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, WAIT)
        assert not numbers.ended.is_set()

    asyncio.run(leave())
    numbers.go_on.set()
    assert numbers.ended.wait(WAIT) and numbers.made == [0, 1, 2]


def test_what_the_generator_raises_is_raised_where_it_is_awaited() -> None:
    def fail() -> Generator[int, None, None]:
        yield 1
        raise ValueError("broken")

    async def read() -> None:
        items = in_a_thread(fail())
        assert await anext(items) == 1
        with pytest.raises(ValueError, match="broken"):
            await anext(items)

    asyncio.run(read())


def test_a_none_is_an_item_like_others() -> None:
    async def read() -> list[int | None]:
        return [item async for item in in_a_thread(one for one in (1, None, 2))]

    assert asyncio.run(read()) == [1, None, 2]
