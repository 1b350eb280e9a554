"""Whether a document mentions the names of a question."""

from functools import cached_property, lru_cache

from rag.language.dates import DateMention, compatible, dates
from rag.language.names import Name, names, same_name
from rag.language.numbers import Number, numbers, same_number
from rag.language.synonyms import is_common_word
from rag.language.words import stem, words
from rag.schema import Document


class Mentions:
    """The words and names of one document or passage, to look a question's names up in; each kind is read when first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(word.stem for word in words(self._text))

    @cached_property
    def _numbers(self) -> tuple[Number, ...]:
        return numbers(self._text)

    @cached_property
    def _dates(self) -> tuple[DateMention, ...]:
        return dates(self._text)

    @cached_property
    def _names(self) -> tuple[Name, ...]:
        return tuple({name.tokens: name for name in names(self._text)}.values())

    def has(self, name: Name) -> bool:
        """Whether the text mentions a name: all its words in any form ("Huguenot", "Huguenots"), or a name that can mean the same."""
        if all(stem(token) in self._stems for token in name.tokens):
            return True
        return any(same_name(name, other) for other in self._names)

    def has_number(self, number: Number) -> bool:
        """Whether the text states the same number."""
        return any(same_number(number, other) for other in self._numbers)

    def has_date(self, date: DateMention) -> bool:
        """Whether the text has a date that can be the same."""
        return any(compatible(date, other) for other in self._dates)

    def has_stem(self, wanted: str) -> bool:
        """Whether the text has a word with this stem."""
        return wanted in self._stems


@lru_cache(maxsize=256)
def _mentions(path: str, sha256: str, text: str) -> Mentions:
    return Mentions(text)


def mentions(document: Document) -> Mentions:
    """The mentions of a document; kept for the last 256 documents asked for."""
    return _mentions(document.path, document.sha256, document.text)


def names_of(question: str) -> tuple[Name, ...]:
    """The names that a question states for certain; the capital of its first word says nothing.

    A question in another language than English has none: there capitals follow other rules.
    """
    written = words(question)
    if sum(word.stop or is_common_word(word.lower) for word in written) * 3 < len(written) and len(written) > 3:
        return ()
    return tuple(name for name in names(question) if name.certain and not _opens(question, name))


def figures_of(question: str) -> tuple[Number | DateMention, ...]:
    """The numbers in digits, and the dates with a year or a day of the month, that a question states."""
    stated = [number for number in numbers(question) if question[number.start : number.end][0].isdigit()]
    return (*stated, *(date for date in dates(question) if date.year is not None or date.day is not None))


def _opens(question: str, name: Name) -> bool:
    """Whether a name is only an English word that begins the question ("Tell me …")."""
    return not question[: name.start].strip() and len(name.tokens) == 1 and is_common_word(name.tokens[0])
