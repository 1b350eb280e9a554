import pytest

from rag.language.question import analyse
from rag.offers import TYPED, offers

DAIRY = "The dairy in Lund employs 240 workers and bottles 9,000 litres a day."
TOWER = "The lighthouse is 46 metres tall and was finished on 12 May 1858 by Clara Holm in Bergen."
OPERA = "It cost $4.2 million, took 6 years, and 40 percent of the seats were free."


def offered(question: str, sentence: str) -> list[str]:
    return [sentence[offer.start : offer.end] for offer in offers(analyse(question), sentence)]


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("How many litres does the dairy bottle?", DAIRY, "9,000 litres"),
        ("How many workers has the dairy?", DAIRY, "240"),
        ("How many people work at the dairy?", DAIRY, "240"),
        ("How tall is the lighthouse?", TOWER, "46 metres"),
        ("How much did the opera house cost?", OPERA, "$4.2 million"),
        ("How long did the building take?", OPERA, "6 years"),
        ("What share of the seats was free?", OPERA, "40 percent"),
        ("When was the lighthouse finished?", TOWER, "12 May 1858"),
        ("In which year was the lighthouse finished?", TOWER, "12 May 1858"),
        ("On what day was the lighthouse finished?", TOWER, "12 May 1858"),
        ("At what time does the ferry leave?", "The ferry leaves at 7:30 a.m. each day.", "7:30 a.m."),
        ("In what decade was the mill built?", "The mill was built in the 1920s.", "the 1920s"),
        ("Who finished the lighthouse?", TOWER, "Clara Holm"),
        ("Where did Clara Holm build?", TOWER, "Bergen"),
        ("What did she say?", "She said, “The sea gives,” and left.", "The sea gives,"),
        ("How old was the painter?", "The painter, aged 71, left for Skagen.", "aged 71"),
        ("How old was the painter?", "The 71-year-old painter left for Skagen.", "71-year-old"),
        ("How often does the glacier calve?", "The glacier calves twice a year.", "twice a year"),
        ("How often is the filter changed?", "The filter is changed every second week.", "every second week"),
        ("When did the ice sheet form?", "The ice sheet formed 34 million years ago.", "34 million years ago"),
        ("How much rain fell in Bergen?", "In October 412 millimetres of rain fell.", "412 millimetres"),
    ],
)
def test_marks_the_short_answer(question: str, sentence: str, short: str) -> None:
    assert offered(question, sentence)[0] == short


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many bridges has the town?", "The town has many fine bridges."),
        ("How many bridges has the town?", "The town was founded in 1658."),
        ("How much did the bell cost?", "The bell weighs 900 kilos and hangs 30 metres high."),
        ("How long did the siege last?", "The siege cost 400 lives."),
        ("How often are the wells cleaned?", "6.2 The wells are cleaned by 12 men."),
        ("How many wells are there?", "6.2 The wells are cleaned."),
        ("How deep is the well?", "The well has 24 steps."),
        ("What share of the harvest was lost?", "The storm took 300 tonnes of the harvest."),
        ("When did the mill burn down?", "The mill burned down with 300 sacks of rye."),
        ("In which year did the mill burn down?", "It burned down on a Tuesday in May."),
        ("On which day did the mill burn down?", "It burned down in 1858."),
        ("At what time does the ferry leave?", "The ferry leaves on Tuesdays."),
        ("Who painted the ceiling?", "The ceiling was painted in two winters."),
        ("What did the mayor say?", "The mayor spoke about the flood."),
    ],
)
def test_a_sentence_without_that_kind_of_thing_offers_nothing(question: str, sentence: str) -> None:
    assert offered(question, sentence) == []


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why did three ships sink off Skagen?", "Three ships sank off Skagen."),
        ("How many of the three ships sank?", "The three ships came from Bergen."),
        ("When in 1858 did it open?", "It opened in 1858."),
        ("Who was Clara Holm?", "Clara Holm lived there."),
        ("Where is Bergen?", "Bergen has a harbour."),
    ],
)
def test_what_the_question_states_is_no_answer_to_it(question: str, sentence: str) -> None:
    assert offered(question, sentence) == []


def test_a_number_of_something_else_is_passed_over() -> None:
    assert offered("How many litres does the dairy bottle?", DAIRY) == ["9,000 litres"]
    assert offered("How many cows has the farm?", "The farm has 300 hens and 12 cows.") == ["12"]


def test_what_number_asks_like_how_many() -> None:
    assert offered("What number of ships left Palos?", "Three ships left Palos.") == ["Three"]


@pytest.mark.parametrize("sentence", ["Clara Holm was 71 when she died.", "Clara Holm, 71, left for Skagen."])
def test_a_bare_number_can_be_an_age(sentence: str) -> None:
    assert offered("How old was Clara Holm?", sentence) == ["71"]


@pytest.mark.parametrize("amount", ["1.2 million kronor", "300 kroner", "80 zloty"])
def test_money_is_known_in_any_currency(amount: str) -> None:
    assert offered("How much would the boiler cost?", f"The boiler would cost {amount} to replace.") == [amount]


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("How heavy do whales get?", "Adults grow to 18 metres and weigh up to 100 tonnes.", "100 tonnes"),
        ("Who is the treasurer?", "Present: Mayor Ingrid Berg, Treasurer Tomas Ek, Councillor Sara Lund.", "Tomas Ek"),
        ("How old was the whale?", "They estimated the age of the whale at 211 years.", "211 years"),
    ],
)
def test_the_short_answer_fits_the_words_around_it(question: str, sentence: str, short: str) -> None:
    assert offered(question, sentence)[:1] == [short]


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("Where is the office?", "In 1973, Nixby named Ann Holm head of the new Energy Board.", []),
        ("Where is the office?", "The office moved from Ystby to Norrhult.", ["Ystby", "Norrhult"]),
        ("Where does she teach?", "Ann Holm has taught at the University of Lund since 1990.", ["University of Lund"]),
        ("Who opened the office?", "The office moved to Ystby.", []),
        ("Who opened the office?", "Nixby opened it.", ["Nixby"]),
    ],
)
def test_what_stands_before_a_name_says_whether_it_can_be_a_place_or_a_person(question: str, sentence: str, short: list[str]) -> None:
    assert offered(question, sentence) == short


@pytest.mark.parametrize("question", ["Why did it fail?", "Is it open?", "What is a fjord?"])
def test_untyped_questions_mark_nothing(question: str) -> None:
    assert analyse(question).kind not in TYPED
    assert offered(question, TOWER) == []


@pytest.mark.parametrize(
    "question", ["How many are there?", "When was it?", "Who was it?", "Where was it?", "How much did it cost?", "How long was it?"]
)
@pytest.mark.parametrize("sentence", [DAIRY, TOWER, OPERA, "🚢 Three boats left Ørsted’s quay on 3 May, “at last”.", ""])
def test_offers_lie_inside_the_sentence_in_order(question: str, sentence: str) -> None:
    found = offers(analyse(question), sentence)
    assert all(0 <= offer.start < offer.end <= len(sentence) for offer in found)
    assert [offer.start for offer in found] == sorted(offer.start for offer in found)
