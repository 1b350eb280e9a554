"""What a provider's exception means: an error of our own, told by class and status alone, as its text may hold a key."""

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from rag.errors import (
    AnswerBroken,
    AnswerCut,
    AnswerEmpty,
    GroundlineError,
    KeyMissing,
    ModelBusy,
    ModelError,
    ModelFault,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
    ReplyMalformed,
)

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

ASK_WITHOUT = "or ask without a model (`--llm extractive`)."

# The classes of openai, anthropic, ollama and httpx by name, so that none of them has to be installed or imported.
# The first that stands in an exception's line of classes counts; what is missing here is told by its status, if it has one.
BY_CLASS: dict[str, type[ModelError]] = {
    "ConnectTimeout": ModelUnreachable,
    "APITimeoutError": ModelTimeout,
    "TimeoutException": ModelTimeout,
    "RemoteProtocolError": AnswerBroken,
    "ReadError": AnswerBroken,
    "IncompleteRead": AnswerBroken,
    "ConnectError": ModelUnreachable,
    "TransportError": ModelUnreachable,
    "APIConnectionError": ModelUnreachable,
    "APIResponseValidationError": ReplyMalformed,
    "LengthFinishReasonError": AnswerCut,
    "JSONDecodeError": ReplyMalformed,
    "DecodingError": ReplyMalformed,
    "UnicodeDecodeError": ReplyMalformed,
    "ValidationError": ReplyMalformed,
    "TimeoutError": ModelTimeout,
    "ConnectionRefusedError": ModelUnreachable,
    "ConnectionResetError": AnswerBroken,
    "ConnectionError": ModelUnreachable,
}
# What a server answers with: the rest of 4xx is a refusal, the rest of 5xx a fault.
BY_STATUS: dict[int, type[ModelError]] = {408: ModelTimeout, 409: ModelBusy, 425: ModelBusy, 429: ModelBusy, 503: ModelBusy, 529: ModelBusy}
# A spent account answers like a rate limit, but waiting does not help.
SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "credit_balance_too_low"})
# The prompt is longer than what the model, or its server, reads at once.
TOO_LONG = frozenset({"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"})
# Worth another attempt, as long as nothing of the answer has been given on.
PASSING = (ModelBusy, ModelFault, ModelUnreachable, AnswerBroken)

# Causes of causes that are looked at.
DEEPEST = 8

# What is to be done next, by class of error.
HINTS: dict[type[ModelError], str] = {
    ModelUnreachable: f"Is its server running, and is the address right? Start it, {ASK_WITHOUT}",
    ModelRefused: f"Check the model's name, and what its key may do, {ASK_WITHOUT}",
    ModelBusy: f"Try again later, {ASK_WITHOUT}",
    ModelFault: f"Look at its server's log and try again, {ASK_WITHOUT}",
    ModelTimeout: f"Raise GROUNDLINE_LLM_TIMEOUT, use a faster model, {ASK_WITHOUT}",
    AnswerCut: f"Allow the model longer answers, ask for less, {ASK_WITHOUT}",
    AnswerEmpty: f"Try again, {ASK_WITHOUT}",
    AnswerBroken: f"Try again, {ASK_WITHOUT}",
    ReplyMalformed: f"Is its address that of an OpenAI-compatible server (it often ends in /v1)? Check it, {ASK_WITHOUT}",
    ModelError: f"Check its server, its name and its key, {ASK_WITHOUT}",
}

# LlamaIndex's classes and ours, by name; the first in a model's line of classes counts.
KINDS = {"LlamaCpp": "llamacpp", "OpenAILike": "openai-compatible", "OpenAI": "openai", "Anthropic": "anthropic", "Ollama": "ollama"}


class Failure(NamedTuple):
    """An error to raise, and how many seconds the server asks to wait before another attempt (None: it does not say)."""

    error: ModelError
    wait: float | None


def name_of(llm: "LLM | None") -> str:
    """Who writes, for people to read: `extractive`, `openai:MODEL` and the like, or the class of another LlamaIndex model. Never a key."""
    if llm is None:
        return "extractive"
    kind = protocol(llm)
    if kind is None:
        return type(llm).__name__
    name = f"{kind}:{getattr(llm, 'model', '')}"
    host = address(str(getattr(llm, "api_base", ""))) if kind == "openai-compatible" else ""
    return f"{name}@{host}" if host else name


def protocol(llm: object) -> str | None:
    """The provider whose protocol a model speaks, as specs name it; None for others."""
    return next((KINDS[one.__name__] for one in type(llm).__mro__ if one.__name__ in KINDS), None)


def address(url: str) -> str:
    """Scheme, host, port and path of an address: what stands before an @ or behind a ? may be a key."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}" if host else ""


def translated(llm: "LLM | None", error: BaseException) -> ModelError:
    """The error of our own that a provider's exception stands for, to be raised `from None`, as its text may hold a key.

    Use it wherever a model is called without `retrying` or `streaming`:

        try:
            ...
        except Exception as error:
            raise translated(llm, error) from None

    An error of our own comes back as it is, when it is a ModelError.
    """
    return failure(llm, error).error


def failure(llm: "LLM | None", error: BaseException) -> Failure:
    """`translated`, and the wait that the server asks for."""
    if isinstance(error, ModelError):
        return Failure(error, None)
    if isinstance(error, GroundlineError):
        return Failure(ModelError(str(error), error.hint), None)
    status = _status(error)
    kind = _kind(error, status, protocol(llm) is not None)
    return Failure(kind(_message(kind, name_of(llm), error, status), _hint(kind, status, error)), _wait(error))


def spent(error: ModelError) -> bool:
    """Whether another attempt is of no use."""
    return not isinstance(error, PASSING)


def _status(error: BaseException) -> int | None:
    """The HTTP status of a reply, as openai and anthropic (`status_code`), httpx (`response.status_code`) and ollama name it."""
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int) and 100 <= status < 600:
            return status
    return None


def _kind(error: BaseException, status: int | None, known: bool) -> type[ModelError]:
    if _code(error) in SPENT:
        return ModelRefused
    if status is not None and status >= 400:
        return BY_STATUS.get(status, ModelFault if status >= 500 else ModelRefused)
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < DEEPEST:
        causes.append(cause)
        cause = cause.__cause__
    # The innermost says best what happened: a connection error of openai is raised from that of httpx.
    for one in reversed(causes):
        for base in type(one).__mro__:
            if base.__name__ in BY_CLASS:
                return BY_CLASS[base.__name__]
    if type(error).__name__ == "APIError":
        # An error that a server reports inside a stream that began well.
        return ModelFault
    if type(error).__name__ == "OpenAIError" and "credentials" in str(error).casefold():
        return KeyMissing
    # A reply of another shape than the protocol's breaks the package that reads it; elsewhere such an error is somebody's mistake.
    return ReplyMalformed if known and isinstance(error, AttributeError | LookupError | TypeError) else ModelError


def _code(error: BaseException) -> str:
    """A server's word for what is wrong; only compared, never shown. Some put a number where OpenAI has the word."""
    body = getattr(error, "body", None)
    inner = body.get("error") if isinstance(body, dict) else None
    found = [getattr(error, "code", None)]
    for holder in (body, inner):
        found += [holder.get("code"), holder.get("type")] if isinstance(holder, dict) else []
    words = [word for word in found if isinstance(word, str)]
    return next((word for word in words if word in SPENT or word in TOO_LONG), words[0] if words else "")


def _message(kind: type[ModelError], name: str, error: BaseException, status: int | None) -> str:
    with_status = f" (status {status})" if status is not None else ""
    told = {
        ModelTimeout: f"The language model {name} was silent for too long{with_status}.",
        ModelUnreachable: f"The language model {name} cannot be reached.",
        ModelBusy: f"The language model {name} is busy or limits how often it may be asked{with_status}.",
        ModelFault: f"The server of the language model {name} failed{with_status}.",
        AnswerBroken: f"The connection to the language model {name} ended before its answer did.",
        AnswerCut: f"The answer of the language model {name} was cut at its limit of tokens.",
        ReplyMalformed: f"The reply of the language model {name} is not what it should be ({type(error).__name__}).",
        KeyMissing: f"The language model {name} has no key.",
        ModelRefused: f"The language model {name} was refused{with_status}: {_refusal(status, error)}.",
    }
    return told.get(kind, f"The language model {name} failed with {type(error).__name__}.")


def _refusal(status: int | None, error: BaseException) -> str:
    if _code(error) in SPENT:
        return "the account has nothing left to spend"
    if _code(error) in TOO_LONG:
        return "the prompt is longer than it reads"
    reasons = {401: "its key is not accepted", 403: "its key may not use it", 404: "no such model, or no such address"}
    return reasons.get(status or 0, "the server does not accept the request")


def _hint(kind: type[ModelError], status: int | None, error: BaseException) -> str:
    if kind is ModelRefused and (status == 413 or _code(error) in TOO_LONG):
        return f"Lower GROUNDLINE_LLM_CONTEXT to what its server was started with, use a model that reads more, {ASK_WITHOUT}"
    return HINTS.get(kind, HINTS[ModelError])


def _wait(error: BaseException) -> float | None:
    """Seconds of the header Retry-After, or of retry-after-ms; a date is left to the back-off."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name)) / unit  # type: ignore[union-attr]
        except (AttributeError, TypeError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None
