"""Whether a document mentions the names of a question."""

from collections.abc import Collection
from functools import lru_cache

from rag.language.names import Name, names, same_name
from rag.language.words import stem, words
from rag.schema import Document


class Mentions:
    """The words and names of one document, to look a question's names up in."""

    def __init__(self, text: str) -> None:
        self._stems = frozenset(word.stem for word in words(text))
        self._names = tuple({name.tokens: name for name in names(text)}.values())

    def has(self, name: Name) -> bool:
        """Whether the document mentions a name: all its words, or a name that can mean the same."""
        if all(stem(token) in self._stems for token in name.tokens):
            return True
        return any(same_name(name, other) for other in self._names)

    def has_stem(self, wanted: str) -> bool:
        """Whether the document has a word with this stem."""
        return wanted in self._stems


@lru_cache(maxsize=256)
def _mentions(path: str, sha256: str, text: str) -> Mentions:
    return Mentions(text)


def mentions(document: Document) -> Mentions:
    """The mentions of a document; kept for the last 256 documents asked for."""
    return _mentions(document.path, document.sha256, document.text)


def names_of(question: str, known: Collection[str] = ()) -> tuple[Name, ...]:
    """The names that a question states for certain."""
    return tuple(name for name in names(question, known) if name.certain)
