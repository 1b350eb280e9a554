"""Where the sentences of any text begin and end.

A text is cut into blocks first (paragraphs, headings, list items, table rows, fenced code), because a sentence never crosses
one; then every block at its full stops. Quotes are not balanced on purpose: an unclosed one must not swallow what follows.
Every step looks only a bounded distance around it, so the time is linear in the length of the text.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from rag.language.words import STOP_WORDS


class Found(NamedTuple):
    """A sentence at `text[start:end]`, the number of its paragraph from 0, and whether it is a heading of what follows."""

    start: int
    end: int
    paragraph: int
    heading: bool


class _Line(NamedTuple):
    start: int
    end: int
    kind: str


_NEWLINES = "\n\r\x0b\x0c\x85\u2028\u2029"
_LINE = re.compile(f"[^{_NEWLINES}]*(?:\r\n|[{_NEWLINES}]|\\Z)")
_SPACE = re.compile(r"\s*")
_FENCE = re.compile(r"[ \t]{0,3}(```|~~~)")
_FENCE_CLOSE = re.compile(r"(?:^|(?<=\r))[ \t]{0,3}(```|~~~)[`~]*[ \t]*(?=[\r\n]|\Z)", re.M)
_HASHES = re.compile(r"#{1,6}\s")
_RULE = re.compile(r"(?:=+|-+|\*+|_+)$")
_BULLET = re.compile(r"[-*+•‣◦⁃▪●○·–—]\s")
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})|(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3}))[.)]\s")
# Prose is wrapped at no fewer and no more columns: a line outside was ended on purpose.
_NARROWEST_WRAP, _WIDEST_WRAP = 40, 160

_HARD = "。！？｡؟۔।॥།።։။។"
_SOFT = ".!?…‥‼⁇⁈⁉"
_ELLIPSES = ("...", "…", "..", "‥")
_CLOSERS = r"[”\"’'»›)\]}」』）】》〉*_`]|\[\d{1,3}\]|[ \u00a0\u202f]»|[“‘](?=\s|\Z)"
_END = re.compile(f"([{_SOFT}{_HARD}]+)((?:{_CLOSERS})*)")
_QUOTES = frozenset("”\"’'»›」』“‘")
_FIRST_LETTER = re.compile(r"[^\W_]")
_WORD = re.compile(r"[^\W_]+(?:[’'.][^\W_]+)*")
_TOKEN = re.compile(r"[^\s“”\"‘(\[«/—–]*\Z")
_MARKER = re.compile(r"[-*+•\s(]*(?:\d{1,3}|[A-Za-z]|(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})|(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3}))\Z")
_MARKER_INSIDE = re.compile(r"[:;]\s+\(?\d{1,2}\Z")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}\Z")
_ADDRESS = re.compile(r"https?://|www\.")
_REACH = 48  # characters looked at on either side of a full stop

# Titles: a name follows, so that they never end a sentence.
_TITLES = frozenset(
    """mr mrs ms mx dr prof gen lt col maj capt cmdr sgt cpl adm rev hon pres gov sen rep reps sens messrs mme mlle supt insp det
    atty amb st hr fr""".split()
)
# Words that what follows belongs to, in any case.
_LEADING = frozenset("vs viz cf e.g i.e approx ca esp incl bzw z.b d.h u.a".split())
# Short only before a number.
_SHORT_BEFORE_NUMBER = frozenset(
    "no nos nr fig figs vol vols p pp art arts sec secs ch chap eq eqs para ref app abs tab al op rs c d b".split()
)
_SHORT_DATES = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun".split())
# Short, but may end a sentence too: it does where the next word opens one.
_SOMETIMES_SHORT = frozenset(
    """inc ltd co corp llc plc bros jr sr ave blvd rd hwy mt ft dept univ assn bldg ariz ark calif colo conn del fla ga kan ky md
    mich minn mont neb nev okla pa tenn tex va vt wis wyo ont que sask""".split()
)
_CLOCK = frozenset("a.m p.m".split())
_MONTHS = frozenset(
    """january february march april may june july august september october november december januar jänner februar märz mai juni
    juli oktober dezember""".split()
)
_AFTER_CLOCK = _MONTHS | frozenset(
    """monday tuesday wednesday thursday friday saturday sunday est edt et cst cdt pst pdt gmt utc bst cet eastern central
    pacific mountain""".split()
)
_OPENERS = STOP_WORDS - frozenset("s t re ve ll d m".split()) | frozenset(
    """many some several another others however meanwhile although though since according despite yet still later today
        yesterday perhaps maybe even every everyone everybody someone somebody nobody nothing one two three four five six seven
        eight nine ten yes well first second third finally instead moreover furthermore therefore thus hence indeed
        similarly likewise nevertheless nonetheless next soon people recently among upon within without unlike like
        mr mrs ms dr""".split()
)
_SPEECH = re.compile(
    r"(?:[^\W\d_][\w.’'-]*\s+){1,3}?(?:said|says|asked|asks|added|adds|wrote|writes|shouted|cried|replied|told|yelled|tweeted|"
    r"recalled|wondered|exclaimed|answered|demanded|screamed|whispered|joked|insisted)\b"
)

# What pictures of a page are called; such a name left between sentences is no part of either.
_ICON_WORD = (
    "(?:arrow|chevron|caret|angle|triangle|circle|square|right|left|up|down|forward|back|backward|close|open|menu|hamburger|search|"
    "share|play|pause|stop|icon|check|checkmark|cross|times|plus|minus|external|link|envelope|mail|bell|user|account|home|"
    "gear|cog|settings|bookmark|heart|star|thumbs|download|upload|expand|collapse|more|ellipsis|camera|video|image|photo|"
    "gallery|comment|bubble|calendar|clock|lock|unlock|eye|trash|edit|pencil|print|copy|filter|sort|refresh|info|warning|"
    "alert|help|question|volume|mute|fullscreen|outline|filled|solid|small|large|logo|button|keyboard|bold|thin|x)"
)
_ICON = re.compile(
    f"(?:(?=[A-Z])(?i:{_ICON_WORD})(?:(?=[A-Z])(?i:{_ICON_WORD}))+|{_ICON_WORD}(?:[_-]{_ICON_WORD})+)(?=\\s+[“\"‘'(]?[^\\W_]|\\s*\\Z)"
)


def find(text: str) -> Iterator[Found]:
    """The sentences of any text in order: every character that is not white space belongs to exactly one of them."""
    for number, lines in enumerate(_paragraphs(text)):
        for start, end, kind in _blocks(text, lines):
            whole = kind in ("code", "row")
            spans = [(start, end)] if whole else list(_in_block(text, start, end))
            heading = kind == "heading" and len(spans) == 1
            for first, last in spans:
                yield Found(first, last, number, heading)


def _paragraphs(text: str) -> Iterator[list[_Line]]:
    """The lines between blank lines, without the white space around them; fenced code is one line of kind "code"."""
    closes: dict[str, list[int]] = {"```": [], "~~~": []}
    for match in _FENCE_CLOSE.finditer(text):
        closes[match[1]].append(match.start(1))
    lines: list[_Line] = []
    at, size = 0, len(text)
    while at < size:
        begin, at = at, _line_end(text, at)
        start, end = _skip(text, begin, at), at
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            if lines:
                yield lines
            lines = []
            continue
        fence = _FENCE.match(text, begin, end)
        if fence and (close := _close_of(closes[fence[1]], end)) is not None:
            at = _line_end(text, close)
            lines.append(_Line(start, start + len(text[start:at].rstrip()), "code"))
        else:
            lines.append(_Line(start, end, _kind(text, start, end, lines)))
    if lines:
        yield lines


def _line_end(text: str, at: int) -> int:
    match = _LINE.match(text, at)
    return match.end() if match else len(text)


def _close_of(closes: list[int], after: int) -> int | None:
    place = bisect_left(closes, after)
    return closes[place] if place < len(closes) else None


def _kind(text: str, start: int, end: int, before: list[_Line]) -> str:
    first = text[start]
    if first == "#" and _HASHES.match(text, start, end):
        return "heading"
    if first == "|":
        return "row"
    if _RULE.match(text, start, end):
        return "rule"
    # In the middle of wrapped prose, a dash or a number at the start of a line is no marker.
    fresh = not before or before[-1].kind != "plain" or text[before[-1].end - 1] in ".!?:;。；："
    if (bullet := _BULLET.match(text, start, end)) and (fresh or first not in "–—" or _opens(text, bullet.end())):
        return "item"
    return "item" if fresh and _NUMBERED.match(text, start, end) else "plain"


def _blocks(text: str, lines: list[_Line]) -> Iterator[tuple[int, int, str]]:
    """Runs of lines that sentences may cross, as (start, end, kind)."""
    width = max(_NARROWEST_WRAP, *(line.end - line.start for line in lines))
    start, kind = lines[0].start, lines[0].kind
    for line, following in pairwise(lines):
        if following.kind == "rule" and line.kind == "plain":
            kind = "heading" if start == line.start else kind
            continue
        ended_early = line.kind in ("plain", "item") and _ends_early(text, line, following, width)
        if line.kind in ("heading", "code", "row", "rule") or following.kind != "plain" or ended_early:
            yield start, line.end, "heading" if ended_early and kind == "plain" and start == line.start else kind
            start, kind = following.start, following.kind
    whole = kind == "plain" and start == lines[-1].start and _looks_like_heading(text, start, lines[-1].end)
    yield start, lines[-1].end, "heading" if whole else kind


def _ends_early(text: str, line: _Line, following: _Line, width: int) -> bool:
    """Whether a line without a full stop was ended on purpose: the next word, which opens with a capital, had room on it."""
    if text[line.end - 1] in ",;-–—&" or text[line.end - 1] in _SOFT + _HARD:
        return False
    word = _WORD.search(text, following.start, min(following.end, following.start + _REACH))
    if word is None or not _opens(text, word.start()):
        return False
    size = line.end - line.start
    if size <= _WIDEST_WRAP and size + 1 + word.end() - following.start > width:
        return False
    last = _TOKEN.search(text, max(line.start, line.end - _REACH), line.end)
    return last is None or last[0].lower() not in STOP_WORDS


def _looks_like_heading(text: str, start: int, end: int) -> bool:
    """Whether a paragraph of one line is a heading: short, opening with a capital or number, and without a closing mark."""
    if end - start > 120 or text[end - 1] in ".!?…:;,”\"’'»)" or text[end - 1] in _HARD:
        return False
    word = _WORD.search(text, start, end)
    return word is not None and _opens(text, word.start())


def _in_block(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    block = text[start:end]
    small = block == block.lower()
    first = start
    for match in _END.finditer(text, start, end):
        if match.start() >= first and _is_end(text, first, match, end, small):
            yield from _without_icons(text, first, match.end())
            first = _skip(text, match.end(), end)
    if first < end:
        yield from _without_icons(text, first, end)


def _without_icons(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence, with names of icons that stand before it as sentences of their own."""
    while icon := _ICON.match(text, start, end):
        following = _skip(text, icon.end(), end)
        letter = _FIRST_LETTER.search(text, following, min(end, following + _REACH))
        if following < end and letter is not None and not _opens(text, letter.start()):
            break
        yield start, icon.end()
        start = following
    if start < end:
        yield start, end


def _is_end(text: str, first: int, match: re.Match[str], block_end: int, small: bool) -> bool:
    """Whether the full stops of `match`, with their closing quotes, end the sentence that began at `first`."""
    stop, close, after = match[1], match[2], match.end()
    if after >= block_end:
        return True
    if stop[-1] in _HARD:
        return text[after] not in "，、,;；:：" and not (close and "\u3040" <= text[after] <= "\u309f")
    quoted = any(char in _QUOTES for char in close)
    if not text[after].isspace():
        return quoted and text[after].isupper()
    begin = _skip(text, after, block_end)
    if text[begin] in ",;:)":
        return False
    letter = _FIRST_LETTER.search(text, begin, min(block_end, begin + _REACH))
    if letter is None:
        return block_end - begin > _REACH
    at = letter.start()
    if not small and not _opens(text, at):
        return False
    word = _word_at(text, at, block_end)
    if stop in _ELLIPSES:
        return quoted or not text[match.start() - 1].isspace()
    if stop != ".":
        return not (quoted and word not in _OPENERS and _SPEECH.match(text, at, min(block_end, at + 2 * _REACH)))
    return quoted or not _is_short(text, first, match.start(), at, word, small)


def _is_short(text: str, first: int, stop: int, at: int, word: str, small: bool) -> bool:
    """Whether the full stop at `stop` belongs to a short form, an initial or a list marker, given the word that follows."""
    reach = max(first, stop - _REACH)
    if (reach == first and _MARKER.match(text, first, stop)) or _MARKER_INSIDE.search(text, reach, stop):
        return True
    token = _TOKEN.search(text, reach, stop)
    if token is None or not token[0]:
        return False
    form, lower = token[0], token[0].lower()
    number = text[at].isdigit()
    capital = small or form[0].isupper()
    opener = word in _OPENERS
    if lower in _LEADING or (lower in _TITLES and capital):
        return not (lower == "st" and opener)
    if lower in _SHORT_BEFORE_NUMBER and number:
        return True
    if lower in _SHORT_DATES:
        return capital and (number or word in _SHORT_DATES or word in _MONTHS)
    if lower in _CLOCK:
        return word in _AFTER_CLOCK
    if form.isdigit() and len(form) <= 2:
        return word in _MONTHS
    if len(form) == 1 and form.isupper():
        initial = len(word) == 1 and text[at + 1 : at + 2] == "."
        lone_i = form == "I" and text[max(first, stop - 3) : stop - 1].strip().islower()
        return initial or not (opener or lone_i)
    return (_DOTTED.match(form) is not None or (capital and lower in _SOMETIMES_SHORT)) and not opener


def _opens(text: str, at: int) -> bool:
    """Whether a sentence may begin with the letter or digit at `at`: a capital, a digit, a script without case, "iPhone", a link."""
    char = text[at]
    if not char.islower():
        return True
    return text[at + 1 : at + 2].isupper() or _ADDRESS.match(text, at) is not None


def _word_at(text: str, at: int, end: int) -> str:
    word = _WORD.match(text, at, min(end, at + _REACH))
    return word[0].lower().replace("’", "'") if word else ""


def _skip(text: str, at: int, end: int) -> int:
    match = _SPACE.match(text, at, end)
    return match.end() if match else at


def is_icon(text: str) -> bool:
    """Whether the text is nothing but the name of an icon, such as a page's "ArrowRight" or "chevron_down"."""
    return _ICON.fullmatch(text) is not None
