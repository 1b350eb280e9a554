"""What readers thought of answers becomes eval cases, which load and whose gold stands in the files."""

import json
from pathlib import Path

import pytest

from eval.case import check_all_gold, load_cases
from eval.feedback import cases, print_cases, to_review
from rag import open_corpus
from rag.conversations import Conversations
from rag.schema import Transcript

ANSWERED = "How many people jumped out of the building in Zhengzhou?"
CORRECTED = "Why did 50 people in Zhengzhou jump out of the building?"
ELSEWHERE = "What is the capital of France?"


@pytest.fixture(scope="module")
def rated(seeds: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    kept = Conversations(tmp_path_factory.mktemp("kept"))
    id = kept.create(seeds).id
    with open_corpus(seeds, home=home, update=False) as engine:
        for question in (ANSWERED, CORRECTED, ELSEWHERE, ANSWERED, CORRECTED):
            kept.append(id, engine.ask(question))
    kept.rate(id, 1, "up", "That is it.")
    kept.rate(id, 2, "up")
    kept.rate(id, 3, "up")
    kept.rate(id, 4, "down", "Say in which city.")
    return kept.get(id)


def test_good_answers_become_cases_that_load_and_hold(rated: Transcript, seeds: Path, tmp_path: Path) -> None:
    made = cases([rated])
    (tmp_path / "cases.json").write_text(print_cases(made), "utf-8")
    loaded = load_cases(tmp_path / "cases.json")
    check_all_gold(loaded, seeds)
    assert [case.expect for case in loaded] == ["answer", "correct", "abstain"]
    assert [case.question for case in loaded] == [ANSWERED, CORRECTED, ELSEWHERE]
    assert loaded[0].note == "That is it." and "35" in loaded[0].answer
    assert loaded[1].correction is not None and loaded[1].correction.claimed == "50"
    assert {case.split for case in loaded} == {"development", "test"}


def test_bad_answers_are_listed_for_a_person(rated: Transcript) -> None:
    listed = json.loads(to_review([rated]))["to_review"]
    assert [(one["question"], one["comment"]) for one in listed] == [(ANSWERED, "Say in which city.")]
    assert listed[0]["answer"]["citations"] and len(listed[0]["history"]) == 6


def test_answers_without_a_thumb_are_left_out(rated: Transcript) -> None:
    bare = rated.model_copy(update={"turns": tuple(turn.model_copy(update={"thumb": ""}) for turn in rated.turns)})
    assert cases([bare]).cases == () and json.loads(to_review([bare])) == {"to_review": []}
