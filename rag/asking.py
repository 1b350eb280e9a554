"""What is really asked: orders to the program left out, misspelt words put right, and a question of several parts taken apart."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.language.question import Question, analyse
from rag.language.synonyms import is_common_word
from rag.language.words import Word, stem, words
from rag.split import sentences
from rag.weights import SPELLING

_TARGET = (
    r"(?:sources?|documents?|articles?|texts?|files?|context|passages?|instructions?|rules|prompt|guidelines|evidence|citations?|corpus)"
)
_ORDERS = re.compile(
    rf"(?:^|[.!?,;:]\s*|\b(?:please|just|now|and|then|must|should|to)\s+)(?:ignore|forget|disregard|bypass|override|skip)\b.{{0,60}}\b(?:{_TARGET}|everything|previous|above)\b"
    rf"|\b(?:without|instead of|regardless of)\s+(?:using|reading|citing|quoting|consulting)?\s*(?:the|any|your|these)?\s*{_TARGET}\b"
    rf"|\b(?:do not|don't|never|stop)\s+(?:cite|quote|use|read|consult|look)\b"
    rf"|\b(?:system|hidden|initial|secret)\s+(?:prompt|message|instructions?)\b|\byour\s+(?:prompt|instructions|rules)\b"
    r"|\b(?:pretend|act as|role-?play|you are now|from now on|jailbreak|developer mode)\b"
    r"|\b(?:reply|answer|respond|say|output|print|write|repeat)\s+(?:only|just|simply)\b|\bjust\s+(?:say|answer|reply|write)\b"
    r"|\b(?:from|use|using)\s+your\s+own\s+(?:knowledge|memory|opinion)\b|\bown knowledge\b"
    r"|^(?:please\s+)?(?:write|compose|draw|invent|make up|imagine|sing|translate)\b",
    re.I,
)
_QUESTION_WORD = r"(?:what|who|whom|whose|which|where|when|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)"
_JOINT = re.compile(rf",?\s+(?:and|but)\s+(?:also\s+)?(?=(?:(?:in|on|at|by|to|for|from|of|with)\s+)?{_QUESTION_WORD}\b)", re.I)
_ALSO = re.compile(r"^(?:also|and|but|then|now|please)\b[,:]?\s*", re.I)


_INDEFINITE = frozenset("whether else anybody anyone anything somebody someone something everybody everyone everything nobody none".split())


class Asked(NamedTuple):
    """A question as it is answered.

    `text` is the question without orders and with misspelt words replaced; `parts` are its parts, `text` alone when it has only one;
    `spelling` maps misspelt words to the corpus's words; `unknown` are words of a question without capitals that neither an English
    corpus nor English knows, which must be names; `order` is true when the question, or all of it, was an order.
    """

    text: str
    question: Question
    parts: tuple[Question, ...]
    spelling: Mapping[str, str]
    unknown: tuple[str, ...]
    order: bool


def prepare(text: str, vocabulary: Mapping[str, int]) -> Asked:
    """What to answer. `vocabulary` holds the corpus's words in lower case."""
    kept = _without_orders(text)
    strange = strangers(kept or text, vocabulary)
    spelling = corrections(strange, vocabulary)
    keywords = (kept or text).islower() and _is_english(vocabulary)
    unknown = tuple(word for word in strange if word not in spelling and word not in _INDEFINITE) if keywords else ()
    plain = _replaced(kept or text, spelling)
    whole = analyse(plain)
    pieces = [piece for piece in _JOINT.split(plain) if piece.strip()]
    enough = len(pieces) > 1 and all(len([word for word in words(piece) if not word.stop]) > 1 for piece in pieces)
    return Asked(plain, whole, tuple(analyse(piece) for piece in pieces) if enough else (whole,), spelling, unknown, not kept)


def strangers(text: str, vocabulary: Mapping[str, int]) -> tuple[str, ...]:
    """The words of a question, in lower case, that neither the corpus nor English knows in any form."""
    candidates = [word for word in words(text) if _may_be_misspelt(word) and word.lower not in vocabulary]
    if not candidates:
        return ()
    letters = {word.lower[0] for word in candidates}
    known = {stem(word) for word in vocabulary if word[0] in letters}
    return tuple(dict.fromkeys(word.lower for word in candidates if word.stem not in known and not is_common_word(word.lower)))


def corrections(strange: Sequence[str], vocabulary: Mapping[str, int]) -> dict[str, str]:
    """For each strange word the corpus's word that it most likely is, if there is one near enough."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    found: dict[str, str] = {}
    for word in strange:
        best = process.extractOne(
            word,
            [known for known in vocabulary if known[0] == word[0]],
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=SPELLING["similarity"],
        )
        if best is not None:
            found[word] = best[0]
    return found


def _may_be_misspelt(word: Word) -> bool:
    return not word.stop and len(word.lower) >= SPELLING["shortest"] and word.lower.isalpha()


def _is_english(vocabulary: Mapping[str, int]) -> bool:
    """Whether most of a corpus's words, of which some two hundred are looked at, are English."""
    sample = list(vocabulary)[:: max(1, len(vocabulary) // 200)]
    return sum(is_common_word(word) for word in sample) * 2 > len(sample)


def _without_orders(text: str) -> str:
    spans = sentences(text)
    kept = [text[span.start : span.end] for span in spans if not _ORDERS.search(text[span.start : span.end])]
    if len(kept) == len(spans):
        return text
    return _ALSO.sub("", " ".join(kept)).strip() if any("?" in sentence for sentence in kept) else ""


def _replaced(text: str, spelling: Mapping[str, str]) -> str:
    if not spelling:
        return text
    parts, at = [], 0
    for word in words(text):
        if word.lower in spelling:
            parts += [text[at : word.start], spelling[word.lower]]
            at = word.end
    return "".join(parts) + text[at:]
