"""Who may come in: passwords, sessions, an upstream's word, and which visitor is asking."""

import hmac
import ipaddress
import re
import secrets
import socket
import time
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from rag.errors import SettingsError
from ui.limits import Attempts

LOOPBACK = "127.0.0.1"
THIS_MACHINE = ("127.0.0.1", "::1")
EVERYTHING = frozenset({"ask", "read", "admin"})
# Stands for everybody who has logged in and is not named.
OTHERS = "*"
SESSION_SECONDS = 12 * 3600.0
MOST_SESSIONS = 10_000
VISITOR_COOKIE = "groundline_visitor"
SESSION_COOKIE = "groundline_session"
CALLER = "groundline.caller"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_DUMMY = sha256(b"").digest()


class Keys(Protocol):
    """What `ui.doors.keys.KeyStore` does for the way in."""

    def find(self, token: str) -> "tuple[str, frozenset[str]] | None": ...


@dataclass(frozen=True)
class Caller:
    """Who is asking: whose conversations are theirs, what they may do (ask, read, admin), and their name if the login page let them in."""

    visitor: str
    scopes: frozenset[str] = EVERYTHING
    logged_in: str = ""

    @property
    def is_key(self) -> bool:
        """Whether this is a program with an API key."""
        return self.visitor.startswith("key:")


class Refused(Exception):
    """A request that goes no further: its status, what is wrong, what to do, and headers of the reply."""

    def __init__(self, status: int, message: str, hint: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.hint = hint
        self.headers = dict(headers or {})


@dataclass
class Access:
    """The rules of one window.

    `people` are names with passwords; `header` names the header in which a proxy says who has logged in; `rights` are what somebody who has
    logged in may do, by name, under `OTHERS` for everybody who is not named, everything where nothing is said; `proxies` are the addresses
    of proxies whose word counts, also for where a request comes from (with a header, this machine when none is named); `names` are the
    host names that the window is reached by besides its addresses.

    Raises SettingsError where strangers could come in, or rights are given to nobody.
    """

    host: str = LOOPBACK
    names: tuple[str, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    header: str = ""
    proxies: tuple[str, ...] = ()
    keys: Keys | None = None
    rights: Mapping[str, frozenset[str]] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        if not self.local and not self.guarded:
            raise SettingsError(
                f"Listening on {self.host} would let everybody who reaches this machine read the documents.",
                "Give a password (GROUNDLINE_AUTH=USER:PASSWORD, or --auth-file FILE), or --trust-header NAME behind a proxy that logs in.",
            )
        self._check_rights()
        self.attempts = Attempts(self.clock)
        self._hashes = {name: _digest(password) for name, password in self.people.items()}
        self._sessions: dict[bytes, tuple[str, float]] = {}
        try:
            believed = self.proxies or (THIS_MACHINE if self.header else ())
            self._proxies = tuple(ipaddress.ip_network(proxy, strict=False) for proxy in believed)
        except ValueError as error:
            raise SettingsError(f"A proxy's address cannot be used: {error}.", "Give addresses or networks, as in 10.0.0.0/8.") from error
        self._names = {name.lower().rstrip(".") for name in (*self.names, "localhost")}
        if not self.local:
            self._names.add(socket.gethostname().lower())

    def _check_rights(self) -> None:
        """A right that limits nobody is a slip: whoever gave it believes that somebody is limited."""
        if self.rights and not self.guarded:
            raise SettingsError(
                "Rights were given, but nobody has to log in here.",
                "Give a password (--auth-file FILE) or --trust-header, or leave out --rights.",
            )
        for name in self.rights:
            if name != OTHERS and name not in self.people and not self.header:
                raise SettingsError(
                    f"Rights were given to {name!r}, who has no password.", "Check the name, or add a line to the --auth-file."
                )

    def scopes_of(self, user: str) -> frozenset[str]:
        """What somebody who has logged in may do."""
        return self.rights.get(user, self.rights.get(OTHERS, EVERYTHING))

    @property
    def local(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.host)

    @property
    def shown_host(self) -> str:
        """The host in the address that is shown to whoever starts the window."""
        host = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(self.host, self.host)
        return f"[{host}]" if ":" in host else host

    @property
    def guarded(self) -> bool:
        """Whether people must say who they are."""
        return bool(self.people) or bool(self.header)

    def welcome_host(self, host: str) -> bool:
        """Whether a request's Host is one of ours: a page elsewhere that points a name of its own here must not read the documents."""
        name = _host_name(host)
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in self._names
        return not self.local or address.is_loopback

    def trusts(self, peer: str) -> bool:
        """Whether the other end of the connection is a proxy whose word counts."""
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._proxies if network.version == address.version)

    def address(self, peer: str, forwarded: str) -> str:
        """Where a request comes from: the connection's other end, or what the nearest trusted proxy says of it."""
        hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
        while hops and self.trusts(peer):
            peer = hops.pop()
        return peer

    def check_password(self, user: str, password: str, address: str) -> str | None:
        """The user's name when the password is right. Raises Refused after too many wrong ones from this address."""
        wait = self.attempts.wait(address)
        if wait > 0:
            seconds = str(int(wait) + 1)
            raise Refused(429, "Too many wrong passwords from this address.", f"Wait {seconds} s.", {"Retry-After": seconds})
        known = self._hashes.get(user, _DUMMY)
        if hmac.compare_digest(known, _digest(password)) and user in self._hashes:
            self.attempts.right(address)
            return user
        self.attempts.wrong(address)
        return None

    def log_in(self, user: str) -> str:
        """A new session's token, for a cookie."""
        now = self.clock()
        self._sessions = {token: kept for token, kept in self._sessions.items() if kept[1] > now}
        while len(self._sessions) >= MOST_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        token = secrets.token_urlsafe(32)
        self._sessions[_digest(token)] = (user, now + SESSION_SECONDS)
        return token

    def log_out(self, token: str) -> None:
        """Ends a session."""
        self._sessions.pop(_digest(token), None)

    def session(self, token: str) -> str | None:
        """The user of a session that has not ended."""
        user, until = self._sessions.get(_digest(token), ("", 0.0))
        return user if user and self.clock() < until else None

    def basic(self, credentials: str, address: str) -> str | None:
        """The user of an `Authorization: Basic` header. Raises Refused like `check_password`."""
        try:
            user, _, password = b64decode(credentials, validate=True).decode("utf-8").partition(":")
        except ValueError:
            return None
        return self.check_password(user, password, address)


def is_loopback(host: str) -> bool:
    """Whether a host to listen on can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def read_people(text: str, where: str) -> dict[str, str]:
    """Names and passwords from lines of USER:PASSWORD. Raises SettingsError; the message never holds a password."""
    people: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        user, colon, password = line.strip().partition(":")
        if not colon or not user or not password:
            raise SettingsError(f"Line {number} of {where} is not USER:PASSWORD.", "Write a name, a colon and a password.")
        people[user] = password
    if not people:
        raise SettingsError(f"There is no name and password in {where}.", "Write USER:PASSWORD.")
    return people


def read_rights(given: Iterable[str]) -> dict[str, frozenset[str]]:
    """What people may do, from texts like ada=ask,read. Raises SettingsError for one that cannot be used."""
    rights: dict[str, frozenset[str]] = {}
    for text in given:
        user, equals, names = text.rpartition("=")
        scopes = frozenset(name.strip() for name in names.split(","))
        if not equals or not user or not scopes <= EVERYTHING:
            raise SettingsError(
                f"--rights {text!r} is not USER=RIGHTS.", f"Rights are ask, read and admin, as in ada=ask,read or {OTHERS}=ask."
            )
        if user in rights:
            raise SettingsError(f"The rights of {user!r} are given twice.", "Give each name once, with all its rights: ada=ask,read.")
        rights[user] = scopes_named(scopes)
    return rights


def new_visitor() -> str:
    """A cookie's value for somebody who comes for the first time."""
    return secrets.token_urlsafe(32)


def visitor_of(cookie: str) -> str | None:
    """The visitor that a cookie stands for; the cookie itself is not kept, so that what is stored lets nobody in."""
    return f"visitor:{sha256(cookie.encode()).hexdigest()[:32]}" if _TOKEN.fullmatch(cookie) else None


def scopes_named(names: Iterable[str]) -> frozenset[str]:
    """Scopes with all that they include: admin may do everything."""
    given = frozenset(names)
    return EVERYTHING if "admin" in given else given


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().rstrip(".")
