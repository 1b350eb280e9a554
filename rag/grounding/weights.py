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
    -4.394,
    {
        "uncovered": 3.92,
        "gap": 2.336,
        "missing": 1.86,
        "missing_names": 0.0,
        "siblings": 0.418,
        "specific": 0.74,
        "opposites": 0.0,
        "loose": -1.0,
        "replaced": 3.641,
        "intruding": 1.757,
        "disorder": -1.0,
        "spread": 0.0,
        "apart": 0.026,
        "soft": 3.0,
        "facts": 7.0,
        "denials": 7.0,
        "claims": 7.0,
    },
    0.38,
)
DOCUMENT = Coefficients(
    -0.428,
    {
        "uncovered": 0.0,
        "gap": 0.0,
        "missing": 0.0,
        "missing_names": 1.966,
        "siblings": 0.0,
        "specific": 0.195,
        "opposites": 0.145,
        "loose": -1.0,
        "replaced": 0.407,
        "intruding": 0.0,
        "disorder": -1.0,
        "spread": 0.0,
        "apart": 0.0,
        "soft": 0.086,
        "facts": 2.27,
        "denials": 1.106,
        "claims": 0.0,
    },
    0.55,
)
