"""Uploads on their way in: slow ones are given up, and one visitor's do not keep the others waiting."""

import asyncio
import base64
import json
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.support.doors import free_port
from ui.access import Access
from ui.gate import UPLOAD, Gate
from ui.limits import Crowded, Pace, Places
from ui.pages import upload
from ui.pages.upload import Bounds
from ui.registry import Room

PEOPLE = {"ada": "correct horse", "bo": "battery staple"}
PATIENT = Bounds(silence=60.0)
# Seconds that a test waits for something to be given up; longer than a busy machine lets a client that sends at once wait for its turn.
SHORT = 3.0


# The rules


def test_a_visitors_second_waits_while_anothers_first_is_taken_in() -> None:
    async def run() -> None:
        places = Places(2, 1, 5)
        end = asyncio.Event()
        held: list[str] = []

        async def hold(visitor: str) -> None:
            async with places.taken(visitor):
                held.append(visitor)
                await end.wait()

        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            for visitor in ("ada", "ada", "ada", "bo"):
                group.create_task(hold(visitor))
            while len(held) < 2:
                await asyncio.sleep(0)
            assert held == ["ada", "bo"]
            end.set()
        assert sorted(held) == ["ada", "ada", "ada", "bo"]
        assert not places._own, "visitors who have gone are kept"

    asyncio.run(run())


def test_more_than_fit_in_a_visitors_line_are_refused_and_nobody_elses() -> None:
    async def run() -> None:
        places = Places(4, 1, 0)
        async with places.taken("ada"):
            with pytest.raises(Crowded):
                async with places.taken("ada"):
                    pass
            async with places.taken("bo"):
                pass
        async with places.taken("ada"):
            pass

    asyncio.run(run())


def test_a_place_is_free_again_after_an_error() -> None:
    async def run() -> None:
        places = Places(1, 1, 0)
        for _ in range(2):
            with pytest.raises(OSError, match="disk"):
                async with places.taken("ada"):
                    raise OSError("disk")

    asyncio.run(run())


def test_a_pace_is_judged_once_in_its_time_by_what_came_in_it() -> None:
    now = 0.0
    pace = Pace(100, 10.0, lambda: now)
    assert not pace.too_slow(1)
    now = 9.9
    assert not pace.too_slow(0), "it is judged before its time"
    now = 10.0
    assert not pace.too_slow(99)
    now = 19.9
    assert not pace.too_slow(99)
    now = 20.0
    assert pace.too_slow(0), "what came before counts for later"
    now = 40.0
    assert pace.too_slow(199), "a longer time needs more"


# The upload, over the network


class Served(NamedTuple):
    address: str
    port: int
    corpus: Path

    def send(self, user: str, name: str, data: bytes) -> httpx.Response:
        headers = {"Content-Type": "application/octet-stream"}
        auth = (user, PEOPLE[user])
        return httpx.post(
            self.address + UPLOAD, params={"name": name}, content=data, headers=headers, auth=auth, trust_env=False, timeout=60
        )


@contextmanager
def serving(folder: Path, bounds: Bounds) -> Iterator[Served]:
    """The upload alone, behind its gate."""
    import uvicorn
    from fastapi import FastAPI

    from ui.app import take_port

    (folder / "corpus").mkdir()
    app = FastAPI()
    app.add_middleware(Gate, access=Access(people=PEOPLE))
    upload.routes(app, Room(folder / "corpus", folder / "home", None), bounds)
    listener = take_port(free_port())
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, proxy_headers=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    port = listener.getsockname()[1]
    try:
        yield Served(f"http://127.0.0.1:{port}", port, folder / "corpus")
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


@contextmanager
def sending(served: Served, user: str, announced: int = 1_000, patience: float = 60.0) -> Iterator[socket.socket]:
    """An upload that has begun and holds a place: the server has asked for its body."""
    credentials = base64.b64encode(f"{user}:{PEOPLE[user]}".encode()).decode()
    head = [
        f"POST {UPLOAD}?name=slow.txt HTTP/1.1",
        f"Host: 127.0.0.1:{served.port}",
        f"Authorization: Basic {credentials}",
        "Content-Type: application/octet-stream",
        f"Content-Length: {announced}",
        "Expect: 100-continue",
    ]
    with socket.create_connection(("127.0.0.1", served.port), patience) as client:
        client.sendall("\r\n".join([*head, "", ""]).encode())
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        yield client


def reply(client: socket.socket) -> tuple[int, Any]:
    """The status and body of the reply, after which the server hangs up."""
    data = b""
    while part := client.recv(10_000):
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def test_an_upload_that_stops_arriving_gives_up_its_place(tmp_path: Path) -> None:
    with serving(tmp_path, Bounds(at_once=1, silence=SHORT)) as served, sending(served, "ada") as client:
        client.sendall(b"The lamp")
        status, body = reply(client)
        assert status == 400 and body["error"] == {"message": "slow.txt stopped arriving.", "hint": "Send it again."}
        assert served.send("bo", "lamp.txt", b"The lamp of Morholm was lit.").json()["added"] == ["lamp.txt"]
        assert [file.name for file in served.corpus.iterdir()] == ["lamp.txt"]


def test_an_upload_that_drips_gives_up_its_place(tmp_path: Path) -> None:
    with serving(tmp_path, Bounds(at_once=1, silence=60.0, least=100_000, seconds=SHORT)) as served:
        with sending(served, "ada", 1_000_000) as client:
            client.sendall(b"x")
            assert not select.select([client], [], [], SHORT + 0.1)[0], "it is given up before its time"
            client.sendall(b"x")
            status, body = reply(client)
        assert status == 400 and body["error"]["message"] == "slow.txt arrives too slowly."
        assert not list(served.corpus.iterdir())


def test_one_visitors_slow_uploads_keep_nobody_else_waiting(tmp_path: Path) -> None:
    with serving(tmp_path, PATIENT) as served, ExitStack() as stack:
        for _ in range(PATIENT.of_one_visitor):
            stack.enter_context(sending(served, "ada"))
        with pytest.raises(TimeoutError), sending(served, "ada", patience=0.5):
            pass  # it waits in ada's line: nobody asks for its body
        assert served.send("bo", "lamp.txt", b"The lamp of Morholm was lit.").json()["added"] == ["lamp.txt"]


def test_more_than_fit_in_a_visitors_line_are_told_to_come_again(tmp_path: Path) -> None:
    with serving(tmp_path, PATIENT._replace(of_one_visitor=1, waiting_of_one=0)) as served, sending(served, "ada"):
        refused = served.send("ada", "lamp.txt", b"The lamp of Morholm was lit.")
        assert refused.status_code == 429 and "waiting already" in refused.json()["error"]["message"]
        assert served.send("bo", "lamp.txt", b"The lamp of Morholm was lit.").status_code == 200


def test_a_visitor_who_leaves_leaves_the_place(tmp_path: Path) -> None:
    with serving(tmp_path, PATIENT._replace(at_once=1)) as served:
        with sending(served, "ada") as client:
            client.sendall(b"The lamp")
        assert served.send("bo", "lamp.txt", b"The lamp of Morholm was lit.").json()["added"] == ["lamp.txt"]
