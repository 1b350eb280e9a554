"""Words of a text with their offsets, stems and whether they carry meaning."""

import re
import threading
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*(?:(?<=\d),\d{3})*")
_stemmer = snowballstemmer.stemmer("english")
# It keeps the word that it works on in itself: two threads at once got wrong stems, or an IndexError.
_stemming = threading.Lock()

# Function words and question words: they say how a sentence is built, not what it is about.
STOP_WORDS = frozenset(
    """a about after again against all also am an and any are aren't as at be because been before being below between both but by
    can can't cannot could couldn't did didn't do does doesn't doing don't down during each few for from further had hadn't has
    hasn't have haven't having he her here hers herself him himself his how i if in into is isn't it it's its itself just let's
    me more most my myself no nor not of off on once only or other ought our ours ourselves out over own same she should
    shouldn't so some such than that that's the their theirs them themselves then there these they this those through to too
    under until up upon us very was wasn't we were weren't what what's when where which while who whom whose why will with won't
    would wouldn't you your yours yourself s t re ve ll d m""".split()
)


class Word(NamedTuple):
    """A word at `text[start:end]`; `lower` has straight apostrophes and no possessive ending."""

    start: int
    end: int
    lower: str
    stem: str
    stop: bool


def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order; numbers such as "38,500" and abbreviations such as "U.S" are one word."""
    return tuple(_word(match) for match in _WORD.finditer(text))


def stems(text: str) -> tuple[str, ...]:
    """The stems of the words that carry meaning, in order."""
    return tuple(word.stem for word in words(text) if not word.stop)


@lru_cache(maxsize=65_536)
def stem(lower: str) -> str:
    """Snowball's English stem of a lower-case word."""
    with _stemming:
        return str(_stemmer.stemWord(lower))


def _word(match: re.Match[str]) -> Word:
    lower = match.group().lower().replace("’", "'").removesuffix("'s")
    return Word(match.start(), match.end(), lower, stem(lower), lower in STOP_WORDS)
