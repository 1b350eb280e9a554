import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.grounding import check_grounding, judge

PAIRS = Path(__file__).parent / "data" / "grounding_pairs"
SEEDS = Path(__file__).parent.parent / "seeds"
SPAN = (
    "On Tuesday the council voted 12 to 3 to close the Elm Street library, said Ana Ruiz, the mayor. "
    "Most of the staff may move to the new branch within seven days."
)


def label(sentence: str, span: str = SPAN) -> str:
    return check_grounding(sentence, [span]).label


@pytest.mark.parametrize(
    "sentence",
    [
        "Most of the staff may move to the new branch within seven days.",
        "Most of the staff might move to the new branch within a week.",
        "The Elm Street library was closed by the council.",
        "According to the article, the council voted to shut the Elm Street library on Tuesday.",
        "Twelve against three council members voted on Tuesday to close the library.",
        "Ana Ruiz said that the council voted “12 to 3”.",
        "The council voted 12 to 3 to close the library [1].",
    ],
)
def test_a_faithful_sentence_is_supported(sentence: str) -> None:
    assert label(sentence) == "supported"


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("On Tuesday the council voted 14 to 3 to close the Elm Street library.", "14"),
        ("On Wednesday the council voted to close the Elm Street library.", "Wednesday"),
        ("On Tuesday the council voted to close the Oak Street library.", "Oak"),
        ("On Tuesday the council voted to open the Elm Street library.", "opposite"),
        ("The council did not vote to close the Elm Street library.", "denies"),
        ("All of the staff may move to the new branch within seven days.", "All"),
        ("Most of the staff will move to the new branch within seven days.", "may"),
        ("Most of the staff may move to the new branch within seven weeks.", "seven weeks"),
        ("The council voted to close the library, said Jim Hart.", "Jim Hart"),
        ("Ana Ruiz said that “the staff may close”.", "quotation"),
        ("The council voted to close the library after a fire destroyed its roof and cellar.", "roof"),
    ],
)
def test_an_edited_sentence_is_unsupported_with_the_reason(sentence: str, reason: str) -> None:
    verdict = check_grounding(sentence, [SPAN])
    assert verdict.label == "unsupported"
    assert reason.lower() in " ".join(verdict.reasons).lower()


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "…",
        "Hello!",
        "Thanks for the question!",
        "When did the council vote?",
        "Here is what the articles say:",
        "Rada głosowała we wtorek nad zamknięciem biblioteki.",
        "市议会周二投票关闭图书馆。",
    ],
)
def test_what_claims_nothing_or_cannot_be_compared_is_not_judged(sentence: str) -> None:
    assert label(sentence) == "not_judged"


def test_doer_and_target_may_not_change_places() -> None:
    span = "Onlookers stopped the guards, and the mayor was praised by the firefighters."
    assert label("The guards were stopped by onlookers.", span) == "supported"
    assert label("The firefighters praised the mayor.", span) == "supported"
    for sentence in ("The guards stopped the onlookers.", "The mayor praised the firefighters.", "Onlookers were stopped by the guards."):
        verdict = check_grounding(sentence, [span])
        assert verdict.label == "unsupported" and "role" in verdict.reasons[0], sentence


def test_a_claim_without_spans_is_unsupported() -> None:
    for spans in ([], [""], ["  \n"]):
        verdict = check_grounding("The council voted on Tuesday.", spans)
        assert (verdict.label, verdict.reasons) == ("unsupported", ("no cited text to compare with",))


def test_typography_never_decides() -> None:
    assert label('"Can\'t I bring flowers?" the man asked.', "“Can’t  I bring\nflowers?” the man asked.") == "supported"


def test_a_fragment_under_a_denial_is_no_verbatim_support() -> None:
    assert label("Serious side effects were seen.", "No serious side effects were seen.") == "unsupported"
    assert label("He would resign.", "Asked whether he would resign, the coach said no.") == "unsupported"


def test_quotes_may_leave_out_words_only_with_an_ellipsis() -> None:
    span = "She said: “The road was icy, and nobody had warned the drivers before dawn.”"
    assert label("She said “the road was icy … nobody had warned the drivers”.", span) == "supported"
    assert label("She said “the road was icy before dawn”.", span) == "unsupported"


def test_evidence_may_be_spread_over_spans_and_a_bad_sentence_spoils_the_text() -> None:
    spans = ["The ferry left at noon.", "It carried 50 cars."]
    assert check_grounding("The ferry left at noon. It carried fifty cars.", spans).label == "supported"
    assert check_grounding("The ferry left at noon. It carried sixty cars.", spans).label == "unsupported"


def test_finds_the_sentence_in_a_long_document() -> None:
    document = " ".join(path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt")))
    assert label("Public transport in Urumqi partly resumed on Monday.", document) == "supported"
    assert label("Public transport in Lanzhou resumed on 17 March.", document) == "unsupported"


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.name)
def test_every_sentence_of_the_articles_supports_itself(path: Path) -> None:
    from rag.language.sentences import find

    text = path.read_text("utf-8")
    for sentence in find(text):
        quote = text[sentence.start : sentence.end]
        assert check_grounding(quote, [quote]).label in ("supported", "not_judged"), quote


@pytest.mark.parametrize(("split", "caught", "alarms"), [("dev", 0.92, 0.06), ("test", 0.85, 0.10)])
def test_hand_made_pairs_stay_at_the_level_reached(split: str, caught: float, alarms: float) -> None:
    outcomes = [
        (claim["label"], check_grounding(claim["sentence"], [entry["span"]]).label)
        for entry in json.loads((PAIRS / f"{split}.json").read_text("utf-8"))
        for claim in entry["claims"]
    ]
    bad = [got for want, got in outcomes if want == "unsupported"]
    good = [got for want, got in outcomes if want == "supported"]
    assert bad.count("unsupported") >= caught * len(bad)
    assert good.count("unsupported") <= alarms * len(good)


@pytest.mark.parametrize(
    ("claim", "span", "expected"),
    [
        ("The keeper lost his lamp in the storm.", "The keeper lost her lamp in the storm.", "unsupported"),
        ("The keeper lost her lamp in the storm.", "The keeper lost her lamp in the storm of May.", "supported"),
        ("He lost the lamp in the storm.", "The keeper lost the lamp in the storm.", "supported"),
        ("She said that he lost the lamp.", "She said that the keeper of the lamp had lost it.", "supported"),
        ("The lamp was lit only once in the storm.", "The lamp was lit in the storm.", "unsupported"),
        ("The lamp was lit only once in the storm.", "In the storm the lamp was lit just once.", "supported"),
    ],
)
def test_he_is_not_she_and_once_is_a_number(claim: str, span: str, expected: str) -> None:
    assert label(claim, span) == expected


def test_the_same_pair_has_the_same_verdict_and_reasons() -> None:
    assert judge("The council closed the Oak Street library.", [SPAN]) == judge("The council closed the Oak Street library.", [SPAN])


def test_a_sentence_costs_milliseconds() -> None:
    claims = [f"On Tuesday the council voted {number} to 3 to close the Elm Street library." for number in range(20, 70)]
    label(claims[0])
    start = time.process_time()
    for claim in claims:
        label(claim)
    assert (time.process_time() - start) / len(claims) < 0.05  # 2 ms; wide, because machines differ


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_text_gets_a_verdict_with_reasons(sentence: str, spans: list[str]) -> None:
    verdict = check_grounding(sentence, spans)
    assert verdict.reasons
    assert verdict.label in ("supported", "unsupported", "not_judged")


@pytest.mark.parametrize(
    ("claim", "span", "reason"),
    [
        (
            "The harbour was closed on Monday because of a chemical spill.",
            "The harbour was closed on Monday.",
            "“chemical spill” is added",
        ),
        (
            "The keeper, wearing a borrowed raincoat, rowed out to the schooner.",
            "The keeper rowed out to the schooner.",
            "“wearing a borrowed raincoat” is added",
        ),
        (
            "Inspectors from Norrhult reported the dairy to the council of Ystby.",
            "Inspectors from Ystby reported the dairy to the council of Norrhult.",
            "“Norrhult” and “Ystby” have changed places",
        ),
    ],
)
def test_a_copy_with_something_slipped_in_or_exchanged_is_not_supported(claim: str, span: str, reason: str) -> None:
    verdict = check_grounding(claim, [span])
    assert verdict.label == "unsupported"
    assert any(reason in one for one in verdict.reasons), verdict.reasons


@pytest.mark.parametrize(
    ("claim", "span"),
    [
        ("Norrhult and Ystby closed their harbours on Monday.", "Ystby and Norrhult closed their harbours on Monday."),
        ("On Monday the harbour was closed.", "The harbour was closed on Monday."),
        ("The schooner was reached by the keeper.", "The keeper reached the schooner."),
    ],
)
def test_another_order_is_no_exchange(claim: str, span: str) -> None:
    assert check_grounding(claim, [span]).label == "supported"


@pytest.mark.parametrize(
    ("claim", "span", "reason"),
    [
        (
            'The keeper wrote: "The beacon was never lit in those years.',
            "The keeper wrote: “The beacon was seldom lit in those years.”",
            "does not stand word for word",
        ),
        ("The dairy stands in Norrhult city.", "The dairy stands in Norrhult province.", "where the cited text has “Norrhult province”"),
        (
            "The schooner was named Clara Holm.",
            "The schooner sank in 1924. The keeper, Clara Holm, rowed out.",
            "nothing in the cited text gives the name",
        ),
    ],
)
def test_quotations_left_open_kinds_of_place_and_namings_are_compared(claim: str, span: str, reason: str) -> None:
    verdict = check_grounding(claim, [span])
    assert verdict.label == "unsupported"
    assert any(reason in one for one in verdict.reasons), verdict.reasons


def test_numbers_of_a_list_inside_a_line_claim_nothing() -> None:
    said = "1. The quay is closed; 2. The ferry is late."
    assert check_grounding(said, ["The quay is closed.", "The ferry is late."]).label == "supported"


SHORT = "The document was signed in 1931 by Anna Berg, who kept the mill. A whale was seen near Skagen on Monday."


@pytest.mark.parametrize(
    "said", ["A whale did it.", "It is the document.", "It was Anna Berg.", "They did it in Skagen.", "He did.", "Whales."]
)
def test_a_sentence_of_one_word_with_meaning_is_not_judged(said: str) -> None:
    assert check_grounding(said, [SHORT]).label == "not_judged"


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("Anna Berg signed it.", "supported"),
        ("Anna Berg died.", "unsupported"),
        ("Whales sing.", "unsupported"),
        ("It was not the mill.", "unsupported"),
        ("In 1931.", "supported"),
    ],
)
def test_short_sentences_are_judged_by_every_word(said: str, label: str) -> None:
    assert check_grounding(said, [SHORT]).label == label
