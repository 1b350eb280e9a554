"""Numbers of a text, however they are written, with what they count, so that two of them can be compared."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, NamedTuple

from rag.kept import remembering
from rag.language.dates import DateMention, dates
from rag.language.quantities import DAYS, MEASURES, MONEY, ONES, ORDINALS, PARTS, SCALES, SHORT_SCALES, TENS, VAGUE
from rag.language.words import STOP_WORDS, stem

Kind = Literal["count", "share", "money", "duration", "measure", "ordinal", "times"]
Bound = Literal["exact", "about", "over", "under"]

_BOUNDS: tuple[tuple[Bound, str], ...] = (
    ("over", r"(?:more than|over|above|at least|no fewer than|no less than|not less than|upwards of|in excess of|exceed(?:s|ed"
             r"|ing)?|greater than"
             r"|older than|longer than|higher than|larger than|bigger than|beyond|surpass(?:ed|ing)|a minimum of|past)"),
    ("under", r"(?:less than|fewer than|under|below|at most|no more than|not more than|up to|as many as|as much as"
              r"|younger than|shorter than"
              r"|lower than|smaller than|a maximum of|nearly|almost|just under|close to|approaching)"),
    ("about", r"(?:about|around|roughly|approximately|approx\.?|some|an estimated|estimated|circa|perhaps|maybe|or so|nearly"
              r"|almost|close to|~)"),
)  # fmt: skip
_BEFORE = tuple(
    (bound, re.compile(rf"(?:^|\W){pattern}\s*(?:the |a |an |age |ages? of |us)?[$€£¥]?$", re.IGNORECASE)) for bound, pattern in _BOUNDS
)
_AFTER_OVER = re.compile(r"\s*(?:\+|or more\b|or older\b|and older\b|or over\b|and over\b|and above\b|plus\b)")
_AFTER_UNDER = re.compile(r"\s*(?:or fewer\b|or less\b|or younger\b|and under\b|or under\b)")
_AFTER_OLDER = re.compile(r"\s*(?:\w+\s+){1,2}(?:or more|or older|and older|or over|and over)\b")
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+|[%$€£¥₹½¼¾]|\S")
_NAMED = re.compile(r"[^\W\d_][-–‑]?$|\d[.:]$|[#]$")
_RATE = re.compile(r"(?:\d|once|twice|times|every|each|percent|%)(?:\s+\w+){0,2}\s*$", re.IGNORECASE)
# Words that may stand between a number and its unit: "a couple of days", "ten consecutive days".
_BETWEEN = (
    "of",
    "consecutive",
    "straight",
    "full",
    "whole",
    "more",
    "long",
    "successive",
    "additional",
    "entire",
    "us",
    "calendar",
    "working",
)


class Number(NamedTuple):
    """A number at `text[start:end]`, its unit included.

    `value` is in the unit's base: per cent for shares, days for durations, metres and the like for measures; `raw` is as written.
    `unit` is the base unit, the currency, or the stem of the noun counted ("" if none follows); `nouns` are up to three lower-case
    words that follow. `bound` says what qualifies it ("more than" is over). `vague` numbers ("dozens") are at least twice their value.
    """

    start: int
    end: int
    value: float
    raw: float
    kind: Kind
    unit: str = ""
    nouns: tuple[str, ...] = ()
    bound: Bound = "exact"
    vague: bool = False


class _Token(NamedTuple):
    start: int
    end: int
    lower: str


class _Core(NamedTuple):
    """A number without its unit: tokens `first` to `last` (exclusive)."""

    first: int
    last: int
    value: float
    kind: Kind = "count"
    vague: bool = False


@remembering
def numbers(text: str) -> tuple[Number, ...]:
    """The numbers of a text in order; years, dates, clock times, list marks and digits inside names ("G20") are none."""
    return numbers_beside(text, dates(text))


def numbers_beside(text: str, dated: Sequence[DateMention]) -> tuple[Number, ...]:
    """`numbers`, where the dates of the text are known already."""
    tokens = [_Token(match.start(), match.end(), match.group().lower()) for match in _TOKEN.finditer(text)]
    blocked = [(date.start, date.end) for date in dated if date.relative is None]  # in order, apart
    found: list[Number] = []
    index = 0
    while index < len(tokens):
        core = _core(tokens, index, text)
        if core is None or _is_inside(blocked, tokens[core.first].start):
            index += 1
            continue
        number = _finish(core, tokens, text)
        found.append(number)
        index = core.last
        while index < len(tokens) and tokens[index].start < number.end:
            index += 1
    return tuple(found)


def same_number(a: Number, b: Number) -> bool:
    """Whether two numbers can state the same quantity: equal value (one in a hundred off when either is rounded) and units that agree."""
    if a.kind != b.kind:
        # "aged 80" and "80 years", "40" and "40 percent" written without its unit; never two different units.
        bare = a if a.kind == "count" else b if b.kind == "count" else None
        other = b if bare is a else a
        return bare is not None and not bare.nouns and other.kind in ("duration", "money", "measure") and bare.raw == other.raw
    if a.kind in ("money", "measure") and a.unit and b.unit and a.unit != b.unit:
        return False
    if a.vague or b.vague:
        return _vague_match(a, b)
    # "two-thirds" is 67 %, a month 30 days; what is written in digits is meant.
    rounded = a.kind == "duration" or (a.kind == "share" and any(abs(10 * n.value - round(10 * n.value)) > 1e-6 for n in (a, b)))
    loose = 0.02 if rounded else 0.002
    if "about" in (a.bound, b.bound):
        loose = 0.1
    return abs(a.value - b.value) <= loose * max(abs(a.value), abs(b.value), 1e-9)


def _vague_match(a: Number, b: Number) -> bool:
    if a.vague and b.vague:
        return a.value == b.value
    vague, exact = (a, b) if a.vague else (b, a)
    return 2 * vague.value <= exact.value < 10 * vague.value


def _core(tokens: list[_Token], index: int, text: str) -> _Core | None:
    token = tokens[index]
    before = text[max(0, token.start - 2) : token.start]
    if token.lower[0].isdecimal():
        if _NAMED.search(before) and not re.search(r"\s[-–]$", before):
            return None
        return _digits(tokens, index, text)
    if token.lower in ("½", "¼", "¾"):
        return _Core(index, index + 1, {"½": 50.0, "¼": 25.0, "¾": 75.0}[token.lower], "share")
    return _worded(tokens, index)


def _is_inside(spans: list[tuple[int, int]], place: int) -> bool:
    last = bisect_right(spans, place, key=lambda span: span[0]) - 1
    return last >= 0 and place < spans[last][1]


def _opens_line(text: str, at: int) -> bool:
    """Whether only blanks stand before a place on its line, or since a semicolon."""
    while at and text[at - 1] in " \t":
        at -= 1
    return not at or text[at - 1] in "\n;"


def _at(tokens: list[_Token], index: int) -> str:
    return tokens[index].lower if 0 <= index < len(tokens) else ""


def _digits(tokens: list[_Token], index: int, text: str) -> _Core | None:
    token = tokens[index]
    value = float(token.lower.replace(",", ""))
    following = _at(tokens, index + 1)
    touching = index + 1 < len(tokens) and tokens[index + 1].start == token.end
    if touching and following in ("st", "nd", "rd", "th"):
        return _Core(index, index + 2, value, "ordinal")
    if touching and following == "/" and _at(tokens, index + 2).isdecimal() and value < float(_at(tokens, index + 2)):
        return _Core(index, index + 3, 100 * value / float(_at(tokens, index + 2)), "share")
    if touching and following in (".", ")") and _opens_line(text, token.start) and text[token.end + 1 : token.end + 2] in " \t":
        return None
    if touching and following in SHORT_SCALES and (following != "m" or _at(tokens, index - 1) in MONEY):
        return _Core(index, index + 2, value * SHORT_SCALES[following])
    if touching and following.isalpha() and following not in MEASURES and following not in ("bn", "mn"):
        return None
    last = index + 1
    while _joined(tokens, last) in SCALES or _at(tokens, last) in SCALES:
        last += _at(tokens, last) == "-"
        value *= SCALES[_at(tokens, last)]
        last += 1
    if _joined(tokens, last) in PARTS and value < 10 and following == "-":
        return _Core(index, last + 2, 100 * value / PARTS[_at(tokens, last + 1)], "share")
    return _in_so_many(tokens, index, last, value)


def _joined(tokens: list[_Token], index: int) -> str:
    """The word after a hyphen that touches both sides, else nothing."""
    if _at(tokens, index) in ("-", "–", "‑") and tokens[index].start == tokens[index - 1].end and index + 1 < len(tokens):
        return tokens[index + 1].lower if tokens[index + 1].start == tokens[index].end else ""
    return ""


def _in_so_many(tokens: list[_Token], first: int, last: int, value: float) -> _Core:
    """Reads "one in five" and "three out of four" as shares."""
    after = last + 1 if _at(tokens, last) == "in" else last + 2 if (_at(tokens, last), _at(tokens, last + 1)) == ("out", "of") else 0
    word = _at(tokens, after) if after else ""
    whole = float(word) if word.isdecimal() else float(ONES.get(word, 0))
    if (
        after
        and whole in (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20, 100, 1000)
        and value < whole
        and not _at(tokens, after + 1).startswith("day")
    ):
        return _Core(first, after + 1, 100 * value / whole, "share")
    return _Core(first, last, value)


def _worded(tokens: list[_Token], index: int) -> _Core | None:
    word, following = tokens[index].lower, _at(tokens, index + 1)
    if word in VAGUE:
        return _vague(tokens, index)
    if word in DAYS and _joined(tokens, index + 1) == "long":
        return _Core(index, index, 1)
    if word in ("half", "halves", "quarter"):
        return _part(tokens, index, index, 1)
    if word in ("a", "an") and following in (*SCALES, "dozen", "couple", "half", "third", "quarter", "fifth", "tenth", "score"):
        return _after_article(tokens, index)
    if word in ("twice", "double", "doubled", "thrice", "triple", "tripled"):
        return _Core(index, index + 1, 2 if word in ("twice", "double", "doubled") else 3, "times")
    if word == "once" and _at(tokens, index - 1) in ("only", "just", "exactly"):
        return _Core(index, index + 1, 1, "times")
    if word == "dozen":
        return _Core(index, index + 1, 12)
    if word in ONES or word in TENS:
        return _cardinal(tokens, index)
    if word in ORDINALS and not (word == "second" and _at(tokens, index - 1) in ("per", "a", "each", "every", "split")):
        return _Core(index, index + 1, ORDINALS[word], "ordinal")
    if word in ("a", "an") and following.removesuffix("s") in DAYS and following not in ("second", "min", "hr"):
        return _article_duration(tokens, index)
    return None


def _vague(tokens: list[_Token], index: int) -> _Core | None:
    value, last = float(VAGUE[tokens[index].lower]), index + 1
    while _at(tokens, last) == "of" and _at(tokens, last + 1) in VAGUE:
        value *= VAGUE[_at(tokens, last + 1)]
        last += 2
    if tokens[index].lower in ("scores", "tens") and last == index + 1 and _at(tokens, last) != "of":
        return None
    return _Core(index, last, value, "count", vague=True)


def _after_article(tokens: list[_Token], index: int) -> _Core | None:
    word = _at(tokens, index + 1)
    if word == "couple":
        return _Core(index, index + 2, 2) if _at(tokens, index + 2) == "of" else None
    if word in ("dozen", "score"):
        last = index + 2
        return _Core(index, last, 12 if word == "dozen" else 20) if word == "dozen" or _at(tokens, last) == "of" else None
    if word in PARTS:
        return _part(tokens, index, index + 1, 1)
    value, last = 1.0, index + 1
    while _at(tokens, last) in SCALES:
        value *= SCALES[_at(tokens, last)]
        last += 1
    return _Core(index, last, value)


def _part(tokens: list[_Token], first: int, last: int, count: float) -> _Core | None:
    """A fraction such as "half", "a third of", "three quarters": `last` is its denominator."""
    word = tokens[last].lower
    after = _at(tokens, last + 1)
    half = word in ("half", "halves")
    if half and after == "-" or word == "quarter" and first == last:
        return None
    if not half and after not in ("of", "the", "-") and not (count > 1 or word == "quarter"):
        return None
    return _Core(first, last + 1, 100 * count / PARTS[word.removesuffix("s") if word != "halves" else word], "share")


def _cardinal(tokens: list[_Token], index: int) -> _Core | None:
    total = group = 0.0
    last, ended = index, index
    while last < len(tokens):
        word = tokens[last].lower
        if (
            word in ONES
            and (ended == last or _at(tokens, ended) in ("-", "and"))
            and (group % 100 in (0, *range(20, 100, 10)) or last == index)
        ):
            group += ONES[word]
        elif word in TENS and group % 100 == 0:
            group += TENS[word]
        elif word == "hundred" and group:
            group *= 100
        elif word in SCALES and word != "hundred" and group:
            total, group = total + group * SCALES[word], 0.0
        elif (
            word in ("-", "‑")
            and last > index
            and tokens[last].start == tokens[last - 1].end
            or word == "and"
            and last > index
            and (total or group >= 100)
        ):
            last += 1
            continue
        else:
            break
        last += 1
        ended = last
    value, last = total + group, ended
    denominator = _joined(tokens, last) or (_at(tokens, last) if value < 10 else "")
    singular = denominator.removesuffix("s")
    if value < 10 and singular in PARTS and denominator not in ("second", "seconds") and (value > 1 or denominator != "half"):
        end = last + 1 if _joined(tokens, last) else last
        if (value == 1) == (denominator == singular):
            return _Core(index, end + 1, 100 * value / PARTS[singular], "share")
    if _joined(tokens, last) in ORDINALS and value >= 20:
        return _Core(index, last + 2, value + ORDINALS[_joined(tokens, last)], "ordinal")
    if _is_pronoun(tokens, index, last, value):
        return None
    if last + 1 < len(tokens) and _at(tokens, last) == "dozen":
        return _Core(index, last + 1, value * 12)
    return _in_so_many(tokens, index, last, value)


def _is_pronoun(tokens: list[_Token], index: int, last: int, value: float) -> bool:
    """Whether "one" or "zero" counts nothing: "no one", "one of", "one another", "zero-tolerance"."""
    before, after = _at(tokens, index - 1), _at(tokens, last)
    if value == 0 and last == index + 1:
        return not after.endswith("s") or bool(_joined(tokens, last))
    if value != 1 or last != index + 1:
        return False
    if after == "in" and _at(tokens, last + 1) in ONES:
        return False
    if after == "day":
        return before in ("", ",", "and", "but", "some")
    return before in ("no", "any", "every", "each", "some", "the", "this", "that", "which", "another", "other", "good", "only", "by") or (
        after in ("", "of", "another", "who", "that", "'", "’", ".", ",", "can", "is", "was", "has", "in", "on", "way", "side", "thing")
    )


def _article_duration(tokens: list[_Token], index: int) -> _Core | None:
    """ "a week" is a duration of one week unless it is a rate ("twice a week") or "a day" as a subject."""
    if _at(tokens, index - 1) in ("once", "twice", "times", "percent", "such", "what", "quite") or _at(tokens, index + 2) in (
        "old",
        "ago",
        "-",
    ):
        return None if _at(tokens, index + 2) != "ago" else _Core(index, index + 1, 1)
    if _at(tokens, index - 1) in (
        "in",
        "within",
        "for",
        "after",
        "about",
        "than",
        "over",
        "under",
        "nearly",
        "almost",
        "lasted",
        "took",
        "of",
    ):
        return _Core(index, index + 1, 1)
    previous = [_at(tokens, place) for place in range(index - 3, index)]
    if any(word and (word[0].isdecimal() or word in ONES or word in TENS or word in SCALES) for word in previous):
        return None
    return _Core(index, index + 1, 1)


def _finish(core: _Core, tokens: list[_Token], text: str) -> Number:
    """Adds unit, nouns and bound to a core."""
    kind, value, unit, last = core.kind, core.value, "", core.last
    start = tokens[core.first].start
    sign = _at(tokens, core.first - 1)
    word = _joined(tokens, last) or _at(tokens, last)
    step = 2 if _joined(tokens, last) else 1
    while word in _BETWEEN and _at(tokens, last + step).removesuffix("s") in (*DAYS, *_BETWEEN, "dollar", "euro", "yuan", "pound"):
        last, step, word = last + step, 1, _at(tokens, last + step)
    singular = word if word in MEASURES or word in MONEY else word.removesuffix("s")
    if kind in ("count", "share") and word == "half" and step == 1:
        singular = ""
    if kind == "count":
        if word == "%" or word in ("percent", "percentage", "pc") or (word, _at(tokens, last + 1)) == ("per", "cent"):
            kind, unit, last = "share", "percent", last + (2 if word == "per" else step)
        elif sign in MONEY or singular in MONEY:
            kind, unit = "money", MONEY.get(sign) or MONEY[singular]
            start, last = (tokens[core.first - 1].start, last) if sign in MONEY else (start, last + step)
        elif singular in DAYS and word != "seconds" or word == "seconds":
            kind, unit, value, last = "duration", "day", value * DAYS[singular], last + step
        elif singular in MEASURES and (singular != "m" or tokens[core.first].lower[0].isdecimal()):
            kind, (unit, factor), last = "measure", MEASURES[singular], last + step
            value *= factor
        elif word == "times":
            kind, unit, last = "times", "times", last + 1
    elif kind == "share":
        words = [_at(tokens, place) for place in range(last, last + 2)]
        words = words[1:] if words[0] in ("a", "an") else words
        if words and words[0].removesuffix("s") in DAYS:
            kind, unit, value = "duration", "day", value / 100 * DAYS[words[0].removesuffix("s")]
            last += 1 if _at(tokens, last) not in ("a", "an") else 2
        else:
            unit = "percent"
    end = tokens[last - 1].end
    nouns = _nouns(tokens, last)
    bound = _bound(text, start, end, tokens[core.last - 1].end)
    raw = core.value / 100 if kind == "duration" and core.kind == "share" else core.value
    return Number(start, end, value, raw, kind, unit or (stem(nouns[-1]) if nouns else ""), nouns, bound, core.vague)


def _nouns(tokens: list[_Token], index: int) -> tuple[str, ...]:
    """The words that a number counts: up to three that follow before a stop word or a mark."""
    found: list[str] = []
    if _at(tokens, index) == "of":
        index += 1
        while _at(tokens, index) in ("the", "all", "its", "their", "these", "those", "his", "her", "our", "my"):
            index += 1
    while index < len(tokens) and len(found) < 3:
        word = tokens[index].lower
        if word in ("-", "‑") and found:
            index += 1
            continue
        if not word.isalpha() or word in STOP_WORDS:
            break
        found.append(word)
        index += 1
    return tuple(found)


def _bound(text: str, start: int, end: int, core_end: int) -> Bound:
    before = text[max(0, start - 24) : start]
    for bound, pattern in _BEFORE:
        if pattern.search(before):
            return (
                bound
                if bound != "under" or not re.search(r"(?:nearly|almost|close to|approaching)\s*\S*$", before, re.IGNORECASE)
                else "about"
            )
    for place in (core_end, end):
        if _AFTER_OVER.match(text, place) or _AFTER_OLDER.match(text, place):
            return "over"
        if _AFTER_UNDER.match(text, place):
            return "under"
    return "about" if text[end : end + 6] == " or so" else "exact"
