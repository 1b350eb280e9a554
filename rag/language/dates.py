"""Dates, weekdays, clock times and relative times of a text, normalised so that two of them can be compared."""

import re
from typing import NamedTuple

from rag.kept import remembering

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_MONTH_NAMES = {name: index for index, name in enumerate(MONTHS, 1)} | {
    name[:3]: index for index, name in enumerate(MONTHS, 1) if name != "may"
}
_MONTH_NAMES["sept"] = 9
_MONTH = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
)
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\d%]|[,.]\d|\s*(?:percent|per cent|million|billion|people))"
_YEAR = r"(?P<year>1[0-9]\d\d|20\d\d)"
_PART = r"(?P<part>(?:early |late )?(?:morning|afternoon|evening|night)s?|midday|midnight|noon)"
_EDGE = r"(?P<edge>early|mid|late|beginning of|start of|end of|middle of)"
_DECADES = {
    f"{name}ties": value
    for name, value in zip(("twen", "thir", "for", "fif", "six", "seven", "eigh", "nine"), range(20, 100, 10), strict=True)
}

# The first pattern that matches at a place wins; longer forms stand first.
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>1[0-9]\d\d|20\d\d)[-/](?P<month_number>0?[1-9]|1[0-2])[-/](?P<day>[12]\d|3[01]|0?[1-9])\b",
        r"\b(?P<first>0?[1-9]|[12]\d|3[01])/(?P<second>0?[1-9]|[12]\d|3[01])(?:/(?P<year>1[0-9]\d\d|20\d\d|\d\d))?(?![\d/])",
        rf"\b{_YEAR},? {_MONTH} {_DAY}\b",
        rf"\b(?:(?P<edge_of>early|mid|late)[ -])?{_MONTH} (?:the )?{_DAY}(?:,? (?:of )?{_YEAR})?\b",
        rf"\b(?:the )?{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?(?!\w)",
        rf"\b(?:(?:the )?{_EDGE}[ -])?{_MONTH}(?:,? (?:of )?{_YEAR})?(?!\w)",
        r"\b(?P<century>\d\d?)(?:st|nd|rd|th)[ -]century\b",
        r"\b(?:the )?(?:(?P<edge>early|mid|late)[ -])?(?P<decade>1[0-9]\d0|20\d0)['’]?s\b",
        r"(?<!\w)['’](?P<short_decade>\d0)s\b",
        r"\b(?:the )(?P<decade_word>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b",
        r"\b(?P<relative>(?:last|this|next|previous) )?(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?:s\b)?"
        rf"(?:['’]s)?(?: {_PART})?\b",
        r"\b(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5]\d))? ?(?P<half>[ap])\.?m\b\.?",
        r"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\b",
        r"\b(?P<hour_word>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|1[0-2]|[1-9]) o['’]clock\b",
        r"\b(?:in|during|by|at|before|after|until|of|on) the (?P<part>(?:early |late )?(?:mornings?|afternoons?|evenings?"
        r"|nights?)(?: hours)?)\b",
        r"\b(?P<part>overnight|midnight|midday|noon|early (?:morning|evening) hours)\b",
        r"\b(?:in|during|by|since|until|last|this|next|the|early|late|every) (?:early |late |mid-)?(?P<season>spring|summer|autumn|winter)"
        rf"(?: (?:of )?{_YEAR})?\b",
        r"\b(?:in the |last |this |next )(?P<season>fall)(?: of (?P<year>1[0-9]\d\d|20\d\d))?\b(?! of)",
        r"\b(?P<relative>(?:earlier|later) this (?:week|month|year)|(?:last|this|next|previous) (?:week|weekend|month|year"
        r"|decade|century|night)"
        r"|the (?:past|last|previous|next|coming) (?:day|week|weekend|month|year|decade)|the day (?:before|after)"
        r"|the (?:previous|following|next) (?:day|week|month|year)"
        r"|the weekend|yesterday|today|tonight|tomorrow|nowadays)\b",
        rf"(?<![\w$€£¥.,-]){_YEAR}[-–/]\d\d(?![\w%]|[,.]\d|-\d)",
        rf"(?<![\w$€£¥.,-])(?:(?P<edge>early|mid|late)[ -])?{_YEAR}(?![\w%]|[,.]\d|-\d)",
    )
)
_COUNTED = re.compile(
    r"\s(?:people|persons|men|women|children|residents|workers|students|dollars|euros|yuan|pounds|miles|km|kilomet\w+"
    r"|met\w+rs?|feet|tons?|tonnes)\b"
)
_QUANTIFIED = re.compile(
    r"(?:more than|less than|fewer than|at least|at most|about|around|nearly|almost|over|some|roughly|approximately|of up to) $",
    re.IGNORECASE,
)
_MONTH_LEAD = re.compile(
    r"(?:\b(?:in|since|of|by|until|till|last|this|next|early|late|mid|from|between|through|to|during|and|before|after|every|each)[ -])$",
    re.IGNORECASE,
)
LEAD = 40  # characters: more than what leads up to a date has
# A cheap look before the patterns: most sentences hold no date at all.
_CLUE = re.compile(
    r"\d|day|night|week|month|year|decade|century|morning|noon|evening|spring|summer|autumn|winter|fall|ties|tomorrow|o['’]clock|overnight"
    r"|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec",
    re.IGNORECASE,
)
_HOURS = {
    name: value
    for value, name in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1)
}
_RELATIVE = {
    "the past week": "last week", "the last week": "last week", "the previous week": "last week", "the previous month": "last month",
    "the past month": "last month", "the last month": "last month", "the past year": "last year", "the last year": "last year",
    "the previous year": "last year", "previous week": "last week", "previous month": "last month", "previous year": "last year",
    "the next week": "next week", "the coming week": "next week", "the coming month": "next month", "the coming year": "next year",
    "the following day": "the day after", "the next day": "the day after", "the previous day": "the day before", "last night": "yesterday",
    "the following week": "next week", "the next month": "next month", "the following month": "next month", "the next year": "next year",
    "the following year": "next year", "last weekend": "the weekend", "this weekend": "the weekend", "the past weekend": "the weekend",
    "the last weekend": "the weekend",
    "earlier this week": "this week", "earlier this month": "this month", "earlier this year": "this year",
    "later this week": "this week", "later this month": "this month", "later this year": "this year", "nowadays": "today",
}  # fmt: skip
_PARTS = {"midday": "noon", "overnight": "night"}


class DateMention(NamedTuple):
    """A date or time at `text[start:end]`; each part is None when the text does not state it.

    `month` and `weekday` count from 1 and 0 (Monday); `day_first` is true when "9/11" may as well mean the 9th of November;
    `decade` is its first year, `century` its number, `minute` the minute of the day, `part` morning, afternoon, evening, night or
    noon, `edge` early, mid or late, `relative` a word such as "last week".
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    decade: int | None = None
    century: int | None = None
    minute: int | None = None
    part: str | None = None
    season: str | None = None
    edge: str | None = None
    relative: str | None = None
    day_first: bool = False


_FIELDS = DateMention._fields[2:-1]


@remembering
def dates(text: str) -> tuple[DateMention, ...]:
    """The dates and times of a text, in order and without overlap."""
    found: list[DateMention] = []
    if not _CLUE.search(text):
        return ()
    taken = bytearray(len(text))
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if taken.find(1, match.start(), match.end()) < 0:
                mention = _mention(match, text)
                if mention is not None:
                    found.append(mention)
                    taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    return tuple(sorted(found))


def compatible(a: DateMention, b: DateMention) -> bool:
    """Whether two mentions can mean the same time: every part that both state agrees, and they share at least one."""
    return any(_agree(left, right) for left in _readings(a) for right in _readings(b))


def covers(found: DateMention, claimed: DateMention) -> bool:
    """Whether `found` states everything that `claimed` does, with the same values."""
    return any(
        all(claim is None or _implied(left, field, claim) for field, claim in zip(_FIELDS, _parts(right), strict=True))
        for left in _readings(found)
        for right in _readings(claimed)
    )


def _parts(mention: DateMention) -> tuple[int | str | None, ...]:
    return tuple(mention)[2:-1]


def _implied(found: DateMention, field: str, claim: int | str) -> bool:
    value = getattr(found, field)
    if value is None and found.year is not None:
        value = {"decade": found.year // 10 * 10, "century": (found.year - 1) // 100 + 1}.get(field)
    if value is None and field == "century" and found.decade is not None:
        value = found.decade // 100 + 1
    if value is None and field == "part" and found.minute is not None:
        return _part_of(found.minute) == claim
    return bool(value == claim)


def _agree(a: DateMention, b: DateMention) -> bool:
    shared = [(x, y) for x, y in zip(_parts(a), _parts(b), strict=True) if x is not None and y is not None]
    if a.decade is not None and b.year is not None:
        shared.append((a.decade, b.year // 10 * 10))
    if b.decade is not None and a.year is not None:
        shared.append((b.decade, a.year // 10 * 10))
    return bool(shared) and all(x == y for x, y in shared)


def _readings(mention: DateMention) -> tuple[DateMention, ...]:
    if not mention.day_first:
        return (mention,)
    return mention, mention._replace(month=mention.day, day=mention.month)


def _mention(match: re.Match[str], text: str) -> DateMention | None:
    groups = {name: value.lower() for name, value in match.groupdict().items() if value}
    if _is_no_date(match, groups, text):
        return None
    month = _MONTH_NAMES.get(groups.get("month", "").rstrip("."))
    day = int(groups["day"]) if "day" in groups else None
    day_first = False
    if "month_number" in groups:
        month = int(groups["month_number"])
    if "first" in groups:
        first, second = int(groups["first"]), int(groups["second"])
        if min(first, second) > 12:
            return None
        month, day = (first, second) if first <= 12 else (second, first)
        day_first = max(first, second) <= 12 and first != second
    start = match.start("part") if set(groups) == {"part"} else match.start()
    return DateMention(
        start,
        match.end(),
        year=_year(groups.get("year")),
        month=month,
        day=day,
        weekday=WEEKDAYS.index(groups["weekday"]) if "weekday" in groups else None,
        decade=_decade(groups),
        century=int(groups["century"]) if "century" in groups else None,
        minute=_minute(groups),
        part=_part(groups.get("part")),
        season=groups.get("season", "").replace("fall", "autumn") or None,
        edge=_edge(groups.get("edge") or groups.get("edge_of")),
        relative=_relative(groups.get("relative")),
        day_first=day_first,
    )


def _is_no_date(match: re.Match[str], groups: dict[str, str], text: str) -> bool:
    month = groups.get("month", "")
    before = text[max(0, match.start() - LEAD) : match.start()]
    if month in ("may", "march", "mar", "dec", "sept", "sep", "jan", "jun", "august") and "day" not in groups and "year" not in groups:
        # "may", "march" and short forms are months only where a preposition or an edge leads up to them, or a dot follows.
        return not (groups.get("edge") or _MONTH_LEAD.search(before)) or (month == "may" and match.group()[-3:].islower())
    if set(groups) <= {"year", "edge"} and "edge" not in groups:
        return bool(_COUNTED.match(text, match.end()) and not re.search(r"\b[Ii]n $", before) or _QUANTIFIED.search(before))
    return False


def _year(written: str | None) -> int | None:
    if written is None:
        return None
    value = int(written)
    return value if value >= 100 else value + (2000 if value < 50 else 1900)


def _decade(groups: dict[str, str]) -> int | None:
    if "decade" in groups:
        return int(groups["decade"])
    if "short_decade" in groups:
        return 1900 + int(groups["short_decade"])
    return 1900 + _DECADES[groups["decade_word"]] if "decade_word" in groups else None


def _minute(groups: dict[str, str]) -> int | None:
    if "hour_word" in groups:
        word = groups["hour_word"]
        return 60 * (_HOURS[word] if word in _HOURS else int(word))
    if "hour" not in groups:
        return None
    hour = int(groups["hour"])
    if "half" in groups:
        hour = hour % 12 + (12 if groups["half"] == "p" else 0)
    return 60 * hour + int(groups.get("minute", 0))


def _part_of(minute: int) -> str:
    hour = minute // 60
    return "night" if hour < 5 or hour >= 22 else "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"


def _part(written: str | None) -> str | None:
    if written is None:
        return None
    word = next(word for word in written.split() if word not in ("early", "late"))
    word = word.removesuffix("s")
    return _PARTS.get(word, word)


def _edge(written: str | None) -> str | None:
    if written is None:
        return None
    return {"beginning of": "early", "start of": "early", "end of": "late", "middle of": "mid"}.get(written, written)


def _relative(written: str | None) -> str | None:
    if written is None:
        return None
    written = written.strip()
    return _RELATIVE.get(written, written)
