"""The operators do what they are called, and the checks notice what they must."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.corpus import read_documents
from eval.grounded import problems
from eval.mutate import OPERATORS, Tally, breaks, edits, misciting, mutate, tally
from eval.mutate.world import World, claims, world_of
from rag.schema import Answer, Document

SENTENCE = "On June 13, at least 35 people in Zhengzhou did not leave for three days, and many residents of Wuhan were worried."
MUST_ALWAYS_BE_NOTICED = (
    "names another document",
    "cites another document",
    "hash edited",
    "offsets shifted by one",
    "citation dropped",
    "source invented",
    "citation's quote edited",
    "quoted words edited",
    "two fragments joined",
)


@pytest.mark.parametrize(
    ("operator", "sentence", "made"),
    [
        (
            breaks.number_changed,
            "It held 35 people and three dogs.",
            ["It held 37 people and three dogs.", "It held 35 people and four dogs."],
        ),
        (breaks.number_changed, "1. It was in 1989.", []),
        (breaks.digits_swapped, "It logged 38,500 in 1989.", ["It logged 83,500 in 1989.", "It logged 38,500 in 1998."]),
        (
            breaks.unit_changed,
            "It took 24 hours for 40 percent.",
            ["It took 24 minutes for 40 percent.", "It took 24 hours for 40 million."],
        ),
        (breaks.date_shifted, "On June 13 it rained.", ["On June 14 it rained.", "On July 13 it rained."]),
        (breaks.date_shifted, "Sunday in 1989.", ["Monday in 1989.", "Sunday in 1990."]),
        (breaks.negation_added, "It was closed and is open.", ["It was not closed and is open."]),
        (breaks.negation_added, "It was not closed.", []),
        (breaks.negation_removed, "They can’t leave without him.", ["They can leave without him.", "They can’t leave with him."]),
        (breaks.antonym, "After the war, few left.", ["Before the war, few left."]),
        (breaks.roles_swapped, "The police arrested the citizens.", ["The citizens arrested the police."]),
        (breaks.roles_swapped, "Wuhan and Beijing closed.", []),
        (breaks.exaggerated, "Some left.", ["All left."]),
        (edits.numbers_as_words, "It held 35 people.", ["It held thirty-five people."]),
        (edits.numbers_as_words, "It was June 13.", []),
        (edits.numbers_as_digits, "It held three people.", ["It held 3 people."]),
        (edits.percent_written, "It was 40 percent.", ["It was 40%."]),
        (edits.percent_written, "It was 99% of it.", ["It was 99 percent of it."]),
        (edits.voice_changed, "The footage was shared by a journalist.", ["A journalist shared the footage."]),
        (edits.voice_changed, "The army crushed the movement.", ["The movement was crushed by the army."]),
        (edits.synonym, "Residents said: “Residents left.”", ["Inhabitants said: “Residents left.”"]),
        (edits.clauses_reordered, "In Beijing, officials agreed.", ["Officials agreed in Beijing."]),
        (edits.attributed, "The man left.", ["According to the article, the man left.", "The man left, according to the article."]),
        (edits.contracted, "They did not leave.", ["They didn’t leave."]),
        (edits.connective_dropped, "However, they left.", ["They left."]),
        (edits.words_quoted, "One two three four five six seven eight.", ["The article says “One two three four five six seven”."]),
        (edits.typography_changed, "It’s “so” — yes.", ['It\'s "so" - yes.']),
    ],
)
def test_an_operator_changes_what_its_name_says(operator: object, sentence: str, made: list[str]) -> None:
    assert list(operator(sentence)) == made  # type: ignore[operator]


def test_a_name_is_swapped_for_one_of_its_kind_that_the_sentence_does_not_have() -> None:
    (swapped,) = breaks.name_swapped("The police came to Wuhan.")
    assert swapped != "The police came to Wuhan."
    assert breaks.words()["places"].count(swapped.removeprefix("The police came to ").removesuffix(".")) == 1


def test_no_operator_leaves_its_answer_as_it_was() -> None:
    document = Document(path="a.txt", sha256="0" * 64, size=len(SENTENCE), text=f"{SENTENCE} It then rained there in May.")
    other = document.model_copy(update={"path": "b.txt"})
    world = world_of({"a.txt": document, "b.txt": other})
    answer = next(claims(world))
    for operator in OPERATORS:
        assert answer not in list(operator.change(answer, world)), operator.name


@pytest.fixture
def world(make: SimpleNamespace) -> World:
    return world_of(make.documents)


def test_claims_are_every_sentence_that_states_something_with_its_exact_citation(world: World, make: SimpleNamespace) -> None:
    made = list(claims(world))
    assert [answer.citations[0].quote for answer in made] == [
        "The bridge opened in 1931.",
        "It is 120 metres long.",
        "The tower burned in May.",
    ]
    assert all(not problems(answer, make.documents) for answer in made)


def kinds(answers: Iterable[Answer], make: SimpleNamespace) -> list[set[str]]:
    return [{problem.kind for problem in problems(answer, make.documents)} for answer in answers]


def test_broken_citations_are_noticed_for_what_they_are(world: World, make: SimpleNamespace) -> None:
    first = next(claims(world))
    assert kinds(misciting.hash_edited(first, world), make) == [{"citation"}]
    assert kinds(misciting.offsets_shifted(first, world), make) == [{"citation"}, {"citation"}]
    assert kinds(misciting.names_other_document(first, world), make) == [{"citation"}]
    assert kinds(misciting.quote_edited(first, world), make)[0] >= {"citation"}
    assert kinds(misciting.citation_dropped(first, world), make) == [{"uncited"}]
    assert kinds(misciting.source_invented(first, world), make) == [{"source", "uncited"}, {"citation"}]
    assert kinds(misciting.cites_next_sentence(first, world), make) == [{"unsupported"}]
    assert kinds(misciting.cites_other_document(first, world), make) == [{"unsupported"}]


@pytest.fixture(scope="module")
def table() -> dict[str, Tally]:
    return {row.operator: row for row in tally(mutate(read_documents(Path("seeds"))))}


@pytest.mark.parametrize("operator", MUST_ALWAYS_BE_NOTICED)
def test_every_one_of_these_mutants_of_the_five_articles_is_noticed(table: dict[str, Tally], operator: str) -> None:
    assert table[operator].mutants >= 100
    assert table[operator].noticed == table[operator].mutants


@pytest.mark.parametrize(
    ("operator", "floor"),
    [
        ("number changed", 0.95),
        ("digits swapped", 0.95),
        ("date shifted", 0.95),
        ("name swapped", 0.95),
        ("negation added", 0.85),
        ("negation removed", 0.85),
        ("cites the next sentence", 0.85),
    ],
)
def test_these_mutants_are_mostly_noticed(table: dict[str, Tally], operator: str, floor: float) -> None:
    assert table[operator].mutants >= 10
    assert table[operator].share >= floor


def test_harmless_edits_raise_an_alarm_in_at_most_five_of_a_hundred(table: dict[str, Tally]) -> None:
    harmless = [row for row in table.values() if row.kind == "edit"]
    assert all(row.mutants for row in harmless)
    assert sum(row.noticed for row in harmless) <= 0.05 * sum(row.mutants for row in harmless)


def test_what_cannot_be_judged_is_neither_a_kill_nor_a_pass(make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.schema import Grounding

    monkeypatch.setattr("eval.judge.judge", lambda sentence, spans: Grounding(label="not_judged", reasons=("no words",)))
    operators = [operator for operator in OPERATORS if operator.name == "date shifted"]
    (row,) = tally(mutate(make.documents, operators), operators)
    assert (row.mutants, row.noticed, row.not_judged) == (2, 0, 2)
