"""What happens while an answer is being given, in order: retrieved, then tokens and judged sentences, then done or error."""

from typing import Literal

from rag.schema import Answer, AnswerSentence, Citation, Frozen, Hit


class Retrieved(Frozen):
    """The passages are found. `question` is what is asked of them: the standalone form of a follow-up."""

    type: Literal["retrieved"] = "retrieved"
    question: str
    hits: tuple[Hit, ...]


class Token(Frozen):
    """A piece of the answer's text as it is being written, raw: markers are still the writer's own."""

    type: Literal["token"] = "token"
    text: str


class Sentence(Frozen):
    """A sentence has ended and was judged; `citations` are those that it names, as they will stand in the answer."""

    type: Literal["sentence"] = "sentence"
    sentence: AnswerSentence
    citations: tuple[Citation, ...]


class Done(Frozen):
    """The last event of an answer that was given, or abstained from. It alone counts: a policy or a failure may have taken back what
    was told before.
    """

    type: Literal["done"] = "done"
    answer: Answer


class Failed(Frozen):
    """The last event of one that could not be given: the error's class, its message and what to do."""

    type: Literal["error"] = "error"
    error: str
    message: str
    hint: str


Event = Retrieved | Token | Sentence | Done | Failed
