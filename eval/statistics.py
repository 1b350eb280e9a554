"""Intervals and tests: bootstrap over documents with a fixed seed, exact McNemar, paired bootstrap.

Sources: Efron, Tibshirani, An Introduction to the Bootstrap, 1993 (percentile interval); Field, Welsh, Bootstrapping clustered data, 2007
(whole clusters are drawn); McNemar, 1947, with the exact binomial tail.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import comb
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

SEED = 20_221_128
RESAMPLES = 1_000

T = TypeVar("T")


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


def bootstrap(clusters: Mapping[str, Sequence[T]], aggregate: Callable[[Sequence[T]], float | None]) -> Interval | None:
    """95 % percentile interval of an aggregate, whole clusters (documents) drawn with replacement; None when it cannot be formed.

    Resamples in which the aggregate has no value are left out.
    """
    groups = [clusters[name] for name in sorted(clusters)]
    if not groups:
        return None
    values = [aggregate([item for which in draw for item in groups[which]]) for draw in _draws(len(groups), RESAMPLES)]
    return _interval([value for value in values if value is not None])


def bootstrap_mean(clusters: Mapping[str, Sequence[float]]) -> Interval | None:
    """`bootstrap` of the mean, in one matrix operation."""
    groups = [clusters[name] for name in sorted(clusters)]
    if not any(groups):
        return None
    draws = _draws(len(groups), RESAMPLES)
    sums = np.array([sum(group) for group in groups])[draws].sum(axis=1)
    sizes = np.array([len(group) for group in groups])[draws].sum(axis=1)
    return _interval((sums[sizes > 0] / sizes[sizes > 0]).tolist())


def paired_bootstrap(clusters: Mapping[str, Sequence[tuple[T, T]]], aggregate: Callable[[Sequence[T]], float | None]) -> Interval | None:
    """95 % interval of aggregate(second) - aggregate(first) over pairs of the same cases.

    Documents are drawn, and within each its cases: over few documents alone, any change that touches all of them would look certain.
    """
    pairs = [pair for name in sorted(clusters) for pair in clusters[name]]
    differences = []
    for draw in _paired_draws([len(clusters[name]) for name in sorted(clusters)]):
        first, second = aggregate([pairs[i][0] for i in draw]), aggregate([pairs[i][1] for i in draw])
        if first is not None and second is not None:
            differences.append(second - first)
    return _interval(differences)


def paired_bootstrap_mean(clusters: Mapping[str, Sequence[tuple[float, float]]]) -> Interval | None:
    """`paired_bootstrap` of the mean."""
    differences = np.array([second - first for name in sorted(clusters) for first, second in clusters[name]])
    return _interval([float(differences[draw].mean()) for draw in _paired_draws([len(clusters[name]) for name in sorted(clusters)])])


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact p of as uneven a split of the discordant pairs, were gaining and losing a case equally likely."""
    n = gained + lost
    tail = sum(comb(n, i) for i in range(min(gained, lost) + 1)) / 2**n
    return min(1.0, 2 * float(tail))


@cache
def _draws(clusters: int, resamples: int) -> NDArray[np.int64]:
    return np.random.default_rng(SEED).integers(0, clusters, size=(resamples, clusters))


def _paired_draws(sizes: Sequence[int]) -> Iterator[NDArray[np.int64]]:
    """For each resample the places of the cases drawn, cases counted through in order of their clusters."""
    if not sizes:
        return
    size = np.array(sizes)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    cases = np.random.default_rng(SEED + 1)
    for draw in _draws(len(sizes), RESAMPLES):
        drawn = np.repeat(size[draw], size[draw])
        yield np.repeat(start[draw], size[draw]) + (cases.random(len(drawn)) * drawn).astype(np.int64)


def _interval(values: Sequence[float]) -> Interval | None:
    if not values:
        return None
    low, high = np.percentile(np.array(values), [2.5, 97.5])
    return Interval(float(low), float(high))
