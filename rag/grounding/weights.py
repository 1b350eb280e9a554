"""Coefficients of the grounding score, fitted by `python bench/grounding_quality.py --fit` (development pairs and SummEdits `evaluation`)."""

BIAS = -3.0
WEIGHTS = {
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
}
# Above this probability a sentence is unsupported.
THRESHOLD = 0.5
