"""Tokens: the size of the answer's text, markers included, as tiktoken's cl100k_base counts it; the mean over answers given.

What a reader has to get through, and what a caller that passes answers on to a language model pays. Source: tiktoken.
"""

from collections.abc import Mapping

from eval.metrics.base import OF_ANSWERS, Metric, Outcome, Score, answered
from rag.schema import Document
from rag.tokens import count_tokens


def score(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Tokens of one answer."""
    answer = answered(outcome)
    if answer is None:
        return None
    tokens = count_tokens(answer.text)
    return Score(value=float(tokens), explanation=f"{tokens} tokens")


TOKENS = Metric("answer_tokens", "Tokens of an answer", score, kind="count", higher_is_better=False, needs=OF_ANSWERS)
