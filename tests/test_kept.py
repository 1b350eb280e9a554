import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import kept as module
from rag.kept import ENTRY, LONGEST, REMEMBERED, Kept, remembering


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5_000))), st.integers(1, 10_000))
def test_the_sizes_together_stay_below_the_bound_whatever_is_kept(entries: list[tuple[int, int]], most: int) -> None:
    values: Kept[int, int] = Kept(most)
    for key, size in entries:
        values.keep(key, -key, size)
        assert values.get(key) == -key
        inside = [other for other in range(10) if values.get(other) is not None]
        assert values.size <= most or len(inside) == 1
        assert values.size >= ENTRY * len(inside)


def test_what_was_used_longest_ago_goes_first() -> None:
    values: Kept[str, str] = Kept(2 * (100 + ENTRY))
    values.keep("a", "A", 100)
    values.keep("b", "B", 100)
    assert values.get("a") == "A"
    values.keep("c", "C", 100)
    assert (values.get("a"), values.get("b"), values.get("c")) == ("A", None, "C")
    assert values.size == 2 * (100 + ENTRY)


def test_the_first_value_of_a_key_stays() -> None:
    values: Kept[str, str] = Kept(10_000)
    values.keep("a", "first", 10)
    values.keep("a", "second", 10)
    assert values.get("a") == "first" and values.size == 10 + ENTRY


def test_a_value_beyond_the_bound_stays_alone_until_the_next() -> None:
    values: Kept[str, str] = Kept(1_000)
    values.keep("small", "s", 1)
    values.keep("huge", "h", 5_000)
    assert (values.get("small"), values.get("huge")) == (None, "h")
    values.keep("next", "n", 1)
    assert (values.get("huge"), values.get("next"), values.size) == (None, "n", 1 + ENTRY)


def test_threads_share_it() -> None:
    values: Kept[int, int] = Kept(40 * ENTRY)

    def use(first: int) -> None:
        for key in range(first, first + 2_000):
            values.keep(key % 97, key % 97, key % 7)
            assert values.get(key % 97) in (None, key % 97)

    threads = [threading.Thread(target=use, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values.size <= values.most
    assert values.size == sum(key_size(values, key) for key in range(97))


def key_size(values: Kept[int, int], key: int) -> int:
    return values._values[key][1] if values.get(key) is not None else 0


def test_a_function_is_asked_once_about_a_short_text_and_each_time_about_a_long_one() -> None:
    asked: list[int] = []

    @remembering
    def length(text: str) -> int:
        """How long a text is."""
        asked.append(len(text))
        return len(text)

    assert [length("bees"), length("bees"), length("x" * LONGEST), length("x" * LONGEST)] == [4, 4, LONGEST, LONGEST]
    assert asked == [4, LONGEST]
    assert [length("y" * (LONGEST + 1)) for _ in range(2)] == [LONGEST + 1] * 2
    assert asked[2:] == [LONGEST + 1] * 2
    assert (length.__name__, length.__doc__) == ("length", "How long a text is.")


def test_what_a_function_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Kept[str, str]] = []

    class Watched(Kept[str, str]):
        def __init__(self, most: int) -> None:
            super().__init__(most)
            made.append(self)

    monkeypatch.setattr(module, "Kept", Watched)
    upper = remembering(str.upper)
    for number in range(2 * REMEMBERED // LONGEST):
        upper(f"{number:>{LONGEST}}")
    assert [one.most for one in made] == [REMEMBERED]
    assert REMEMBERED - LONGEST - ENTRY <= made[0].size <= REMEMBERED
