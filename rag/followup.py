"""A follow-up question as one that stands alone: pronouns, "there" and left-out parts filled in from the earlier turns."""

import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic import ValidationError

from rag.errors import QuestionError
from rag.language.sentences import find
from rag.schema import Turn
from rag.tokens import count_tokens

_LEANS = re.compile(r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|there)\b|^(?:and|what about|how about)\b|^\w+\?$", re.I)
Message = Turn | Mapping[str, str]


def as_turns(history: Iterable[Message]) -> tuple[Turn, ...]:
    """Earlier messages as turns; dictionaries have `role` (user or assistant) and `content`. Raises QuestionError for others."""
    try:
        return tuple(one if isinstance(one, Turn) else Turn.model_validate(dict(one)) for one in history)
    except (ValidationError, TypeError, ValueError) as error:
        raise QuestionError(
            "The history is not a list of messages with a role and a content.",
            'Give [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}, …].',
        ) from error


def recent(history: Sequence[Turn], most: int) -> tuple[Turn, ...]:
    """The newest turns that have at most `most` tokens together; of one too long for what is left, its first sentences."""
    left, kept = most, list[Turn]()
    for turn in reversed(history):
        text = _fitting(turn.content, left)
        if not text:
            break
        kept.append(turn if text == turn.content else Turn(role=turn.role, content=text))
        left -= _size(text)
    return tuple(reversed(kept))


def resolve(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves to the earlier turns filled in; the question itself, unchanged, when it stands alone."""
    subject = next((turn.content for turn in reversed(history) if turn.role == "user"), "")
    return f"{subject} {question}" if subject and _LEANS.search(question) else question


def _fitting(text: str, most: int) -> str:
    """The text, or as many of its first sentences as have at most `most` tokens."""
    if _size(text) <= most:
        return text
    ends = [found.end for found in find(text)]
    return next((text[:end] for end in reversed(ends) if _size(text[:end]) <= most), "")


def _size(text: str) -> int:
    return count_tokens(text)
