"""The words and names of a question that the evidence does not mention."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rag.asking import prepare
from rag.embed import QuestionReading, Reading
from rag.evidence import Evidence
from rag.language.question import ASKING
from rag.language.words import stem, words
from rag.mentions import Mentions, names_of
from rag.weights import UNCOVERED

# Words of a question that no text needs in order to answer it: how much is asked, whether something may be, that something was at all.
_LIGHT = frozenset(
    stem(word)
    for word in """many much often must may might shall should could would can need go goes went gone happen occur take took make made
    get got give gave put come came become became serve carry exist concern mention""".split()
)

# How many of the best sentences' passages are the evidence.
SENTENCES = 3


def uncovered(
    question: str, read: QuestionReading, ranked: Sequence[Evidence], readings: Mapping[str, Reading], look_up: Callable[[str], Mentions]
) -> tuple[str, ...]:
    """Names and words of the question, as written, that the nearest documents lack and nothing in the nearest passages means.

    A name counts as one; words come in the order of the question; those that only say what kind of thing is asked for are left out.
    What is nothing but an order to the program asks the documents for nothing: that they lack its words says nothing.
    """
    nearest = ranked[:SENTENCES]
    documents = [look_up(path) for path in dict.fromkeys(one.found.passage.path for one in nearest)]
    passages = [readings[id] for id in dict.fromkeys(one.sentence.passage_id for one in nearest)]
    found = names_of(question)
    left = {(name.start, name.end) for name in found if not any(document.has(name) for document in documents)}
    for word in words(question):
        inside = any(name.start <= word.start < name.end for name in found)
        if (
            word.stop
            or word.lower in ASKING
            or word.stem in _LIGHT
            or inside
            or any(document.has_stem(word.stem) for document in documents)
        ):
            continue
        if _nearest(read, word.start, word.end, passages) < UNCOVERED:
            left.add((word.start, word.end))
    if not left or prepare(question, {}).order:
        return ()
    return tuple(question[start:end] for start, end in sorted(left))


def _nearest(read: QuestionReading, start: int, end: int, passages: Sequence[Reading]) -> float:
    """The best cosine of a question's word with any piece of the passages; 1 for a word that the model does not see."""
    asked = read.reading
    pieces = asked.tokens[(asked.starts >= start) & (asked.ends <= end)].astype(np.float32)
    if not len(pieces) or not passages:
        return 1.0
    return max(float((pieces @ passage.tokens.astype(np.float32).T).max()) for passage in passages if len(passage.tokens)) / (127 * 127)
