"""Questions made from statements: grammatical, short, and answered by the statement."""

import pytest

from rag.language.rewording import LONGEST, rewordings


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Ada Brandt signed the treaty of Velm on 4 May 1921.", "When did Ada Brandt sign the treaty of Velm?"),
        ("Ada Brandt signed the treaty of Velm on 4 May 1921.", "Who signed the treaty of Velm on 4 May 1921?"),
        ("The treaty of Velm was signed by Ada Brandt in 1921.", "By whom was the treaty of Velm signed?"),
        ("On 4 May 1921, the council took over the old mill.", "When did the council take over the old mill?"),
        ("In 1931 Petra Quill painted 37 lighthouses at Storrow.", "How many lighthouses did Petra Quill paint at Storrow?"),
        ("More than 400 bees left the hive in June.", "How many bees left the hive in June?"),
        ("The report says that at least 35 people jumped out of the window.", "How many people jumped out of the window?"),
        ("However, the museum opened in March 1998.", "When did the museum open?"),
        ("The old bridge collapsed in 1954 after a storm.", "When did the old bridge collapse?"),
        ("“The bees are fine,” said Otto Lind, keeper of the hives.", "What did Otto Lind say?"),
        ("Wu Jiemin, a researcher at the academy, predicted three possibilities.", "What did Wu Jiemin predict?"),
        ("In Lund, Sweden, students broke down the gate of the castle.", "What did students do in Lund, Sweden?"),
        ("In response, the town council announced on June 13 new rules for ferries.", "What did the town council announce on June 13?"),
        ("He went to the Berlin Wall.", "What is said about the Berlin Wall?"),
    ],
)
def test_a_statement_gives_the_question(sentence: str, question: str) -> None:
    assert question in [one.question for one in rewordings(sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "They could not bear more than two months of closure.",
        "He left it there in 1921.",
        "Some of the blocked areas lie by the sea.",
        "Is this the end?",
        "Residents gather at the gate.",
        "One resident commented on the train.",
        "",
        "1921",
        "… – “”",
    ],
)
def test_what_is_unclear_alone_gives_none(sentence: str) -> None:
    assert rewordings(sentence) == ()


def test_no_question_is_long_or_holds_what_is_not_plain() -> None:
    long = "In 1931 " + "the very old and very famous harbour " * 3 + "museum bought 40 boats from <b>Petra Quill</b>."
    for one in rewordings(long):
        assert len(one.question) <= LONGEST and "<" not in one.question
