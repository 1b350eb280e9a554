"""Which questions ask for an overview, and of what."""

import time

import pytest

from eval.case import load_cases
from rag.overview_question import LONGEST, Wish, overview_wish


@pytest.mark.parametrize(
    ("question", "wish"),
    [
        ("What do the articles say about Shanghai?", Wish("topic", ("Shanghai",))),
        ("Which places did the protests reach?", Wish("list", ("did the protests reach",), "place", "places")),
        ("Compare what the two articles say about lockdowns", Wish("comparison", ("lockdowns",), most=2)),
        ("Summarise the articles", Wish("summary")),
        ("Could you please give me a short overview of these documents?", Wish("summary")),
        ("What is in these documents?", Wish("summary")),
        ("What are the main points of the reports?", Wish("summary")),
        ("What are the differences between the articles?", Wish("comparison")),
        ("Which articles mention Chongqing?", Wish("documents", ("Chongqing",))),
        ("In which of the articles is Xi Jinping mentioned?", Wish("documents", ("Xi Jinping",))),
        ("List all the people who were quoted", Wish("list", (), "person", "people", quoted=True)),
        ("Who is quoted in the articles?", Wish("list", (), "person", "who", quoted=True)),
        ("What dates are mentioned in the documents?", Wish("list", (), "date", "dates")),
        ("Compare the protests in Shanghai and in Beijing", Wish("comparison", ("the protests in Shanghai", "in Beijing"))),
        ("What do these reports say about Urumqi and Shanghai?", Wish("topic", ("Urumqi", "Shanghai"))),
        ("What do the articles say about law and order?", Wish("topic", ("law and order",))),
        ("Summarise all documents briefly", Wish("summary")),
        ("What do all of the articles agree on?", Wish("comparison")),
        ("What themes do the articles share?", Wish("summary")),
        ("Who are the people quoted in the articles?", Wish("list", (), "person", "people", quoted=True)),
        ("List every city mentioned in the articles", Wish("list", (), "place", "cities")),
        ("In which cities did people protest?", Wish("list", ("did people protest",), "place", "cities")),
        ("What information is there about testing in the articles?", Wish("topic", ("testing",))),
        ("Summarise what the five articles say about the fire", Wish("topic", ("the fire",), most=5)),
    ],
)
def test_a_question_for_an_overview_is_taken_apart(question: str, wish: Wish) -> None:
    assert overview_wish(question) == wish


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the Articles of Confederation?",
        "What are the three main sources of European Union law?",
        "Which article of the treaty prohibits anti-competitive agreements?",
        "Name one country that banned driving on Sundays.",
        "Which provinces are Zhengzhou and Xi'an in?",
        "How many people protested in Shanghai?",
        "What did the police do?",
        "Where did the fire break out?",
        "Compare article 1 and article 2",
        "According to the articles, how many people died?",
        "",
    ],
)
def test_a_question_for_one_fact_is_left_alone(question: str) -> None:
    assert overview_wish(question) is None


def test_no_question_of_the_seeds_cases_passes_for_an_overview() -> None:
    fired = [case.question for case in load_cases() if case.category != "overview" and overview_wish(case.question)]
    assert fired == []


@pytest.mark.parametrize("filler", ["the ", "all of the articles ", "a and b ", "please ", "which articles mention "])
def test_no_text_keeps_the_check_busy(filler: str) -> None:
    question = ("what do the articles say about " + filler * LONGEST)[:LONGEST]
    overview_wish("What do the articles say?")  # the first time, its patterns are compiled
    started = time.process_time()
    overview_wish(question)
    assert time.process_time() - started < 0.25
