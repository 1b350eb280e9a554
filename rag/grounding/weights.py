"""Coefficients of the grounding score, one set for short spans and one for whole documents.

Fitted by `python -m bench.grounding_quality --data DIR --fit` on the development pairs and the development half of a small model's
labelled sentences (PASSAGE), and on SummEdits `evaluation` (DOCUMENT); the thresholds are round values near the best of the
cross-validation that it prints.
"""

from typing import NamedTuple


class Coefficients(NamedTuple):
    """A logistic regression over the features of score.py; above `threshold` a sentence is unsupported."""

    bias: float
    weights: dict[str, float]
    threshold: float


PASSAGE = Coefficients(
    -3.537,
    {
        "uncovered": 4.253,
        "gap": 0.0,
        "missing": 1.763,
        "missing_names": 0.0,
        "siblings": 0.0,
        "specific": 2.527,
        "opposites": 0.228,
        "loose": -1.0,
        "replaced": 2.348,
        "intruding": 1.593,
        "disorder": -1.0,
        "spread": 4.128,
        "apart": 0.67,
        "soft": 3.0,
        "facts": 7.0,
        "denials": 7.0,
        "edited": 0.793,
        "claims": 7.0,
    },
    0.33,
)
DOCUMENT = Coefficients(
    -0.486,
    {
        "uncovered": 0.0,
        "gap": 0.0,
        "missing": 0.0,
        "missing_names": 2.007,
        "siblings": 0.0,
        "specific": 0.161,
        "opposites": 0.298,
        "loose": -1.0,
        "replaced": 0.434,
        "intruding": 0.0,
        "disorder": -1.0,
        "spread": 0.0,
        "apart": 0.023,
        "soft": 0.067,
        "facts": 2.281,
        "denials": 1.211,
        "edited": 0.228,
        "claims": 0.168,
    },
    0.5,
)
