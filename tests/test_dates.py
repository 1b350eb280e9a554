import pytest

from rag.language.dates import DateMention, compatible, covers, dates


def one(text: str) -> DateMention:
    found = dates(text)
    assert len(found) == 1, found
    return found[0]


def parts(mention: DateMention) -> dict[str, object]:
    return {
        name: value
        for name, value in mention._asdict().items()
        if value is not None and value is not False and name not in ("start", "end")
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("November 9", {"month": 11, "day": 9}),
        ("Nov. 9, 2022", {"month": 11, "day": 9, "year": 2022}),
        ("the 9th of November 2022", {"month": 11, "day": 9, "year": 2022}),
        ("2022-11-09", {"month": 11, "day": 9, "year": 2022}),
        ("1989 June 4", {"month": 6, "day": 4, "year": 1989}),
        ("late September", {"month": 9, "edge": "late"}),
        ("the end of August", {"month": 8, "edge": "late"}),
        ("in the 1980s", {"decade": 1980}),
        ("the 20th century", {"century": 20}),
        ("Monday evening", {"weekday": 0, "part": "evening"}),
        ("last week", {"relative": "last week"}),
        ("5:30 p.m.", {"minute": 1050}),
        ("in 1989", {"year": 1989}),
        ("the season of 2001-02", {"year": 2001}),
        ("the season of 2001–02", {"year": 2001}),
        ("since May", {"month": 5}),
        ("monday", {"weekday": 0}),
    ],
)
def test_reads_a_date_however_it_is_written(text: str, expected: dict[str, object]) -> None:
    assert parts(one(text)) == expected


@pytest.mark.parametrize("text", ["they may march", "over 2000 people", "a second wave", "the plan failed", "12 eggs", "march on"])
def test_ordinary_words_and_counts_are_no_dates(text: str) -> None:
    assert dates(text) == ()


def test_offsets_point_at_the_date() -> None:
    text = "It began on Monday, June 13, and ended in the early morning hours of November 8."
    assert [text[date.start : date.end] for date in dates(text)][-1] == "November 8"
    assert all(text[date.start : date.end].strip() for date in dates(text))


def test_numeric_dates_are_read_both_ways() -> None:
    assert compatible(one("on 9/11"), one("September 11"))
    assert compatible(one("on 9/11"), one("November 9"))
    assert not compatible(one("on 9/11"), one("November 8"))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("June 4, 1989", "1989", True),
        ("the 1980s", "1989", True),
        ("Monday evening", "Monday", True),
        ("Monday", "Tuesday", False),
        ("June 13", "June 30", False),
        ("1989", "1998", False),
    ],
)
def test_compatible_dates_agree_in_what_both_state(a: str, b: str, expected: bool) -> None:
    assert compatible(one(a), one(b)) is expected
    assert compatible(one(b), one(a)) is expected


def test_a_date_covers_only_what_it_states() -> None:
    assert covers(one("June 4, 1989"), one("June 4"))
    assert not covers(one("June 4"), one("June 4, 1989"))
