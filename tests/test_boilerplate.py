"""What belongs to the page is told from what belongs to the article."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.boilerplate import flags, is_boilerplate
from rag.split import split

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data" / "boilerplate"
# All that is furniture in the five articles, by its opening words.
IN_SEEDS = ("Are you on Telegram?", "Subscribe to our channel", "ArrowRight", "Sign up to receive", "By submitting this form")


def lines(name: str) -> list[str]:
    return (DATA / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("sentence", lines("page.txt"))
def test_a_sentence_of_the_page_is_boilerplate(sentence: str) -> None:
    assert is_boilerplate(sentence)


@pytest.mark.parametrize("sentence", lines("article.txt"))
def test_an_article_may_use_the_words_of_boilerplate(sentence: str) -> None:
    assert not is_boilerplate(sentence)


def test_only_the_true_ones_are_flagged_in_the_five_articles() -> None:
    flagged: list[str] = []
    for file in sorted((ROOT / "seeds").glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        for passage in split(text, lambda part: len(part.split()), 100):
            flagged += [text[inner.start : inner.end] for inner in passage.sentences if inner.boilerplate]
    assert len(flagged) == 9
    assert all(sentence.startswith(IN_SEEDS) for sentence in flagged)


def test_a_question_to_the_reader_is_boilerplate_only_right_before_a_call() -> None:
    question = "Are you on Zapplet?"
    assert flags([question, "Subscribe to our channel."]) == (True, True)
    assert flags([question, "The moderator put this to both candidates."]) == (False, False)


def test_a_short_addition_is_boilerplate_only_right_after_a_call() -> None:
    assert flags(["Sign up for our newsletter.", "It’s free and takes a minute."]) == (True, True)
    assert flags(["The museum opened again.", "It’s free and takes a minute."]) == (False, False)


def test_a_neighbour_that_reports_something_stays_evidence() -> None:
    assert flags(["Do you think the law will pass?", "Sign up for our newsletter."]) == (False, True)
    assert flags(["The ferry sank in the night.", "Sign up for our newsletter.", "Nine people died."]) == (False, True, False)


def test_a_call_inside_a_quotation_of_several_sentences_is_speech() -> None:
    speech = ["The preacher cried: “Hear me.", "Subscribe today!", "Tomorrow is too late.”"]
    assert flags(speech) == (False, False, False)


def test_an_unclosed_quote_does_not_hide_boilerplate() -> None:
    assert flags(["They shouted, “retreat!", "The crowd cheered.", "Sign up for our newsletter!"])[-1]


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_sentences_get_one_flag_each(sentences: list[str]) -> None:
    assert len(flags(sentences)) == len(sentences)


def test_a_long_sentence_is_judged_at_once() -> None:
    assert not is_boilerplate("subscribe " * 200_000)
