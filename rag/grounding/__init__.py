"""Does what a sentence says stand in the spans it cites? Rules over facts and words, no model; every verdict has its reasons."""

import re
from collections.abc import Sequence

from rag.grounding.alignment import Match, align
from rag.grounding.edits import check_additions, check_exchange
from rag.grounding.evidence import Evidence, flat, gather
from rag.grounding.facts import Finding, check_dates, check_names, check_naming, check_numbers, check_quotes
from rag.grounding.reading import Reading, read, straight
from rag.grounding.score import Features, departure, features
from rag.grounding.sense import check_amounts, check_denials, check_doubt, check_places, check_roles
from rag.grounding.speakers import check_pronouns, check_speakers
from rag.grounding.weights import DOCUMENT, PASSAGE
from rag.language.sentences import find
from rag.language.synonyms import is_common_word
from rag.schema import Grounding

__all__ = ["check_grounding", "judge"]

_MARKER = re.compile(r"\s*\[\d+\](?=\W|$)")
_FRAME = re.compile(
    r"^\W*(?:(?:according to|as (?:reported|stated|described|noted|mentioned) (?:in|by)|per|in) (?:the|this|that|these|its|one)? ?"
    r"(?:\w+ )?(?:articles?|reports?|text|passages?|documents?|sources?|stor(?:y|ies)|piece|excerpt|author)s?"
    r"|(?:the|this) (?:article|report|text|passage|document|source|story|piece|excerpt|author) "
    r"(?:says|said|states|stated|reports|reported|notes|noted|mentions|mentioned|describes|explains|adds|writes)(?: that)?)\W+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r",? (?:according to|as (?:reported|stated|described|noted) (?:in|by)) (?:the|this|that|these) (?:articles?|reports?|text"
    r"|passages?|documents?"
    r"|sources?|stor(?:y|ies)|piece|excerpt)(?=\W*$)|,? (?:the|this) (?:article|report|text|passage|document|source"
    r"|story) (?:says|states|reports|notes)(?=\W*$)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|thanks|thank you|sure|of course|certainly|okay|ok|yes|no|sorry|great question|good question|you're welcome"
    r"|i hope this helps|let me know|here (?:is|are)|here's|below (?:is|are)|the following|in summary|to summarize|i (?:do not"
    r"|don't|cannot|can't) "
    r"(?:know|find|say|answer|tell))\b",
    re.IGNORECASE,
)
_META = re.compile(
    r"\b(?:articles?|documents?|sources?|passages?|text|answer|summary|quotes?|information|following|details|question)\b", re.IGNORECASE
)
# Words before a fragment, in its clause, that take back what it says.
_UNDONE = re.compile(
    r"(?:\b(?:no|not|never|nobody|none|neither|nor|without|whether|if|unless|den(?:y|ies|ied)|refused|failed|unable|hardly)\b"
    r"|n't\b)[^.!?;]*$"
)
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
# Below this many words with meaning, names and numbers together, a sentence says hardly more than that a text has its word
# ("A whale did it."); with this many, one of this weight that the text does not have is half of what is said.
FEW, TELLING = 2, 0.5


def check_grounding(sentence: str, spans: Sequence[str]) -> Grounding:
    """Whether the spans that a sentence cites support it.

    A text of several sentences is supported when each of them is. Without spans, or with empty ones, a claim is unsupported. Greetings,
    questions, announcements ("Here is what the articles say:") and other scripts or languages than the spans' are not judged.
    """
    return judge(sentence, spans)[0]


def judge(sentence: str, spans: Sequence[str]) -> tuple[Grounding, tuple[Features, ...]]:
    """The verdict, and the features of each sentence that was scored (for fitting and reports)."""
    claim = _MARKER.sub("", sentence).strip()
    if (reason := _no_claim(claim)) is not None:
        return Grounding(label="not_judged", reasons=(reason,)), ()
    texts = [span for span in spans if span.strip()]
    if not texts:
        return Grounding(label="unsupported", reasons=("no cited text to compare with",)), ()
    if _verbatim(claim, texts):
        return Grounding(label="supported", reasons=("stands word for word in the cited text",)), ()
    if (reason := _other_language(claim, texts)) is not None:
        return Grounding(label="not_judged", reasons=(reason,)), ()
    parts = [claim[part.start : part.end] for part in find(claim)]
    verdicts = [_sentence(part, texts) for part in parts if _no_claim(part) is None]
    scored = tuple(values for _, values in verdicts if values is not None)
    bad = [reason for verdict, _ in verdicts if verdict.label == "unsupported" for reason in verdict.reasons]
    if bad:
        return Grounding(label="unsupported", reasons=tuple(dict.fromkeys(bad))), scored
    if not verdicts:
        return Grounding(label="not_judged", reasons=("says nothing that could be compared",)), scored
    good = dict.fromkeys(reason for verdict, _ in verdicts if verdict.label == "supported" for reason in verdict.reasons)
    if not good:
        return Grounding(label="not_judged", reasons=verdicts[0][0].reasons), scored
    return Grounding(label="supported", reasons=tuple(good)), scored


def _sentence(sentence: str, spans: Sequence[str]) -> tuple[Grounding, Features | None]:
    if _verbatim(sentence, spans):
        return Grounding(label="supported", reasons=("stands word for word in the cited text",)), None
    stripped = _TAIL.sub("", _FRAME.sub("", sentence)).strip() or sentence
    if stripped != sentence and _verbatim(stripped, spans):
        return Grounding(label="supported", reasons=("stands word for word in the cited text",)), None
    claim = read(stripped)
    if not claim.items:
        return Grounding(label="not_judged", reasons=("no word in it carries meaning",)), None
    evidence = gather(claim, spans)
    matches = align(claim, evidence.units)
    findings = _findings(claim, matches, evidence)
    values = features(claim, matches, evidence, findings)
    coefficients = DOCUMENT if evidence.long else PASSAGE
    probability = departure(values, coefficients)
    missing = [
        match.item.word
        for match in matches
        if match.relation in ("none", "sibling") and match.item.weight > 0.25 and match.item.kind == "word"
    ]
    lost = len(claim.items) <= FEW and any(match.relation == "none" and match.item.weight >= TELLING for match in matches)
    if lost or probability > coefficients.threshold:
        reasons = [finding.reason for finding in sorted(findings, key=lambda finding: -finding.weight) if finding.weight >= 0.3]
        if missing and values.uncovered > 0.15:
            reasons.append(f"not in the cited text: {', '.join(missing[:6])} ({values.uncovered:.0%} of the sentence's weight)")
        reasons = reasons or [f"{values.uncovered:.0%} of the sentence's weight is not in the cited text"]
        return Grounding(label="unsupported", reasons=tuple(reasons)), values
    if len(claim.items) < FEW:
        return Grounding(label="not_judged", reasons=("too little in it to compare",)), values
    covered = f"{1 - values.uncovered:.0%} of the sentence's weight is in the cited text, no fact contradicted"
    return Grounding(label="supported", reasons=(covered,)), values


def _findings(claim: Reading, matches: tuple[Match, ...], evidence: Evidence) -> list[Finding]:
    """All that speaks against a claim."""
    return [
        *check_quotes(claim, evidence),
        *check_numbers(claim, evidence),
        *check_dates(claim, evidence),
        *check_names(claim, matches, evidence),
        *check_naming(claim, evidence),
        *check_denials(claim, matches, evidence),
        *check_amounts(claim, evidence),
        *check_doubt(claim, matches, evidence),
        *check_places(claim, matches, evidence),
        *check_roles(claim, matches, evidence),
        *check_speakers(claim, matches, evidence),
        *check_pronouns(claim, evidence),
        *check_additions(claim, matches, evidence),
        *check_exchange(claim, evidence),
    ]


def _no_claim(sentence: str) -> str | None:
    """Why a sentence makes no claim, or None."""
    if not re.search(r"[^\W_]", sentence):
        return "no words"
    if sentence.rstrip().rstrip("\"”’')").endswith(("?", "？")) and len(re.findall(r"[.!]\s", sentence)) == 0:
        return "a question claims nothing"
    if sentence.rstrip().endswith(":") and len(sentence) < 120:
        return "an announcement claims nothing"
    if _GREETING.match(sentence) and (len(sentence.split()) <= 4 or (_META.search(sentence) and len(sentence.split()) <= 14)):
        return "a greeting or an announcement claims nothing"
    return None


def _verbatim(sentence: str, spans: Sequence[str]) -> bool:
    """Whether a sentence stands in one span word for word, typography and the marks at its ends aside."""
    wanted = straight(sentence).lower().strip(" .,;:!?\"'")
    if not wanted:
        return False
    for span in spans:
        text = flat(span)
        place = text.find(wanted)
        while place >= 0:
            end = place + len(wanted)
            whole = not text[max(0, place - 1) : place].isalnum() and not text[end : end + 1].isalnum()
            if whole and not _UNDONE.search(text, max(0, place - 40), place):
                return True
            place = text.find(wanted, place + 1)
    return False


def _other_language(sentence: str, spans: Sequence[str]) -> str | None:
    """Why a sentence cannot be compared with the spans: another script, or hardly an English word in it."""
    letters = [character for character in sentence if character.isalpha()]
    theirs = [character for span in spans for character in span[:2_000] if character.isalpha()]
    latin = sum(1 for character in letters if _LATIN.match(character)) / max(len(letters), 1)
    latin_there = sum(1 for character in theirs if _LATIN.match(character)) / max(len(theirs), 1)
    if latin < 0.5 or latin_there < 0.5:
        return "written in a script that is not compared"
    reading = read(sentence)
    common = [word for word in reading.all_words if not any(name.start <= word.start < name.end for name in reading.names)]
    known = sum(1 for word in common if is_common_word(word.lower) or not word.lower.isalpha())
    if len(common) >= 4 and known < 0.5 * len(common):
        return "written in a language that is not compared"
    return None
