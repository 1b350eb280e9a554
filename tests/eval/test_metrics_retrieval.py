"""Gold passages: hit, recall, reciprocal rank and nDCG, with values computed by hand."""

from math import isclose, log2
from types import SimpleNamespace

import pytest

from eval.metrics import BY_NAME
from eval.metrics.hit import hit_at
from eval.metrics.ndcg import ndcg_at
from eval.metrics.recall import recall_at

OPENED, LONG, DESIGNED = "The bridge opened in 1931.", "It is 120 metres long.", "Anna Berg designed it."
BURNED, HURT = "The tower burned in May.", "Nobody was hurt."


def test_a_hit_is_found_at_its_rank_and_not_before(make: SimpleNamespace) -> None:
    outcome = make.outcome(make.case(LONG), make.answer(LONG, hits=[OPENED, BURNED, LONG]))
    values = {k: hit_at(k).score(outcome, make.documents).value for k in (1, 2, 3, 8)}
    assert values == {1: 0.0, 2: 0.0, 3: 1.0, 8: 1.0}


def test_recall_counts_groups_once_whichever_alternative_is_found(make: SimpleNamespace) -> None:
    case = make.case([OPENED, BURNED], [LONG], [HURT])
    outcome = make.outcome(case, make.answer(LONG, hits=[BURNED, OPENED, LONG, DESIGNED]))
    values = [recall_at(k).score(outcome, make.documents).value for k in (1, 2, 3, 8)]
    assert values == [1 / 3, 1 / 3, 2 / 3, 2 / 3]


@pytest.mark.parametrize(
    ("hits", "value"), [([LONG], 1.0), ([OPENED, LONG], 0.5), ([OPENED, HURT, BURNED, LONG], 0.25), ([OPENED], 0.0), ([], 0)]
)
def test_the_reciprocal_rank_is_one_over_the_first_gold_passage(make: SimpleNamespace, hits: list[str], value: float) -> None:
    assert BY_NAME["mrr"].score(make.outcome(make.case(LONG), make.answer(LONG, hits=hits)), make.documents).value == value


def test_ndcg_of_one_group_at_rank_two(make: SimpleNamespace) -> None:
    outcome = make.outcome(make.case(LONG), make.answer(LONG, hits=[OPENED, LONG]))
    assert isclose(ndcg_at(8).score(outcome, make.documents).value, 1 / log2(3))


def test_ndcg_of_two_groups_at_ranks_one_and_three(make: SimpleNamespace) -> None:
    outcome = make.outcome(make.case(OPENED, LONG), make.answer(LONG, hits=[LONG, BURNED, OPENED]))
    assert isclose(ndcg_at(8).score(outcome, make.documents).value, (1 + 1 / 2) / (1 + 1 / log2(3)))


def test_ndcg_gives_nothing_for_a_group_that_was_held_before_and_nothing_past_the_cut(make: SimpleNamespace) -> None:
    outcome = make.outcome(make.case([OPENED, BURNED], LONG), make.answer(LONG, hits=[OPENED, BURNED, LONG]))
    assert isclose(ndcg_at(2).score(outcome, make.documents).value, 1 / (1 + 1 / log2(3)))


def test_a_passage_that_covers_too_little_of_the_gold_does_not_hold_it(make: SimpleNamespace) -> None:
    outcome = make.outcome(make.case(OPENED), make.answer(OPENED, hits=["The bridge opened"]))
    assert hit_at(1).score(outcome, make.documents).value == 0.0
    outcome = make.outcome(make.case(OPENED), make.answer(OPENED, hits=["The bridge opened in 1931"]))
    assert hit_at(1).score(outcome, make.documents).value == 1.0


@pytest.mark.parametrize("name", ["hit@1", "recall@3", "mrr", "ndcg@8"])
def test_retrieval_does_not_apply_without_gold_and_cannot_judge_a_failure(make: SimpleNamespace, name: str) -> None:
    metric = BY_NAME[name]
    assert metric.score(make.outcome(make.case(), make.answer()), make.documents) is None
    failed = metric.score(make.outcome(make.case(LONG), None, "the disk is full"), make.documents)
    assert failed.value is None
    assert "the disk is full" in failed.explanation
