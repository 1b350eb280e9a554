"""Names of people, places and organisations in a text, by general clues, and whether two of them can be the same."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection
from typing import Literal, NamedTuple

from rag.kept import remembering
from rag.language.dates import MONTHS, WEEKDAYS
from rag.language.synonyms import frequency, is_common_word, name_kinds, parts_of_speech, people_of
from rag.language.words import STOP_WORDS

Kind = Literal["person", "place", "organisation", "people", "other"]

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[.'’&-][^\W_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…]['\"”’)]*\s|\n|[“‘\"(\[]|(?:^|\s)['•*-]\s?)\s*$")
_OPENING_QUOTE = re.compile(r"[“\"‘]\s*$")
_LINKS = frozenset("of for and the de la le van von der den bin ibn al el da di del dos du y".split())
_INNER_AND = re.compile(r"^(?:and|for)$")
_TITLES = frozenset(
    """mr mrs ms miss dr prof professor president premier chancellor minister secretary senator governor mayor king queen prince
    princess pope sir lady lord general colonel captain lieutenant sergeant major judge justice chief chairman chairwoman director
    spokesman spokeswoman spokesperson leader economist commentator journalist researcher professor analyst activist reporter
    author writer editor lawyer resident officer inspector superintendent coach ceo founder vice deputy former prime foreign
    ambassador representative congressman congresswoman treasurer councillor councilor alderman curator commander admiral brigadier
    bishop archbishop cardinal rabbi sheriff duke duchess emperor empress""".split()
)
# Titles that end the name before them: "U.S. Secretary of State", "France President Macron".
_RANKS = frozenset(
    "mr mrs ms dr prof professor president premier chancellor secretary senator governor mayor spokesman spokeswoman".split()
)
PLACE_NOUNS = frozenset(
    """city province district county river lake mountain street road avenue square island islands state republic kingdom town
    village region territory bay sea ocean valley airport station park bridge harbour harbor port coast peninsula capital
    prefecture municipality suburb neighborhood neighbourhood desert forest gulf strait""".split()
)
_ORGANISATION_NOUNS = frozenset(
    """party ministry university commission committee council bank inc corp corporation ltd company agency association
    institute academy college school hospital department bureau court congress parliament senate union league group
    foundation post times news herald tribune press journal army navy force forces club team society organization
    organisation federation authority airlines motors economics consultancy church museum""".split()
)
_SAID = frozenset("said says told wrote added asked tweeted argued claimed explained announced warned predicted noted replied".split())
_PLACE_LEADS = frozenset("in at from near across around outside".split())
# Words that open sentences and are never names, beyond the stop words.
_OPENERS = frozenset(
    """although since others whenever despite whereas another many several none nobody everyone someone anyone everybody anybody
    something anything everything nothing moreover however nevertheless nonetheless meanwhile therefore thus hence otherwise
    instead perhaps maybe because unless until till upon within without among amid towards toward throughout whether either neither
    yet still later earlier today yesterday tomorrow tonight now then here there much most less least every whoever whatever
    wherever via per versus unlike like along alongside according us ours mine thanks okay ok yes no oh well ought might must may
    would could should shall can will first second third one two three four five six seven eight nine ten eleven twelve dozens
    hundreds thousands millions half both all any some few other others such these those this that it he she they we you""".split()
)
_JOINED_BY_OF = (
    _ORGANISATION_NOUNS
    | _TITLES
    | frozenset(
        "academy states republic emirates house board chamber centers centres center centre office isle cape gulf bay battle".split()
    )
)
# General names of the same thing; the first of each line is the form that all are compared by.
_ALIASES = {
    other: line.split("|")[0]
    for line in (
        "united states|us|u.s|u.s.|usa|u.s.a|u.s.a.|america|united states of america|the states|american|americans",
        "united kingdom|uk|u.k|u.k.|britain|great britain|british|britons",
        "european union|eu|e.u|e.u.",
        "united nations|un|u.n|u.n.",
        "china|prc|people's republic of china|mainland china|chinese",
        "russia|russian federation|russian|russians",
        "south korea|republic of korea|south korean",
        "north korea|dprk|north korean",
        "soviet union|ussr|u.s.s.r|u.s.s.r.|soviet",
        "world health organization|who",
        "covid|covid-19|coronavirus disease",
        "france|french", "germany|german|germans", "spain|spanish|spaniards", "japan|japanese", "netherlands|dutch|holland",
        "turkey|turkish|turks|türkiye", "switzerland|swiss", "greece|greek|greeks", "iraq|iraqi|iraqis", "israel|israeli|israelis",
        "pakistan|pakistani|pakistanis", "ukraine|ukrainian|ukrainians", "poland|polish|poles", "sweden|swedish|swedes",
        "taiwan|taiwanese", "hong kong|hongkonger|hongkongers", "tibet|tibetan|tibetans", "vietnam|vietnamese", "ireland|irish",
        "wales|welsh", "scotland|scottish|scots", "iceland|icelandic", "afghanistan|afghan|afghans", "yemen|yemeni|yemenis",
        "new york city|nyc", "los angeles|l.a|l.a.", "washington dc|washington d.c|washington d.c.",
    )
    for other in line.split("|")
}  # fmt: skip
_COUNTRY_FORMS = frozenset(form for form, name in _ALIASES.items() if name not in ("covid", "world health organization"))
_PEOPLES = frozenset(
    """american americans british britons chinese russian russians french german germans spanish japanese dutch turkish turks swiss
    greek greeks iraqi israeli pakistani ukrainian ukrainians polish swedish taiwanese tibetan tibetans vietnamese irish welsh
    scottish afghan afghans yemeni soviet icelandic""".split()
)
_NO_NAMES = frozenset((*MONTHS, *WEEKDAYS, "i", "i'm", "i've", "i'll", "i'd", "mondays", "tuesdays", "wednesdays", "thursdays", "fridays"))
_ACRONYM = re.compile(r"(?:[A-Z]\.){2,}|[A-Z]{2,}[0-9]*s?$|[A-Z][A-Z0-9&-]+$")


class Name(NamedTuple):
    """A name at `text[start:end]`; `tokens` are its lower-case words without titles, links and possessive endings.

    `kind` is a guess from its neighbours and WordNet ("people" for words such as "Chinese"); `place` is where a people comes from;
    `certain` is false for a single capitalised English word at the start of a sentence's name that only its capital speaks for.
    """

    start: int
    end: int
    text: str
    tokens: tuple[str, ...]
    kind: Kind
    place: str | None = None
    certain: bool = True


class _Token(NamedTuple):
    start: int
    end: int
    text: str
    lower: str
    initial: bool
    capital: bool


def _found(text: str, known: frozenset[str]) -> tuple[Name, ...]:
    tokens = _tokens(text)
    seen = frozenset(token.lower for token in tokens if token.capital and not token.initial)
    plain = frozenset(token.lower for token in tokens if not token.capital)
    titled = _titled_lines(text, tokens)
    found: list[Name] = []
    index = 0
    while index < len(tokens):
        last = _known(tokens, index, known) or _run(tokens, index, text, seen, plain, known, titled)
        if last > index:
            name = _name(tokens, index, last, text)
            if name.tokens:
                found.append(name)
            index = last
        else:
            index += 1
    return tuple(found)


@remembering
def _plainly(text: str) -> tuple[Name, ...]:
    return _found(text, frozenset())


def names(text: str, known: Collection[str] = ()) -> tuple[Name, ...]:
    """The names of a text in order, without overlap. `known` are lower-case names to find in any spelling of case ("xi jinping")."""
    return _found(text, frozenset(known)) if known else _plainly(text)


def same_name(a: Name, b: Name) -> bool:
    """Whether two mentions can mean the same: equal, one part of the other ("Xi", "Xi Jinping"), an alias or an acronym.

    A place and its people ("China", "Chinese") count as the same; compare `kind` where the difference matters.
    """
    if a.tokens == b.tokens or _canonical(a) == _canonical(b):
        return True
    shorter, longer = sorted((a, b), key=lambda name: len(name.tokens))
    if set(shorter.tokens) <= set(longer.tokens) and len(shorter.tokens) < len(longer.tokens):
        return not (len(shorter.tokens) == 1 and shorter.tokens[0] in _ORGANISATION_NOUNS | PLACE_NOUNS)
    return _initials(a, b) or _initials(b, a)


def _canonical(name: Name) -> str:
    whole = " ".join(name.tokens)
    return _ALIASES.get(whole) or name.place or whole.removesuffix("s") if name.kind == "people" else _ALIASES.get(whole, whole)


def _initials(short: Name, long: Name) -> bool:
    if len(short.tokens) != 1 or len(long.tokens) < 2 or not _ACRONYM.match(short.text):
        return False
    letters = short.tokens[0].replace(".", "")
    words = [token for token in re.split(r"[\s-]+", long.text.lower()) if token]
    full = "".join(word[0] for word in words)
    content = "".join(word[0] for word in words if word not in _LINKS)
    return letters in (full, content)


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        lower = word.lower().replace("’", "'")
        end = match.end()
        for ending in ("'s", "s'", "'"):
            if lower.endswith(ending):
                cut = 2 if ending == "'s" else 1
                lower, end = lower[:-cut], end - cut
                break
        capital = word[0].isupper() or (len(word) > 1 and word[1:2].isupper() and word[0].islower())
        if "-" in word and not capital:
            tail = word.split("-")[-1]
            capital = len(tail) > 1 and tail.isupper()
        initial = bool(_SENTENCE_START.search(text, max(0, match.start() - 8), match.start())) or match.start() == 0
        found.append(_Token(match.start(), end, text[match.start() : end], lower, initial, capital))
    return found


def _titled_lines(text: str, tokens: list[_Token]) -> list[tuple[int, int]]:
    """Lines in title case or capitals, where a capital letter says nothing."""
    found = []
    start = first = 0
    for line in text.split("\n"):
        end = start + len(line)
        last = bisect_left(tokens, end, first, key=lambda token: token.start)
        inside = [token for token in tokens[first:last] if token.lower not in _LINKS and token.lower not in STOP_WORDS]
        first = last
        if len(inside) >= 5 and sum(token.capital for token in inside) >= 0.8 * len(inside) and not line.rstrip().endswith((".", "”", '"')):
            found.append((start, end))
        start = end + 1
    return found


def _known(tokens: list[_Token], index: int, known: frozenset[str]) -> int:
    """Where the longest known name that starts here ends, or 0."""
    if not known:
        return 0
    for last in range(min(index + 4, len(tokens)), index, -1):
        if " ".join(token.lower for token in tokens[index:last]) in known:
            return last
    return 0


def _run(
    tokens: list[_Token],
    index: int,
    text: str,
    seen: frozenset[str],
    plain: frozenset[str],
    known: frozenset[str],
    titled: list[tuple[int, int]],
) -> int:
    """Where the run of capitalised words that starts here ends; `index` when none starts."""
    if not _starts(tokens, index, text, seen, plain, titled):
        return index
    last = index + 1
    while last < len(tokens):
        gap = text[tokens[last - 1].end : tokens[last].start]
        if gap not in (" ", " & ", "-", " “"[:1]) or (text[tokens[last - 1].end : tokens[last - 1].end + 2] in ("'s", "’s")):
            break
        if _continues(tokens, last, text):
            last += 1
        elif tokens[last].lower in _LINKS and not tokens[last].capital and (after := _after_links(tokens, last, text)):
            last = after
        else:
            break
    return last


def _continues(tokens: list[_Token], index: int, text: str) -> bool:
    token = tokens[index]
    if not token.capital or token.lower in _NO_NAMES or token.lower in _RANKS:
        return False
    return token.lower not in STOP_WORDS | _OPENERS or bool(_ACRONYM.match(token.text))


def _after_links(tokens: list[_Token], index: int, text: str) -> int:
    """Past "of", "of the" and the capitalised word that follows ("Sound of Hope"), or 0; "and" joins two names, not one."""
    if tokens[index].lower in ("and", "for", "the", "la", "el", "y"):
        return 0
    place = index + 1
    while place < len(tokens) and place < index + 2 and tokens[place].lower in ("the", "la", "der", "los"):
        place += 1
    single = index < 2 or not tokens[index - 2].capital
    if not single and tokens[index].lower == "of" and tokens[index - 1].lower not in _JOINED_BY_OF:
        return 0
    if place < len(tokens) and _continues(tokens, place, text) and text[tokens[index].end : tokens[index + 1].start] == " ":
        return place + 1
    return 0


def _starts(
    tokens: list[_Token], index: int, text: str, seen: frozenset[str], plain: frozenset[str], titled: list[tuple[int, int]]
) -> bool:
    token = tokens[index]
    if not token.capital or token.lower in _NO_NAMES or (token.lower in STOP_WORDS | _OPENERS and not _ACRONYM.match(token.text)):
        return False
    if len(token.text) == 1 and not (index + 1 < len(tokens) and tokens[index + 1].capital and text[token.end : token.end + 2] == ". "):
        return False
    line = bisect_right(titled, token.start, key=lambda one: one[0]) - 1
    if line >= 0 and token.start < titled[line][1]:
        return not is_common_word(token.lower) or bool(name_kinds(token.lower)) or token.lower in _PEOPLES
    if not token.initial or token.lower in seen or _ACRONYM.match(token.text):
        return True
    if name_kinds(token.lower) or people_of(token.lower) or token.lower in _ALIASES:
        return token.lower not in plain or bool(people_of(token.lower))
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    joined = following is not None and following.capital and text[token.end : following.start] == " " and following.lower not in _NO_NAMES
    if not is_common_word(token.lower):
        return "-" not in token.text or not all(is_common_word(part) for part in token.lower.split("-") if part)
    if token.lower in _TITLES or token.lower in plain or not joined:
        return False
    # "Mark Williams said": a common noun before a name; adjectives, verbs and adverbs before a name are only words ("Former U.S.").
    return set(parts_of_speech(token.lower)) <= {"n", "v"} and frequency(token.lower) < 40


def _name(tokens: list[_Token], first: int, last: int, text: str) -> Name:
    run = tokens[first:last]
    title = tokens[first - 1].lower if first and text[tokens[first - 1].end : run[0].start] in (" ", ". ") else ""
    titles = []
    organisation = any(token.lower in _ORGANISATION_NOUNS for token in run)
    while len(run) > 1 and not organisation and run[0].lower.rstrip(".") in _TITLES and run[1].lower not in ("of", "for"):
        titles.append(run.pop(0).lower)
    words = tuple(token.lower.replace("’", "'") for token in run if token.lower not in _LINKS)
    if len(words) == 1 and words[0] in _TITLES:
        words = ()
    start, end = run[0].start, run[-1].end
    place = people_of(words[-1]) or people_of(words[-1].removesuffix("s")) if words else None
    if words and words[-1] in _PEOPLES and not place:
        place = _ALIASES.get(words[-1])
    kind = _kind(words, run, tokens, first, last, text, bool(titles) or title in _TITLES, place)
    certain = not run[0].initial or len(words) > 1 or not words or not is_common_word(words[0]) or bool(name_kinds(words[0]) or place)
    return Name(start, end, text[start:end], words, kind, place, certain)


def _kind(
    words: tuple[str, ...], run: list[_Token], tokens: list[_Token], first: int, last: int, text: str, titled: bool, place: str | None
) -> Kind:
    if not words:
        return "other"
    before = tokens[first - 1].lower if first else ""
    after = tokens[last].lower if last < len(tokens) and text[tokens[last - 1].end : tokens[last].start] == " " else ""
    kinds = name_kinds(" ".join(words)) or (name_kinds(words[0]) if len(words) == 1 else ())
    if place and len(words) == 1:
        return "people"
    if _ACRONYM.match(run[-1].text) and " ".join(words) not in _COUNTRY_FORMS:
        return "organisation"
    if set(words) & _ORGANISATION_NOUNS:
        return "organisation"
    if set(words) & PLACE_NOUNS or after in PLACE_NOUNS or " ".join(words) in _COUNTRY_FORMS or kinds == ("place",):
        return "place"
    if titled:
        return "person"
    if any(token.lower == "of" for token in run):
        return "organisation"
    if len(kinds) == 1 or (kinds and "place" in kinds and before in _PLACE_LEADS):
        return "place" if "place" in kinds else "person" if kinds[0] == "person" else "organisation"
    if after in _SAID or before in _SAID:
        return "person" if "place" not in kinds else "place"
    if before in _PLACE_LEADS and len(words) <= 2:
        return "place"
    return "person" if len(words) in (2, 3) and not any(is_common_word(word) for word in words[1:]) else "other"
