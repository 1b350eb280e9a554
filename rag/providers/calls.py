"""Calling a language model: attempts, waits, and what must be true of an answer before it is believed to be whole."""

import gc
import random
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from types import GeneratorType
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from rag.config import Settings
from rag.errors import AnswerBroken, AnswerCut, AnswerEmpty, ModelError, ReplyMalformed
from rag.providers.failures import HINTS, failure, name_of, protocol, spent, translated

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage, ChatResponse

T = TypeVar("T")

# Seconds before the second attempt, doubled before each further one; and after the first, until the last may start.
FIRST_WAIT, LAST_START = 0.5, 60.0
# How much of a wait is left to chance, so that many who were sent away do not all come back at once.
JITTER = 0.25
# The words of OpenAI's protocol, Anthropic's and Ollama's for an answer that reached its limit of tokens.
CUT = frozenset({"length", "max_tokens", "model_context_window_exceeded"})


def retrying(
    call: Callable[[], T],
    settings: Settings,
    llm: "LLM | None" = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """What `call` returns, tried again up to `settings.llm_retries` times when the server is busy, failing or away.

    For any call that is not streamed: `response = retrying(lambda: llm.chat(messages), settings, llm)`. A wait is what the server asks
    for, else doubles from half a second; no attempt starts later than a minute after the first, so a server that asks for more has
    failed. Raises ModelError of the kind that `translated` names, without the provider's exception, whose text may hold a key.
    """
    started, attempt = clock(), 0
    while True:
        try:
            return call()
        except Exception as error:
            failed, asked = failure(llm, error)
        wait = FIRST_WAIT * 2**attempt * (1 + JITTER * random.random()) if asked is None else asked
        if spent(failed) or attempt >= settings.llm_retries or clock() - started + wait > LAST_START:
            raise _told(failed, attempt, asked)
        sleep(wait)
        attempt += 1


def chat(llm: "LLM", messages: "Sequence[ChatMessage]", settings: Settings) -> str:
    """What the model writes, in one piece. Raises ModelError of the kind that says why there is none, or why it is not whole."""
    response = retrying(lambda: llm.chat(messages), settings, llm)
    said = response.message.content or ""
    _check(llm, said, finish(response), whole=True)
    return said


def streaming(llm: "LLM", messages: "Sequence[ChatMessage]", settings: Settings) -> Generator[str, None, None]:
    """The pieces of what the model writes, none of them empty, as they come.

    Attempts are repeated, as in `retrying`, until the first piece; after it a failure is final. Closing this iterator closes the
    provider's, which ends the request and with it the model's generation. Raises ModelError of the kind that says what happened, also
    when the answer was cut (AnswerCut), is empty (AnswerEmpty) or ended without its end (AnswerBroken); pieces given until then stand.
    """
    opened = retrying(lambda: _open(llm, messages), settings, llm)
    said, end = opened.said, opened.end
    failed: ModelError | None = None
    try:
        if said:
            yield said
        for response in opened.stream:
            piece = _piece(response, said)
            said, end = said + piece, finish(response) or end
            if piece:
                yield piece
    except Exception as error:
        failed = translated(llm, error)
    finally:
        _close(opened.stream)
    if failed is not None:
        raise failed
    _check(llm, said, end, whole=False)


def finish(response: "ChatResponse") -> str:
    """Why the model stopped, in the words of its protocol ("stop", "length", "end_turn", "max_tokens"); empty where it does not say."""
    raw = response.raw
    choices = _field(raw, "choices")
    holders = (choices[0] if isinstance(choices, Sequence) and choices else None, _field(raw, "delta"), raw)
    for holder in holders:
        for name in ("finish_reason", "stop_reason", "done_reason"):
            found = _field(holder, name)
            if isinstance(found, str) and found:
                return found
    return ""


class Closable(Protocol):
    """What can be closed."""

    def close(self) -> None:
        """Ends it."""


class _Opened(NamedTuple):
    """A stream whose first piece is there: what it said, why it ended if it did."""

    stream: "Iterator[ChatResponse]"
    said: str
    end: str


def _open(llm: "LLM", messages: "Sequence[ChatMessage]") -> _Opened:
    """The stream up to its first piece; a model that cannot stream answers in one piece."""
    stream: Iterator[ChatResponse]
    try:
        stream = iter(llm.stream_chat(messages))
    except NotImplementedError:
        stream = iter([llm.chat(messages)])
    end, replies = "", 0
    try:
        for response in stream:
            replies += 1
            end = finish(response) or end
            if piece := _piece(response, ""):
                return _Opened(stream, piece, end)
    except BaseException:
        _close(stream)
        raise
    if not replies and protocol(llm) is not None:
        raise ReplyMalformed(f"The reply of the language model {name_of(llm)} is no stream of an answer.", HINTS[ReplyMalformed])
    return _Opened(stream, "", end)


def _piece(response: "ChatResponse", said: str) -> str:
    """What a response adds; models that name no delta repeat the whole text each time."""
    if response.delta is not None:
        return response.delta
    whole = response.message.content or ""
    return whole[len(said) :] if whole.startswith(said) else ""


def _check(llm: "LLM", said: str, end: str, whole: bool) -> None:
    """Raises what is wrong with an answer that has ended."""
    name = name_of(llm)
    if end in CUT:
        raise AnswerCut(f"The answer of the language model {name} was cut at its limit of tokens.", HINTS[AnswerCut])
    if not end and not whole and protocol(llm) is not None:
        raise AnswerBroken(f"The connection to the language model {name} ended before its answer did.", HINTS[AnswerBroken])
    if not said.strip():
        raise AnswerEmpty(f"The language model {name} wrote nothing.", HINTS[AnswerEmpty])


def _told(failed: ModelError, retries: int, asked: float | None) -> ModelError:
    """The error with what was tried to avoid it."""
    if spent(failed):
        return failed
    tried = f" It was asked {retries + 1} times." if retries else ""
    wait = f" Its server asks to wait {asked:,.0f} s." if asked else ""
    return type(failed)(f"{failed}{tried}{wait}", failed.hint)


def _field(holder: object, name: str) -> object:
    return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)


def _close(stream: object) -> None:
    """Ends a stream and its connection, so that the server hears of it at once.

    openai's stream and anthropic's are parts of a circle and would keep the connection until that is collected as garbage.
    """
    for response in _replies(stream):
        response.close()
    close = getattr(stream, "close", None)
    if close is not None:
        close()


def _replies(stream: object) -> "list[Closable]":
    """The HTTP replies that the generators inside a stream wait for."""
    found: list[Closable] = []
    todo: list[object] = [stream]
    for one in todo:
        for held in gc.get_referents(one):
            reply = getattr(held, "response", None) if type(held).__name__ == "Stream" else None
            if isinstance(held, GeneratorType):
                todo.append(held)
            elif reply is not None and hasattr(reply, "close"):
                found.append(reply)
    return found
