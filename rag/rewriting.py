"""A follow-up put into words that stand alone by a language model, and the checks that its words must pass."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.config import Settings
from rag.language.names import names
from rag.language.words import stems, words
from rag.prompts import new_mark, rewriting_prompt
from rag.providers import chat, name_of
from rag.schema import Turn
from rag.writing.fit import messages

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

NOT_USED = "{writer} gave no standalone question ({why}); a rule put it into words."
# A standalone question is at most this much longer than the follow-up, in words.
MOST_WORDS = 40

_LABEL = re.compile(r"^(?:(?:standalone |rewritten |the )*question|answer|rewritten|standalone|assistant)\s*:\s*", re.I)
_OPENING = re.compile(
    r"^(?:(?:and|in|on|at|by|to|for|from|with|of|about|since|until|under|through|during|after|before|near|according to|into)\s+)?"
    r"(?:who|whom|whose|what|which|where|when|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must"
    r"|name|list|tell|describe|explain|give|show|compare|summari[sz]e)\b",
    re.I,
)


def rewritten(question: str, history: Sequence[Turn], llm: "LLM", settings: Settings) -> tuple[str, str]:
    """The follow-up as the model words it, to be asked alone, and a note why that cannot be used ("" when it can).

    Raises ModelError when the model fails.
    """
    mark = new_mark([question, *(turn.content for turn in history)])
    said = chat(llm, messages(rewriting_prompt(question, [(turn.role, turn.content) for turn in history], mark)), settings)
    text = _LABEL.sub("", said.strip().strip("*").strip()).strip().strip("\"“”'`").strip()
    why = fault(text, question, history)
    return text, NOT_USED.format(writer=name_of(llm), why=why) if why else ""


def fault(text: str, question: str, history: Sequence[Turn]) -> str:
    """Why a model's words are no standalone form of a question; empty when they may be."""
    if not text or "\n" in text:
        return "it wrote more than one line" if text else "it wrote nothing"
    if len(words(text)) > len(words(question)) + MOST_WORDS:
        return "it wrote too much"
    if not _OPENING.match(text) or (question.rstrip().endswith("?") and not text.endswith("?")):
        return "it wrote no question"
    said = " ".join([question, *(turn.content for turn in history)])
    known = set(stems(said))
    own = set(stems(question))
    if own and len(own & set(stems(text))) * 2 < len(own):
        return "it asks for something else"
    strange = [name.text for name in names(text) if name.certain and name.start and not set(stems(name.text)) <= known]
    figures = [word.lower for word in words(text) if word.lower[0].isdigit() and word.stem not in known]
    if strange or figures:
        return f"it names {(strange or figures)[0]}, which nobody spoke of"
    return ""
