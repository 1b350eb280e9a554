"""What people who have logged in may do: at the command line, at every door, and in the window's calls."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from rag.conversations import Conversations
from rag.errors import GroundlineError, SettingsError
from tests.support.cli import run
from tests.support.doors import ASKED, Served, serving
from ui import rights
from ui.access import EVERYTHING, Access, read_rights
from ui.desk import Desk
from ui.pages.library import Library
from ui.registry import Room, Wish

PASSWORD = "correct horse"
NAMES = ("ada", "bo", "cy")


def test_rights_are_read_by_name() -> None:
    given = read_rights(["ada=admin", "bo=ask, read", "x=y@example.org=read", "*=ask"])
    assert given == {"ada": EVERYTHING, "bo": {"ask", "read"}, "x=y@example.org": {"read"}, "*": {"ask"}}


@pytest.mark.parametrize("text", ["ada", "=ask", "ada=", "ada=ask,", "ada=everything", "ada=ask;read", ""])
def test_rights_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="USER=RIGHTS"):
        read_rights([text])


def test_a_name_has_its_rights_once() -> None:
    with pytest.raises(SettingsError, match="given twice"):
        read_rights(["ada=ask", "ada=admin"])


def test_who_is_not_named_may_what_everybody_else_may_and_without_a_word_everything() -> None:
    people = dict.fromkeys(NAMES, PASSWORD)
    some = Access(people=people, rights=read_rights(["ada=admin", "*=ask"]))
    assert (some.scopes_of("ada"), some.scopes_of("bo")) == (EVERYTHING, {"ask"})
    one = Access(people=people, rights=read_rights(["ada=ask"]))
    assert (one.scopes_of("ada"), one.scopes_of("bo")) == ({"ask"}, EVERYTHING)
    assert Access(people=people).scopes_of("ada") == EVERYTHING
    assert Access(header="X-User", rights=read_rights(["*=ask"])).scopes_of("somebody") == {"ask"}


def test_rights_that_would_limit_nobody_are_refused() -> None:
    with pytest.raises(SettingsError, match="nobody has to log in"):
        Access(rights=read_rights(["*=ask"]))
    with pytest.raises(SettingsError, match="'adda'"):
        Access(people={"ada": PASSWORD}, rights=read_rights(["adda=ask"]))
    Access(people={"ada": PASSWORD}, header="X-User", rights=read_rights(["adda=ask"]))


def test_the_command_line_refuses_them_too(seeds: Path, tmp_path: Path) -> None:
    for options, said in ((["--rights", "ada=all"], "ask, read and admin"), (["--rights", "*=ask"], "nobody has to log in")):
        result = run("chat", "--no-browser", *options, corpus=seeds, home=tmp_path / "home")
        assert result.exit_code == 2 and said in " ".join(result.stderr.split()), result.stderr


@pytest.mark.parametrize(
    ("held", "wanted", "said"),
    [
        ({"ask", "read"}, "admin", "You may ask and read here, but not change things or look behind them."),
        ({"ask"}, "read", "You may ask here, but not read the documents."),
        ({"read"}, "ask", "You may read here, but not ask."),
    ],
)
def test_what_somebody_may_not_do_is_said_with_what_they_may(held: set[str], wanted: str, said: str) -> None:
    with pytest.raises(GroundlineError) as refused:
        rights.check(Wish({}, scopes=frozenset(held)), wanted)
    assert str(refused.value) == said
    rights.check(Wish({}), wanted)


# Ada may do everything, bo asks, cy reads.


@pytest.fixture(scope="module")
def served(seeds: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    file = tmp_path_factory.mktemp("auth") / "people"
    file.write_text("".join(f"{name}:{PASSWORD}\n" for name in NAMES), "utf-8")
    with serving(seeds, home, "--auth-file", str(file), "--rights", "bo=ask", "--rights", "cy=read") as window:
        yield window


@contextmanager
def logged_in(served: Served, name: str) -> Iterator[httpx.Client]:
    with served.client() as client:
        assert client.post("/login", data={"username": name, "password": PASSWORD}).status_code == 200
        yield client


def test_each_right_opens_its_own_doors(served: Served) -> None:
    requests: list[tuple[str, str, Any]] = [
        ("POST", "/api/v1/ask", {"question": ASKED}),
        ("POST", "/v1/chat/completions", {"model": "groundline", "messages": [{"role": "user", "content": ASKED}]}),
        ("GET", "/api/v1/documents", None),
        ("GET", "/v1/models", None),
        ("GET", "/api/v1/metrics", None),
    ]
    expected = {"ada": [200] * 5, "bo": [200, 200, 403, 403, 403], "cy": [403, 403, 200, 200, 403]}
    for name, statuses in expected.items():
        with served.client() as client:
            replies = [client.request(method, path, json=data, auth=(name, PASSWORD)) for method, path, data in requests]
        assert [reply.status_code for reply in replies] == statuses, name
        assert all(
            "--rights" in reply.text and "key" not in reply.text
            for reply in replies
            if reply.status_code == 403 and reply.url.path[1] == "a"
        )


def test_each_right_opens_its_own_calls_of_the_window(served: Served) -> None:
    calls: list[tuple[str, dict[str, object]]] = [
        ("chat.examples", {}),
        ("chat.locate", {"path": "nowhere.txt", "start": 0, "end": 1}),
        ("library.list", {}),
        ("eval.show", {}),
        ("settings.show", {}),
    ]
    expected = {"ada": [200] * 5, "bo": [200, 400, 400, 400, 400], "cy": [400, 200, 200, 400, 400]}
    for name, statuses in expected.items():
        with logged_in(served, name) as client:
            assert [client.post(f"/window/call/{call}", json=data).status_code for call, data in calls] == statuses, name
            first = client.post("/window/call/chat.welcome", json={}).json()["value"]
            assert (first["ready"], bool(first["documents"])) == {"ada": (True, True), "bo": (True, False), "cy": (False, False)}[name]
            who = client.post("/window/call/account.who", json={}).json()["value"]
            assert who["name"] == name


def test_who_may_not_ask_gets_no_answer_from_a_stream(served: Served) -> None:
    with logged_in(served, "cy") as client:
        lines = client.post("/window/stream/chat.ask", json={"question": ASKED}).text.splitlines()
    assert [json.loads(line)["error"]["message"] for line in lines] == ["You may read here, but not ask."]


def test_who_may_not_change_the_corpus_adds_no_file(served: Served, seeds: Path) -> None:
    before = sorted(seeds.iterdir())
    for name in ("bo", "cy"):
        with logged_in(served, name) as client:
            headers = {"Content-Type": "application/octet-stream"}
            assert client.post("/window/library/file", params={"name": "a.txt"}, content=b"Planted.", headers=headers).status_code == 403
    assert sorted(seeds.iterdir()) == before


def test_gradios_client_asks_for_those_who_may(served: Served) -> None:
    assert json.loads(Client(served.address, auth=("bo", PASSWORD), verbose=False).predict(ASKED, api_name="/ask"))["status"] == "answered"
    with pytest.raises((AppError, httpx.HTTPStatusError, ValueError)):
        Client(served.address, auth=("cy", PASSWORD), verbose=False).predict(ASKED, api_name="/ask")
    with logged_in(served, "cy") as client:
        assert client.post("/gradio_api/call/ask", json={"data": [ASKED]}).status_code == 403


def test_a_name_and_password_sent_along_are_no_session(served: Served) -> None:
    with served.client() as client:
        who = client.post("/window/call/account.who", json={}, auth=("bo", PASSWORD)).json()["value"]
    assert who == {"name": "", "scopes": ["ask"]}


def test_where_people_log_in_no_page_is_kept(served: Served) -> None:
    with logged_in(served, "ada") as client:
        for path in ("/", "/config", "/api/v1/documents"):
            assert client.get(path).headers["cache-control"] == "no-store", path


def test_people_of_a_proxy_have_rights_too(seeds: Path, home: Path) -> None:
    with (
        serving(seeds, home, "--trust-header", "X-User", "--rights", "*=ask", "--rights", "ada=admin") as window,
        window.client() as client,
    ):
        for name, status in (("ada", 200), ("somebody", 403)):
            assert client.get("/api/v1/documents", headers={"X-User": name}).status_code == status
        assert client.post("/api/v1/ask", json={"question": ASKED}, headers={"X-User": "somebody"}).status_code == 200
        assert client.post("/window/call/account.who", json={}, headers={"X-User": "ada"}).json()["value"]["name"] == ""


def test_an_empty_corpus_asks_only_those_to_add_documents_who_may(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    room = Room(tmp_path / "corpus", tmp_path / "home", None)
    desk, page = Desk(room, Conversations(room.home)), Library(room)
    for scopes, may in ((EVERYTHING, True), (frozenset({"ask", "read"}), False)):
        shown = desk.welcome(Wish({}, scopes=scopes)).welcome + str(page.listed(Wish({}, scopes=scopes))["html"])
        assert ("drop files" in shown and "Add some" in shown) is may
        assert ("Whoever runs Groundline can add" in shown) is not may
