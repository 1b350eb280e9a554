"""The gate before every request: host, origin, who is asking, how much is sent; and the headers on every response."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, quote

from rag.errors import GroundlineError
from rag.schema import Frozen
from ui import access as rules
from ui.access import Access, Caller, Refused
from ui.wire import HEADERS

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

DOORS = ("/api/v1", "/v1", "/mcp")
OPEN = ("/api/v1/health",)
WINDOW = "/window/"
# What is sent here is bounded by the page that takes whole files; every other body is read at the gate.
UPLOAD = "/window/library/file"
UNEXPECTED = ("Something failed inside Groundline that should not.", "The terminal it runs in says what; please report it.")
MOST_BODY = 1_000_000
MOST_DISCARDED = 16_000_000
MOST_LOGIN_BODY = 4_096
BODY_SECONDS = 30.0
YEAR = 31_536_000

_PAGES = (b"text/html", b"application/json")
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class Problem(Frozen):
    """An error as RFC 9457 has it, with a hint."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    hint: str = ""


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: App, access: Access, body_seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._access = access
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(_Request(scope), receive, send)
        else:  # nothing here speaks over web sockets
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, request: "_Request", receive: Receive, send: Send) -> None:
        cookies: list[str] = []
        guarded_send = _with_headers(send, cookies, private=self._access.guarded)
        try:
            self._check_host(request)
            _check_origin(request)
            if request.path in ("/login", "/logout") and self._access.people:
                await self._login(request, receive, guarded_send)
                return
            request.scope[rules.CALLER] = caller = self._caller(request, cookies)
            _check_asking(request, caller)
            if request.path != UPLOAD:
                receive = _replay(await _body(request, receive, MOST_BODY, self._body_seconds), receive)
        except Refused as refused:
            await _refuse(request, refused, guarded_send, log_in=bool(self._access.people))
            return
        except GroundlineError as error:  # the keys cannot be read: nobody comes in
            await _refuse(request, Refused(503, str(error), error.hint), guarded_send)
            return
        await self._answered(request, receive, guarded_send)

    async def _answered(self, request: "_Request", receive: Receive, send: Send) -> None:
        """The application's response; where it fails before it began one, an error, and the failure goes on to the server's log."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(request.scope, receive, watched)
        except Exception:
            if not begun:
                await _refuse(request, Refused(500, *UNEXPECTED), send)
            raise

    def _check_host(self, request: "_Request") -> None:
        if not self._access.welcome_host(request.header("host")):
            raise Refused(400, "This host name is not one that Groundline is known by.", "Use its address, or name it with --allow-host.")

    def _caller(self, request: "_Request", cookies: list[str]) -> Caller:
        """Who is asking. Raises Refused when nobody that is known."""
        access, door = self._access, _is_door(request.path)
        if user := self._named(request):
            return Caller(f"user:{user}", access.scopes_of(user))
        if access.people:
            session = access.session(request.cookie(rules.SESSION_COOKIE)) or ""
            if known := session or self._basic(request):
                return Caller(f"user:{known}", access.scopes_of(known), logged_in=session)
        token = request.bearer
        if door and access.keys is not None and token and (found := access.keys.find(token)):
            return Caller(f"key:{found[0]}", found[1])
        closed = access.guarded or (door and access.keys is not None)
        if closed and request.path in OPEN:
            return Caller("", frozenset())
        if door and access.keys is not None:
            hint = "Send Authorization: Bearer KEY; `groundline keys new NAME --scope ask` makes one."
            raise Refused(401, "This door needs an API key that is in force.", hint, {"WWW-Authenticate": "Bearer"})
        if access.guarded:
            # Without the header no browser asks for a password by itself, over the window.
            headers = {"WWW-Authenticate": 'Basic realm="Groundline", charset="UTF-8"'} if door and access.people else {}
            raise Refused(401, "Nobody is logged in.", self._way_in(request), headers)
        return Caller("" if door else self._visitor(request, cookies))

    def _way_in(self, request: "_Request") -> str:
        """What to do for somebody who is not logged in."""
        if not self._access.people:
            return "Come through the proxy that logs people in."
        if request.path.startswith(WINDOW):
            return "Reload this page and log in again."
        return "Open /login in the browser, or send a name and password (HTTP Basic)."

    def _named(self, request: "_Request") -> str:
        """Who has logged in by the upstream's word."""
        access = self._access
        return request.once(access.header.lower()) if access.header and access.trusts(request.peer) else ""

    def _basic(self, request: "_Request") -> str | None:
        """Whose name and password are sent along."""
        kind, _, credentials = request.header("authorization").partition(" ")
        return self._access.basic(credentials.strip(), self._address(request)) if kind.lower() == "basic" else None

    def _visitor(self, request: "_Request", cookies: list[str]) -> str:
        """A visitor by their cookie, or a new one, who gets a cookie."""
        known = rules.visitor_of(request.cookie(rules.VISITOR_COOKIE))
        if known is not None:
            return known
        value = rules.new_visitor()
        cookies.append(_cookie(rules.VISITOR_COOKIE, value, "Lax", YEAR, self._secure(request)))
        return rules.visitor_of(value) or ""

    def _address(self, request: "_Request") -> str:
        return self._access.address(request.peer, request.header("x-forwarded-for"))

    def _secure(self, request: "_Request") -> bool:
        forwarded = request.header("x-forwarded-proto") if self._access.trusts(request.peer) else ""
        return (forwarded or request.scope.get("scheme", "http")) == "https"

    async def _login(self, request: "_Request", receive: Receive, send: Send) -> None:
        """The login page, what it sends, and the way out."""
        if request.path == "/logout":
            if request.method != "POST":
                raise Refused(405, "Logging out is a POST.", 'Use "Log out" at the side of the window.', {"Allow": "POST"})
            self._access.log_out(request.cookie(rules.SESSION_COOKIE))
            gone = _cookie(rules.SESSION_COOKIE, "", "Strict", 0, self._secure(request))
            await _reply(send, 303, b"", [("location", "/login"), ("set-cookie", gone)])
            return
        if request.method in ("GET", "HEAD"):
            follow = _next(request.query("next"))
            if self._access.session(request.cookie(rules.SESSION_COOKIE)):
                await _reply(send, 303, b"", [("location", follow)])
            else:
                await _reply(send, 200, login_page(follow), _HTML)
            return
        fields = parse_qs(
            (await _body(request, receive, MOST_LOGIN_BODY, self._body_seconds)).decode("utf-8", "replace"), keep_blank_values=True
        )
        given = {name: values[0] for name, values in fields.items()}
        follow = _next(given.get("next", "/"))
        try:
            user = self._access.check_password(given.get("username", ""), given.get("password", ""), self._address(request))
            trouble = Refused(401, "The name or the password is wrong.", "Check both and try again.")
        except Refused as refused:
            user, trouble = None, refused
        if user is None:
            if not request.wants_page:
                raise trouble
            page = login_page(follow, f"{trouble} {trouble.hint}")
            await _reply(send, trouble.status, page, [*_HTML, *trouble.headers.items()])
            return
        cookie = _cookie(rules.SESSION_COOKIE, self._access.log_in(user), "Strict", int(rules.SESSION_SECONDS), self._secure(request))
        if request.wants_page:
            await _reply(send, 303, b"", [("location", follow), ("set-cookie", cookie)])
        else:
            await _reply(send, 200, b'{"success":true}', [("content-type", "application/json"), ("set-cookie", cookie)])


class _Request:
    """What the gate reads of a request."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.path: str = scope["path"]
        self.method: str = scope["method"]
        self.peer: str = (scope.get("client") or ("", 0))[0]

    def header(self, name: str) -> str:
        """A header by its lower-case name, or "". One that is sent twice, where once is the rule, counts as joined."""
        return ",".join(value.decode("latin-1") for key, value in self.scope["headers"] if key == name.encode("latin-1"))

    def once(self, name: str) -> str:
        """A header that is sent once; "" where it is missing, or where somebody has put in a second one."""
        values = [value.decode("latin-1").strip() for key, value in self.scope["headers"] if key == name.encode("latin-1")]
        return values[0] if len(values) == 1 else ""

    def cookie(self, name: str) -> str:
        for part in self.header("cookie").replace(",", ";").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return ""

    def query(self, name: str) -> str:
        query: bytes = self.scope.get("query_string", b"")
        return parse_qs(query.decode("latin-1")).get(name, [""])[0]

    @property
    def bearer(self) -> str:
        kind, _, token = self.header("authorization").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    @property
    def wants_page(self) -> bool:
        return "text/html" in self.header("accept")


def _is_door(path: str) -> bool:
    return any(path == door or path.startswith(door + "/") for door in DOORS)


def _check_asking(request: "_Request", caller: Caller) -> None:
    """What is sent to neither a door nor a page goes to Gradio, whose only call asks and knows no scopes. The others check their own."""
    own = _is_door(request.path) or request.path.startswith(WINDOW)
    if not own and request.method not in ("GET", "HEAD") and "ask" not in caller.scopes:
        raise Refused(403, "You may not ask here.", "Ask whoever runs Groundline for the right.")


def _check_origin(request: _Request) -> None:
    """Another site's page must not drive this one with the reader's cookies, or because it runs on the reader's machine."""
    origin = request.header("origin")
    site, mode = request.header("sec-fetch-site"), request.header("sec-fetch-mode")
    own_form = origin == "null" and site == "same-origin"  # as a browser says it of a page that names no referrer
    foreign = bool(origin) and not own_form and origin.partition("://")[2].lower() != request.header("host").lower()
    elsewhere = site in ("cross-site", "same-site") and not (mode == "navigate" and request.method == "GET")
    if foreign or elsewhere:
        raise Refused(403, "Another site's page asked for this.", "Open Groundline's own window, or send no Origin header.")


async def _body(request: _Request, receive: Receive, most: int, seconds: float) -> bytes:
    """The whole body. Raises Refused when it is larger than `most` bytes, or takes longer to arrive.

    What is too large is read to its end all the same, up to a bound: a client that is still sending would lose the reply.
    """
    too_large = Refused(413, f"The request is larger than {most:,} bytes.", "Send less at once.", {"Connection": "close"})
    announced = request.header("content-length")
    if announced.isdecimal() and int(announced) > most + MOST_DISCARDED:
        raise too_large
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(400, "The request ended in its middle.", "Send it again.")
                part = message.get("body", b"")
                size += len(part)
                if size <= most:
                    parts.append(part)
                if size > most + MOST_DISCARDED or size > most and not message.get("more_body", False):
                    raise too_large
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError as error:
        raise Refused(408, f"The request took longer than {seconds:g} s to arrive.", "Send it again.", {"Connection": "close"}) from error


def _replay(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, once more; then what comes after it: the client's leaving."""
    pending = [body]

    async def again() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return again


def _with_headers(send: Send, cookies: list[str], private: bool) -> Send:
    """Adds the headers that every response has; whom else may read it is not for the parts inside to say.

    Where people log in, a browser keeps no page (`private`): going back after logging out would show it again.
    """

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = message.get("headers", [])
            own = dict(_HEADERS) | {name: value for name, value in given if (name, value) == _KEEPS_ORIGIN}
            if private and any(name.lower() == b"content-type" and value.startswith(_PAGES) for name, value in given):
                own[b"cache-control"] = b"no-store"
            kept = [(name, value) for name, value in given if name.lower() not in own and not _is_cors(name)]
            set_cookies = [(b"set-cookie", cookie.encode("latin-1")) for cookie in cookies]
            message = {**message, "headers": [*kept, *own.items(), *set_cookies]}
        await send(message)

    return guarded


def _is_cors(name: bytes) -> bool:
    return name.lower().startswith(b"access-control-")


async def _refuse(request: _Request, refused: Refused, send: Send, log_in: bool = False) -> None:
    """Says why not, in the shape that the caller's door speaks; a person at a browser who must log in is shown where."""
    if log_in and refused.status == 401 and request.wants_page and request.method == "GET" and not request.bearer:
        target = request.path + ("?" + request.scope["query_string"].decode("latin-1") if request.scope.get("query_string") else "")
        login = f"/login?next={quote(target, safe='/')}"
        if (
            request.header("sec-fetch-site") == "cross-site"
        ):  # a link from elsewhere comes without the strict cookie: go on from a page of ours
            page = f'<!doctype html><meta http-equiv="refresh" content="0; url={login}"><title>Groundline</title>'
            await _reply(send, 200, page.encode(), _HTML)
        else:
            await _reply(send, 303, b"", [("location", login)])
        return
    body = error_body(request.path, refused.status, str(refused), refused.hint)
    kind = "application/json" if request.path.startswith(("/v1", WINDOW)) else "application/problem+json"
    await _reply(send, refused.status, body, [("content-type", kind), *refused.headers.items()])


def error_body(path: str, status: int, message: str, hint: str) -> bytes:
    """An error as JSON: in OpenAI's shape under /v1, in that of the window's calls for them, else as a problem."""
    if path.startswith(WINDOW):
        return json.dumps({"error": {"message": message, "hint": hint}}).encode()
    if path == "/v1" or path.startswith("/v1/"):
        kind = "authentication_error" if status in (401, 403) else "rate_limit_error" if status == 429 else "invalid_request_error"
        return json.dumps({"error": {"message": f"{message} {hint}".strip(), "type": kind, "param": None, "code": None}}).encode()
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=message, hint=hint).model_dump_json().encode()


# A form on a page that names no referrer is sent with the origin "null", like one of another site.
_KEEPS_ORIGIN = (b"referrer-policy", b"same-origin")
_HTML = [("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store"), ("referrer-policy", "same-origin")]


async def _reply(send: Send, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
    sized = [*headers, ("content-length", str(len(body)))]
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sized]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def _cookie(name: str, value: str, same_site: str, seconds: int, secure: bool) -> str:
    return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}" + ("; Secure" if secure else "")


def _next(target: str) -> str:
    """Where to go after logging in: a place of this server and no other."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() and "\\" not in target
    return quote(target, safe="/?&=%#:,;+-._~") if safe else "/"


def login_page(follow: str, trouble: str = "") -> bytes:
    """The page that asks for a name and a password; nothing on it comes from anywhere else."""
    alert = f'<p role="alert">{escape(trouble)}</p>' if trouble else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Groundline: log in</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 100vh; margin: 0; }}
form {{ width: min(20rem, 90vw); display: grid; gap: .75rem; }} h1 {{ font-size: 1.4rem; margin: 0; }}
label {{ display: grid; gap: .25rem; }} input, button {{ font: inherit; padding: .5rem; }} [role=alert] {{ margin: 0; font-weight: 600; }}
</style></head><body><form method="post" action="/login"><h1>Groundline</h1>{alert}
<input type="hidden" name="next" value="{escape(follow)}">
<label>Name <input name="username" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Log in</button></form></body></html>
""".encode()
