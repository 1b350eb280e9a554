"""Words that deny, and how far each one reaches: up to the end of its clause."""

import re
from typing import NamedTuple

from rag.kept import remembering

# Each cue with the part of it that stands before what is denied.
_CUE = re.compile(
    r"\b(?:(?:is|are|was|were|do|does|did|has|have|had|ca|can|could|wo|would|sha|should|must|might|need|ai|dare)n['’]t\b|can ?not\b"
    r"|not only\b|not\b|never\b|no longer\b|no one\b|nobody\b|none\b|nothing\b|nowhere\b|neither\b|nor\b|without\b|no\b"
    r"|(?:fail(?:s|ed|ing)?|refus(?:e|es|ed|ing)|declin(?:e|es|ed|ing)|neglect(?:s|ed|ing)?|omit(?:s|ted|ting)?|ceas(?:e|es|ed|ing)) to\b"
    r"|(?:den(?:y|ies|ied|ying)|rul(?:e|es|ed|ing) out|reject(?:s|ed|ing)?|abstain(?:s|ed|ing)? from|refrain(?:s|ed|ing)? from"
    r"|stopp?(?:s|ed|ing)? short of|prevent(?:s|ed|ing)?|avoid(?:s|ed|ing)?)\b"
    r"|unable to\b|impossible to\b|absence of\b|lack(?:s|ed|ing)?(?: of)?\b|far from\b|instead of\b|rather than\b"
    r"|hardly\b|barely\b|scarcely\b|seldom\b|rarely\b|few\b(?<!a few))",
    re.IGNORECASE,
)
# Cues that deny, spoken with a verb or noun of their own: they are words too, and synonyms may stand for them.
_SPOKEN = re.compile(
    r"(?:fail|refus|declin|neglect|omit|ceas|den|rul|reject|abstain|refrain|stop|prevent|avoid|unable|impossible|absence|lack)",
    re.IGNORECASE,
)
_WEAK = re.compile(r"(?:far from|instead of|rather than|hardly|barely|scarcely|seldom|rarely|few)", re.IGNORECASE)
# "without" and "no doubt" deny nothing of their clause's verb.
_IDIOM = re.compile(
    r"no (?:doubt|matter|wonder|sooner)\b|not only\b|whether or not\b|if not\b|not to mention\b|why not\b|no\. \d", re.IGNORECASE
)
_CLAUSE_END = re.compile(
    r"[.;:!?”\"]|,(?!\d)|\s[–—-]\s|—|\b(?:but|because|although|though|while|which|who|whereas|unless|until|however|yet|after|before|since)\b"
)


class Negation(NamedTuple):
    """A denying word at `text[start:end]`; what it denies reaches from `end` to `scope_end`.

    `cue` is its lower-case text; `strength` is 1 for plain denial ("not"), 0.5 for verbs such as "refused to" and near-denials.
    """

    start: int
    end: int
    cue: str
    scope_end: int
    strength: float


@remembering
def negations(text: str) -> tuple[Negation, ...]:
    """The denying words of a text, in order."""
    found = []
    for match in _CUE.finditer(text):
        if _IDIOM.match(text, match.start()) or text[: match.start()].lower().endswith("whether or "):
            continue
        stop = _CLAUSE_END.search(text, match.end())
        spoken = _SPOKEN.match(match.group()) or _WEAK.match(match.group())
        cue = match.group().lower().replace("’", "'")
        found.append(Negation(match.start(), match.end(), cue, stop.start() if stop else len(text), 0.5 if spoken else 1.0))
    return tuple(found)


def denied(text: str, start: int) -> bool:
    """Whether the word that starts at `start` stands in the scope of an odd number of plain denials."""
    return sum(1 for cue in negations(text) if cue.strength == 1 and cue.end <= start < cue.scope_end) % 2 == 1
