"""What is really asked: orders to the program left out, misspelt words put right, and a question of several parts taken apart."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from rag.language.question import Question, analyse
from rag.language.synonyms import is_common_word
from rag.language.words import stem, words
from rag.split import sentences
from rag.weights import SPELLING

_TARGET = (
    r"(?:sources?|documents?|articles?|texts?|files?|context|passages?|instructions?|rules|prompt|guidelines|evidence|citations?|corpus)"
)
_ORDERS = re.compile(
    rf"\b(?:ignore|forget|disregard|bypass|override|skip)\b.{{0,60}}\b(?:{_TARGET}|everything|previous|above)\b"
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


class Asked(NamedTuple):
    """A question as it is answered.

    `text` is the question without orders and with misspelt words replaced; `parts` are its parts, `text` alone when it has only one;
    `spelling` maps misspelt words to the corpus's words; `order` is true when the question, or all of it, was an order.
    """

    text: str
    question: Question
    parts: tuple[Question, ...]
    spelling: Mapping[str, str]
    order: bool


def prepare(text: str, vocabulary: Mapping[str, int]) -> Asked:
    """What to answer. `vocabulary` holds the corpus's words in lower case."""
    kept = _without_orders(text)
    spelling = corrections(kept or text, vocabulary)
    plain = _replaced(kept or text, spelling)
    whole = analyse(plain)
    pieces = [piece for piece in _JOINT.split(plain) if piece.strip()]
    enough = len(pieces) > 1 and all(len([word for word in words(piece) if not word.stop]) > 1 for piece in pieces)
    return Asked(plain, whole, tuple(analyse(piece) for piece in pieces) if enough else (whole,), spelling, not kept)


def corrections(text: str, vocabulary: Mapping[str, int]) -> dict[str, str]:
    """For each word that neither the corpus nor English knows, the corpus's word that it most likely is."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    found: dict[str, str] = {}
    known_stems: set[str] | None = None
    for word in words(text):
        if word.stop or word.lower in vocabulary or len(word.lower) < SPELLING["shortest"] or not word.lower.isalpha():
            continue
        if known_stems is None:
            known_stems = {stem(known) for known in vocabulary}
        if word.stem in known_stems or is_common_word(word.lower):
            continue
        best = process.extractOne(
            word.lower,
            [known for known in vocabulary if known[0] == word.lower[0]],
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=SPELLING["similarity"],
        )
        if best is not None:
            found[word.lower] = best[0]
    return found


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
