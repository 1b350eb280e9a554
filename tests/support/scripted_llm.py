"""A language model that says what a test tells it to, piece by piece, and keeps what it was asked and how it was left."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback
from pydantic import PrivateAttr

# A piece of text, an exception to raise at this place, or something to do first (such as to wait until the test says so).
Step = str | Exception | Callable[[], object]


class Script(NamedTuple):
    """One answer: its steps, and the reason that the protocol gives for its end ("" for none)."""

    steps: tuple[Step, ...]
    finish: str = ""


class ScriptedLLM(CustomLLM):
    """Gives the answers in order. `prompts` are those it was given, `closed` how often it was stopped before its end."""

    window: int = 8_192
    num_output: int = 256
    streams: bool = True
    names_deltas: bool = True
    _scripts: list[Script] = PrivateAttr(default_factory=list)
    _prompts: list[str] = PrivateAttr(default_factory=list)
    _told: list[str] = PrivateAttr(default_factory=list)
    _stopped: threading.Event = PrivateAttr(default_factory=threading.Event)
    _closed: int = PrivateAttr(default=0)

    def __init__(self, completions: Sequence[Step] = (), **fields: Any) -> None:
        super().__init__(**fields)
        for completion in completions:
            self.enqueue(completion)

    def enqueue(self, *steps: Step, finish: str = "") -> None:
        """The next answer: text in one or more pieces, exceptions where they are raised, calls where they are made."""
        self._scripts.append(Script(steps, finish))

    @property
    def prompts(self) -> list[str]:
        return self._prompts

    @property
    def told(self) -> list[str]:
        """The pieces given out since the last question."""
        return self._told

    @property
    def closed(self) -> int:
        return self._closed

    @property
    def stopped(self) -> threading.Event:
        """Set when the answer to the last question was stopped before its end."""
        return self._stopped

    @property
    def left(self) -> int:
        """Answers that nobody has asked for yet."""
        return len(self._scripts)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=self.window, num_output=self.num_output, model_name="scripted")

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        *_, last = self._responses(prompt)
        return last

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        if not self.streams:
            raise NotImplementedError("its answers come in one piece")
        return self._responses(prompt)

    def _responses(self, prompt: str) -> CompletionResponseGen:
        self._prompts.append(prompt)
        self._told.clear()
        self._stopped.clear()
        script = self._scripts.pop(0)
        said = ""
        try:
            for step in (*script.steps, ""):
                if isinstance(step, Exception):
                    raise step
                if not isinstance(step, str):
                    step()
                    continue
                said += step
                self._told.append(step)
                raw = {"choices": [{"finish_reason": script.finish or None}]} if step == "" else None
                yield CompletionResponse(text=said, delta=step if self.names_deltas else None, raw=raw)
        except GeneratorExit:
            self._closed += 1
            self._stopped.set()
            raise
