"""Follow-ups put into words that stand alone, over invented matters: nothing here is about the five articles."""

import pytest

from rag.errors import QuestionError
from rag.followup import as_turns, recent, resolve, resolved
from rag.schema import Turn
from rag.tokens import count_tokens


def turns(*texts: str) -> list[Turn]:
    return [Turn(role="assistant" if number % 2 else "user", content=text) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("asked", "answered", "question", "standalone"),
    [
        ("Who designed the Lund bridge?", "Anna Berg.", "When was she born?", "When was Anna Berg born?"),
        ("Who designed the Lund bridge?", "Anna Berg.", "What did her critics say?", "What did Anna Berg’s critics say?"),
        ("When did Otto Kranz die?", "In 1931.", "Where did he live?", "Where did Otto Kranz live?"),
        ("Which city in Skåne has a castle?", "Malmö.", "And how many people live there?", "How many people live in Malmö?"),
        ("Which city in Skåne has a castle?", "Malmö.", "Who founded that city?", "Who founded Malmö?"),
        ("Which company runs the ferries?", "Nordlinje AB.", "When was it founded?", "When was Nordlinje AB founded?"),
        ("Where did a driver leave the road?", "Near Ystad.", "How many people did he injure?", "How many people did the driver injure?"),
        ("What did the town sell?", "The old customs house.", "Who bought it?", "Who bought the old customs house?"),
        ("What happened in Ystad?", "A fire broke out in the cannery.", "Who started this fire?", "Who started the fire in Ystad?"),
        (
            "Which train was late?",
            "The train coming from Ystad.",
            "Where did its passengers wait?",
            "Where did the passengers of the train coming from Ystad wait?",
        ),
    ],
)
def test_what_points_back_is_named(asked: str, answered: str, question: str, standalone: str) -> None:
    assert resolve(question, turns(asked, answered)) == standalone


@pytest.mark.parametrize(
    ("asked", "answered", "question", "standalone"),
    [
        ("How many ferries sank at Malmö?", "Three.", "And in Lund?", "How many ferries sank in Lund?"),
        ("When was the harbour closed?", "In May.", "Why?", "Why was the harbour closed?"),
        ("When was the harbour closed?", "In May.", "And reopened?", "When was the harbour reopened?"),
        ("What did the mayor of Lund announce?", "A new tram line.", "When?", "When did the mayor of Lund announce the new tram line?"),
        ("How many houses were there in Ystad?", "Forty.", "And shops?", "How many shops were there in Ystad?"),
        ("What was the average rent in Lund?", "900.", "And the average wage?", "What was the average wage in Lund?"),
        ("What kind of boat did Berg build?", "A cutter.", "What about Kranz?", "What kind of boat did Kranz build?"),
        ("Who was honoured by the academy?", "Anna Berg.", "When did that happen?", "When was Anna Berg honoured by the academy?"),
    ],
)
def test_what_is_left_out_comes_from_the_question_before(asked: str, answered: str, question: str, standalone: str) -> None:
    assert resolve(question, turns(asked, answered)) == standalone


@pytest.mark.parametrize(
    "question",
    [
        "How many ferries sank at Malmö?",
        "What is photosynthesis?",
        "Is it true that the bridge was sold?",
        "How long did it take to build the bridge?",
        "How many ferries are there in Malmö?",
        "Did Anna Berg sell her house?",
        "Which team won its final in Lund?",
        "Why did the harbour of Ystad close when it lost its ferries?",
        "What did the mayor say about the bill that parliament passed?",
        "  Who designed   the tower of Ystad ?",
        "Outside of its harbour, what is Malmö known for?",
    ],
)
def test_a_question_that_stands_alone_comes_back_byte_for_byte(question: str) -> None:
    assert resolve(question, turns("Who runs the ferries?", "Nordlinje AB, led by Otto Kranz.")) == question


def test_without_a_history_nothing_changes() -> None:
    assert resolve("When was it closed?", []) == "When was it closed?"


def test_a_chain_of_follow_ups_keeps_its_thread() -> None:
    history = turns("Who designed the Lund bridge?", "Anna Berg.", "When was she born?", "In 1890.")
    assert resolve("And where?", history) == "Where was Anna Berg born?"


def test_the_newest_turn_weighs_most() -> None:
    history = turns("Who designed the Lund bridge?", "Anna Berg.", "Who designed the Ystad tower?", "Maria Lind.")
    assert resolve("When was she born?", history) == "When was Maria Lind born?"


def test_markers_of_an_answer_are_no_part_of_a_question() -> None:
    assert (
        resolve("Who bought it?", turns("What did the town sell?", "The old customs house. [1][2]")) == "Who bought the old customs house?"
    )


def test_a_follow_up_knows_its_own_words_and_what_it_is_about() -> None:
    one = resolved("And when was it sold?", turns("What did the town sell?", "The old customs house."))
    assert one == ("When was the old customs house sold?", "When was it sold?", "What did the town sell? The old customs house.")
    assert resolved("Who runs the ferries?", turns("What did the town sell?", "A house.")) == ("Who runs the ferries?", "", "")


def test_the_oldest_turns_are_dropped_first() -> None:
    history = turns(*(f"This is message number {number}." for number in range(10)))
    kept = recent(history, 30)
    assert kept == tuple(history[-len(kept) :]) and 0 < len(kept) < 10
    assert sum(count_tokens(turn.content) for turn in kept) <= 30
    assert recent(history, 0) == ()


def test_of_a_turn_that_is_too_long_its_first_sentences_stay() -> None:
    long = Turn(role="assistant", content="The bridge was sold. " + "It has a long story. " * 50)
    (kept,) = recent([long], 20)
    assert kept.content.startswith("The bridge was sold.") and count_tokens(kept.content) <= 20


def test_a_turn_of_very_many_sentences_takes_no_time() -> None:
    (kept,) = recent([Turn(role="user", content="Yes. " * 150_000)], 1_000)
    assert kept.content == ("Yes. " * 500).strip()


@pytest.mark.parametrize("history", [["hello"], [{"role": "system", "content": "x"}], [{"role": "user"}], [None]])
def test_what_is_no_message_is_refused(history: list[object]) -> None:
    with pytest.raises(QuestionError) as caught:
        as_turns(history)  # type: ignore[arg-type]
    assert "role" in caught.value.hint
