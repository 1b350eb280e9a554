"""A language model that says what a test tells it to, and keeps what it was asked."""

from collections.abc import Sequence
from typing import Any

from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback
from pydantic import PrivateAttr


class ScriptedLLM(CustomLLM):
    """Gives the completions in order; one that is an exception is raised. `prompts` are those it was given."""

    window: int = 8_192
    num_output: int = 256
    _completions: list[str | Exception] = PrivateAttr()
    _prompts: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, completions: Sequence[str | Exception] = (), **fields: Any) -> None:
        super().__init__(**fields)
        self._completions = list(completions)

    def enqueue(self, completion: str | Exception) -> None:
        self._completions.append(completion)

    @property
    def prompts(self) -> list[str]:
        return self._prompts

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=self.window, num_output=self.num_output, model_name="scripted")

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        self._prompts.append(prompt)
        completion = self._completions.pop(0)
        if isinstance(completion, Exception):
            raise completion
        return CompletionResponse(text=completion)

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        raise NotImplementedError("a scripted answer comes in one piece")
