"""API keys: made once, kept as hashes, each good for its scopes, revoked at once."""

import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx
import httpx2
import openai
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from rag import Engine
from rag.errors import SettingsError, StorageError
from tests.support.cli import run
from tests.support.doors import ASKED, doors_of
from ui.access import Access
from ui.doors.keys import KeyStore


def test_a_key_is_found_by_itself_alone_and_is_nowhere_kept(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    made = store.new("reports", ["ask", "read", "ask"])
    assert store.find(made.key) == (made.id, frozenset({"ask", "read"}))
    assert made.key not in (tmp_path / "keys.json").read_text("utf-8")
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    other = store.new("other", ["read"])
    forged = f"gl_{made.id}_{other.key.rpartition('_')[2]}"
    odd = ("", made.key[:-1], made.key + "x", made.key.upper(), made.key + "\n", forged, f"gl_{made.id}_" + "A" * 43, "gl_" + "é" * 56)
    assert [store.find(token) for token in odd] == [None] * len(odd)
    assert [key.name for key in store.listed()] == ["reports", "other"]


def test_admin_may_everything(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    assert store.find(store.new("operator", ["admin"]).key)[1] == {"ask", "read", "admin"}  # type: ignore[index]


def test_a_key_that_another_process_revoked_is_refused_at_once(tmp_path: Path) -> None:
    mine, theirs = KeyStore(tmp_path), KeyStore(tmp_path)
    made = theirs.new("reports", ["ask"])
    assert mine.find(made.key)
    theirs.revoke(made.id)
    assert mine.find(made.key) is None and mine.listed() == ()
    with pytest.raises(SettingsError, match=made.id):
        mine.revoke(made.id)


def test_keys_made_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as makers:
        made = list(makers.map(lambda number: KeyStore(tmp_path).new(f"key {number}", ["ask"]), range(24)))
    store = KeyStore(tmp_path)
    assert len(store.listed()) == 24 and all(store.find(key.key) for key in made)


@pytest.mark.parametrize(("name", "scopes"), [("x", []), ("x", ["root"]), ("", ["ask"]), ("a\nb", ["ask"]), ("x" * 61, ["ask"])])
def test_what_is_no_key_is_not_made(tmp_path: Path, name: str, scopes: list[str]) -> None:
    with pytest.raises(SettingsError):
        KeyStore(tmp_path).new(name, scopes)
    assert KeyStore(tmp_path).listed() == ()


@pytest.mark.parametrize("content", [b"{", b"[1]", b'[{"id": "x"}]', b"\xff"])
def test_a_file_of_keys_that_cannot_be_read_is_an_error_and_lets_nobody_in(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys.json").write_bytes(content)
    with pytest.raises(StorageError, match=r"keys\.json"):
        KeyStore(tmp_path).find("gl_" + "0" * 12 + "_" + "A" * 43)


def test_the_command_line_makes_lists_and_revokes(tmp_path: Path) -> None:
    def keys(*arguments: str) -> str:
        result = run("keys", *arguments, home=tmp_path)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    assert "no keys" in keys("list")
    made = json.loads(keys("new", "reports", "--scope", "ask", "--scope", "read", "--json"))
    assert KeyStore(tmp_path).find(made["key"])
    assert keys("new", "other", "--scope", "admin").splitlines()[-1].startswith("gl_")
    listed = keys("list")
    assert made["id"] in listed and "reports" in listed and made["key"] not in listed
    assert [key["name"] for key in json.loads(keys("list", "--json"))] == ["reports", "other"]
    keys("revoke", made["id"])
    assert KeyStore(tmp_path).find(made["key"]) is None
    assert run("keys", "revoke", made["id"], home=tmp_path).exit_code == 2
    assert run("keys", "new", "x", "--scope", "root", home=tmp_path).exit_code == 2


# At the doors


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def address(engine: Engine, store: KeyStore) -> Iterator[str]:
    with doors_of(engine, Access(keys=store)) as served:
        yield served


def statuses(address: str, key: str) -> list[int]:
    """What becomes of asking, reading and tending with a key."""
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"} if key else {}, trust_env=False, timeout=60) as client:
        ask = client.post("/api/v1/ask", json={"question": ASKED})
        return [response.status_code for response in (ask, client.get("/api/v1/documents"), client.get("/api/v1/metrics"))]


def test_each_scope_opens_its_own_doors(address: str, store: KeyStore) -> None:
    assert statuses(address, "") == [401, 401, 401]
    assert statuses(address, "gl_" + "0" * 12 + "_" + "A" * 43) == [401, 401, 401]
    assert statuses(address, store.new("a", ["ask"]).key) == [200, 403, 403]
    assert statuses(address, store.new("b", ["read"]).key) == [403, 200, 403]
    made = store.new("c", ["admin"])
    assert statuses(address, made.key) == [200, 200, 200]
    store.revoke(made.id)
    assert statuses(address, made.key) == [401, 401, 401]


def test_nobody_comes_in_while_the_keys_cannot_be_read(engine: Engine, tmp_path: Path) -> None:
    broken = KeyStore(tmp_path)
    made = broken.new("a", ["ask"])
    with doors_of(engine, Access(keys=broken)) as address:
        assert statuses(address, made.key)[0] == 200
        (tmp_path / "keys.json").write_text("{", "utf-8")
        assert statuses(address, made.key) == [503, 503, 503]


def test_strangers_are_told_no_more_than_that_it_is_ready(address: str, store: KeyStore) -> None:
    health = httpx.get(f"{address}/api/v1/health", trust_env=False, timeout=60).json()
    assert health["status"] == "ready" and health["documents"] is None
    key = store.new("r", ["read"]).key
    told = httpx.get(f"{address}/api/v1/health", headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=60).json()
    assert told["documents"] == 5


def test_the_openai_client_sends_its_key(address: str, store: KeyStore) -> None:
    def client(key: str) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, http_client=httpx.Client(trust_env=False))

    with client(store.new("o", ["ask"]).key) as asker:
        assert asker.chat.completions.create(model="groundline", messages=[{"role": "user", "content": ASKED}]).choices
        with pytest.raises(openai.PermissionDeniedError):
            asker.models.list()
    with client("sk-nothing") as stranger, pytest.raises(openai.AuthenticationError):
        stranger.models.list()


def test_tools_need_their_scopes(address: str, store: KeyStore) -> None:
    async def main(key: str) -> list[bool]:
        async with (
            httpx2.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
        ):
            asked = await client.call_tool("ask", {"question": ASKED})
            found = await client.call_tool("search", {"question": ASKED})
            return [bool(asked.is_error), bool(found.is_error)]

    assert anyio.run(main, store.new("m", ["ask"]).key) == [False, True]
    assert anyio.run(main, store.new("n", ["read"]).key) == [True, False]
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    assert httpx.post(f"{address}/mcp", json={}, headers=headers, trust_env=False, timeout=60).status_code == 401
