"""What a language model wrote: of its sentences, how many have no support; and how often it invents sources or declines to answer.

`sentences_unsupported` and `sentences_uncited`: of all sentences that the model wrote, those that the policy `drop` took out among them and
corrections not, the share with that verdict of the guard, pooled over cases. `unknown_markers`: numbers of sources that do not exist, mean
over answers. `model_declined`: of the answerable questions that passages were found for, the share to which the model said that they hold
no answer. None of them applies to an answer that quotes. Source: own definitions; the verdicts are those of `rag.grounding`.
"""

from collections.abc import Mapping, Sequence

from eval.metrics.base import EXTRACTIVE, Metric, Outcome, Score, yes_no
from rag.schema import Answer, AnswerSentence, Document
from rag.writing.stream import DECLINED


def unsupported(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Share of the model's sentences that their sources do not support."""
    return _share(outcome, "unsupported")


def uncited(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Share of the model's sentences that name no source that exists."""
    return _share(outcome, "uncited")


def pooled(scores: Sequence[Score]) -> float | None:
    """The share over the sentences of all cases; None when there is no sentence."""
    sentences = sum(int(str(score.metadata["sentences"])) for score in scores)
    return sum(int(str(score.metadata["found"])) for score in scores) / sentences if sentences else None


def unknown_markers(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """How many numbers of sources the model made up."""
    if outcome.answer is None or outcome.answer.writer == EXTRACTIVE:
        return None
    made_up = outcome.answer.unknown_markers
    return Score(value=float(len(made_up)), explanation=", ".join(made_up) if made_up else "every source exists")


def declined(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether the model found no answer to an answerable question (1 is bad)."""
    if outcome.case.expect != "answer" or outcome.answer is None or outcome.answer.writer == EXTRACTIVE:
        return None
    return yes_no(DECLINED in outcome.answer.reasons, f"{outcome.answer.status} by {outcome.answer.writer}")


def _share(outcome: Outcome, verdict: str) -> Score | None:
    if outcome.answer is None or outcome.answer.writer == EXTRACTIVE or outcome.answer.status != "answered":
        return None
    wrote = _written(outcome.answer)
    if not wrote:
        return None
    found = [sentence.text for sentence in wrote if sentence.verdict == verdict]
    said = f"{len(found)} of {len(wrote)} sentences" + (f": {found[0]}" if found else "")
    return Score(value=len(found) / len(wrote), explanation=said, metadata={"sentences": len(wrote), "found": len(found)})


def _written(answer: Answer) -> tuple[AnswerSentence, ...]:
    corrections = {correction.text for correction in answer.corrections}
    return tuple(sentence for sentence in (*answer.sentences, *answer.dropped) if sentence.text not in corrections)


UNSUPPORTED = Metric(
    "sentences_unsupported", "The model's sentences without support", unsupported, pooled, kind="share", higher_is_better=False
)
UNCITED = Metric("sentences_uncited", "The model's sentences without a source", uncited, pooled, kind="share", higher_is_better=False)
UNKNOWN = Metric("unknown_markers", "Sources that the model made up, an answer", unknown_markers, kind="count", higher_is_better=False)
DECLINES = Metric("model_declined", "Answerable, and the model found no answer", declined, higher_is_better=False)
WRITING = tuple(metric.name for metric in (UNSUPPORTED, UNCITED, UNKNOWN, DECLINES))
