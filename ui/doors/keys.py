"""API keys: made once, shown once, kept as hashes in the home, revoked at any time."""

import hmac
import os
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal, cast, get_args

from pydantic import TypeAdapter, ValidationError

from rag.errors import SettingsError, StorageError
from rag.lock import writer_lock
from rag.schema import Frozen
from ui.access import scopes_named

Scope = Literal["ask", "read", "admin"]
FILE = "keys.json"
LOCK_SECONDS = 10.0

# The secret has 256 random bits: a plain hash of it tells nobody anything, and there is nothing to guess.
_TOKEN = re.compile(r"gl_(?P<id>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[\w .@:+-]{1,60}")


class KeyInfo(Frozen):
    """What may be shown of a key."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created: str


class Key(KeyInfo):
    """What is kept of a key: not the key itself."""

    sha256: str


class NewKey(KeyInfo):
    """A key that was just made; `key` is what a program sends, and is nowhere kept."""

    key: str


_KEYS = TypeAdapter(tuple[Key, ...])


class KeyStore:
    """The keys of one home. A file that another process has changed is read again, so that a revoked key is refused at once."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self._read: tuple[tuple[int, int, int], dict[str, Key]] | None = None

    def listed(self) -> tuple[KeyInfo, ...]:
        """All keys, oldest first. Raises StorageError when the file cannot be read."""
        return tuple(_info(key) for key in self._current().values())

    def find(self, token: str) -> tuple[str, frozenset[str]] | None:
        """The id and the scopes of the key that a token is, or None."""
        parts = _TOKEN.fullmatch(token)
        key = self._current().get(parts["id"]) if parts else None
        if parts is None or key is None or not hmac.compare_digest(key.sha256, _hash(token)):
            return None
        return key.id, scopes_named(key.scopes)

    def new(self, name: str, scopes: Iterable[str]) -> NewKey:
        """Make a key. Raises SettingsError for a name or scope that cannot be, StorageError when it cannot be kept."""
        wanted = tuple(dict.fromkeys(scopes))
        for scope in wanted:
            if scope not in get_args(Scope):
                raise SettingsError(f"There is no scope {scope!r}.", "Scopes are ask, read and admin.")
        if not wanted:
            raise SettingsError("A key needs a scope.", "Give --scope ask, read or admin.")
        if not _NAME.fullmatch(name):
            raise SettingsError(f"{name!r} cannot be a key's name.", "Use up to 60 letters, digits, spaces and . @ : + - _")
        token = f"gl_{secrets.token_hex(6)}_{secrets.token_urlsafe(32)}"
        made = datetime.now(UTC).isoformat(timespec="seconds")
        info = KeyInfo(id=token.split("_", 2)[1], name=name, scopes=cast(tuple[Scope, ...], wanted), created=made)
        self._change(lambda keys: (*keys, Key(**info.model_dump(), sha256=_hash(token))))
        return NewKey(**info.model_dump(), key=token)

    def revoke(self, id: str) -> KeyInfo:
        """Take a key out of force. Raises SettingsError when there is none with this id."""
        key = self._current().get(id)
        if key is None:
            raise SettingsError(f"There is no key {id!r}.", "`groundline keys list` shows them.")
        self._change(lambda keys: tuple(kept for kept in keys if kept.id != id))
        return _info(key)

    def _current(self) -> dict[str, Key]:
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from error
        version = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if self._read is None or self._read[0] != version:
            self._read = (version, {key.id: key for key in self._load()})
        return self._read[1]

    def _load(self) -> tuple[Key, ...]:
        try:
            return _KEYS.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from error
        except ValidationError as error:
            raise self._unreadable("it is not a list of keys") from error

    def _unreadable(self, why: str) -> StorageError:
        return StorageError(f"The keys in {self._file} cannot be read: {why}.", "Mend the file, or remove it and make new keys.")

    def _change(self, change: Callable[[tuple[Key, ...]], tuple[Key, ...]]) -> None:
        """Write the file anew, readable by its owner only; another process that changes it at the same time waits."""
        draft = self._file.with_name(f"{FILE}.new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with writer_lock(self._file.with_name(f"{FILE}.lock"), LOCK_SECONDS):
                data = _KEYS.dump_json(change(self._load()), indent=1)
                draft.unlink(missing_ok=True)
                with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
                draft.replace(self._file)
        except OSError as error:
            raise StorageError(f"The keys in {self._file} cannot be written: {error.strerror}.", "Check the disk and --home.") from error


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _info(key: Key) -> KeyInfo:
    return KeyInfo(**key.model_dump(exclude={"sha256"}))
