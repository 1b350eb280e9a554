"""A second opinion on each cited sentence, asked of the language model; it stands beside the verdict and never changes it."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from rag.config import Settings
from rag.errors import ModelError
from rag.prompts import Prompt, judging_prompt, new_mark
from rag.providers import chat
from rag.schema import Opinion
from rag.writing.compose import Part
from rag.writing.fit import messages, room_of, size

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

# Sentences of one call: of more, small models lose count.
MOST_ITEMS = 8
LONGEST_REASON = 200
UNREADABLE = "its answer cannot be read"
NO_MODEL = "There is no second opinion: no language model is configured."
NO_ANSWER = "the model failed"
FAILED = "There is no second opinion on {count}: {error}"


_FENCED = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.S)


class _Item(BaseModel):
    """One object of the model's answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    item: int
    label: Literal["supported", "unsupported"]
    reason: str


_ITEMS = TypeAdapter(list[_Item])


def with_opinions(parts: Sequence[Part], llm: "LLM", settings: Settings) -> tuple[list[Part], tuple[str, ...]]:
    """The parts with the model's opinion on each that cites something and was judged, and notes on calls that failed."""
    asked = [index for index, part in enumerate(parts) if part.citations and not part.correction and part.sentence.verdict != "not_judged"]
    given = list(parts)
    notes: dict[str, None] = {}
    for batch in _batches([(index, parts[index]) for index in asked], room_of(llm)):
        try:
            opinions = _asked([part for _, part in batch], llm, settings)
        except ModelError as error:
            count = "1 sentence" if len(batch) == 1 else f"{len(batch)} sentences"
            notes[FAILED.format(count=count, error=error)] = None
            opinions = [Opinion(label="not_judged", reason=NO_ANSWER)] * len(batch)
        for (index, part), opinion in zip(batch, opinions, strict=True):
            given[index] = part._replace(sentence=part.sentence.model_copy(update={"opinion": opinion}))
    return given, tuple(notes)


def _batches(asked: Sequence[tuple[int, Part]], room: int) -> Iterator[list[tuple[int, Part]]]:
    """The sentences in as few calls as there is room for."""
    batch: list[tuple[int, Part]] = []
    for one in asked:
        if batch and (len(batch) == MOST_ITEMS or size(_prompt([part for _, part in (*batch, one)])) > room):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _prompt(parts: Sequence[Part]) -> Prompt:
    items = [(part.sentence.text, [citation.quote for citation in part.citations]) for part in parts]
    return judging_prompt(items, new_mark([text for statement, quotes in items for text in (statement, *quotes)]))


def _asked(parts: Sequence[Part], llm: "LLM", settings: Settings) -> list[Opinion]:
    """The model's opinions, one for each part. Raises ModelError when it fails."""
    return read_opinions(chat(llm, messages(_prompt(parts)), settings), len(parts))


def read_opinions(said: str, count: int) -> list[Opinion]:
    """The opinions on `count` items that a model's JSON holds; `not_judged` where it holds none that can be read."""
    unread = [Opinion(label="not_judged", reason=UNREADABLE)] * count
    fenced = _FENCED.fullmatch(said.strip())
    try:
        items = _ITEMS.validate_json(fenced[1] if fenced else said.strip())
    except ValidationError:
        return unread
    numbers = [item.item for item in items]
    for item in items:
        if 1 <= item.item <= count and numbers.count(item.item) == 1:
            unread[item.item - 1] = Opinion(label=item.label, reason=_line(item.reason))
    return unread


def _line(reason: str) -> str:
    """A reason as one line that can be printed."""
    line = " ".join("".join(character if character.isprintable() else " " for character in reason).split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1].rstrip() + "…"
