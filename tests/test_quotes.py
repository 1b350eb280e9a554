import math

import pytest

from rag.catalog import SentenceRow
from rag.evidence import Evidence
from rag.quotes import SHARED, choose, quotes
from rag.weights import QUOTING
from tests.support.evidence import evidence, page


def scored(*scores: float) -> list[Evidence]:
    return [evidence(f"Sentence {index}.", score, start=100 * index, position=index) for index, score in enumerate(scores)]


def quoted(text: str, *chosen: str) -> list[str]:
    """What is quoted of a text when these sentences were chosen, in this order."""
    made = page(text)
    by_text = {row.text: row for row in made.sentences}
    by_id = {one.passage.id: one for one in made.found}
    picked = [Evidence(by_text[one], by_id[by_text[one].passage_id], 0, 0, 0, 0, 0) for one in chosen]
    return [text[quote.start : quote.end] for quote in quotes(picked, made.sentences)]


def test_a_clear_winner_is_quoted_alone() -> None:
    assert len(choose(scored(20, 10, 9))) == 1


@pytest.mark.parametrize("count", [1, 2, 3, 10, SHARED + 10])
def test_equal_sentences_are_quoted_up_to_the_most(count: int) -> None:
    assert 1 <= len(choose(scored(*[5.0] * count))) <= QUOTING["most"]


def test_two_equal_sentences_are_both_quoted() -> None:
    assert len(choose(scored(9, 9, 1, 1))) == 2


def test_a_sentence_with_too_small_a_share_is_not_quoted() -> None:
    unlikely = math.log(QUOTING["least"]) - 0.5
    assert len(choose(scored(0, unlikely, unlikely, unlikely, unlikely, unlikely, unlikely, unlikely))) == 1


def test_the_first_is_quoted_even_when_another_scores_higher() -> None:
    ranked = scored(3, 8)  # moved to the front because it offers what is asked for
    assert choose(ranked)[0] is ranked[0]


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose([]) == []
    assert quotes([], []) == []


def test_the_order_of_what_is_chosen_is_that_of_the_ranking() -> None:
    ranked = scored(9, 8.9, 8.8, 1)
    assert choose(ranked) == ranked[: len(choose(ranked))]


KEEPER = "Clara Holm kept the lighthouse at Skagen. She saved nine sailors in a storm. The lamp burned whale oil. It was replaced in 1901."


@pytest.mark.parametrize(
    ("text", "chosen", "quote"),
    [
        (KEEPER, "She saved nine sailors in a storm.", "Clara Holm kept the lighthouse at Skagen. She saved nine sailors in a storm."),
        (
            "Lars Vinter built boats in Bergen. “He never learned to swim,” said a neighbour.",
            "“He never learned to swim,” said a neighbour.",
            "Lars Vinter built boats in Bergen. “He never learned to swim,” said a neighbour.",
        ),
        (
            "The Coast Guard of Norway came at dawn. They towed the ferry away.",
            "They towed the ferry away.",
            "The Coast Guard of Norway came at dawn. They towed the ferry away.",
        ),
        (
            "Reykjavik has eleven pools. Its oldest opened in 1937.",
            "Its oldest opened in 1937.",
            "Reykjavik has eleven pools. Its oldest opened in 1937.",
        ),
    ],
)
def test_a_pronoun_takes_in_the_sentence_with_its_name(text: str, chosen: str, quote: str) -> None:
    assert quoted(text, chosen) == [quote]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        (KEEPER, "Clara Holm kept the lighthouse at Skagen."),
        (KEEPER, "It was replaced in 1901."),  # no name before it
        ("The lamp burned oil. He lit it at dusk.", "He lit it at dusk."),
        ("She kept bees. Anna sold the honey in Lund.", "She kept bees."),  # nothing before it
        ("Anna Lind keeps bees in Lund. Iterations of the hive were built.", "Iterations of the hive were built."),
        ("Subscribe to our newsletter! She kept the lamp.", "She kept the lamp."),
    ],
)
def test_other_sentences_are_quoted_alone(text: str, chosen: str) -> None:
    assert quoted(text, chosen) == [chosen]


def test_a_quote_inside_another_is_left_out_whatever_came_first() -> None:
    first, second = "Clara Holm kept the lighthouse at Skagen.", "She saved nine sailors in a storm."
    assert quoted(KEEPER, first, second) == quoted(KEEPER, second, first) == [f"{first} {second}"]


def test_the_strongest_stands_first_and_the_rest_in_the_order_of_the_documents() -> None:
    rows = [
        evidence("D.", 9, "b.txt", "b-1", 50, 2),
        evidence("C.", 8, "b.txt", "b-1", 90, 4),
        evidence("B.", 7, "b.txt", "b-1", 10, 0),
        evidence("A.", 6, "a.txt", "a-1", 70, 0),
    ]
    shown = quotes(rows, [row.sentence for row in rows])
    assert [(quote.passage.path, quote.start) for quote in shown] == [("b.txt", 50), ("a.txt", 70), ("b.txt", 10), ("b.txt", 90)]


def test_no_quote_lies_inside_another_for_any_choice() -> None:
    text = "Anna Lind keeps bees. She sells honey. They swarm in May. It was cold in Lund. His brother helps."
    made = page(text)
    every = [row.text for row in made.sentences]
    for first in every:
        shown = quoted(text, first, *(one for one in every if one != first))
        assert not any(a != b and a in b for a in shown for b in shown)
        assert all(any(sentence in quote for quote in shown) for sentence in every)


def test_the_sentence_before_is_sought_in_the_same_passage_only() -> None:
    one = evidence("She left.", 1, "a.txt", "a-2", 100, 0)
    other = SentenceRow("a-1", 5, 80, 99, "Clara Holm arrived.", False, one.sentence.vector)
    (quote,) = quotes([one], [one.sentence, other])
    assert (quote.start, quote.end) == (100, 109)
