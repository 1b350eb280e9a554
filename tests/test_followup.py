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


# Minutes, a recipe, a contract, news, a table: full sentences as the documents have them.
MINUTES = (
    "The chair of the allotment society, Mrs Holm, reported that the pump house needs a new roof. [1] The gate was painted in May. [2]"
)
WRECK = "The steamer Duchess Ottilia sank off Cape Farrow on Sunday, and the tug Brave Tilda took 40 people on board. [1]"
RECIPE = "3. Whip the chilled cream until it holds its shape. [1] 5. Steam the pudding for ninety minutes in a covered pot. [2]"
ROWS = "crate_id: CR-17; port: Kiel; weight_kg: 90; state: broken [1] crate_id: CR-18; port: Lund; weight_kg: 75; state: late [2]"


@pytest.mark.parametrize(
    ("asked", "answered", "question"),
    [
        ("Are candles sold?", "Candles and matches are sold at the desk.", "And how much does a night in the tent cost?"),
        ("Are pets allowed?", "Dogs stay in the garden.", "How much is the deposit?"),
        ("When was the gate painted?", MINUTES, "Who mows the meadow?"),
        ("Where does the mill stand?", "The mill stands beside the old weir of Ystad, where salmon climb.", "Who repaired the weir?"),
        ("Which steamer sank?", WRECK, "What did he tell the coastguard?"),
        ("Which tug helped?", WRECK, "Did she know the captain?"),
        (
            "How many people died in Skarn province?",
            "A leaked list showed that 30 people in Orsa city, Skarn province died.",
            "Who disclosed it?",
        ),
        ("Who runs the mill?", "Otto Kranz runs it.", "What did the council do that angered the tenants?"),
    ],
)
def test_what_names_its_matter_or_has_none_before_stays_as_typed(asked: str, answered: str, question: str) -> None:
    assert resolve(question, turns(asked, answered)) == question


@pytest.mark.parametrize(
    ("asked", "answered", "question", "standalone"),
    [
        ("How long do I steam the pudding?", RECIPE, "Can I reheat it?", "Can I reheat the pudding?"),
        ("Who chairs the allotment society?", MINUTES, "What did she report?", "What did Mrs Holm report?"),
        ("Which steamer sank?", WRECK, "When was it built?", "When was the steamer Duchess Ottilia built?"),
        ("Which crate was broken?", ROWS, "What did it hold?", "What did the crate that was broken hold?"),
        ("Which crate was broken?", ROWS.split(" [1]")[0], "What did it hold?", "What did crate CR-17 hold?"),
        ("Who packed crate CR-18?", "The night shift packed it.", "Where is it now?", "Where is crate CR-18 now?"),
        ("What does clause 9 forbid?", "Clause 9 forbids any sublease of the barn.", "When does it end?", "When does clause 9 end?"),
        (
            "What did the tenant sign?",
            "The tenant signed the renewed lease in June.",
            "How long does it run?",
            "How long does the renewed lease run?",
        ),
        ("Who was elected by the members?", "Ida Falk was elected by the members.", "When was she born?", "When was Ida Falk born?"),
        ("Who designed the weir?", "The weir was designed by Maria Lind in 1931.", "Where did she live?", "Where did Maria Lind live?"),
        ("What stands behind the barn?", "A stone oven stands behind the barn.", "Who built it?", "Who built the stone oven?"),
    ],
)
def test_the_matter_of_the_question_comes_before_what_is_only_quoted(asked: str, answered: str, question: str, standalone: str) -> None:
    assert resolve(question, turns(asked, answered)) == standalone


@pytest.mark.parametrize(
    ("asked", "answered", "question", "standalone"),
    [
        (
            "How much light do painted walls reflect?",
            "Painted walls reflect most of it.",
            "And bare ones?",
            "How much light do bare walls reflect?",
        ),
        ("What do insured parcels cost?", "Nine euros.", "And uninsured ones?", "What do uninsured parcels cost?"),
        ("How many votes did the amended motion get?", "Eleven.", "And the original one?", "How many votes did the original motion get?"),
        ("Can I store the syrup?", "It keeps for a month.", "Why not?", "Why can I not store the syrup?"),
        ("Did the society sell the barn?", "It did.", "When?", "When did the society sell the barn?"),
        (
            "What was taken from the tool shed?",
            "Two rakes and a ladder were taken.",
            "When?",
            "When were two rakes and a ladder taken from the tool shed?",
        ),
        ("How much oil was spilled?", "Forty litres.", "How much was recovered?", "How much oil was recovered?"),
        ("What does form 12 ask for?", "A stamp.", "And form 14?", "What does form 14 ask for?"),
    ],
)
def test_what_is_left_out_keeps_its_noun_and_its_number(asked: str, answered: str, question: str, standalone: str) -> None:
    assert resolve(question, turns(asked, answered)) == standalone


def test_a_long_answer_is_read_at_its_beginning() -> None:
    answer = "Ida Falk steered the barge. " + "the ferry costs money and the house stands near rows of boats " * 400
    assert resolve("When was she born?", turns("Who steered the barge?", answer)) == "When was Ida Falk born?"


def test_a_matter_is_kept_over_a_question_that_names_none() -> None:
    history = turns("Which crate was broken?", ROWS, "Who was the carrier?", ROWS)
    assert resolve("What did it hold?", history) == "What did the crate that was broken hold?"


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
