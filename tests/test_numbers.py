import pytest

from rag.language.numbers import Number, numbers, same_number


def one(text: str) -> Number:
    found = numbers(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("38,500 infections", 38_500, "count"),
        ("thirty-five people", 35, "count"),
        ("one hundred and five men", 105, "count"),
        ("5 million people", 5_000_000, "count"),
        ("a dozen eggs", 12, "count"),
        ("two dozen eggs", 24, "count"),
        ("the 20th National Congress", 20, "ordinal"),
        ("the third attempt", 3, "ordinal"),
        ("99% of them", 99, "share"),
        ("40 per cent of them", 40, "share"),
        ("half of it", 50, "share"),
        ("three quarters of it", 75, "share"),
        ("one in five adults", 20, "share"),
        ("a week later", 7, "duration"),
        ("24 hours", 1, "duration"),
        ("half a year", 182.625, "duration"),
        ("ten consecutive days", 10, "duration"),
        ("a week-long festival", 7, "duration"),
        ("$5 million", 5_000_000, "money"),
        ("3.5 billion euros", 3.5e9, "money"),
        ("4 km", 4_000, "measure"),
        ("twice as many", 2, "times"),
        ("only once", 1, "times"),
    ],
)
def test_reads_a_number_however_it_is_written(text: str, value: float, kind: str) -> None:
    number = one(text)
    assert (number.value, number.kind) == (pytest.approx(value), kind)


@pytest.mark.parametrize(
    "text",
    [
        "in 1989",
        "on June 13",
        "on 9/11",
        "at 5:30 p.m.",
        "the G20 and COVID-19",
        "a zero-tolerance rule",
        "no one came",
        "one of them",
        "1. This country",
    ],
)
def test_dates_names_and_list_marks_are_no_numbers(text: str) -> None:
    assert numbers(text) == ()


def test_offsets_point_at_the_number_and_its_unit() -> None:
    text = "It cost about $1.2bn and took seven days."
    assert [text[number.start : number.end] for number in numbers(text)] == ["$1.2bn", "seven days"]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("more than 30 years", "over"),
        ("at least 35 people", "over"),
        ("10,000 or more", "over"),
        ("fewer than 12 men", "under"),
        ("citizens older than 80", "over"),
        ("around 300 families", "about"),
        ("nearly half of the seats", "about"),
        ("3 ships", "exact"),
    ],
)
def test_reads_what_qualifies_a_number(text: str, bound: str) -> None:
    assert one(text).bound == bound


def test_knows_what_is_counted() -> None:
    assert one("three officers").nouns == ("officers",)
    assert one("ten small red boats").nouns[-1] == "boats"


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("seven days", "a week", True),
        ("24 hours", "within one day", True),
        ("50 %", "half", True),
        ("two-thirds", "67 percent", True),
        ("51.2 percent", "52.1 percent", False),
        ("12 eggs", "a dozen eggs", True),
        ("5 million dollars", "$5 million", True),
        ("5 million dollars", "5 million euros", False),
        ("40 percent", "40 people", False),
        ("3 days", "3 weeks", False),
        ("the 3rd ship", "3 ships", False),
        ("dozens of men", "36 men", True),
        ("dozens of men", "hundreds of men", False),
        ("38,500 cases", "35,800 cases", False),
        ("3 km", "3,000 metres", True),
    ],
)
def test_compares_quantities_and_not_spellings(a: str, b: str, same: bool) -> None:
    assert same_number(one(a), one(b)) is same


def test_the_numbers_and_dates_of_a_long_table_are_read_in_time() -> None:
    table = "".join(f"{row % 90 + 10}. Built in 1931 for {row % 90 + 10} crowns\n" for row in range(10_000))
    assert len(numbers(table)) == 10_000
