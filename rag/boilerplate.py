"""Sentences that belong to the page and not to the article: calls to subscribe, consent to forms, notices, names of icons."""

import re
from collections.abc import Sequence

from rag.language.sentences import is_icon

_WORDLESS = re.compile(r"[\W_]*\Z")
_CALL = re.compile(r"(?:please\s+)?(?:sign\s+up|subscribe|register|follow\s+us|join\s+(?:us|our)|click\s+here|read\s+more)\b", re.I)
_CONSENT = re.compile(
    r"by\s+(?:submitting|clicking|signing|continuing|subscribing|using|checking|providing|entering)\b.*\bagree", re.I | re.S
)
_LEAD_IN = re.compile(r"are\s+you\s+on\s+\w+\?\Z", re.I)


def is_boilerplate(sentence: str) -> bool:
    """Whether a sentence, taken alone, is part of a page's furniture by general rules."""
    text = sentence.strip()
    return any(rule.match(text) is not None for rule in (_WORDLESS, _CALL, _CONSENT, _LEAD_IN)) or is_icon(text)


def flags(sentences: Sequence[str]) -> tuple[bool, ...]:
    """`is_boilerplate` for sentences in the order of their document; neighbours help to decide."""
    return tuple(is_boilerplate(sentence) for sentence in sentences)
