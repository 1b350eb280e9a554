"""A language model by name: `PROVIDER:MODEL` becomes a LlamaIndex object, with its key from the environment and nowhere else."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from rag.config import Settings
from rag.errors import ExtraMissing, KeyMissing, ModelRefused, SettingsError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

# Most tokens of an answer: small models may repeat themselves without an end.
ANSWER_TOKENS = 768
# Sent to servers that ask for no key; without it OpenAI's own key would be taken from the environment and given to a stranger.
NO_KEY = "none"
COMPATIBLE_KEY = "GROUNDLINE_LLM_KEY"
OLLAMA = "http://127.0.0.1:11434"

FORMS = "extractive, openai:MODEL, anthropic:MODEL, ollama:MODEL, openai-compatible:MODEL@URL or llamacpp:FILE.gguf"


def make_llm(spec: str, settings: Settings) -> "LLM | None":
    """The language model that `spec` names, or None for `extractive`: nothing is asked of its server yet.

    `openai:MODEL` (key in OPENAI_API_KEY), `anthropic:MODEL` (ANTHROPIC_API_KEY), `ollama:MODEL` (server at OLLAMA_HOST, else this
    machine), `openai-compatible:MODEL@URL` (key, if it wants one, in GROUNDLINE_LLM_KEY) and `llamacpp:FILE.gguf`, which is loaded here
    and is to be closed. Raises SettingsError for what is no such name, ExtraMissing, KeyMissing, or ModelRefused for a model that the
    provider's package does not know or a file that holds none.
    """
    text = spec.strip()
    if text in ("", "extractive"):
        return None
    name, colon, model = text.partition(":")
    provider = _PROVIDERS.get(name)
    if provider is None:
        raise SettingsError(f"“{_shown(name)}” is no provider of language models.", f"Use {FORMS}.")
    if not colon or not model.strip():
        raise SettingsError(f"`{name}:` names no model.", f"Use {FORMS}.")
    try:
        return provider.make(model.strip(), settings)
    except ImportError:
        missing = provider.extra
    raise ExtraMissing(f"The package for language models of `{name}` is not installed.", f"pip install groundline[{missing}]")


def close_llm(llm: "LLM") -> None:
    """Ends what `make_llm` opened: connections, and a model in this process."""
    for part in (getattr(llm, "_client", None), llm):
        close = getattr(part, "close", None) or getattr(getattr(part, "_client", None), "close", None)
        if close is not None:
            close()


class _Provider(NamedTuple):
    """How one provider's models are made, and the extra that brings its package."""

    make: "Callable[[str, Settings], LLM]"
    extra: str


def _openai(model: str, settings: Settings) -> "LLM":
    from llama_index.llms.openai import OpenAI

    key = _key("OPENAI_API_KEY", f"openai:{model}")
    llm = OpenAI(model=model, api_key=key, temperature=0.0, max_tokens=ANSWER_TOKENS, max_retries=0, timeout=settings.llm_timeout)
    return _known(llm, f"openai:{model}", "https://api.openai.com/v1")


def _anthropic(model: str, settings: Settings) -> "LLM":
    from llama_index.llms.anthropic import Anthropic

    key = _key("ANTHROPIC_API_KEY", f"anthropic:{model}")
    timeout = settings.llm_timeout
    llm = Anthropic(model=model, api_key=key, temperature=0.0, max_tokens=ANSWER_TOKENS, max_retries=0, timeout=timeout)
    return _known(llm, f"anthropic:{model}", "")


def _ollama(model: str, settings: Settings) -> "LLM":
    from llama_index.llms.ollama import Ollama

    llm: LLM = Ollama(
        model=model,
        base_url=_ollama_url(os.environ.get("OLLAMA_HOST", "").strip()),
        temperature=0.0,
        request_timeout=settings.llm_timeout,
        context_window=settings.llm_context,
        additional_kwargs={"num_predict": _most(settings)},
    )
    return llm


def _compatible(model: str, settings: Settings) -> "LLM":
    from llama_index.llms.openai_like import OpenAILike

    name, at, url = model.partition("@")
    if not at or not name:
        raise SettingsError("`openai-compatible:` takes a model and an address.", "Use openai-compatible:MODEL@http://HOST:PORT/v1.")
    return OpenAILike(
        model=name,
        api_base=_checked_url(url),
        api_key=os.environ.get(COMPATIBLE_KEY, "").strip() or NO_KEY,
        is_chat_model=True,
        context_window=settings.llm_context,
        temperature=0.0,
        max_tokens=_most(settings),
        max_retries=0,
        timeout=settings.llm_timeout,
    )


def _llamacpp(model: str, settings: Settings) -> "LLM":
    from rag.providers.llamacpp import load

    return load(Path(model).expanduser(), settings, _most(settings))


_PROVIDERS = {
    "openai": _Provider(_openai, "openai"),
    "anthropic": _Provider(_anthropic, "anthropic"),
    "ollama": _Provider(_ollama, "ollama"),
    "openai-compatible": _Provider(_compatible, "openai"),
    "llamacpp": _Provider(_llamacpp, "llamacpp"),
}


def _most(settings: Settings) -> int:
    """Most tokens of an answer, where what the model reads is a setting: a quarter of it at most."""
    return min(ANSWER_TOKENS, settings.llm_context // 4)


def _key(variable: str, name: str) -> str:
    key = os.environ.get(variable, "").strip()
    if not key:
        raise KeyMissing(f"The language model {name} needs a key, and {variable} is not set.", f"export {variable}=… and start again.")
    if not key.isascii() or not key.isprintable():
        raise KeyMissing(f"What is in {variable} is no key: it holds characters that no key has.", f"Set {variable} again.")
    return key


def _known(llm: "LLM", name: str, elsewhere: str) -> "LLM":
    """The model, when its package knows how much it reads."""
    try:
        window = llm.metadata.context_window
    except ValueError:
        window = 0
    if window > 0:
        return llm
    way = f", or openai-compatible:MODEL@{elsewhere} with the key in {COMPATIBLE_KEY}" if elsewhere else " and whether its package is new"
    raise ModelRefused(f"The installed package does not know the language model {name}.", f"Check its name{way}.")


def _checked_url(url: str) -> str:
    """The address, when it is one. Keys in it are refused: an address is shown, and written into reports."""
    try:
        parts = urlsplit(url.strip())
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError("The address of the language model is none.", "Use openai-compatible:MODEL@http://HOST:PORT/v1.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingsError(
            "The address of the language model holds a name, a password or a query, which would be shown.",
            f"Give the address alone, and the key in {COMPATIBLE_KEY}.",
        )
    return url.strip().rstrip("/")


def _ollama_url(host: str) -> str:
    """OLLAMA_HOST as an address: Ollama itself takes a host, a port, both or a whole address."""
    if not host:
        return OLLAMA
    if "://" not in host:
        host = f"http://{host.removeprefix(':') if not host.startswith(':') else '127.0.0.1' + host}"
    try:
        parts = urlsplit(host)
        name = (parts.hostname or "127.0.0.1").replace("0.0.0.0", "127.0.0.1")
        port = parts.port or (11434 if parts.scheme == "http" else 443)
    except ValueError:
        raise SettingsError("OLLAMA_HOST holds no address.", f"Set it to {OLLAMA}, or to that of your server.") from None
    return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}:{port}{parts.path.rstrip('/')}"


def _shown(name: str) -> str:
    """What was given in place of a provider, short: somebody may have pasted a key."""
    return name if len(name) <= 12 else name[:4] + "…"
