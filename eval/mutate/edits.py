"""Edits that leave a sentence as true as it was: what a language model does when it rephrases. They must stay green."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from eval.mutate.world import outside_quotes, words

_LEADING = re.compile(
    r"^((?!In addition|On the other hand|For example|For this reason)(?:In|On|At|During|Since|After|For|When) [^,“”\"]{4,70}), "
    r"([^“”\"]+)\.$"
)
_PASSIVE = re.compile(r"^((?:The |A )?(?:\w+ ){0,3}?\w+) (?:was|were) (\w+ed) by ((?:\w+ ){0,3}?\w+)(?: who .*|\.)$", re.S)
_ACTIVE = re.compile(
    r"^(?:[A-Z][^,]{3,30}, )?((?:\w+ ){0,3}?\w+) (repressed|ordered|uploaded|used|urged|shared|crushed|imposed) "
    r"((?:the |pepper )?(?!to\b|by\b|them\b)\w+)(?=[ ,.])(.*)$"
)
_CONNECTIVE = re.compile(
    r"^(?:However|Moreover|In addition|For example|Nevertheless|As a result|Therefore|On the other hand|But in fact|Recently), (\w)"
)
_TYPEWRITTEN = str.maketrans("’“”—", '\'""-')
_TENS = {2: "twenty", 3: "thirty", 4: "forty", 5: "fifty", 6: "sixty", 7: "seventy", 8: "eighty", 9: "ninety"}
_CONTRACTED = {
    "did not": "didn’t",
    "do not": "don’t",
    "was not": "wasn’t",
    "were not": "weren’t",
    "could not": "couldn’t",
    "can’t": "cannot",
    "don’t": "do not",
    "didn’t": "did not",
}


def numbers_as_words(sentence: str) -> Iterator[str]:
    """35 → thirty-five."""
    yield from _changed(
        sentence, r"(?<![\w,./’-])\d{1,2}(?![\w,./%’-]|\s*(?:percent|th\b))", lambda m: _spelt(int(m[0])), skip=_after_month
    )


def numbers_as_digits(sentence: str) -> Iterator[str]:
    """three → 3."""
    names = words()["number_words"]
    yield from _changed(sentence, rf"\b({'|'.join(names[2:])})\b(?![-’])", lambda m: str(names.index(m[0].lower())))


def percent_written(sentence: str) -> Iterator[str]:
    """40 percent → 40%; 99% → 99 percent."""
    yield from _changed(sentence, r"(\d) percent\b", lambda m: f"{m[1]}%")
    yield from _changed(sentence, r"(\d)%", lambda m: f"{m[1]} percent")


def voice_changed(sentence: str) -> Iterator[str]:
    """The footage was shared by a journalist. ↔ A journalist shared the footage."""
    passive = _PASSIVE.match(sentence)
    if passive:
        yield f"{_capital(passive[3])} {passive[2]} {_lower(passive[1])}."
    active = _ACTIVE.match(sentence)
    if active:
        be = "were" if active[3].endswith("s") else "was"
        yield f"{_capital(active[3])} {be} {active[2]} by {_lower(active[1])}{active[4]}"


def synonym(sentence: str) -> Iterator[str]:
    """residents → inhabitants; shouted → yelled."""
    for word, other in words()["synonyms"].items():
        yield from _changed(sentence, rf"(?<![\w-]){word}(?![\w’-])", partial(_cased, other))


def clauses_reordered(sentence: str) -> Iterator[str]:
    """In Beijing, officials pledged it. → Officials pledged it in Beijing."""
    match = _LEADING.match(sentence)
    if match and "," not in match[2]:
        yield f"{_capital(match[2])} {_lower(match[1])}."


def attributed(sentence: str) -> Iterator[str]:
    """According to the article, …; …, according to the article."""
    if sentence.endswith(".") and not sentence.startswith(("“", "1", "2", "3")):
        yield f"According to the article, {_lower(sentence)}"
        yield f"{sentence[:-1]}, according to the article."


def contracted(sentence: str) -> Iterator[str]:
    """did not ↔ didn’t."""
    for long, short in _CONTRACTED.items():
        yield from _changed(sentence, rf"\b{long}\b", partial(_cased, short))


def connective_dropped(sentence: str) -> Iterator[str]:
    """However, they … → They …"""
    match = _CONNECTIVE.match(sentence)
    if match:
        yield _capital(sentence[match.start(1) :])


def words_quoted(sentence: str) -> Iterator[str]:
    """The article says “seven words of the source”."""
    plain = re.search(r"(?:[\w’-]+ ){6}[\w’-]+", sentence)
    if plain:
        yield f"The article says “{plain[0]}”."


def typography_changed(sentence: str) -> Iterator[str]:
    """Curly quotes become straight, dashes become hyphens."""
    plain = sentence.translate(_TYPEWRITTEN)
    if plain != sentence:
        yield plain


def _changed(
    sentence: str, pattern: str, new: Callable[[re.Match[str]], str], skip: Callable[[str, re.Match[str]], bool] | None = None
) -> Iterator[str]:
    """The sentence with the first match outside quotation marks replaced."""
    for match in re.finditer(pattern, sentence, re.I):
        if any(start <= match.start() and match.end() <= end for start, end in outside_quotes(sentence)) and not (
            skip is not None and skip(sentence, match)
        ):
            yield sentence[: match.start()] + new(match) + sentence[match.end() :]
            return


def _after_month(sentence: str, match: re.Match[str]) -> bool:
    return sentence[: match.start()].rstrip().endswith(tuple(words()["months"]))


def _spelt(value: int) -> str:
    names: list[str] = words()["number_words"]
    if value < len(names):
        return names[value]
    tens, ones = divmod(value, 10)
    return _TENS[tens] + (f"-{names[ones]}" if ones else "")


def _cased(other: str, match: re.Match[str]) -> str:
    return _capital(other) if match[0][0].isupper() else other


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    common = (
        "The ",
        "A ",
        "An ",
        "In ",
        "On ",
        "At ",
        "They ",
        "This ",
        "These ",
        "Many ",
        "Some ",
        "People ",
        "Residents ",
        "When ",
        "Another ",
    )
    return (
        text[0].lower() + text[1:] if text.startswith((*common, "During ", "Since ", "After ", "For ", "Authorities ", "Police ")) else text
    )
