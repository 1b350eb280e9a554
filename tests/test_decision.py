import pytest

from rag.decision import decide, features, probability
from rag.weights import CONFIDENCE, DECISION
from tests.support.evidence import case, evidence

LIGHTHOUSE = (
    "The lighthouse at Skagen was kept by Clara Holm for thirty years. She rescued nine sailors from a sinking schooner in 1924. "
    "The lamp burned whale oil until 1901. Tourists climb the stairs in summer."
)
ORCHARD = "The orchard of Hardanger grows cherries. Frost destroyed the blossom in April. Bees are kept beside the river."
NAMES = [name for name in CONFIDENCE if name != "intercept"]


def decided(question: str, *texts: str) -> tuple[str, float, tuple[str, ...]]:
    """The first sentence, the confidence and the reasons not to answer."""
    asked = case(question, *(texts or (LIGHTHOUSE, ORCHARD)))
    decision = decide(asked.question, asked.ranked, asked.look_up)
    return decision.ranked[0].sentence.text if decision.ranked else "", decision.confidence, decision.reasons


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("Who kept the lighthouse at Skagen?", "The lighthouse at Skagen"),
        ("How many sailors did she rescue?", "She rescued nine"),
        ("When did the lamp stop burning whale oil?", "The lamp burned"),
        ("What did the frost destroy?", "Frost destroyed"),
    ],
)
def test_a_question_that_the_text_answers_has_no_reason_against(question: str, opening: str) -> None:
    first, confidence, reasons = decided(question)
    assert first.startswith(opening)
    assert reasons == ()
    assert confidence >= DECISION["least_confidence"]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("What did Erik Dahl of Copenhagen do at the lighthouse?", "The documents found do not mention"),
        ("Did Nikola Tesla keep the lighthouse?", "The documents found do not mention Nikola Tesla."),
        ("How much did the lamp cost?", "No sentence found gives an amount of money for this."),
        ("What share of the blossom was destroyed?", "No sentence found gives a share for this."),
        ("How old was the orchard?", "No sentence found gives an age for this."),
        ("How many cherries does the orchard grow?", "No sentence found gives a number for this."),
        ("How do transformers learn long sequences?", "The nearest sentences are too far from the question."),
        ("best pizza recipe", "The nearest sentences are too far from the question."),
    ],
)
def test_says_why_the_evidence_is_not_enough(question: str, reason: str) -> None:
    assert any(told.startswith(reason) for told in decided(question)[2]), decided(question)[2]


def test_no_evidence_is_a_reason_of_its_own() -> None:
    assert decided("Who kept the lighthouse?", "Subscribe to our newsletter!") == ("", 0.0, ("No passage was found.",))


def test_a_missing_name_leaves_little_confidence() -> None:
    assert decided("Did Nikola Tesla keep the lighthouse at Skagen for thirty years?")[1] < DECISION["least_confidence"]


def test_a_sentence_near_the_top_that_offers_the_kind_asked_for_comes_first() -> None:
    rivals = "The old mill of Lund burned down. The old mill of Lund burned down in 1887."
    assert "1887" in decided("When did the old mill of Lund burn down?", rivals)[0]


def test_a_document_that_mentions_the_names_comes_first() -> None:
    without = "The fair is held in March. The fair sells horses."
    with_name = "Visby holds a fair in March as well. The fair sells horses and wool."
    asked = case("What does the fair sell in Visby?", without, with_name)
    decision = decide(asked.question, asked.ranked, asked.look_up)
    assert decision.ranked[0].found.passage.path == "1.txt"
    assert not any("mention" in reason for reason in decision.reasons)


def test_deciding_loses_no_evidence() -> None:
    asked = case("When did the lamp stop burning oil at Skagen?", LIGHTHOUSE, ORCHARD)
    decision = decide(asked.question, asked.ranked, asked.look_up)
    assert sorted(map(id, decision.ranked)) == sorted(map(id, asked.ranked))


@pytest.mark.parametrize("name", NAMES)
def test_the_probability_moves_with_each_feature_as_its_coefficient_says(name: str) -> None:
    middle = dict.fromkeys(NAMES, 0.5)
    series = [probability({**middle, name: value}) for value in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    assert series == sorted(series, reverse=CONFIDENCE[name] < 0)


@pytest.mark.parametrize("name", ["sentence_similarity", "alignment", "lead", "offered"])
def test_better_evidence_never_lowers_the_probability(name: str) -> None:
    assert CONFIDENCE[name] >= 0


@pytest.mark.parametrize("value", [-50.0, -1.0, 0.0, 1.0, 50.0])
def test_the_probability_stays_between_none_and_certain(value: float) -> None:
    assert 0 <= probability(dict.fromkeys(NAMES, value)) <= 1


def test_features_are_those_that_have_coefficients() -> None:
    assert set(features([evidence("One.", 3)], True)) == set(NAMES)


def test_the_lead_is_over_the_mean_of_the_next_five() -> None:
    ranked = [evidence("One.", score) for score in (9, 8, 7, 6, 5, 4, -50)]
    assert features(ranked, True)["lead"] == pytest.approx(9 - 6)
    assert features(ranked[:1], True)["lead"] == DECISION["lead_alone"]


BUOYS = (
    "Buoy QX-11 was laid off Skagen and weighs 900 kilograms.\n\nBuoy QX-12 was laid off Lund and weighs 400 kilograms.\n\n"
    "Buoy QX-13 was laid off Ystad and weighs 700 kilograms.\n\nAll buoys are painted in autumn."
)


@pytest.mark.parametrize("number", ["QX-11", "QX-12", "QX-13"])
def test_an_identifier_finds_its_own_sentence_and_no_other_of_its_form(number: str) -> None:
    asked = case(f"How much does {number} weigh?", BUOYS)
    ranked = decide(asked.question, asked.ranked, asked.look_up).ranked
    assert number in ranked[0].sentence.text
    assert all("QX-" not in one.sentence.text for one in ranked[1:]) and len(ranked) == 2


def test_an_identifier_that_is_nowhere_moves_nothing() -> None:
    asked = case("How much does QX-99 weigh?", BUOYS)
    assert len(decide(asked.question, asked.ranked, asked.look_up).ranked) == 4
