import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from eval.case import SCHEMA, check_all_gold, check_gold, json_schema, load_cases
from rag.errors import CaseError

GOOD = {"id": "c1", "category": "fact", "split": "test", "question": "When?", "expect": "abstain"}
SPAN = {"path": "a.txt", "start": 21, "end": 25, "quote": "1931"}


def write(folder: Path, *cases: Any) -> Path:
    file = folder / "cases.json"
    file.write_text(json.dumps({"cases": cases}), encoding="utf-8")
    return file


def test_the_project_s_own_cases_load_and_their_gold_is_in_the_files() -> None:
    cases = load_cases()
    check_all_gold(cases, Path("seeds"))
    assert len(cases) >= 160


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"split": "train"}, "case c1: field split"),
        ({"colour": "red"}, "case c1: field colour"),
        ({"expect": "answer"}, "case c1: field gold"),
        ({"gold": [[SPAN]]}, "case c1: field gold"),
        ({"expect": "answer", "gold": [[]]}, "case c1: field gold"),
        ({"expect": "answer", "gold": [[{**SPAN, "start": "x"}]]}, "case c1: field gold.0.0.start"),
        ({"correction": {"claimed": "1", "found": "2"}}, "case c1: field correction"),
        ({"question": ""}, "case c1: field question"),
        ({"id": ""}, "case number 1: field id"),
    ],
)
def test_a_bad_case_is_an_error_with_file_case_and_field(tmp_path: Path, changes: dict[str, Any], place: str) -> None:
    file = write(tmp_path, {**GOOD, **changes})
    with pytest.raises(CaseError) as caught:
        load_cases(file)
    assert str(caught.value).startswith(f"{file}: {place}")
    assert caught.value.hint


def test_two_cases_with_one_id_are_an_error_that_names_both_files(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps({"cases": [GOOD]}))
    (tmp_path / "two.json").write_text(json.dumps({"cases": [GOOD]}))
    with pytest.raises(CaseError, match=r"two\.json: case c1: field id: .*one\.json"):
        load_cases(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"cases": 3}', '{"cases": [3]}', '{"cases": []}'])
def test_a_file_that_is_no_case_file_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    file = tmp_path / "cases.json"
    file.write_text(content)
    with pytest.raises(CaseError, match=r"cases\.json"):
        load_cases(file)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no cases at"):
        load_cases(tmp_path / "none.json")


def test_gold_that_is_not_in_the_file_is_an_error_that_says_where_it_is(tmp_path: Path, make: SimpleNamespace) -> None:
    (case,) = load_cases(write(tmp_path, {**GOOD, "expect": "answer", "gold": [[{**SPAN, "start": 20, "end": 24}]]}))
    with pytest.raises(CaseError, match=r"case c1: field gold\[0\]\[0\]\.quote: a\.txt has ' 193' at 20-24") as caught:
        check_gold([case], make.documents)
    assert caught.value.hint == "The quote stands at 21-25."


def test_gold_in_a_file_that_the_corpus_lacks_is_an_error(tmp_path: Path, make: SimpleNamespace) -> None:
    (case,) = load_cases(write(tmp_path, {**GOOD, "expect": "answer", "gold": [[{**SPAN, "path": "z.txt"}]]}))
    with pytest.raises(CaseError, match=r"gold\[0\]\[0\]\.path: the corpus has no z\.txt"):
        check_gold([case], make.documents)


def test_the_json_schema_on_disk_is_that_of_the_code_and_accepts_the_project_s_cases() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == json_schema()
    validator = Draft202012Validator(json.loads(json_schema()))
    for file in sorted(Path("eval/cases").glob("*.json")):
        validator.validate(json.loads(file.read_text(encoding="utf-8")))
    assert not validator.is_valid({"cases": [{**GOOD, "split": "train"}]})


def test_a_quote_alone_is_placed_where_it_stands_whatever_its_white_space(tmp_path: Path, corpus: Path) -> None:
    (corpus / "c.txt").write_text("The gate is\nnarrow. It opens at noon.\n")
    span = {"path": "c.txt", "quote": "The  gate is narrow."}
    file = write(tmp_path, {**GOOD, "expect": "answer", "gold": [[span, SPAN]]})
    Draft202012Validator(json.loads(json_schema())).validate(json.loads(file.read_text()))
    ((found, given),) = load_cases(file, corpus)[0].gold
    assert (found.start, found.end, found.quote) == (0, 19, "The gate is\nnarrow.")
    assert given.model_dump() == SPAN
    (left,) = load_cases(file)
    assert not left.gold[0][0].placed


def test_a_quote_that_stands_twice_is_an_error_with_file_case_field_and_places(tmp_path: Path, corpus: Path) -> None:
    (corpus / "c.txt").write_text("It rained.\n\nThen it rained. It rained.\n")
    file = write(tmp_path, {**GOOD, "expect": "answer", "gold": [[SPAN], [{"path": "c.txt", "quote": "It rained."}]]})
    with pytest.raises(CaseError) as caught:
        load_cases(file, corpus)
    where = "“It rained.” stands 2 times in c.txt: c.txt:0-10 (line 1), c.txt:28-38 (line 3)."
    assert str(caught.value) == f"{file}: case c1: field gold[1][0].quote: {where}"
    assert caught.value.hint


def test_a_quote_that_stands_nowhere_is_an_error_that_says_where_it_does(tmp_path: Path, corpus: Path) -> None:
    def told(quote: str) -> CaseError:
        with pytest.raises(CaseError) as caught:
            load_cases(write(tmp_path, {**GOOD, "expect": "answer", "gold": [[{"path": "b.txt", "quote": quote}]]}), corpus)
        assert "case c1: field gold[0][0].quote" in str(caught.value) and "stands nowhere in b.txt" in str(caught.value)
        return caught.value

    assert told("The bridge opened").hint == "It stands in a.txt:0-17 (line 1)."
    assert told("The bridge closed").hint == "Copy it from the document's text."


def test_a_start_without_an_end_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"case c1: field gold\.0\.0: end: goes with start"):
        load_cases(write(tmp_path, {**GOOD, "expect": "answer", "gold": [[{"path": "a.txt", "start": 21, "quote": "1931"}]]}))


def test_a_quote_at_the_very_start_needs_no_start(tmp_path: Path, make: SimpleNamespace) -> None:
    (case,) = load_cases(write(tmp_path, {**GOOD, "expect": "answer", "gold": [[{"path": "a.txt", "end": 3, "quote": "The"}]]}))
    assert case.gold[0][0].placed
    check_gold([case], make.documents)


def test_a_baseline_beside_the_cases_is_no_case_file(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "cases.baseline.json").write_text("{}")
    assert [case.id for case in load_cases(tmp_path)] == ["c1"]
