"""Noun phrases of a text, found by the forms of words: what pronouns can stand for."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from rag.kept import remembering
from rag.language.dates import dates
from rag.language.names import Name, names
from rag.language.synonyms import base_forms, is_a, is_irregular_verb, parts_of_speech
from rag.language.words import Word, words

Kind = Literal["person", "place", "organisation", "people", "other", "thing"]

_DETERMINERS = frozenset(
    """a an the this that these those his her its their my our your some any each every no another both all most many several few
    other such more""".split()
)
_OPEN = frozenset("this that these those his her its their my our your".split())
_PREPOSITIONS = frozenset(
    "in at on near from to into inside outside around through across of by with under over for about behind along".split()
)
_PLACING = frozenset("in at near from".split())
_PEOPLE = frozenset("people police men women children citizens residents folk crowd others".split())
_GROUPS = frozenset(
    """police crowd group team committee company band government family families party army navy force forces club council commission
    court board staff crew union network population church firm authorities public parliament agency""".split()
)
_PLACES = frozenset(
    """city town village country province state region district county area place street square lake river island mountain valley park
    station airport university school hospital building house residence apartment mall museum capital colony continent campus sea bay
    port harbour harbor bridge facility camp venue site stadium church neighbourhood neighborhood""".split()
)
_PERSONAL = ("er", "or", "ist", "ian", "ant", "ent", "man", "woman", "men", "eer", "ess", "mate", "boy", "girl", "child", "king", "guest")
_SURELY = ("worker", "relative", "expert", "professional", "leader", "traveler", "friend", "ruler", "male")
_RULERS = frozenset("leader leaders ruler rulers khan khans conductor captain".split())
_NOT_HEADS = frozenset(
    """whenever wherever whatever whoever however last next only own same first second third other time year day part kind sort type
    number lot way""".split()
)
_ASKING = re.compile(r"\b(?:did|do|does|will|would|can|could|should|may|might|must)\b", re.I)
_NEVER = frozenset("first second third last next only own same main other former latter such more most".split())
_CODE = re.compile(r"\d[\d./-]*")
_FINITE = frozenset("is are was were am has have had do does did will would can could shall should may might must".split())
_TITLES = frozenset("mr mrs ms miss dr".split())
_LONGEST_CLAUSE = 40  # words looked at to either side
_UNCHANGED = frozenset("bet bid burst cast cost cut hit hurt let put quit read set shed shut split spread thrust upset".split())
_JOINS = frozenset("who which that where when while because if although whether and but as than so".split())
_OPENING = frozenset("the a an its his her their our my your this that these those some any no each every".split())
# After these a form in "-ed" describes what follows.
_DESCRIBED = frozenset("did does do of in on at with for between from by to and or".split())
_NUMBER = re.compile(r"[\d.,]+$|^(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens|hundreds|thousands|millions)$")


class Phrase(NamedTuple):
    """A noun phrase at `text[start:end]`, with what "of" adds; `head` is its main noun in lower case, `before` a preposition before it.

    `far` is where a place that follows it ends ("people in Lund"), or `end`; `name` is the proper name that it is, if it is one.
    """

    start: int
    end: int
    far: int
    text: str
    head: str
    kind: Kind
    plural: bool
    before: str
    name: Name | None


@remembering
def phrases(text: str) -> tuple[Phrase, ...]:
    """The noun phrases of a text in order, without overlap; dates are none."""
    found = words(text)
    named = {index: name for name in _joined(text) for index, word in enumerate(found) if word.start == name.start}
    says = frozenset(index for index in range(len(found)) if _says(found, index, text, named))
    first = _ASKING.search(text)
    asking = first.end() if first is not None else len(text) + 1
    dated = [(date.start, date.end) for date in dates(text)]
    result: list[Phrase] = []
    index = 0
    while index < len(found):
        last, head = _run(found, index, text, named, says, asking)
        if head < 0 or any(start < found[head].end and found[head].start < end for start, end in dated):
            index = max(last, index + 1)
            continue
        end = head + 1
        while end + 1 < len(found) and found[end].lower == "of" and _adjoin(found, end - 1, text) and _adjoin(found, end, text):
            further, inner = _run(found, end + 1, text, named, says, asking)
            if inner < 0:
                break
            end = inner + 1
            last = max(last, further)
        end = _numbered(found, head, end, text, named)
        result.append(_phrase(found, index, head, end, text, named))
        asked = asking <= found[index].start and end < len(found) and _adjoin(found, end - 1, text) and _asked_verb(found, end)
        index = max(end, index) + bool(asked)
    return tuple(_with_place(one, following, text) for one, following in zip(result, [*result[1:], None], strict=False))


def _joined(text: str) -> list[Name]:
    """The names of a text; one cut at an abbreviation or an initial ("St. Johns", "Nicholas E. Golovin") is one."""
    found: list[Name] = []
    for name in names(text):
        before = found[-1] if found else None
        if before is not None and text[before.end : name.start] == ". " and (before.text == "St" or len(before.text.split()[-1]) == 1):
            kind = "person" if before.text != "St" else name.kind
            found[-1] = name._replace(start=before.start, text=text[before.start : name.end], tokens=before.tokens + name.tokens, kind=kind)
        else:
            found.append(name)
    return found


def _numbered(found: Sequence[Word], head: int, end: int, text: str, named: dict[int, Name]) -> int:
    """Where a phrase with the number that tells it from others ends ("section 5.2"); its own end when none follows."""
    if head + 1 != end or end >= len(found) or head in named or is_plural(found[head].lower) or text[found[head].end] != " ":
        return end
    if not _CODE.fullmatch(found[end].lower) or not _adjoin(found, head, text):
        return end
    following = found[end + 1] if end + 1 < len(found) and _adjoin(found, end, text) else None
    counts = following is not None and not following.stop and is_plural(following.lower)
    return end if counts or text[found[end].end : found[end].end + 2].strip().startswith("%") else end + 1


def _with_place(one: Phrase, following: Phrase | None, text: str) -> Phrase:
    """The phrase with a named place that follows it."""
    if following is None or following.before not in _PLACING or not any(letter.isupper() for letter in following.text):
        return one
    between = text[one.end : following.start].split()
    return one._replace(far=following.end) if between == [following.before] else one


def _phrase(found: Sequence[Word], first: int, head: int, end: int, text: str, named: dict[int, Name]) -> Phrase:
    start, stop = found[first].start, found[end - 1].end
    name = next((name for index, name in named.items() if first <= index <= head and name.end >= found[head].end - 2), None)
    whole = name if name is not None and _is_named(found, first, name) else None
    if whole is not None and any(word.lower not in {"the", "a", "an"} | _TITLES for word in found[first:head] if word.start < whole.start):
        start = whole.start
    noun = found[head].lower
    counted = any(_NUMBER.match(word.lower) for word in found[first:head]) or found[first].lower in (
        "many",
        "several",
        "both",
        "these",
        "those",
    )
    plural = (is_plural(noun) or (counted and whole is None)) if whole is None else _plural_name(whole)
    before = found[first - 1].lower if first and found[first - 1].lower in _PREPOSITIONS else ""
    kind: Kind = whole.kind if whole is not None else _kind(noun)
    if noun in _PLACES and whole is not None and kind in ("person", "other"):
        kind = "place"
    return Phrase(start, stop, stop, text[start:stop], noun, kind, plural, before, whole)


def _is_named(found: Sequence[Word], first: int, name: Name) -> bool:
    """Whether a phrase that ends with a name is that name: an article stands before it, or what the person is ("the explorer Ribault")."""
    before = [word.lower for word in found[first:] if word.start < name.start]
    return set(before) <= {"the", "a", "an"} | _TITLES or (is_person(before[-1]) and name.kind in ("person", "other"))


def _kind(noun: str) -> Kind:
    if is_person(noun):
        return "person"
    return "place" if noun in _PLACES else "thing"


@lru_cache(maxsize=8_192)
def is_person(noun: str) -> bool:
    """Whether a lower-case noun names people."""
    return noun in _PEOPLE or (
        noun != ""
        and noun not in _PLACES
        and noun not in _GROUPS
        and is_a(noun, "person")
        and (noun in _RULERS or not is_a(noun, "artifact"))
    )


def is_place(noun: str) -> bool:
    """Whether a lower-case noun names a kind of place."""
    return bool(noun) and (noun in _PLACES or any(base in _PLACES for base in base_forms(noun)))


def is_group(noun: str) -> bool:
    """Whether a lower-case noun in the singular names people together ("committee")."""
    return noun in _GROUPS


@lru_cache(maxsize=8_192)
def is_surely_person(noun: str) -> bool:
    """Whether a lower-case noun for a person has its form too; "tart" and "date" are for people only in one of their senses."""
    if not is_person(noun):
        return False
    return noun in _PEOPLE | _RULERS or noun.endswith(_PERSONAL) or any(is_a(noun, general) for general in _SURELY)


@lru_cache(maxsize=8_192)
def is_plural(noun: str) -> bool:
    """Whether a lower-case noun stands in the plural."""
    if noun in ("people", "police", "men", "women", "children", "others"):
        return True
    if not noun.endswith("s") or noun.endswith(("ss", "us", "is")):
        return any(base != noun and "n" in parts_of_speech(base) for base in base_forms(noun)) and not noun.endswith(("ed", "ing", "s"))
    bases = [base for base in base_forms(noun) if base != noun]
    return bool(bases) or not base_forms(noun)


def _plural_name(name: Name) -> bool:
    return name.kind == "people" and name.text.endswith("s")


def _run(found: Sequence[Word], first: int, text: str, named: dict[int, Name], says: frozenset[int], asking: int) -> tuple[int, int]:
    """Where the run of words that can be one noun phrase ends, and its head's index; -1 when there is no noun in it."""
    index, head, determined = first, -1, False
    asks = asking <= found[first].start
    while index < len(found) and (index == first or _adjoin(found, index - 1, text)):
        word = found[index]
        if _NUMBER.match(word.lower) and index + 1 < len(found) and found[index + 1].lower in _OPENING or index in says:
            break
        if index in named:
            index = _after(found, named[index])
            head = index - 1
            if text[found[head].end - 2 : found[head].end] in ("'s", "’s") and index < len(found):
                determined = True
                continue
            if index < len(found) and ((asks and _asked_verb(found, index)) or not _noun(found, index, head, False)):
                break
            continue
        verb = head >= 0 and asks and not word.stop and _asked_verb(found, index)
        if (
            word.lower in _DETERMINERS
            and head < 0
            and not (word.lower in ("that", "those") and not _then_noun(found, index, text))
            or _NUMBER.match(word.lower)
            and head < 0
        ):
            determined = True
        elif (
            word.stop
            or (word.lower in _PREPOSITIONS and index not in named)
            or (past(word.lower) and not determined and not (head < 0 and index and found[index - 1].lower in _DESCRIBED))
        ):
            if not _hyphened(found, index, text):
                break
        elif determined and head >= 0 and (_ends(found, index, head, text) or _is_compound(found, index, text)) and not verb:
            head = index
        elif verb or (head < 0 and not determined and _commands(found, index, text)):
            break
        elif _noun(found, index, head, determined):
            head = index
        elif not (head < 0 and (_adjective(word, determined) or past(word.lower))):
            break
        index += 1
    if head >= 0 and found[head].lower in _NOT_HEADS and head - 1 < first and head not in named:
        head = -1
    return index, head


def _after(found: Sequence[Word], name: Name) -> int:
    return next((index for index, word in enumerate(found) if word.start >= name.end), len(found))


def _adjoin(found: Sequence[Word], index: int, text: str) -> bool:
    """Whether only a space, a hyphen or quotation marks stand between a word and the next."""
    if index < 0 or index + 1 >= len(found):
        return True
    return not text[found[index].end : found[index + 1].start].strip(" -–“”\"'’s")


def _hyphened(found: Sequence[Word], index: int, text: str) -> bool:
    """Whether a word is joined to the next or the one before ("plugs-out test")."""
    return text[found[index].end : found[index].end + 1] == "-" or text[found[index].start - 1 : found[index].start] == "-"


def _commands(found: Sequence[Word], index: int, text: str) -> bool:
    """Whether a word with a determiner after it is a verb that has an object ("Boil the juice")."""
    following = found[index + 1].lower if index + 1 < len(found) and _adjoin(found, index, text) else ""
    return following in _OPENING | {"it", "them"} and "v" in parts_of_speech(found[index].lower)


def has_verb(text: str) -> bool:
    """Whether a text has a verb that makes it a sentence: an auxiliary, a past form or a form in "-s" after its subject."""
    found = words(text)
    named = {index: name for name in _joined(text) for index, word in enumerate(found) if word.start == name.start}
    return any(_is_finite(word) or _says(found, index, text, named) for index, word in enumerate(found))


def _is_compound(found: Sequence[Word], index: int, text: str) -> bool:
    """Whether a word is the noun that a hyphened description belongs to ("plugs-out test")."""
    return found[index - 1].stop and _hyphened(found, index - 1, text) and "n" in parts_of_speech(found[index].lower)


def _asked_verb(found: Sequence[Word], index: int) -> bool:
    """Whether a word after a noun is likelier the verb that "did" asks for ("did the companies search")."""
    following = found[index + 1] if index + 1 < len(found) else None
    if following is not None and _CODE.fullmatch(following.lower):
        return False
    another = following is not None and not following.stop and parts_of_speech(following.lower)[:1] == "v"
    return "v" in parts_of_speech(found[index].lower) and not is_plural(found[index].lower) and not another


def _ends(found: Sequence[Word], index: int, head: int, text: str) -> bool:
    """Whether a word that is oftener a verb is a noun after another in the singular ("car ferry", "bicycle shed"): a verb would have "-s"
    there, or were it the same in the past, there would be no other verb in its clause.
    """
    word = found[index].lower
    letters = parts_of_speech(word)
    if letters[:1] != "v" or "n" not in letters or past(word) or word.endswith(("s", "ing")) or is_plural(found[head].lower):
        return False
    return word not in _UNCHANGED or any(_is_finite(one) for one in _clause(found, index, text))


def _is_finite(word: Word) -> bool:
    """Whether a word is the verb that makes a clause."""
    return word.lower in _FINITE or (past(word.lower) and not word.stop)


def _says(found: Sequence[Word], index: int, text: str, named: dict[int, Name]) -> bool:
    """Whether a form in "-s" after a noun in the singular is the verb of its clause ("a repair costs 58 euros")."""
    word = found[index].lower
    letters = parts_of_speech(word)
    if not word.endswith("s") or "v" not in letters or index in named or not index or not _adjoin(found, index - 1, text):
        return False
    before = found[index - 1]
    if _NUMBER.match(before.lower):
        return False
    if before.lower not in ("who", "what", "which", "that") and (
        before.stop or is_plural(before.lower) or "n" not in (parts_of_speech(before.lower) or "n")
    ):
        return False
    following = found[index + 1] if index + 1 < len(found) and _adjoin(found, index, text) else None
    if following is None or (letters[0] != "v" and not _goes_on(following)):
        return False
    return not any(_is_finite(one) for one in _clause(found, index, text))


def _goes_on(word: Word) -> bool:
    """Whether a word goes on after a verb rather than after a noun."""
    return word.lower in _OPENING or word.lower in _PREPOSITIONS - {"of"} or bool(_NUMBER.match(word.lower)) or word.lower == "not"


def _clause(found: Sequence[Word], index: int, text: str) -> Iterator[Word]:
    """The words of the clause around a word, without it: up to a stop, a comma or a word that opens another clause."""
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(found) and abs(at - index) <= _LONGEST_CLAUSE:
            between = text[found[min(at, at - step)].end : found[max(at, at - step)].start]
            if between.strip(" -–“”\"'’s") or found[at].lower in _JOINS:
                break
            yield found[at]
            at += step


def _then_noun(found: Sequence[Word], index: int, text: str) -> bool:
    following = found[index + 1] if index + 1 < len(found) else None
    return following is not None and not following.stop and not past(following.lower) and "n" in (parts_of_speech(following.lower) or "n")


def _noun(found: Sequence[Word], index: int, head: int, determined: bool) -> bool:
    word = found[index].lower
    letters = parts_of_speech(word)
    if not word[0].isalpha() or found[index].stop:
        return False
    if past(word) or letters[:1] == "r" or (head < 0 and word in _NEVER) or (head >= 0 and is_irregular_verb(word)):
        return False
    if not letters:
        return True
    if "n" not in letters:
        return False
    if head >= 0 and is_plural(word):
        return True
    if letters[0] == "a" and not (determined and head < 0 and (index + 1 == len(found) or not _could_be_noun(found[index + 1]))):
        return head >= 0 and letters[:2] == "an" and False
    if letters[0] == "v" or word.endswith("ing"):
        return determined and (head < 0 or letters[0] == "n") or (word.endswith("s") and not found[max(0, index - 1)].stop and head < 0)
    return True


def _could_be_noun(word: Word) -> bool:
    return not word.stop and "n" in (parts_of_speech(word.lower) or "n") and not past(word.lower)


def past(word: str) -> bool:
    """Whether a lower-case word has the form of a verb in the past."""
    if word.endswith("ed") and len(word) > 4:
        return any("v" in parts_of_speech(base) for base in base_forms(word) if base != word)
    return is_irregular_verb(word) and parts_of_speech(word)[:1] != "n"


def _adjective(word: Word, determined: bool) -> bool:
    letters = parts_of_speech(word.lower)
    return (
        word.lower in _NEVER
        or "a" in letters
        or not letters
        or (determined and (past(word.lower) or word.lower.endswith(("ing", "most", "ly"))))
    )
