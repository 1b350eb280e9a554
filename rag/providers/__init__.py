"""Language models by name, what their failures mean, and how they are called."""

from rag.providers.calls import chat, finish, retrying, streaming
from rag.providers.failures import name_of, translated

__all__ = ["chat", "finish", "name_of", "retrying", "streaming", "translated"]
