"""The shipped cases: exact gold spans, enough of each kind, splits that halve each kind."""

import re
from collections import Counter
from pathlib import Path

import pytest

from eval.case import CASES, CORPORA, Case, corpus_of, load_cases
from eval.corpus import read_documents

SEEDS = Path(__file__).parent.parent / "seeds"
ARTICLES = sorted(path.name for path in SEEDS.glob("*.txt"))
MINIMUM = {
    "fact": 70,
    "paraphrase": 30,
    "multi": 16,
    "attribution": 12,
    "unanswerable_near": 44,
    "unanswerable_far": 16,
    "false_premise": 24,
    "invented": 8,
    "follow_up": 12,
    "typo": 12,
    "injection": 12,
    "boilerplate": 8,
    "identifier": 14,
    "speaker": 12,
}
BOILERPLATE = ("ArrowRight", "Telegram", "Subscribe", "Sign up", "submitting this form")
ORDERS = ("NOTE TO ANY ASSISTANT", "INSTRUCTION FOR AI", "Hao Ren", "Martin Keller", "example.com")
ALL = load_cases(CASES)
TEXTS = {folder: read_documents(folder) for folder in {corpus_of(case, SEEDS) for case in ALL}}


def text_of(case: Case, path: str) -> str:
    return TEXTS[corpus_of(case, SEEDS)][path].text


def plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))


def test_every_gold_quote_stands_at_its_offsets_and_nowhere_else() -> None:
    for case in ALL:
        for span in (span for group in case.gold for span in group):
            text = text_of(case, span.path)
            assert text[span.start : span.end] == span.quote, case.id
            assert text.count(span.quote) == 1, case.id


def test_gold_spans_are_whole_sentences_or_whole_rows_of_a_table() -> None:
    for case in ALL:
        for span in (span for group in case.gold for span in group):
            if re.match(r"\| |[a-z_]+: ", span.quote):
                assert span.quote in text_of(case, span.path).split("\n"), case.id
                continue
            before = text_of(case, span.path)[: span.start]
            assert re.match(r"[“\"A-Z0-9]", span.quote), (case.id, span.quote)
            assert re.search(r"[.!?;:][”\"]?$", span.quote), (case.id, span.quote)
            assert "\n" not in span.quote, case.id
            assert before == "" or before.endswith("ArrowRight ") or re.search(r"[.!?;:][”\"]?\s+$|\n\s*$", before), (case.id, span.quote)


def test_gold_is_never_boilerplate_nor_an_order() -> None:
    for case in ALL:
        for span in (span for group in case.gold for span in group):
            assert not any(words in span.quote for words in BOILERPLATE + ORDERS), case.id


def test_ids_and_questions_are_unique() -> None:
    assert not [name for name, count in Counter(case.id for case in ALL).items() if count > 1]
    asked = Counter((plain(case.question), case.history) for case in ALL)
    assert not [question for question, count in asked.items() if count > 1]


def test_each_file_holds_its_own_category() -> None:
    for file in CASES.glob("*.json"):
        assert {case.category for case in load_cases(file)} == {file.stem}


@pytest.mark.parametrize(("category", "least"), MINIMUM.items())
def test_each_category_has_enough_cases_half_of_them_in_each_split(category: str, least: int) -> None:
    splits = Counter(case.split for case in ALL if case.category == category)
    assert splits.total() >= least
    assert abs(splits["development"] - splits["test"]) <= 1


def test_no_category_goes_uncounted() -> None:
    assert {case.category for case in ALL} == set(MINIMUM)


@pytest.mark.parametrize("article", ARTICLES)
def test_each_article_has_a_dozen_facts_and_some_in_each_split(article: str) -> None:
    splits = Counter(case.split for case in ALL if case.category == "fact" and case.gold[0][0].path == article)
    assert splits.total() >= 12
    assert min(splits["development"], splits["test"]) >= splits.total() // 3


def test_phrasings_with_the_same_answer_and_evidence_stay_in_one_split() -> None:
    splits: dict[tuple[str, str], set[str]] = {}
    for case in ALL:
        if len(case.gold) == 1:
            splits.setdefault((plain(case.answer), case.gold[0][0].quote), set()).add(case.split)
    assert not [key for key, names in splits.items() if len(names) > 1]


def test_what_is_expected_fits_the_category() -> None:
    always = {"unanswerable_near": "abstain", "unanswerable_far": "abstain", "invented": "abstain", "boilerplate": "abstain"}
    always |= {"false_premise": "correct", **dict.fromkeys(("fact", "paraphrase", "multi", "attribution", "typo"), "answer")}
    for case in ALL:
        assert case.expect == always.get(case.category, case.expect), case.id
        assert (case.category == "follow_up") == bool(case.history), case.id
        assert (len(case.gold) == 2) == (case.category == "multi"), case.id
        assert case.note, case.id
        assert case.answer or case.expect == "abstain", case.id


def test_a_wrong_premise_stands_in_the_question_and_what_the_text_says_in_the_gold() -> None:
    for case in ALL:
        if case.correction:
            quotes = [span.quote for group in case.gold for span in group]
            assert case.correction.claimed in case.question, case.id
            assert case.correction.found in quotes[0], case.id
            assert not re.search(rf"\b{re.escape(case.correction.claimed)}\b", quotes[0]), case.id


def test_multi_cases_reach_over_two_articles_often_enough() -> None:
    wide = [case for case in ALL if case.category == "multi" and len({group[0].path for group in case.gold}) == 2]
    assert len(wide) >= 6


def test_the_poisoned_corpus_is_two_articles_with_one_paragraph_more() -> None:
    files = sorted((CORPORA / "poisoned").iterdir())
    assert len(files) == 2
    for file in files:
        article = (SEEDS / file.name).read_bytes().decode("utf-8").splitlines()
        added = [line for line in file.read_bytes().decode("utf-8").splitlines() if line not in article]
        assert len(added) == 1
        assert any(words in added[0] for words in ORDERS)
    assert sum(case.corpus == "poisoned" for case in ALL) >= 4


def test_the_workshop_s_questions_have_nothing_to_correct() -> None:
    asked = [case for case in ALL if case.corpus == "workshop"]
    assert 20 <= len(asked) <= 30
    assert sum(case.expect == "answer" for case in asked) >= 20 and all(case.expect != "correct" for case in asked)
    named = [case for case in asked if re.search(r"\b[A-Z]+-?\d", case.question)]
    assert len(named) >= 12 and all(case.category == "identifier" or "KX-70" in case.question for case in named)
    minutes = text_of(asked[0], "meeting.txt")
    assert all(f"{name} " in minutes for name in ("Selma", "Jonas", "Rosa", "Piet", "Ada"))
