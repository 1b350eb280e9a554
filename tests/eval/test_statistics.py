from collections.abc import Sequence
from math import isclose

import pytest

from eval.metrics.base import Score, mean
from eval.statistics import Interval, bootstrap, bootstrap_mean, mcnemar, paired_bootstrap, paired_bootstrap_mean


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [
        (0, 0, 1.0),
        (0, 1, 1.0),
        (0, 5, 2 / 32),
        (0, 6, 2 / 64),
        (1, 9, 2 * (1 + 10) / 1024),
        (3, 3, 1.0),
        (2, 5, 2 * (1 + 7 + 21) / 128),
    ],
)
def test_mcnemar_is_the_exact_two_sided_binomial_tail(gained: int, lost: int, p: float) -> None:
    assert isclose(mcnemar(gained, lost), p)
    assert mcnemar(gained, lost) == mcnemar(lost, gained)


def test_an_interval_is_the_same_every_time_and_holds_the_mean() -> None:
    clusters = {"a": [1.0, 0.0, 1.0], "b": [1.0], "c": [0.0, 0.0], "d": [1.0, 1.0]}
    first, second = bootstrap_mean(clusters), bootstrap_mean(dict(reversed(clusters.items())))
    assert first == second
    assert first is not None
    assert first.low < 5 / 8 < first.high


def test_one_document_alone_has_no_spread() -> None:
    assert bootstrap_mean({"a": [1.0, 0.0]}) == Interval(0.5, 0.5)


def test_whole_documents_are_drawn_so_that_equal_cases_of_one_document_do_not_narrow_the_interval() -> None:
    few = bootstrap_mean({"a": [1.0], "b": [0.0]})
    many = bootstrap_mean({"a": [1.0] * 50, "b": [0.0] * 50})
    assert few == many == Interval(0.0, 1.0)


def test_the_general_bootstrap_agrees_with_the_fast_one_for_means() -> None:
    values = {"a": [1.0, 0.0, 1.0], "b": [1.0], "c": [0.0, 0.5]}
    scores = {name: [Score(value=value, explanation="") for value in group] for name, group in values.items()}
    fast, general = bootstrap_mean(values), bootstrap(scores, mean)
    assert fast is not None and general is not None
    assert isclose(fast.low, general.low) and isclose(fast.high, general.high)


def test_a_paired_interval_of_the_same_loss_everywhere_is_that_loss() -> None:
    def average(values: Sequence[float]) -> float | None:
        return sum(values) / len(values)

    pairs = {"a": [(1.0, 0.75)] * 3, "b": [(0.5, 0.25)]}
    assert paired_bootstrap(pairs, average) == Interval(-0.25, -0.25)


def test_a_paired_interval_over_one_document_draws_its_cases() -> None:
    def average(values: Sequence[float]) -> float | None:
        return sum(values) / len(values)

    interval = paired_bootstrap({"a": [(1.0, 1.0)] * 9 + [(1.0, 0.0)]}, average)
    assert interval is not None
    assert interval.low < -0.1 < interval.high == 0.0


def test_the_paired_mean_agrees_with_the_general_form() -> None:
    def average(values: Sequence[float]) -> float | None:
        return sum(values) / len(values)

    pairs = {"a": [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0)], "b": [(1.0, 0.0)], "c": [(0.0, 0.0), (0.5, 1.0)]}
    fast, general = paired_bootstrap_mean(pairs), paired_bootstrap(pairs, average)
    assert fast is not None and general is not None
    assert isclose(fast.low, general.low, abs_tol=1e-12) and isclose(fast.high, general.high, abs_tol=1e-12)


def test_nothing_to_draw_from_has_no_interval() -> None:
    assert bootstrap_mean({}) is None
    assert bootstrap({}, mean) is None
