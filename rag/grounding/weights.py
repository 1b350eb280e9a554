"""Coefficients of the grounding score, one set for short spans and one for whole documents.

Fitted by `python bench/grounding_quality.py --data DIR --fit` on the development pairs (PASSAGE) and on SummEdits `evaluation` (DOCUMENT).
"""

from typing import NamedTuple


class Coefficients(NamedTuple):
    """A logistic regression over the features of score.py; above `threshold` a sentence is unsupported."""

    bias: float
    weights: dict[str, float]
    threshold: float


PASSAGE = Coefficients(
    -3.967,
    {
        "uncovered": 3.392,
        "gap": 2.084,
        "missing": 1.926,
        "missing_names": 0.0,
        "siblings": 0.126,
        "specific": 0.809,
        "opposites": 0.157,
        "loose": -0.698,
        "replaced": 2.803,
        "intruding": 0.931,
        "disorder": -1.0,
        "spread": 0.0,
        "apart": 0.017,
        "soft": 3.0,
        "facts": 7.0,
        "denials": 7.0,
        "claims": 7.0,
    },
    0.25,
)
DOCUMENT = Coefficients(
    -0.384,
    {
        "uncovered": 0.0,
        "gap": 0.0,
        "missing": 0.0,
        "missing_names": 1.961,
        "siblings": 0.0,
        "specific": 0.16,
        "opposites": 0.0,
        "loose": -1.0,
        "replaced": 0.0,
        "intruding": 0.0,
        "disorder": -1.0,
        "spread": 0.0,
        "apart": 0.823,
        "soft": 0.0,
        "facts": 2.236,
        "denials": 1.134,
        "claims": 0.0,
    },
    0.5,
)
