"""The judge of whether spans support a sentence: the engine's own deterministic checker, with a cache for one run."""

import re
from functools import lru_cache

from rag.grounding import check_grounding
from rag.schema import Answer, AnswerSentence, Grounding

_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"")

_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "–": "-", "\u00a0": " "})


@lru_cache(maxsize=16_384)
def judge(sentence: str, spans: tuple[str, ...]) -> Grounding:
    """The checker's verdict on a sentence and the texts that it cites, in this order.

    A quote is supported by the text that it stands in word for word, even where it is a question, which claims nothing.
    """
    if sentence and any(sentence in span for span in spans):
        return Grounding(label="supported", reasons=("stands word for word in the cited text",))
    return check_grounding(sentence, spans)


def cited_texts(answer: Answer, sentence: AnswerSentence) -> tuple[str, ...]:
    """The quotes that a sentence of an answer cites, in the order of its markers; markers without a citation are left out."""
    quotes = {citation.n: citation.quote for citation in answer.citations}
    return tuple(quotes[n] for n in sentence.citations if n in quotes)


def invented_quotes(sentence: str, spans: tuple[str, ...]) -> tuple[str, ...]:
    """What a sentence puts in quotation marks although none of its spans has these characters in a row.

    Straight and curly marks and kinds of dashes and blanks count as the same character.
    """
    quotes = ((match.group(1) or match.group(2)).strip(" ,.;:!?…") for match in _QUOTED.finditer(sentence))
    return tuple(quote for quote in quotes if quote and not any(_plain(quote) in _plain(span) for span in spans))


def _plain(text: str) -> str:
    return text.translate(_SAME)
