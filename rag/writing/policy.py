"""What becomes of a model's answer whose sentences are not all supported, or that failed: marked, left out, or replaced by quotes."""

from collections.abc import Sequence
from typing import Literal

from rag.errors import ModelError
from rag.schema import Answer, AnswerSentence
from rag.writing.compose import Composer, Part

LEFT_OUT = "Left out, because {why}: “{text}”"
WHY = {"unsupported": "what it cites does not support it", "uncited": "it names no source that exists"}
NOTHING_LEFT = "No sentence that {writer} wrote was left; the documents are quoted instead."
REPLACED = "{writer} wrote {count} that its sources do not support; the documents are quoted instead."
NOT_CITED = "{writer} wrote no sentence that names a source; the documents are quoted instead."
FAILED = "{error} The documents are quoted instead."


def with_policy(
    answer: Answer, composer: Composer, parts: Sequence[Part], policy: Literal["mark", "drop", "fallback"], writer: str
) -> Answer:
    """The answer of `parts` under a policy; `answer` is the extractive one, which stands in where nothing else is left."""
    if policy == "drop":
        return _dropping(answer, composer, parts, writer)
    if policy == "fallback":
        written = [part.sentence.verdict for part in parts if not part.correction]
        if wrong := written.count("unsupported"):
            count = "1 sentence" if wrong == 1 else f"{wrong} sentences"
            return quoting(answer, REPLACED.format(writer=writer, count=count), composer.unknown)
        if "supported" not in written and "uncited" in written:
            return quoting(answer, NOT_CITED.format(writer=writer), composer.unknown)
    return composer.composed(parts).model_copy(update={"writer": writer})


def quoting(answer: Answer, note: str, unknown: tuple[str, ...] = ()) -> Answer:
    """The extractive answer in place of a model's, and the note that says why."""
    return answer.model_copy(update={"notes": (*answer.notes, note), "unknown_markers": unknown})


def after_failure(answer: Answer, error: ModelError) -> Answer:
    """The extractive answer after a model has failed."""
    return quoting(answer, " ".join(filter(None, (FAILED.format(error=error), error.hint))))


def _dropping(answer: Answer, composer: Composer, parts: Sequence[Part], writer: str) -> Answer:
    """The answer without its unsupported and uncited sentences, which are kept apart and named."""
    out = [part for part in parts if part.sentence.verdict in WHY]
    kept = [part for part in parts if part.sentence.verdict not in WHY]
    notes = tuple(LEFT_OUT.format(why=WHY[part.sentence.verdict], text=part.sentence.text) for part in out)
    if out and all(part.correction or not part.citations for part in kept):
        stands_in = quoting(answer, NOTHING_LEFT.format(writer=writer), composer.unknown)
        return stands_in.model_copy(update={"dropped": _placed(out, [], stands_in), "notes": (*notes, *stands_in.notes)})
    left = composer.composed(kept)
    return left.model_copy(update={"writer": writer, "dropped": _placed(out, parts, left), "notes": (*left.notes, *notes)})


def _placed(out: Sequence[Part], parts: Sequence[Part], left: Answer) -> tuple[AnswerSentence, ...]:
    """The sentences that were left out: `start` and `end` are where they would stand, `citations` those that the answer still has."""
    still = {(one.path, one.start, one.end): one.n for one in left.citations}
    place, before = 0, iter(left.sentences)
    places: dict[int, int] = {}
    for part in parts:
        if part in out:
            places[id(part)] = place
        else:
            place = next(before).end
    return tuple(
        part.sentence.model_copy(
            update={
                "start": places.get(id(part), 0),
                "end": places.get(id(part), 0),
                "citations": tuple(still[key] for one in part.citations if (key := (one.path, one.start, one.end)) in still),
            }
        )
        for part in out
    )
