"""Whether a question asks for an overview of several documents (a summary, a comparison, a list), and of what."""

import re
from functools import cache
from typing import Literal, NamedTuple

from rag.language.names import names
from rag.language.question import Kind
from rag.language.words import stems

Form = Literal["summary", "topic", "comparison", "documents", "list"]


class Wish(NamedTuple):
    """What an overview is asked about.

    `topics` is empty for the documents as a whole and has several entries where things are put side by side ("X and Y"). `kind` and
    `noun` say what a list is of ("place", "cities"); `quoted` narrows a list to who is quoted. `most` is the number of documents that
    the question speaks of ("the two articles"), or None.
    """

    form: Form
    topics: tuple[str, ...] = ()
    kind: Kind = "other"
    noun: str = ""
    quoted: bool = False
    most: int | None = None


# Characters; who asks at greater length asks for something in particular.
LONGEST = 300

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MANY = "(?:articles|documents|docs|texts|files|reports|stories|papers|pieces|pages|notes|sources|books)"
_ONE = "(?:article|document|doc|text|file|report|story|paper|page|book)"
_POINT = (
    "(?:(?:all|both|each|any|some|most|one) of|the|these|those|this|my|our|your|all|both|each|every|any|some|most|other|different|several)"
)
_SORT = "(?:(?:news|newspaper|indexed|uploaded|given|provided|loaded|available|whole|entire) )?"
# What a question calls the documents; § stands for it in the patterns below. One alone counts where it is this one, or each.
_DOCUMENTS = re.compile(
    rf"\b(?:{_POINT} )*(?:(?P<count>{'|'.join(_NUMBERS[1:])}|[2-9]|[1-9]\d) )?{_SORT}{_MANY}\b"
    rf"|\b(?:the|this|my|our|your|that|each|every) {_SORT}(?:{_ONE}|corpus|collection|library|folder|documentation|archive)\b"
    rf"|(?<=\bwhich )(?:of )?{_ONE}\b",
    re.I,
)
_CLASSES: dict[Kind, str] = {
    "place": "places|locations|cities|countries|towns|villages|provinces|regions|districts|areas|states|streets|neighbou?rhoods",
    "person": "people|persons|names|politicians|officials|experts|leaders|individuals|journalists|activists|authors|scientists|witnesses",
    "organisation": "organi[sz]ations|companies|agencies|institutions|universities|newspapers|parties|governments",
    "date": "dates|years|months|days",
    "number": "numbers|figures|statistics",
    "quotation": "quotes|quotations|slogans|chants",
}
_SINGULAR = {
    **{name: f"{name}s" for name in ("place", "location", "town", "village", "province", "region", "district", "area", "state", "street")},
    **{
        name: f"{name}s"
        for name in ("name", "politician", "official", "expert", "leader", "journalist", "author", "date", "year", "number")
    },
    **{name: f"{name}s" for name in ("figure", "quote", "quotation", "slogan", "organisation", "organization")},
    **{"city": "cities", "country": "countries", "company": "companies", "person": "people"},
}
# Words in capitals in the patterns below.
_WORDS = {
    "SAYING": "((all|each|both|together|have to|actually) )*(say|says|said|tell|tells|tell us|report|reports|state|states|mention|mentions"
    "|write|writes|claim|claims|reveal|reveals|note|notes|discuss|know|explain|contain|think|show|offer|have)",
    "DESCRIBE": "(all |each |both )?(describe|portray|report|report on|cover|treat|depict|present|see|view|explain|discuss|talk about)s?",
    "MENTION": "(also |all |both |even )?(mention|mentions|discuss|discusses|talk about|talks about|speak of|speaks of|cover|covers"
    "|deal with|deals with|report on|reports on|refer to|refers to|describe|describes|write about|writes about|name|names"
    "|are about|is about|about"
    "|(say|says|have|has|contain|contains) (something |anything |information |details )?(about|on))",
    "SHOWN": "(mentioned|discussed|named|described|quoted|cited|covered|talked about|referred to|reported|interviewed|listed|given)",
    "ABOUT": "(about|on|regarding|concerning|of|over|with regard to|when it comes to)",
    "SUMMARISE": "(summari[sz]e|sum up|recap|outline|digest|synthesi[sz]e|condense)",
    "SUMMARY": "(summary|overview|synopsis|digest|recap|outline|rundown|gist)",
    "GIVE": "(give|provide|write|make|show|get|prepare|produce)( me| us)?",
    "SHORT": "((a|an|the|short|brief|quick|general|concise|full|complete|overall) )*",
    "POINTS": "((the|all|main|key|central|most important|important|major|principal|common|general) )*"
    "(points|ideas?|topics?|themes?|subjects?|messages?|findings|takeaways|arguments?|issues|stories|claims|contents?|facts|events)",
    "DIFFER": "(differ|disagree|agree|compare|contrast|diverge|conflict|contradict each other|have in common)"
    "( with each other| from each other)?",
    "DIFFERENCES": "((the|main|key|any|some|major) )*(differences?|similarities|contrasts?|contradictions?|disagreements?)",
    "INSIDE": "(in|from|across|throughout|among|within|by|according to|between|of) §",
    "TYPED": f"(?P<noun>{'|'.join(_CLASSES.values())})",
    "ONE": f"(?P<noun>{'|'.join(_SINGULAR)})",
    "PLURAL": r"(?P<noun>([^\W\d_]+ )?[^\W\d_]+[^\W\d_s]s|people)",
    "TOPIC": "(?P<topic>[^§]+?)",
    "SIDES": "(?P<topic>[^§]+? (and|with|to|versus|vs|against) [^§]+?)",
    "POLITE": "((please|hi|hello|hey|so|and|ok|okay|now|then|kindly|just|(can|could|would|will) you|i want( you)? to"
    "|i('d| would) like( you)? to|i want"
    "|i need|i('d| would) like|help me|let me know|tell me|tell us|show me|explain|briefly|in short)[,!:]? )*",
    "END": r"( please| for me| together| briefly| shortly"
    r"| in (short|brief|one paragraph|a few words|(a few|\d+|two|three|five) sentences))?[ ?.!…]*",
}
# The first pattern that matches the whole question decides; one without a topic asks about the documents as they are.
_PATTERNS: tuple[tuple[Form, str], ...] = (
    ("comparison", "(compare|contrast|compare and contrast) (what |how )?§( SAYING)? (ABOUT|DESCRIBE) TOPIC"),
    ("comparison", "(compare|contrast|compare and contrast) §( with each other)?"),
    ("comparison", "(compare|contrast|compare and contrast) TOPIC INSIDE"),
    ("comparison", "(compare|contrast|compare and contrast) SIDES"),
    ("comparison", "((how|where|on what|in what way|in what ways|what) )?(do|does) § DIFFER (in their [a-z]+ ABOUT|in|ABOUT) TOPIC"),
    ("comparison", "((how|where|on what|in what way|in what ways|what) )?(do|does) § DIFFER( on| about)?"),
    ("comparison", "what('s| is| are) DIFFERENCES (between|among|in|across) (what |how )?§( SAYING)? (ABOUT|DESCRIBE) TOPIC"),
    ("comparison", "what('s| is| are) DIFFERENCES (between|among|in|across) §"),
    ("summary", "what (do|does|did) § (SAYING|DESCRIBE|deal with|include|hold)"),
    ("summary", "what('s| is| are| was| were) § (all |mainly |mostly )?about"),
    ("summary", "what('s| is| are)( there| written| covered| contained)? (in|inside) §"),
    ("summary", "what § (is|are)( all)? about"),
    (
        "summary",
        "((what('s| is| are|)|which|list|GIVE) )?POINTS( (of|in|from|across)| (are |is )?SHOWN in| do| does| that)? §"
        "( SAYING| DESCRIBE| raise| make| share| have in common)?",
    ),
    (
        "summary",
        "(SUMMARISE|(GIVE )?SHORTSUMMARY (of|on|for)) (what )?(§|it|everything|all|it all|all of it|all of them"
        "|POINTS (of|in|from) §)( SAYING)?",
    ),
    ("summary", "describe §( to me)?"),
    ("summary", "SUMMARISE (each|every) (one|of §|of them)"),
    ("topic", "(SUMMARISE|(GIVE )?SHORTSUMMARY (of|on)) (what |how )?(all )?§( SAYING)? (ABOUT|DESCRIBE) TOPIC"),
    ("topic", "(SUMMARISE|(GIVE )?SHORTSUMMARY (of|on|about)|GIVE SHORTSUMMARY) TOPIC( INSIDE)?"),
    ("topic", "(what|which)( information| facts| details| evidence| else)? (do|does|did|can|has|have) § SAYING ABOUT TOPIC"),
    ("topic", "what( else)? § SAYING ABOUT TOPIC"),
    ("topic", "(what|which) (information|facts|details|evidence) (is|are)( there)? ABOUT TOPIC INSIDE"),
    ("topic", "what('s| is| was| has been)( being)? (said|written|stated|known|claimed|SHOWN) ABOUT TOPIC INSIDE"),
    ("topic", "what('s| is| was| has been)( being)? (said|written|stated|known|claimed|SHOWN) INSIDE ABOUT TOPIC"),
    ("topic", "how (do|does|did|have|has|is|are) § DESCRIBE TOPIC"),
    ("topic", "how (is|are|was|were) TOPIC (portrayed|treated|depicted|presented|seen|viewed|SHOWN) INSIDE"),
    ("topic", "what (can|do|did) (i|we|you) (learn|find out|find|read|know) ABOUT TOPIC INSIDE"),
    (
        "topic",
        "(everything|all the information|all information)"
        "( (that )?(§ SAYING|there is|you know|you have|you find|is known))? ABOUT TOPIC( INSIDE)?",
    ),
    ("documents", "(which|what|how many)( of)? § (are there |do |does |that |which )?MENTION TOPIC"),
    ("documents", "in (which|what|how many)( of)? § (is|are|was|were|does|do) TOPIC (SHOWN|appear|occur)"),
    ("documents", "((which|list|find|name|GIVE|are there|is there) )?§ (that |which |where )?MENTION TOPIC"),
    ("documents", "(do|does) § MENTION TOPIC"),
    ("documents", "(is|are) TOPIC SHOWN( anywhere)? INSIDE"),
    ("documents", "(is|are) there (anything|something|information) ABOUT TOPIC INSIDE"),
    (
        "list",
        "(GIVE )?((a|the) )?((full|complete|short) )?list (of )?((all|every) )?(of )?(the )?((different|various) )?TYPED"
        "( TOPIC)?( INSIDE)?",
    ),
    ("list", "(list|enumerate|name|collect|extract|find|GIVE) all (of )?(the )?((different|various) )?PLURAL( TOPIC)?( INSIDE)?"),
    ("list", r"((in|to|from|at|on) )?which (other |different )?TYPED\b(?! (is|are|was|were) (?-i:[A-Z]))( TOPIC)?( INSIDE)?"),
    ("list", "what (are|were) all (of )?(the )?PLURAL( TOPIC)?( INSIDE)?"),
    ("list", "what (other )?TYPED (are|were|is|get) (all )?SHOWN( INSIDE)?"),
    ("list", "(who|what) (are|were) (all )?(the )?TYPED( that| who)?( are| were)? SHOWN( INSIDE)?"),
    ("list", "(list|enumerate|name|collect|extract|find|GIVE) (every|each) (single )?ONE( TOPIC)?( INSIDE)?"),
    ("list", "(what (are|were) )?(all )?(the )?TYPED( that| who)?( are| is| were)?( SHOWN)? INSIDE"),
    ("list", "(?P<noun>who)( all)? (is|are|was|were|gets) (all )?SHOWN( INSIDE)?"),
)


_CAPITALS = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))


def _compiled(pattern: str) -> re.Pattern[str]:
    whole = _CAPITALS.sub(lambda word: _WORDS[word[0]], f"POLITE{pattern}END")
    return re.compile(re.sub(r"\((?!\?)", "(?:", whole), re.I)


@cache
def _table() -> tuple[tuple[Form, re.Pattern[str]], ...]:
    """The patterns, compiled when the first question needs them: a tenth of a second that most never do."""
    return tuple((form, _compiled(pattern)) for form, pattern in _PATTERNS)


# No question is an overview without one of these: nothing else is spent on most questions.
_SIGN = re.compile(
    rf"§|\b(?:compare|contrast|summari[sz]e|sum up|recap|outline|digest|condense|synthesi[sz]e|summary|overview|synopsis|rundown|gist"
    rf"|everything|all information|lists?|enumerate|collect|extract"
    rf"|(?:name|find|give|give me|show|show me|what are|what were) (?:all|every|each)"
    rf"|which (?:other |different )?(?:{'|'.join(_CLASSES.values())})"
    rf"|(?:are|is|were|was|people) (?:all )?(?:mentioned|named|quoted|cited|interviewed|discussed|described|listed|given))\b",
    re.I,
)
_KINDS = tuple((kind, re.compile(pattern, re.I)) for kind, pattern in _CLASSES.items())
_QUOTED = re.compile(r"\b(?:quoted|cited|interviewed)\b", re.I)
_ONLY_SHOWN = re.compile(rf"(?:(?:that|which|who|are|is|were|was|have|has|been|get|all|there|{_WORDS['SHOWN'][1:-1]})\b\s*)+", re.I)
_BY_NUMBER = re.compile(rf"\b{_ONE}\s+(?:\d|{'|'.join(_NUMBERS)})", re.I)
_SIDES = re.compile(r",? (?:and|with|to|versus|vs\.?|against) ", re.I)
_BETWEEN = re.compile(r",? (?:and|or|versus|vs\.?) |, ", re.I)


def overview_wish(question: str) -> Wish | None:
    """What overview a question asks for, or None for a question about one fact."""
    if len(question) > LONGEST:
        return None
    plain = " ".join(question.replace("’", "'").replace("§", " ").split())
    counts: list[str] = []

    def standing_in(match: re.Match[str]) -> str:
        counts.append(match["count"] or "")
        return "§"

    marked = _DOCUMENTS.sub(standing_in, plain)
    if not _SIGN.search(marked):
        return None
    for form, pattern in _table():
        if match := pattern.fullmatch(marked):
            return _wish(form, match, marked, next(filter(None, counts), ""))
    return None


def _wish(form: Form, match: re.Match[str], marked: str, count: str) -> Wish | None:
    parts = match.groupdict()
    topic, noun = parts.get("topic") or "", (parts.get("noun") or "").lower()
    if _BY_NUMBER.search(topic):
        return None
    noun = _SINGULAR.get(noun, noun)
    quoted = form == "list" and bool(_QUOTED.search(marked)) and _kind(noun) in ("person", "other")
    if form == "list" and _ONLY_SHOWN.fullmatch(topic):
        topic = ""
    if form == "list" and not noun:
        return None
    most = (_NUMBERS.index(count.lower()) + 1 if count.lower() in _NUMBERS else int(count)) if count else None
    return Wish(form, _sides(form, topic.strip(" ,;:\"'“”?.!")), _kind(noun), noun, quoted, most)


def _kind(noun: str) -> Kind:
    if noun == "who":
        return "person"
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(noun)), "other")


def _sides(form: Form, topic: str) -> tuple[str, ...]:
    """The topics put side by side: in a comparison what "and" joins, elsewhere only names."""
    if form == "list" or not topic:
        return (topic,) if topic else ()
    parts = tuple(part for part in (_SIDES if form == "comparison" else _BETWEEN).split(topic) if stems(part))
    named = all(any(name.start == 0 and name.end == len(part) for name in names(part)) for part in parts)
    return parts if len(parts) > 1 and (form == "comparison" or named) else (topic,)
