from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval import assert_grounded
from rag.schema import Highlight

OPENED, LONG = "The bridge opened in 1931.", "It is 120 metres long."


def test_a_grounded_answer_and_an_abstention_pass(make: SimpleNamespace, corpus: Path) -> None:
    assert_grounded(make.answer(OPENED, LONG), corpus)
    assert_grounded(make.answer(), corpus=str(corpus))


def test_the_message_shows_the_sentence_the_cited_text_and_why(make: SimpleNamespace, corpus: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_grounded(make.answer(OPENED, said=["The bridge opened in 1947."]), corpus)
    message = str(caught.value)
    assert "sentence: The bridge opened in 1947." in message
    assert f"cites:    {OPENED}" in message
    assert "1947" in message.split("sentence:")[0]


def shifted(answer: Any) -> Any:
    first = answer.citations[0]
    return answer.model_copy(update={"citations": (first.model_copy(update={"start": first.start + 1, "end": first.end + 1}),)})


def test_every_kind_of_problem_is_found(make: SimpleNamespace, corpus: Path) -> None:
    broken = {
        "citation": shifted(make.answer(OPENED)),
        "source": make.answer(OPENED).model_copy(update={"unknown_markers": ("[8]",)}),
        "empty": make.answer(status="answered"),
        "uncited": make.answer(said=["The bridge opened in 1931."]),
        "text": make.answer(OPENED).model_copy(update={"text": "Something else [1]"}),
        "quote": make.answer(OPENED, said=["“The bridge opened late in 1931”, it says."]),
    }
    for kind, answer in broken.items():
        with pytest.raises(AssertionError, match=rf"(?m)^{kind}:"):
            assert_grounded(answer, corpus)


def test_a_highlight_outside_its_quote_and_a_marker_that_its_sentence_does_not_cite_are_found(make: SimpleNamespace, corpus: Path) -> None:
    answer = make.answer(OPENED, LONG)
    start = make.texts["a.txt"].index("1931")
    good = Highlight(citation=1, kind="date", start=start, end=start + 4, text="1931")
    assert_grounded(answer.model_copy(update={"highlights": (good,)}), corpus)
    for bad in ({"start": start + 1, "end": start + 5}, {"citation": 2}, {"citation": 9}, {"text": "1932"}):
        with pytest.raises(AssertionError, match=r"(?m)^highlight:"):
            assert_grounded(answer.model_copy(update={"highlights": (good.model_copy(update=bad),)}), corpus)
    swapped = answer.text.replace("[1]", "[x]").replace("[2]", "[1]").replace("[x]", "[2]")
    with pytest.raises(AssertionError, match=r"(?m)^source: the text marks"):
        assert_grounded(answer.model_copy(update={"text": swapped}), corpus)


def test_a_file_that_changed_makes_the_same_answer_fail(make: SimpleNamespace, corpus: Path) -> None:
    answer = make.answer(OPENED)
    assert_grounded(answer, corpus)
    (corpus / "a.txt").write_text("Now " + make.texts["a.txt"], encoding="utf-8")
    with pytest.raises(AssertionError, match="stale"):
        assert_grounded(answer, corpus)
