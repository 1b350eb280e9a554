"""What a list is of, where a sentence says it: places, people, dates and the like, and who is quoted."""

import re
from collections.abc import Iterator, Sequence

from rag.language.names import Name, names
from rag.language.question import Question
from rag.language.synonyms import is_common_word
from rag.language.words import words
from rag.offers import Offer, offers
from rag.overview_question import Wish

# Words between quotation marks that quote somebody, and not just a term; what stands between the names of one row.
LEAST_QUOTED = 4
_QUOTED = re.compile(r"[“\"«]([^”\"»]+)")
_ROW = re.compile(r"\s*(?:,|,?\s+(?:and|or)|–|-|/)\s*(?:in\s+|the\s+)*", re.I)


def listed(wish: Wish, topic: str, text: str) -> list[Offer]:
    """Where a sentence says what a list is of, in order; nothing where the list is of who is quoted and the sentence quotes nobody."""
    if wish.quoted and not any(len(words(match[1])) >= LEAST_QUOTED for match in _QUOTED.finditer(text)):
        return []
    if wish.kind in ("place", "person"):
        return [Offer(name.start, name.end) for name in _of_kind(wish.kind, text) if name.text not in topic]
    asked = {"years": ("year",), "months": ("month",), "days": ("day",)}.get(wish.noun, ())
    return list(offers(Question(topic, wish.kind, asked), text))


def _of_kind(kind: str, text: str) -> Iterator[Name]:
    """The names that are for certain of a kind, and those in one row with them ("Junyuan, Shangcheng and Wuhan")."""
    row: list[Name] = []
    for name in names(text):
        if row and not _ROW.fullmatch(text[row[-1].end : name.start]):
            yield from _sure(kind, row)
            row = []
        row.append(name)
    yield from _sure(kind, row)


def _sure(kind: str, row: Sequence[Name]) -> list[Name]:
    """The names of a row that are of the kind, or of none, where one is for certain."""
    possible = [name for name in row if name.kind in (kind, "other")]
    return possible if any(name.kind == kind or (kind == "person" and _is_full_name(name)) for name in possible) else []


def _is_full_name(name: Name) -> bool:
    return name.kind == "other" and len(name.tokens) > 1 and not any(is_common_word(token) for token in name.tokens)
