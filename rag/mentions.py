"""Whether a document mentions the names of a question."""

import re
from collections.abc import Callable, Sized
from functools import cached_property
from typing import TypeVar

from rag.kept import Kept
from rag.language.dates import DateMention, compatible, dates
from rag.language.names import Name, names, same_name
from rag.language.numbers import Number, numbers, numbers_beside, same_number
from rag.language.synonyms import is_common_word
from rag.language.words import stem, words
from rag.schema import Document

_WORD = re.compile(r"(?<![\w-])[^\W\d_]\w*(?:-\w+)*(?![\w-])")

Key = tuple[str, str, str]
T = TypeVar("T", bound=Sized)
F = TypeVar("F", Number, DateMention)

# What documents mention, without their texts: a stem takes some 100 bytes, a name, number or date 200 to 400. A document of five
# megabytes has some 30,000 different stems and 20,000 different names; reading it anew takes seconds.
_STEMS: Kept[Key, frozenset[str]] = Kept(800_000)
_NAMES: Kept[Key, tuple[Name, ...]] = Kept(200_000)
_NUMBERS: Kept[Key, tuple[Number, ...]] = Kept(200_000)
_DATES: Kept[Key, tuple[DateMention, ...]] = Kept(200_000)


class Mentions:
    """The words and names of one document or passage, to look a question's names up in; each kind is read when first asked for.

    What is read of a text with a `key` is kept for other mentions with this key.
    """

    def __init__(self, text: str, key: Key | None = None) -> None:
        self._text = text
        self._key = key

    @cached_property
    def _stems(self) -> frozenset[str]:
        return self._once(_STEMS, lambda: frozenset(word.stem for word in words(self._text)))

    @cached_property
    def _numbers(self) -> tuple[Number, ...]:
        if self._key is None:  # a passage: `numbers` itself remembers those
            return numbers(self._text)
        return self._once(_NUMBERS, lambda: _unlike(numbers_beside(self._text, self._dated)))

    @cached_property
    def _dates(self) -> tuple[DateMention, ...]:
        return self._once(_DATES, lambda: _unlike(self._dated))

    @cached_property
    def _dated(self) -> tuple[DateMention, ...]:
        return dates(self._text)

    @cached_property
    def _names(self) -> tuple[Name, ...]:
        return self._once(_NAMES, lambda: tuple({name.tokens: name for name in names(self._text)}.values()))

    def _once(self, kept: Kept[Key, T], read: Callable[[], T]) -> T:
        found = None if self._key is None else kept.get(self._key)
        if found is None:
            found = read()
            if self._key is not None:
                kept.keep(self._key, found, len(found))
        return found

    def has(self, name: Name) -> bool:
        """Whether the text mentions a name: all its words in any form ("Huguenot", "Huguenots"), or a name that can mean the same."""
        if all(stem(token) in self._stems or self._has_parts(token) for token in name.tokens):
            return True
        return any(same_name(name, other) for other in self._names)

    def _has_parts(self, token: str) -> bool:
        """Whether a token with a hyphen stands there with a dash, or in two words."""
        parts = token.split("-")
        return len(parts) > 1 and all(stem(part) in self._stems for part in parts)

    def has_number(self, number: Number) -> bool:
        """Whether the text states the same number."""
        return any(same_number(number, other) for other in self._numbers)

    def has_date(self, date: DateMention) -> bool:
        """Whether the text has a date that can be the same."""
        return any(compatible(date, other) for other in self._dates)

    def states(self, claim: Name | Number | DateMention) -> bool:
        """Whether the text mentions a name, or states a number or a date."""
        if isinstance(claim, Name):
            return self.has(claim)
        return self.has_number(claim) if isinstance(claim, Number) else self.has_date(claim)

    def has_stem(self, wanted: str) -> bool:
        """Whether the text has a word with this stem."""
        return wanted in self._stems


def _unlike(found: tuple[F, ...]) -> tuple[F, ...]:
    """One of those that differ in nothing but their place."""
    return tuple({one[2:]: one for one in found}.values())


def mentions(document: Document) -> Mentions:
    """The mentions of a document; what was read of the documents asked for last is kept, their texts are not."""
    return Mentions(document.text, (document.path, document.sha256, document.reader))


def names_of(question: str) -> tuple[Name, ...]:
    """The names that a question states for certain; the capital of its first word says nothing.

    A question in another language than English has none: there capitals follow other rules.
    """
    written = words(question)
    if sum(word.stop or is_common_word(word.lower) for word in written) * 3 < len(written) and len(written) > 3:
        return ()
    return tuple(name for name in names(question) if name.certain and not _opens(question, name))


def identifiers(text: str) -> tuple[str, ...]:
    """The words that name one thing among many of its kind ("SH-1012", "E7"): letters first, then somewhere a digit."""
    return tuple(word for word in _WORD.findall(text) if any(character.isdigit() for character in word))


def figures_of(question: str) -> tuple[Number | DateMention, ...]:
    """The numbers in digits, and the dates with a year or a day of the month, that a question states."""
    stated = [number for number in numbers(question) if question[number.start : number.end][0].isdigit()]
    return (*stated, *(date for date in dates(question) if date.year is not None or date.day is not None))


def _opens(question: str, name: Name) -> bool:
    """Whether a name is only an English word that begins the question ("Tell me …")."""
    return not question[: name.start].strip() and len(name.tokens) == 1 and is_common_word(name.tokens[0])
