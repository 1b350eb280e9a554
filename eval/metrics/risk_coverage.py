"""Risk–coverage: were the answers given in order of confidence, how often would they be wrong at each share of questions answered?

A point is (coverage, risk): coverage is the share of all questions answered when only the most confident are, risk the share of these
answers that are wrong (an answer to an unanswerable question is wrong; one to an answerable is right when some quote holds the answer).
The area is the mean risk over the points, 0 at best. Ties in confidence go by the order of cases. Questions abstained add to the coverage's
base only. Source: El-Yaniv, Wiener, On the Foundations of Noise-free Selective Classification, 2010; the area as in Geifman, El-Yaniv,
Selective Classification for Deep Neural Networks, 2017, arXiv:1705.08500.
"""

from collections.abc import Mapping, Sequence

from eval.metrics.base import OF_ANSWERABLE, Metric, Outcome, Score, could_not_judge, groups_held, quoted
from rag.schema import Document


def risk(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """1 when the answer given is wrong, else 0, with its confidence; abstentions are marked and have risk 0."""
    if outcome.case.expect == "correct":
        return None
    if outcome.answer is None:
        return could_not_judge(outcome.error)
    if outcome.answer.status == "abstained":
        return Score(value=0.0, explanation="abstained", metadata={"answered": False})
    right = any(groups_held(outcome.case, span) for span in quoted(outcome.answer))
    metadata = {"answered": True, "confidence": outcome.answer.confidence}
    return Score(
        value=float(not right),
        explanation=f"{'right' if right else 'wrong'} with confidence {outcome.answer.confidence}",
        metadata=metadata,
    )


def curve(scores: Sequence[Score]) -> list[tuple[float, float]]:
    """The points (coverage, risk), from the most confident answer to all answers given."""
    judged = [score for score in scores if score.value is not None]
    given = [score for score in judged if score.metadata["answered"]]
    given.sort(key=_confidence, reverse=True)
    points, wrong = [], 0.0
    for i, score in enumerate(given, 1):
        wrong += score.value or 0.0
        points.append((i / len(judged), wrong / i))
    return points


def area(scores: Sequence[Score]) -> float | None:
    """Mean risk over the points of the curve; None when nothing was answered."""
    points = curve(scores)
    return sum(risk for _, risk in points) / len(points) if points else None


def _confidence(score: Score) -> float:
    confidence = score.metadata["confidence"]
    return float(confidence) if isinstance(confidence, int | float) else 0.0


RISK_COVERAGE = Metric(
    "risk_coverage_area", "Area under the risk–coverage curve", risk, area, kind="share", higher_is_better=False, needs=OF_ANSWERABLE
)
