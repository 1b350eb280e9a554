"""Rows and records become readable lines; rows, lines and paths are the places."""

import csv
import io
import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.readers import json_lines, tables
from rag.readers.draft import Extract, one_line


def table(text: str) -> Extract:
    return tables.extract(text.encode(), "a.csv")


def places(found: Extract) -> dict[str, str]:
    return {place.name: found.text[place.start :].split("\n\n")[0] for place in found.places}


def values(text: str) -> Extract:
    return json_lines.extract(text.encode(), "a.json")


def test_rows_carry_the_names_of_columns_and_are_numbered_as_in_a_spreadsheet() -> None:
    found = table('\ufeffName,Age,City\r\nAlice,3,"Lund, ""south"""\r\n\r\nBo,,Oslo\r\n')
    assert places(found) == {"row 2": 'Name: Alice; Age: 3; City: Lund, "south"', "row 4": "Name: Bo; City: Oslo"}


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = "\n".join(delimiter.join(cells) for cells in (("Name", "Price"), ("Tea", "1.50"), ("Milk", "2.10")))
    assert table(text).text == "Name: Tea; Price: 1.50\n\nName: Milk; Price: 2.10"


def test_a_table_whose_first_row_is_data_has_no_names() -> None:
    assert table("Alice,3\nBo,4\n").text == "Alice; 3\n\nBo; 4"
    assert places(table("just one row,with words\n")) == {"row 1": "just one row; with words"}


def test_cells_beyond_the_names_and_line_breaks_in_cells_are_kept() -> None:
    assert table('Name,Note\nAlice,"two\nlines",extra\n').text == "Name: Alice; Note: two lines; extra"


def test_a_long_cell_has_its_own_paragraphs() -> None:
    long = "It rained. " * 40
    assert table(f'Title,Body\nRain,"{long}\n\nThen it stopped."\n').text == f"Title: Rain\n\nBody: {long.strip()}\n\nThen it stopped."


def test_a_quote_left_open_in_a_large_table_is_reported() -> None:
    with pytest.raises(ReadError, match=r"a\.csv is no table: line .*field larger"):
        table('Name,Note\nAlice,"open\n' + "Bo,fine\n" * 30_000)


def test_a_table_of_empty_cells_says_so() -> None:
    with pytest.raises(ReadError, match="no row with anything"):
        table(",,\n,,\n")


cells = st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))), min_size=3, max_size=3)


@settings(deadline=None, max_examples=60)
@given(st.lists(cells, min_size=1, max_size=8))
def test_every_cell_is_found_in_the_place_of_its_row(rows: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([["First name", "Second name", "Third name"], *rows])
    wanted = {f"row {number}": found for number, row in enumerate(rows, 2) if (found := [one_line(cell) for cell in row if one_line(cell)])}
    if not wanted:
        return
    found = table(written.getvalue())
    ends = [place.start for place in found.places[1:]] + [len(found.text)]
    texts = {place.name: " ".join(found.text[place.start : end].split()) for place, end in zip(found.places, ends, strict=True)}
    assert set(texts) == set(wanted)
    assert all(cell in texts[name] for name, row in wanted.items() for cell in row)


def test_each_value_of_an_object_stands_with_its_path() -> None:
    found = values(
        '{"title": "Ferries", "cost": {"sum": 1.50, "paid": true, "by": null}, "tags": ["a", "b"], "big": 123456789012345678901}'
    )
    assert found.text.split("\n\n") == ["title: Ferries", "cost.sum: 1.50", "cost.paid: true", "tags: a, b", "big: 123456789012345678901"]
    assert places(found)["cost.sum"] == "cost.sum: 1.50"


def test_objects_of_a_list_stay_together() -> None:
    found = values('{"people": [{"name": "Alice", "home": {"town": "Lund"}, "boats": [{"name": "Star"}]}, {"name": "Bo"}]}')
    assert places(found) == {"people[0]": "name: Alice; home.town: Lund", "people[0].boats[0]": "name: Star", "people[1]": "name: Bo"}


def test_json_lines_are_numbered() -> None:
    found = values('{"name": "Alice", "age": 3}\n\n{"name": "Bo", "boats": [{"name": "Star"}]}\n')
    assert [(place.name, found.text[place.start :].split("\n\n")[0]) for place in found.places] == [
        ("line 1", "name: Alice; age: 3"),
        ("line 3", "name: Bo"),
        ("line 3", "name: Star"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1', "is not JSON"),
        ('{"a": 1}\n{"b": ', "is not JSON"),
        ("{}", "holds no value"),
        ("[null, {}]", "holds no value"),
        ("[" * 100_000, "is nested too deeply"),
        ("[" * 300 + "1" + "]" * 300, "is nested too deeply"),
        ('{"a":' * 300 + "1" + "}" * 300, "is nested too deeply"),
        ('[{"a":' * 150 + "1" + "}]" * 150, "is nested too deeply"),
    ],
)
def test_what_is_no_json_or_has_no_value_says_so(text: str, reason: str) -> None:
    with pytest.raises(ReadError, match=rf"a\.json {reason}"):
        values(text)


def test_numbers_of_any_length_are_kept_as_they_are() -> None:
    number = "9" * (sys.get_int_max_str_digits() + 1)
    assert values(f'{{"n": {number}}}').text.endswith(number)


scalars = st.integers() | st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1) | st.booleans()


@settings(deadline=None, max_examples=60)
@given(
    st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4), max_leaves=20
    )
)
def test_every_value_is_in_the_text(value: object) -> None:
    try:
        found = values(json.dumps(value))
    except ReadError:
        assert not any(one_line(leaf) for leaf in leaves(value))
        return
    text = " ".join(found.text.split())
    assert all(one_line(leaf) in text for leaf in leaves(value))
    assert all(0 <= place.start < len(found.text) for place in found.places)


def leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [("true" if value else "false") if isinstance(value, bool) else str(value)]
