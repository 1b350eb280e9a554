"""Source numbers in what a language model wrote, in all the forms that models give them, and the text without them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rag.citations import markers

_NUMBER = r"[\[【［(]?\d{1,3}(?!\d)[\]】］)]?"
_NUMBERS = rf"{_NUMBER}(?:\s?(?:[-–,;&]|,?\sand)\s?(?:the\s)?(?:passages?\s|sources?\s)?{_NUMBER})*"
_NAME = r"(?:passages?|sources?)\s(?:numbers?\s|nos?\.\s)?"
# "A passage 17 metres wide" names no source.
_UNIT = (
    r"\s?(?:[%°]|(?:percent|per\scent|[cmk]?m|(?:kilo|centi)?met(?:re|er)s?|feet|foot|inch|miles?|yards?|acres?|tons?|kg|years?|months?"
    r"|weeks?|days?|hours?|minutes?|seconds?|times|people|words|pages|lines|sentences)\b)"
)
# In the order of precedence where they begin at the same place.
_FORMS = re.compile(
    r"(?P<delimiter></?(?:passages?|question|checked)?\s?(?:N|\d{1,3})?\s?\b[0-9a-f]{16}>"
    r"|\b(?:the\s)?(?:passages?|question)\s(?:N\s|\d{1,3}\s)?[0-9a-f]{16}\b)"
    rf"|(?P<tag></?passages?\s\d{{1,3}}(?:\s\w{{1,40}})?>)"
    rf"|(?P<set_off>[(\[【［]\s?(?:see\s|cf\.\s|from\s)?(?:the\s)?(?:{_NAME}|sources?:\s?|see\s){_NUMBERS}\s?[)\]】］])"
    rf"|(?P<list>^[ \t]*(?:\*\*)?sources?(?:\*\*)?:(?:\*\*)?\s?(?:\[\d{{1,3}}\][,;\s]*)+$)"
    rf"|(?P<lead>\b{_NAME}{_NUMBERS}\s?[:：])"
    rf"|(?P<named>\b(?:the\s)?{_NAME}{_NUMBERS}(?!\w|\.\d|\s+of\b|{_UNIT}))"
    rf"|(?P<told>(?<=\baccording to )\[\d{{1,3}}\](?:(?:, |,? and )?\[\d{{1,3}}\])*)"
    r"|(?P<round>(?:(?<=[^\W\d][ ”’\"'])|(?<=[.!?。]\s)(?=\([\d, ]+\)[ \t]*(?:\n|\Z)))"
    r"\(\d{1,2}(?:\s?,\s?\d{1,2})*\)(?=[.!?。]|[ \t]*(?:\n|\Z)))",
    re.I | re.M,
)
# A number in words before "(3)" is the same number in digits.
_COUNT = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty(?:-\w+)?|hundred|thousand)\s\Z", re.I
)
_DIGITS = re.compile(r"(?<!\w)(\d{1,3})(?!\w)(?:[\]】］)]?\s?[-–]\s?[\[【［(]?(\d{1,3})(?!\w))?")


class Mark(NamedTuple):
    """Source numbers named at `said[start:end]`; `forward` ones speak of what follows; `instead` stands in the text in their place."""

    start: int
    end: int
    numbers: tuple[int, ...]
    forward: bool = False
    instead: str = ""


class Unmarked(NamedTuple):
    """A text without its marks: for each of its characters the place where it was written, and each mark with its place in `text`."""

    text: str
    origin: tuple[int, ...]
    marks: tuple[tuple[int, Mark], ...]


def marks(said: str) -> list[Mark]:
    """The source numbers of a model's text in order: every form of `rag.citations.markers`, "passage 3" in running text, `<passage 3>`,
    and `(3)` at the end of a sentence. Delimiters of the prompt that a model repeats are marks too, with or without a number.
    """
    found = sorted((*_named(said), *(Mark(*marker) for marker in markers(said))), key=lambda mark: (mark.start, -mark.end))
    kept: list[Mark] = []
    for mark in found:
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return [mark._replace(forward=_leads(said, mark, kept)) for mark in kept]


def unmarked(said: str) -> Unmarked:
    """The text without its marks. No other character than white space before them is lost."""
    text: list[str] = []
    origin: list[int] = []
    placed: list[tuple[int, Mark]] = []
    at = 0
    for mark in marks(said):
        text += said[at : mark.start]
        origin += range(at, mark.start)
        opens = not has_words("".join(text).rpartition("\n")[2])
        at = mark.end
        if mark.instead:
            text += mark.instead
            origin += [mark.start] * len(mark.instead)
            placed.append((len(text), mark))
            continue
        while not opens and text and text[-1] in " \t":
            text.pop()
            origin.pop()
        placed.append((len(text), mark))
        if opens:
            while said[at : at + 1].isspace() and said[at] != "\n":
                at += 1
        elif said[at : at + 1].isalnum():
            text.append(" ")
            origin.append(at)
    return Unmarked("".join(text) + said[at:], (*origin, *range(at, len(said))), tuple(placed))


def has_words(text: str) -> bool:
    """Whether anything in the text is a letter or a digit."""
    return any(character.isalnum() for character in text)


def _named(said: str) -> Iterator[Mark]:
    for match in _FORMS.finditer(said):
        numbers = _numbers(match[0])
        if match["delimiter"]:
            instead = "" if match[0][0] == "<" else "The document" if match[0][0].isupper() else "the document"
            yield Mark(match.start(), match.end(), numbers, instead=instead)
            continue
        if not numbers or (match["round"] and (_COUNT.search(said, max(0, match.start() - 40), match.start()) or _listed(said, match))):
            continue
        instead = ""
        if match["named"] or match["told"]:
            instead = "the documents" if len(numbers) > 1 else "the document"
            instead = instead.capitalize() if match[0][0].isupper() else instead
        yield Mark(match.start(), match.end(), numbers, instead=instead)


def _listed(said: str, match: re.Match[str]) -> bool:
    """Whether "(2)" counts items of its line: "(1) the storm, (2) the moorings"."""
    line = said[said.rfind("\n", 0, match.start()) + 1 : match.start()]
    return re.search(r"(?:\A|[:,;]|\band|\bor)\s*\(\d{1,2}\)\s+\w", line) is not None


def _numbers(written: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for match in _DIGITS.finditer(written):
        numbers += range(int(match[1]), int(match[2] or match[1]) + 1)
    return tuple(dict.fromkeys(numbers))


def _leads(said: str, mark: Mark, every: list[Mark]) -> bool:
    """Whether a mark stands before its sentence: with a colon, or on a line that opens with a mark and does not end with one."""
    if mark.instead:
        return False
    if said[mark.end - 1] in ":：":
        return True
    first = said.rfind("\n", 0, mark.start) + 1
    last = said.find("\n", mark.end)
    last = len(said) if last < 0 else last
    inside = [one for one in every if first <= one.start and one.end <= last and not one.instead]
    if not inside:
        return False
    return not has_words(said[first : inside[0].start]) and has_words(said[inside[-1].end : last])
