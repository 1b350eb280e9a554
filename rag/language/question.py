"""What kind of thing a question asks for."""

import re
from typing import Literal, NamedTuple

from rag.language.synonyms import is_a, parts_of_speech
from rag.language.words import words

_CLASSES: tuple[tuple["Kind", str], ...] = (
    ("person", "person"),
    ("organisation", "organization"),
    ("place", "location"),
)

Kind = Literal[
    "person", "organisation", "number", "money", "duration", "age", "share", "date", "place", "quotation", "reason", "yes_no", "other"
]

# The first pattern that matches decides; keyword questions ("pompeo taiwan when") have the question word anywhere.
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("age", r"\bhow old\b|\bwhat age\b|\bat what age\b"),
    (
        "money",
        r"\bhow much (?:\w+ ){0,2}?(?:money|compensation|cash|pay|funding|damages)\b"
        r"|\b(?:what|which) (?:amount|sum|price|fine|salary)\b",
    ),
    (
        "money",
        r"\bhow much (?:did|does|do|will|would|is|was|were|are)\b.*\b(?:cost|costs|pay|paid|spend|spent|worth|earn|charge"
        r"|charged|fined|raise|raised|price)\b",
    ),
    ("money", r"\bwhat (?:did|does|do|will|would)\b.*\bcosts?\s*\??$|\bhow (?:expensive|costly)\b|\bcosts? how much\b"),
    (
        "share",
        r"\b(?:what|which) (?:share|percentage|percent|proportion|fraction) of\b"
        r"|\bhow (?:large|big|high) (?:a |an |is |was )?(?:the )?(?:share|percentage|proportion)\b",
    ),
    (
        "duration",
        r"\bhow long\b(?! ago)|\bfor how (?:many|long)\b"
        r"|\bhow many (?:more |whole |full )?(?:years|months|weeks|days|hours|minutes|nights|decades)\b",
    ),
    ("duration", r"\b(?:after|within|over|for|in) how many\b|\blongest time\b|\bshortest time\b|\bhow much time\b"),
    (
        "number",
        r"\bhow many\b|\bhow much\b|\b(?:what|which) (?:number|quantity|figure|total|count)\b|^(?:what (?:is|was|were"
        r"|are) )?(?:the )?(?:total )?number of\b|\bhow often\b",
    ),
    (
        "number",
        r"\bhow (?:high|tall|large|big|far|fast|wide|deep|heavy|populous|numerous|strong)\b"
        r"|\bwhat (?:is|was) the (?:\w+ )?(?:population|size|height|length|death toll|toll|distance|speed|rate)\b",
    ),
    ("other", r"^(?:\w+ )?when (?:can|may|must|should|need|ought)\b"),  # on what condition
    (
        "date",
        r"^(?!.*\b(?:what|who|whom|whose|which|where|why|how|whether)\b).*\bwhen\b|^(?:\w+ )?when (?:did|was|is|were|are"
        r"|does|do|will|has|had|have|could|would)\b|\b(?:since|until) when\b",
    ),
    (
        "date",
        r"\b(?:what|which|in what|on what|on which|in which|at what|at which) (?:exact )?(?:year|month|day|date|time|hour"
        r"|decade|century|weekday|season)\b|\bhow long ago\b",
    ),
    (
        "reason",
        r"\bwhy\b|\bhow come\b|\b(?:for )?(?:what|which) reasons?\b"
        r"|\bwhat (?:made|makes|caused|causes|prompted|prompts|led|drove|triggered|motivated|explains)\b"
        r"|\bon what grounds\b|\bwhat (?:is|was|were) the (?:\w+ )?(?:cause|reason|motive)s?\b",
    ),
    (
        "quotation",
        r"\b(?:what|which) (?:exact |very |actual )?(?:words?|phrase|slogan|wording|sentence|term|chant|slogans)\b"
        r"|\bwhat did [^,]{1,40} (?:say|shout|chant|yell|scream|write|tweet|call out|exclaim|reply|answer|declare"
        r"|comment)\b|\bquote\b",
    ),
    (
        "place",
        r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:city|cities|country|countries|province|provinces|district|districts|town"
        r"|towns|village|state|states|region|regions|place|places|area|areas|street|continent|county|island|river"
        r"|capital)\b|\bwhereabouts\b",
    ),
    (
        "person",
        r"^(?!.*\b(?:what|which|where|when|why|how)\b.*\bwho\b).*\b(?:who|whom|whose)\b"
        r"|\b(?:what|which) (?:\w+ )?(?:person|man|woman|politician|official|economist|journalist|researcher|commentator"
        r"|scholar|leader|spokesman|spokeswoman|author|artist|king|queen|president|minister|activist|expert|analyst"
        r"|scientist|actor|singer|general)\b|\bname of the (?:\w+ ){0,2}(?:man|woman|boy|girl|person|mayor|president"
        r"|author|driver|officer|leader|spokesman|journalist|reporter)\b",
    ),
    (
        "yes_no",
        r"^(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|isn't"
        r"|aren't|wasn't|weren't|don't|doesn't|didn't|haven't|hasn't)\b",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_ASKED = re.compile(
    r"\b(?:how many|how much|(?:(?:what|which) )?(?:total )?number of|what|which)\s+(?:of the\s+|of\s+)?(?:(?:more|other|exact|new"
    r"|the)\s+)?([^\W\d]+(?:\s+[^\W\d]+)?)"
)
# Words that say what kind of thing is asked for, and nothing about it.
ASKING = frozenset(
    """share percentage percent proportion fraction number amount quantity sum total reason reasons cause name names kind kinds sort sorts
    type types say says said tell tells told old tall high heavy deep wide long far year month day date time mean means meant""".split()
)
# "When the ferry sank, who was at the helm?"
_CLAUSE = re.compile(
    r"^(?:when|while|after|before|as|once|if|since|although|though|during|in|on|at|by|according to)\b[^,?]*,\s+"
    r"(?=(?:(?:in|on|at|by|to|for|from|of|with|under) )?(?:who|whom|whose|what|which|where|when|why|how)\b)"
)
_NAME_OF = re.compile(
    r"\bnames? of (?:the |an? )?((?:[\w'-]+ )*?[\w'-]+)(?= (?:of|in|at|on|who|whom|whose|that|which|from|for|with|by)\b|\W*$)"
)

# "Who is Clara Holm?" asks for a description, which has no form.
_DESCRIBED = re.compile(r"\W*[Ww]ho(?:['’]s|\s+(?:is|was|are|were))\s+(?:[A-Z][\w.'’-]*\s+)*[A-Z][\w.'’-]*\W*")


class Question(NamedTuple):
    """A question, the kind of thing it asks for, and the words right after "how many" or "which", in lower case."""

    text: str
    kind: Kind
    asked: tuple[str, ...]


def analyse(text: str) -> Question:
    """What a question asks for; `other` when no pattern tells."""
    plain = _CLAUSE.sub("", " ".join(text.lower().replace("’", "'").split()))
    kind: Kind = next((kind for kind, pattern in _COMPILED if pattern.search(plain)), "other")
    if _DESCRIBED.fullmatch(text):
        return Question(text, "other", ())
    found = _ASKED.search(plain)
    asked = tuple(word.lower for word in words(found[1]) if not word.stop) if found else ()
    if kind == "other":
        named = _NAME_OF.search(plain)
        kind = _class_of(asked) or (_class_of((named[1].split()[-1],)) if named else None) or kind
    return Question(text, kind, asked)


def _class_of(asked: tuple[str, ...]) -> Kind | None:
    """The kind of name that "which sculptor" or "what oil company" asks for; None when the noun is of no such class."""
    nouns = [word for word in asked if parts_of_speech(word)[:1] == "n"]
    return next((kind for kind, general in _CLASSES if nouns and is_a(nouns[-1], general)), None)
