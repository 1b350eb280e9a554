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


def judge_sentence(answer: Answer, sentence: AnswerSentence, spans: tuple[str, ...]) -> Grounding:
    """The verdict on a sentence of an answer and these of its texts.

    A correction speaks of the question too, so it is held to what it says of each side: the question has what was claimed, and a cited
    text has what is said to stand there.
    """
    for correction in answer.corrections:
        if correction.text == sentence.text:
            claimed = _plain(correction.claimed).casefold() in _plain(answer.question).casefold()
            found = any(_plain(correction.found).casefold() in _plain(span).casefold() for span in spans)
            missing = [] if claimed else [f"the question does not say “{correction.claimed}”"]
            missing += [] if found else [f"the cited text does not say “{correction.found}”"]
            return Grounding(label="unsupported" if missing else "supported", reasons=tuple(missing))
    return judge(sentence.text, spans)


def cited_texts(answer: Answer, sentence: AnswerSentence) -> tuple[str, ...]:
    """The quotes that a sentence of an answer cites, in the order of its markers; markers without a citation are left out."""
    quotes = {citation.n: citation.quote for citation in answer.citations}
    return tuple(quotes[n] for n in sentence.citations if n in quotes)


def invented_quotes(answer: Answer, sentence: AnswerSentence, spans: tuple[str, ...]) -> tuple[str, ...]:
    """What a sentence puts in quotation marks although none of its spans has these characters in a row.

    A correction may quote the question as well. Straight and curly marks and kinds of dashes and blanks count as the same character.
    """
    corrects = any(correction.text == sentence.text for correction in answer.corrections)
    texts = [_plain(text) for text in (*spans, *([answer.question] if corrects else []))]
    quotes = ((match.group(1) or match.group(2)).strip(" ,.;:!?…") for match in _QUOTED.finditer(sentence.text))
    return tuple(quote for quote in quotes if quote and not any(_plain(quote) in text for text in texts))


def _plain(text: str) -> str:
    return text.translate(_SAME)
