import pytest

from rag.language.words import Word, words
from rag.premise import wrong_premises
from tests.support.evidence import case

REGATTA = (
    "The regatta of Lund was held in June. On the second evening three ferries sank at Lund because a storm broke the moorings. "
    "Nobody was hurt. The harbour master, Clara Holm, had warned the owners in May. The regatta was first held in 1911, and forty "
    "boats took part. Repairs of the quay lasted two years and cost 3 million kroner."
)
CATHEDRAL = (
    "The cathedral of Uppsala was finished in 1435. Its architect, Etienne de Bonneuil, came from Paris. The spire is 118 metres high. "
    "In 1702 a fire destroyed the roof, and the painter Johan Krouthén left for Bergen. Bees live in the north tower."
)


def found(question: str, *texts: str) -> list[tuple[str, str, str]]:
    """What is wrong in a question, as (kind, what it claims, what the document says)."""
    asked = case(question, *(texts or (REGATTA, CATHEDRAL)))
    premises = wrong_premises(asked.question, asked.read, asked.ranked, asked.page.readings, asked.look_up)
    return [(one.kind, question[one.start : one.end], one.evidence.sentence.text[one.found_start : one.found_end]) for one in premises]


@pytest.mark.parametrize(
    ("question", "kind", "claimed", "instead"),
    [
        ("Why did nine ferries sink at Lund?", "number", "nine", "three"),
        ("How did nine ferries come to sink at Lund in the storm?", "number", "nine", "three"),
        ("Is it true that nine ferries sank at Lund?", "number", "nine", "three"),
        ("Where did nine ferries sink?", "number", "nine", "three"),
        ("Did sixty boats take part in the first regatta of 1911?", "number", "sixty", "forty"),
        ("Why did the repairs of the quay last five years?", "number", "five years", "two years"),
        ("Did the repairs of the quay cost 9 million kroner?", "number", "9 million kroner", "3 million kroner"),
        ("Is the spire of the cathedral 180 metres high?", "number", "180 metres", "118 metres"),
        ("Was the regatta of Lund first held in 1899?", "date", "1899", "1911"),
        ("Why was the regatta of Lund held in August?", "date", "August", "June"),
        ("Why was the cathedral of Uppsala finished in 1535?", "date", "1535", "1435"),
        ("What did the fire of 1802 destroy?", "date", "1802", "1702"),
        ("Why did three ferries sink at Malmö?", "place", "Malmö", "Lund"),
        ("Why did the painter Johan Krouthén leave for Oslo?", "place", "Oslo", "Bergen"),
        ("What did the harbour master, Peter Dahl, warn the owners of in May?", "name", "Peter Dahl", "Clara Holm"),
    ],
)
def test_a_contradicted_claim_is_told_with_what_the_document_says(question: str, kind: str, claimed: str, instead: str) -> None:
    assert found(question) == [(kind, claimed, instead)]


@pytest.mark.parametrize(
    "question",
    [
        "Why did three ferries sink at Lund?",
        "Why did 3 ferries sink at Lund?",
        "Was the regatta of Lund first held in 1911?",
        "Why was the cathedral of Uppsala finished in 1435?",
        "Is the spire of the cathedral 118 metres high?",
        "Why did the painter Johan Krouthén leave for Bergen?",
        "What did the harbour master, Clara Holm, warn of?",
        "What did Holm warn of in May?",
        "Why did the ferries sink?",
        "ferries lund when",
    ],
)
def test_what_the_document_says_too_is_not_corrected(question: str) -> None:
    assert found(question) == []


@pytest.mark.parametrize(
    "question",
    [
        "Why did nine bakers in Paris strike?",
        "What did the pirates of Tortuga drink in 1650?",
        "How many of the 48 states have a coast?",
        "Who won the chess final in Reykjavik in 1972?",
        "Did Erik Dahl paint 12 portraits?",
    ],
)
def test_what_the_documents_do_not_speak_of_is_not_corrected(question: str) -> None:
    assert found(question) == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Why did nine ferries sink at Lund?", "Three ferries sank at Lund in June. Nine ferries sank at Lund in August."),
        ("Was the mill of Skagen built in 1820?", "The mill of Skagen was built in 1790. It was built again in 1820 after a fire."),
        ("Did the choir sing in Bergen?", "The choir sang in Oslo on Monday. On Tuesday the choir sang in Bergen."),
    ],
)
def test_no_correction_where_the_passage_has_the_claimed_value_too(question: str, text: str) -> None:
    assert found(question, text) == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "When did the harbour of Malmö flood its cellars?",
            "In 1911 the harbour of Lund flooded all its cellars at once. In 1954 the harbour of Malmö flooded a part of its cellars too.",
        ),
        (
            "What did the mayor promise the bakers in 1950?",
            "The mayor promised the bakers of the town cheaper flour in 1948. In 1950 the mayor promised the bakers a new mill.",
        ),
    ],
)
def test_a_claim_that_another_sentence_makes_of_the_same_thing_is_not_corrected(question: str, text: str) -> None:
    assert found(question, *(f"{sentence}." for sentence in text.rstrip(".").split(". "))) == []


def test_a_sentence_beside_the_claim_that_tells_the_rest_stands_for_it() -> None:
    text = (
        "In the winter of 1947 the sound froze over. The ferry lay still for 51 days, and the people were supplied by sledge.\n\n"
        "The ferry was sold in 1968 for 12,000 crowns, because a bridge had been opened in the winter."
    )
    assert found("How long did the ferry lay still in the winter of 1947?", text) == []
    assert found("How long did the ferry lay still in the winter of 1947?", "In the winter of 1968 the ferry lay still for long.")


def test_one_of_a_list_contradicts_nothing() -> None:
    listed = "The ferries of the company call at Lund, Ystad, Malmö and Bergen every evening."
    assert found("When do the ferries of the company call at Oslo every evening?", listed) == []
    assert found("When do the ferries of the company call at Oslo every evening?", "The ferries of the company call at Lund every evening.")


def test_a_people_is_only_contradicted_by_a_people() -> None:
    kept = "The Danish guild of weavers kept its silver in the cathedral of Uppsala."
    assert found("Where did the Norwegian guild of weavers keep its silver?", kept) == [("name", "Norwegian", "Danish")]
    assert found("Where did the Norwegian guild of weavers keep its silver?", "The Uppsala guild of weavers kept its silver there.") == []


def test_of_two_things_with_a_number_each_neither_contradicts_the_other() -> None:
    text = "Buoy QX-11 was laid off Skagen in the spring of the year."
    assert found("Why was buoy QX-12 laid off Skagen in the spring?", text) == []


def test_a_currency_is_no_name() -> None:
    assert (
        found("What monthly fee does Holm pay the harbour?", "The monthly fee for the harbour is NOK 6,250, which the company shall pay.")
        == []
    )


def test_where_nothing_else_is_said_another_case_is_no_contradiction() -> None:
    assert found("When was Malmö captured?", "Lund was captured in 1452 by an army of farmers.") == []


def test_two_wrong_claims_are_told_in_the_order_of_the_question() -> None:
    told = found("Did sixty boats take part when the regatta was first held in 1899?")
    assert told == [("number", "sixty", "forty"), ("date", "1899", "1911")]


def test_a_wrong_weekday_is_told() -> None:
    text = "The library of Norrby will open on Sundays. Its roof was mended in spring."
    assert found("Why will the library of Norrby open on Mondays?", text) == [("date", "Mondays", "Sundays")]


def test_a_place_is_not_corrected_to_a_person() -> None:
    text = "Present: Mayor Ingrid Berg, Treasurer Tomas Ek, Councillor Sara Lund. Mayor Berg opened the meeting."
    assert found("Who is the mayor of Malmö?", text) == []


def test_nothing_is_wrong_without_evidence() -> None:
    assert found("Why did nine ferries sink at Lund?", "Subscribe to our newsletter!") == []


def test_a_question_of_very_many_figures_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def read(text: str) -> tuple[Word, ...]:
        seen.append(text)
        return words(text)

    monkeypatch.setattr("rag.premise.words", read)
    question = f"Did {', '.join(str(number) for number in range(100, 130))} boats take part?"
    found(question)
    assert seen == [question]
