"""Evidence and characters, with values computed by hand."""

from math import isclose
from types import SimpleNamespace

import pytest

from eval.metrics import BY_NAME

OPENED, LONG, DESIGNED = "The bridge opened in 1931.", "It is 120 metres long.", "Anna Berg designed it."


def value(make: SimpleNamespace, name: str, case: object, answer: object) -> float | None:
    score = BY_NAME[name].score(make.outcome(case, answer), make.documents)
    return None if score is None else score.value


@pytest.mark.parametrize(
    ("quotes", "first", "some", "every"),
    [
        ([OPENED], 1, 1, 0),
        ([DESIGNED, OPENED], 0, 1, 0),
        ([DESIGNED, OPENED, LONG], 0, 1, 1),
        ([DESIGNED], 0, 0, 0),
        (["The bridge opened in 1931. It is 120 metres long."], 1, 1, 1),
    ],
)
def test_the_first_any_and_every_quote(make: SimpleNamespace, quotes: list[str], first: float, some: float, every: float) -> None:
    case, answer = make.case(OPENED, LONG), make.answer(*quotes)
    assert [value(make, f"evidence_{name}", case, answer) for name in ("first", "any", "all")] == [first, some, every]


def test_an_abstention_has_no_evidence_to_judge_and_an_empty_answer_has_none_that_is_right(make: SimpleNamespace) -> None:
    case = make.case(OPENED)
    assert value(make, "evidence_any", case, make.answer()) is None
    assert value(make, "evidence_any", case, make.answer(status="answered")) == 0.0
    assert value(make, "evidence_first", case, make.answer(status="answered")) == 0.0


def test_a_citation_that_no_sentence_uses_is_not_a_quote(make: SimpleNamespace) -> None:
    answer = make.answer(OPENED).model_copy(update={"sentences": ()})
    assert value(make, "evidence_any", make.case(OPENED), answer) == 0.0


def test_characters_of_a_quote_half_in_the_gold(make: SimpleNamespace) -> None:
    # Gold: 26 characters. Cited: 26 + 1 + 22 = 49, of which 26 are gold.
    case, answer = make.case(OPENED), make.answer("The bridge opened in 1931. It is 120 metres long.")
    precision, recall, f1 = (value(make, f"char_{name}", case, answer) for name in ("precision", "recall", "f1"))
    assert precision is not None and f1 is not None
    assert isclose(precision, 26 / 49)
    assert recall == 1.0
    assert isclose(f1, 2 * 26 / (26 + 49))


def test_characters_cited_twice_count_once_and_an_uncited_alternative_costs_nothing(make: SimpleNamespace) -> None:
    case, answer = make.case([OPENED, "The tower burned in May."]), make.answer(OPENED, OPENED)
    assert [value(make, f"char_{name}", case, answer) for name in ("precision", "recall", "f1")] == [1.0, 1.0, 1.0]


def test_characters_of_a_missing_group_lower_recall_only(make: SimpleNamespace) -> None:
    case, answer = make.case(OPENED, LONG), make.answer(OPENED)
    assert value(make, "char_precision", case, answer) == 1.0
    assert value(make, "char_recall", case, answer) == 26 / (26 + 22)


def test_a_wholly_wrong_quote_has_no_character_right(make: SimpleNamespace) -> None:
    assert [value(make, f"char_{name}", make.case(OPENED), make.answer(LONG)) for name in ("precision", "recall", "f1")] == [0, 0, 0]
