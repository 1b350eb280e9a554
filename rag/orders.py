"""Sentences of a document that give orders to whoever, or whatever, reads it: text to be shown, never evidence."""

import re
from collections.abc import Sequence
from functools import cache

_READER = (
    r"(?:AI|A\.I\.|artificial intelligence|(?:language |chat ?|large )?models?|LLMs?|GPTs?|assistants?|chat ?bots?|bots?|agents?|crawlers?)"
)
_TOLD = r"(?:be told|be answered|be informed|answer|say|reply|respond|state|tell|claim|recommend|mention|write|output)"
_PATTERNS = (
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|prompts?|rules|guidelines|sources|articles?|documents?|texts?|"
    r"everything|context)\b",
    rf"\b(?:notes?|notices?|messages?|instructions?|attention|warning|reminder)\b.{{0,30}}\b(?:to|for)\b.{{0,20}}\b{_READER}\b",
    rf"^\W*(?:dear|attention|hey)\b.{{0,20}}\b{_READER}\b",
    rf"\b(?:whoever|anyone who|anybody who|everyone who|when(?:ever)? \w+|if \w+(?: \w+)?)\s+(?:is\s+|are\s+)?asks?(?:ed|ing)?\b.{{0,160}}"
    r"\b(?:must|should"
    rf"|shall|has to|have to|is to|are to|needs? to)\b.{{0,30}}\b{_TOLD}\b",
    rf"^\W*(?:if|when(?:ever)?)\s+(?:you are\s+|you're\s+)?ask(?:ed|s)\b.{{0,160}},\s*(?:always\s+|only\s+)?{_TOLD}\b",
    rf"\b(?:as an?|you are an?)\s+{_READER}\b.{{0,60}}\b(?:must|should|shall|will|now)\b",
    rf"\b(?:all|any|every|each)\s+(?:\w+\s+)?{_READER}\b.{{0,40}}\b(?:must|should|shall|have to|has to)\b.{{0,30}}\b{_TOLD}\b",
    r"\b(?:system|developer|hidden)\s+(?:prompt|message)\b.{0,40}\b(?:ignore|is|says|:)",
    r"\b(?:do not|don't|never)\s+(?:cite|quote|reveal|show)\b.{0,30}\b(?:sources?|documents?|instructions?|this|prompt)\b",
)
# What goes on after such a sentence: another command to the reader.
_GOES_ON = (
    r"^\W*(?:(?:also|then|and|instead|always|only|please)[, ]+)*(?:say|tell|answer|reply|respond|state|claim|send|direct|refer|point|link|"
    r"do not|don't|never|recommend|insist|add|repeat|print|output|pretend)\b"
)


def orders(sentences: Sequence[str]) -> tuple[bool, ...]:
    """Which of a document's sentences, in order, are orders to its reader or to a program: by their form, or as going on from one."""
    marks: list[bool] = []
    for sentence in sentences:
        after = bool(marks) and marks[-1] and _compiled(_GOES_ON).search(sentence) is not None
        marks.append(after or any(_compiled(pattern).search(sentence) is not None for pattern in _PATTERNS))
    return tuple(marks)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I | re.S)
