"""The OpenAI-compatible door under /v1: chat completions, also as a stream, and the list of models.

What is asked is the last message of the user; the turns before it are the history. Only the documents answer: the instructions of a
system message and what steers a model's sampling have nothing to act on, and are not obeyed.
"""

import json
import secrets
import time
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import anyio.to_thread
from pydantic import BaseModel, ConfigDict, Field

from rag.events import Done, Event, Failed, Sentence
from rag.schema import Answer, Frozen, Turn
from rag.tokens import count_tokens
from ui.access import Refused
from ui.doors.completion import Written, content_of, without_trailer
from ui.doors.errors import tell_errors
from ui.doors.scopes import needs
from ui.doors.service import Service
from ui.gate import error_body

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.streaming import Streamed

MODEL = "groundline"
PREFIX = "/v1"


class Open(BaseModel):
    """Base of what clients send: they know fields that mean nothing here."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Part(Open):
    """A piece of a message."""

    type: str
    text: str = ""


class Message(Open):
    """One message of the conversation so far."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | tuple[Part, ...] | None = None


class StreamOptions(Open):
    """What a stream ends with."""

    include_usage: bool = False


class Only(Frozen):
    """Our own field of a request: the documents that are asked."""

    paths: Annotated[tuple[str, ...], Field(max_length=10_000)] | None = None


class Request(Open):
    """A chat completion as OpenAI's clients ask for it, and `groundline.paths`."""

    model: str
    messages: Annotated[tuple[Message, ...], Field(min_length=1, max_length=1_000)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int | None = None
    tool_choice: object = None
    response_format: object = None
    groundline: Only = Only()


class Conversation(NamedTuple):
    """What a request asks, and what was said before it."""

    question: str
    history: tuple[Turn, ...]


def application(service: Service) -> "FastAPI":
    """The doors under /v1, to be mounted there."""
    from fastapi import Depends, FastAPI

    from ui.streaming import Streamed

    app = FastAPI(title="Groundline for OpenAI's clients", docs_url=None, redoc_url=None, openapi_url=None)
    tell_errors(app, PREFIX)
    born = int(time.time())
    card = {"id": MODEL, "object": "model", "created": born, "owned_by": "groundline"}

    @app.post("/chat/completions", dependencies=[Depends(needs("ask"))], response_model=None)
    async def complete(request: Request) -> "dict[str, object] | Streamed":
        said = conversation(request)
        if request.stream:
            events = await service.events(said.question, said.history, request.groundline.paths)
            return Streamed(_stream(events, request, service.settles_late), events, "text/event-stream")
        answer = await service.ask(said.question, said.history, request.groundline.paths)
        return await _completion(answer, request)

    @app.get("/models", dependencies=[Depends(needs("read"))])
    async def models() -> dict[str, object]:
        return {"object": "list", "data": [card]}

    @app.get("/models/{name:path}", dependencies=[Depends(needs("read"))])
    async def model(name: str) -> dict[str, object]:
        if name != MODEL:
            raise Refused(404, f"There is no model {name[:100]!r}.", f"The model is {MODEL!r}.")
        return card

    return app


def conversation(request: Request) -> Conversation:
    """What a request asks. Raises Refused for what only a language model could do."""
    if request.n not in (None, 1):
        raise Refused(400, "There is one answer to a question.", "Leave out n.")
    if request.tool_choice not in (None, "none", "auto"):
        raise Refused(400, "No tools are called here.", "Leave out tool_choice.")
    if isinstance(request.response_format, dict) and request.response_format.get("type", "text") != "text":
        raise Refused(400, "Answers are text.", "Leave out response_format; the field groundline has the answer as JSON.")
    if request.messages[-1].role != "user":
        raise Refused(400, "The last message is not the user's.", "End with what is asked.")
    turns = [(message.role, _text(message.content)) for message in request.messages]
    history: list[Turn] = []
    for role, text in turns[:-1]:
        if role == "user" and text.strip():
            history.append(Turn(role="user", content=text))
        elif role == "assistant" and text.strip():
            history.append(Turn(role="assistant", content=without_trailer(text)))
    return Conversation(turns[-1][1], tuple(history))


def _text(content: str | Sequence[Part] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    for part in content:
        if part.type not in ("text", "input_text"):
            raise Refused(400, f"A message has a part of type {part.type[:40]!r}.", "Only text can be asked.")
    return "\n".join(part.text for part in content)


async def _completion(answer: Answer, request: Request) -> dict[str, object]:
    content = content_of(answer)
    message = {"role": "assistant", "content": content, "refusal": None, "groundline": answer.model_dump(mode="json")}
    return {
        **_envelope("chat.completion"),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": await _usage(request, content),
    }


async def _stream(events: AsyncIterable[Event], request: Request, whole: bool) -> AsyncIterator[bytes]:
    """The chunks of a completion: judged sentences as they end, then the sources, then the answer in the extension field.

    With `whole` nothing is sent before the answer is settled.
    """
    envelope, written = _envelope("chat.completion.chunk"), Written(whole)
    yield _chunk(envelope, {"role": "assistant", "content": ""})
    async for event in events:
        if isinstance(event, Failed):
            yield _data(error_body(PREFIX, 502, event.message, event.hint).decode())
            return
        if isinstance(event, Sentence) and (piece := written.sentence(event)):
            yield _chunk(envelope, {"content": piece})
        if isinstance(event, Done):
            yield _chunk(envelope, {"content": written.rest(event.answer)})
            yield _chunk(envelope, {"groundline": event.answer.model_dump(mode="json")}, "stop")
    if request.stream_options and request.stream_options.include_usage:
        yield _data(_json({**envelope, "choices": [], "usage": await _usage(request, written.text)}))
    yield _data("[DONE]")


def _envelope(kind: str) -> dict[str, object]:
    return {"id": f"chatcmpl-{secrets.token_hex(12)}", "object": kind, "created": int(time.time()), "model": MODEL}


def _chunk(envelope: dict[str, object], delta: dict[str, object], finish: str | None = None) -> bytes:
    return _data(_json({**envelope, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}))


async def _usage(request: Request, content: str) -> dict[str, int]:
    """Tokens of what was sent and of what was answered, as OpenAI's models would count the texts."""

    def count() -> tuple[int, int]:
        sent = sum(count_tokens(_text(message.content), "o200k_base") for message in request.messages)
        return sent, count_tokens(content, "o200k_base")

    sent, answered = await anyio.to_thread.run_sync(count)
    return {"prompt_tokens": sent, "completion_tokens": answered, "total_tokens": sent + answered}


def _data(line: str) -> bytes:
    return f"data: {line}\n\n".encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
