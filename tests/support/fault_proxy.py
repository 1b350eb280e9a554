"""A proxy on loopback in front of a model's server: passes requests on, or fails in the ways that servers and networks fail."""

import http.client
import json
import socket
import threading
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

# Pieces of an answer that come before a fault in the middle of it.
PIECES = 4
# Said by the stand-in for a model where no server stands behind the proxy.
SAID = ("At", " least", " 35", " people", " in", " Zhengzhou", " jumped", " [1]", ".")


class Fault(NamedTuple):
    """What happens to one request: its kind, and with a refusal the status, the headers and the body."""

    kind: str
    status: int = 500
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b'{"error": {"message": "it failed", "code": null}}'


PASS, HANG, STALL, DROP, END, CUT, BROKEN_JSON, NOT_JSON, EMPTY, NOTHING = map(
    Fault, ("pass", "hang", "stall", "drop", "end", "cut", "broken json", "not json", "empty", "nothing")
)


def refusal(status: int, *, code: str | int | None = None, kind: str | None = None, says: str = "it failed", **headers: str) -> Fault:
    """An answer with a status of error; underscores in names of headers stand for hyphens."""
    body = json.dumps({"error": {"message": says, "code": code, "type": kind}}).encode()
    return Fault("refuse", status, tuple((name.replace("_", "-"), value) for name, value in headers.items()), body)


class FaultProxy:
    """Serves until closed; `requests` holds the bodies that came, `keys` what they were authorised with.

    Faults are taken from the front of `faults`, one for each request; then requests pass. Without `upstream` the proxy answers itself.
    """

    def __init__(self, upstream: str = "") -> None:
        self.upstream = urlsplit(upstream)
        self.faults: deque[Fault] = deque()
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.gone = threading.Event()
        self._over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def fail(self, *faults: Fault) -> None:
        """What happens to the next requests, and to no others; what came before is forgotten."""
        self.faults = deque(faults)
        self.requests.clear()
        self.keys.clear()
        # A new one: a client of before who is only now seen to have gone is none of the next ones.
        self.gone = threading.Event()

    def hold(self, connection: socket.socket, gone: threading.Event) -> None:
        """Keeps silent until the client has gone, or the proxy is closed; then sets `gone`."""
        connection.settimeout(0.05)
        while not self._over.is_set():
            try:
                if not connection.recv(1):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        gone.set()

    def close(self) -> None:
        """Ends the proxy and everything that waits in it."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    proxy: FaultProxy
    block_on_close = True
    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is what some tests do."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = json.loads(body)
        proxy.requests.append(request)
        proxy.keys.append(self.headers.get("Authorization", ""))
        fault, gone = proxy.faults.popleft() if proxy.faults else PASS, proxy.gone
        self.close_connection = True
        try:
            self._answer(fault, request, body, gone)
        except OSError:
            gone.set()
            raise

    def _answer(self, fault: Fault, request: dict[str, Any], body: bytes, gone: threading.Event) -> None:
        proxy = self.server.proxy
        if fault.kind == "hang":
            proxy.hold(self.connection, gone)
        elif fault.kind == "nothing":
            return
        elif fault.kind == "refuse":
            self._reply(fault.status, "application/json", fault.body, fault.headers)
        elif fault.kind == "broken json":
            self._reply(200, "application/json", b'{"choices": [{"message": {"content": "At le')
        elif fault.kind == "not json":
            self._reply(200, "text/html", b"<html><body>Welcome to the portal</body></html>")
        elif request.get("stream"):
            self._stream(fault.kind, body, gone)
        else:
            self._whole(fault.kind, body)

    def _whole(self, kind: str, body: bytes) -> None:
        if self.server.proxy.upstream.hostname:
            with self._upstream(body) as response:
                self._reply(response.status, response.headers["Content-Type"], response.read())
            return
        said = "" if kind == "empty" else "".join(SAID)
        choice = {"index": 0, "finish_reason": "length" if kind == "cut" else "stop", "message": {"role": "assistant", "content": said}}
        self._reply(200, "application/json", json.dumps({"id": "x", "object": "chat.completion", "choices": [choice]}).encode())

    def _stream(self, kind: str, body: bytes, gone: threading.Event) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        if kind in ("end", "drop"):
            # A body without a length ends where the connection does: nothing but the protocol's own words tells that more was to come.
            self.send_header("Transfer-Encoding", "chunked" if kind == "drop" else "identity")
        self.send_header("Connection", "close")
        self.end_headers()
        with closing(self._events(kind, body)) as events:
            for number, event in enumerate(events):
                data = f"data: {event}\n\n".encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if kind == "drop" else data)
                self.wfile.flush()
                if number >= PIECES and kind in ("stall", "drop", "end"):
                    break
        if kind == "stall":
            self.server.proxy.hold(self.connection, gone)

    def _events(self, kind: str, body: bytes) -> Generator[str, None, None]:
        if self.server.proxy.upstream.hostname:
            with self._upstream(body) as response:
                for line in response:
                    if line.startswith(b"data: "):
                        yield line.removeprefix(b"data: ").decode().strip()
            return
        said = () if kind == "empty" else SAID
        for piece in ("", *said):
            yield json.dumps({"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": piece}}]})
        end = {"index": 0, "delta": {}, "finish_reason": "length" if kind == "cut" else "stop"}
        yield json.dumps({"id": "x", "object": "chat.completion.chunk", "choices": [end]})
        yield "[DONE]"

    @contextmanager
    def _upstream(self, body: bytes) -> Iterator[http.client.HTTPResponse]:
        upstream = self.server.proxy.upstream
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port, timeout=300)
        try:
            connection.request("POST", self.path, body, {"Content-Type": "application/json"})
            with connection.getresponse() as response:
                yield response
        finally:
            connection.close()

    def _reply(self, status: int, kind: str, body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Connection", "close"), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""
