"""Language models by name, what their failures mean, and how they are called."""

from rag.providers.calls import chat, finish, retrying, streaming
from rag.providers.failures import name_of, translated
from rag.providers.specs import close_llm, make_llm

__all__ = ["chat", "close_llm", "finish", "make_llm", "name_of", "retrying", "streaming", "translated"]
