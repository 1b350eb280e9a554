"""A GGUF file through llama.cpp: loaded into this process, spoken to on loopback with a key that only this process knows."""

import os
import secrets
import threading
from pathlib import Path
from typing import Any

import xllamacpp
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.llms.openai_like import OpenAILike

from rag.config import Settings
from rag.errors import ModelRefused

# llama.cpp's level at which only errors are printed.
ERRORS_ONLY = 1
MAGIC = b"GGUF"


class LlamaCpp(OpenAILike):
    """A model of this process. `close` ends its server and frees its memory; a second call does nothing."""

    _server: Any = PrivateAttr(default=None)
    _closing: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores it."""
        return "LlamaCpp"

    def close(self) -> None:
        """Ends the server."""
        with self._closing:
            self._server = None


def load(path: Path, settings: Settings, answer_tokens: int) -> LlamaCpp:
    """The model of a GGUF file, ready to answer in up to `answer_tokens`, on half of the cores.

    Raises ModelRefused when there is no such file, or llama.cpp cannot load it.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
    except OSError as error:
        raise ModelRefused(f"The model {path} cannot be read: {error.strerror}.", "Check the path after `llamacpp:`.") from None
    if magic != MAGIC:
        raise ModelRefused(f"{path} is no GGUF file.", "llama.cpp reads models in the format GGUF.")
    key = secrets.token_hex(16)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = settings.llm_context
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.ui = False
    # Threads wait for each other: where other work takes a core from one of them, all stand still.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 2) // 2)
    params.verbosity = ERRORS_ONLY
    try:
        server = xllamacpp.Server(params)
        # Closed before its loop has taken a first task, a server would wait for that loop for ever.
        server.handle_completions({"prompt": "a", "max_tokens": 1})
    except Exception as error:
        raise ModelRefused(f"llama.cpp cannot load {path} ({type(error).__name__}).", "Is the file whole, and is it new enough?") from None
    llm = LlamaCpp(
        model=path.name,
        api_base=f"{server.listening_address}/v1",
        api_key=key,
        is_chat_model=True,
        context_window=settings.llm_context,
        temperature=0.0,
        max_tokens=answer_tokens,
        max_retries=0,
        timeout=settings.llm_timeout,
        additional_kwargs={"seed": 0},
    )
    llm._server = server
    return llm
