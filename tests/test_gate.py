"""What the gate reads of a request before anything behind it does: its size, and how long it may take to arrive."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from ui.access import Access
from ui.gate import MOST_BODY, MOST_DISCARDED, UPLOAD, Gate, Message, Receive, Scope, Send

HEADERS = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")]


class Behind:
    """An application that keeps what it is sent, up to an empty last piece."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def sent(
    behind: Behind, path: str, pieces: Iterator[bytes], ends: bool = True, access: Access | None = None
) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and body of the reply to a POST in pieces; one that does not end sends nothing more and stays."""
    replies: list[Message] = []

    async def receive() -> Message:
        for piece in pieces:
            return {"type": "http.request", "body": piece, "more_body": True}
        if not ends:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        replies.append(message)

    scope = {"type": "http", "path": path, "method": "POST", "headers": HEADERS, "client": ("127.0.0.1", 1), "query_string": b""}
    asyncio.run(Gate(behind, access or Access(), body_seconds=0.05)(scope, receive, send))
    start, body = replies
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, body["body"]


def told(body: bytes) -> Any:
    return json.loads(body)["error"]


@pytest.mark.parametrize("path", ["/window/call/chat.welcome", "/window/stream/chat.ask", UPLOAD + "/", "/api/v1/ask", "/mcp", "/x"])
def test_a_body_that_does_not_arrive_reaches_nothing(path: str) -> None:
    behind = Behind()
    status, headers, _ = sent(behind, path, iter([b'{"question": ']), ends=False)
    assert (status, headers["connection"], behind.bodies) == (408, "close", [])


@pytest.mark.parametrize("path", ["/window/call/chat.welcome", "/window/stream/chat.ask", "/window/library", "/api/v1/ask"])
def test_a_body_that_is_too_large_reaches_nothing(path: str) -> None:
    behind = Behind()
    status, headers, _ = sent(behind, path, iter([b"x" * MOST_BODY, b"x"]))
    assert (status, headers["connection"], behind.bodies) == (413, "close", [])


def test_what_is_too_large_is_read_to_its_end_before_it_is_refused_up_to_a_bound() -> None:
    pieces = iter([b"x" * MOST_BODY] * 3)
    assert sent(Behind(), "/api/v1/ask", pieces)[0] == 413
    assert list(pieces) == []
    pieces = iter([b"x" * MOST_BODY] * 40)
    assert sent(Behind(), "/api/v1/ask", pieces)[0] == 413
    assert len(list(pieces)) == 40 - 1 - (MOST_BODY + MOST_DISCARDED) // MOST_BODY


def test_the_windows_script_reads_why() -> None:
    status, headers, body = sent(Behind(), "/window/call/chat.welcome", iter([b"x" * (MOST_BODY + 1)]))
    assert (status, headers["content-type"]) == (413, "application/json")
    assert told(body) == {"message": "The request is larger than 1,000,000 bytes.", "hint": "Send less at once."}


def test_a_body_arrives_whole() -> None:
    behind = Behind()
    assert sent(behind, "/window/call/chat.welcome", iter([b"{", b"}"]))[0] == 200
    assert behind.bodies == [b"{}"]


def test_an_uploads_size_and_time_are_the_pages_own_matter() -> None:
    behind = Behind()
    assert sent(behind, UPLOAD, iter([b"x" * MOST_BODY] * 3))[0] == 200
    assert [len(body) for body in behind.bodies] == [3 * MOST_BODY]


@pytest.mark.parametrize(
    ("access", "path", "hint"),
    [
        (Access(people={"ada": "x"}), "/window/call/chat.welcome", "Reload this page and log in again."),
        (Access(people={"ada": "x"}), UPLOAD, "Reload this page and log in again."),
        (Access(header="X-User"), "/window/stream/chat.ask", "Come through the proxy that logs people in."),
    ],
)
def test_who_is_not_logged_in_any_more_is_told_so_in_the_window(access: Access, path: str, hint: str) -> None:
    behind = Behind()
    status, _, body = sent(behind, path, iter([b"{}"]), access=access)
    assert (status, told(body), behind.bodies) == (401, {"message": "Nobody is logged in.", "hint": hint}, [])
