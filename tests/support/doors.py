"""A running window as programs see it: as its own process on loopback, or its doors alone inside this one."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.access import Access
    from ui.doors import Engine

ROOT = Path(__file__).resolve().parents[2]
ASKED = "How many people jumped out of the building in Zhengzhou in a month?"
ELSEWHERE = "What is the capital of France?"
# Seconds for what takes less than one on a machine that has nothing else to do.
PATIENCE = 120


class Served(NamedTuple):
    """A running window: its address, and what it printed while starting."""

    address: str
    said: str
    process: "subprocess.Popen[str]"

    def client(self, **headers: str) -> httpx.Client:
        """A client that asks nobody else's proxy."""
        return httpx.Client(base_url=self.address, headers=headers, trust_env=False, timeout=60)


def free_port() -> int:
    """A port that is free now; whoever finds it taken after all takes the next one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    corpus: Path, home: Path, *options: str, port: int | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """`groundline chat` as people run it, until the block ends; on a port that is free, if none is named."""
    arguments = ["chat", "--no-browser", "--port", str(port or free_port()), "--corpus", str(corpus), "--home", str(home), *options]
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "rag", *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = ""
        try:
            for line in process.stdout:
                said += line
                if found := re.search(r"http://\S+:\d+", line):
                    yield Served(found[0], said, process)
                    break
            else:
                raise AssertionError(f"the window did not start: {said}")
        finally:
            process.kill()


@contextmanager
def served_here(make: Callable[[], "FastAPI"]) -> Iterator[str]:
    """An application served on loopback by a thread of this process, until the block ends; its address."""
    import uvicorn

    from ui.app import take_port

    listener = take_port(0)
    servers: list[uvicorn.Server] = []
    made = threading.Event()

    async def run() -> None:
        # Made inside the loop, because Gradio makes one that nobody closes when it builds a page outside of any.
        try:
            config = uvicorn.Config(make(), log_level="critical", timeout_graceful_shutdown=5, proxy_headers=False)
            servers.append(uvicorn.Server(config))
        finally:
            made.set()
        await servers[0].serve(sockets=[listener])

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    made.wait()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(PATIENCE)
        listener.close()


@contextmanager
def doors_of(engine: "Engine", access: "Access | None" = None) -> Iterator[str]:
    """The doors alone, behind their gate, served by a thread of this process; their address."""
    from fastapi import FastAPI

    from ui import doors
    from ui.access import Access
    from ui.gate import Gate

    app = FastAPI(openapi_url=None)
    app.add_middleware(Gate, access=access or Access())
    doors.attach(app, lambda: engine)
    with served_here(lambda: app) as address:
        yield address
