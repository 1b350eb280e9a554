"""Who may come in: passwords, attempts, sessions, visitors, hosts, origins and an upstream's word."""

import asyncio
import base64
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from rag import open_corpus
from rag.errors import SettingsError
from tests.support.browser import chromium, in_browser
from tests.support.cli import run
from tests.support.doors import ASKED, Served, doors_of, serving
from ui import access as rules
from ui import wire
from ui.access import Access, Refused, read_people
from ui.limits import FREE_TRIES, LONGEST_WAIT, Attempts
from ui.registry import Wish

PEOPLE = {"ada": "correct horse", "bo": "päss:wört"}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


# The rules


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "10.0.0.1", "example.org"])
def test_beyond_this_machine_a_password_is_demanded(host: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(host)):
        Access(host=host)
    Access(host=host, people=PEOPLE)
    Access(host=host, header="X-Forwarded-User")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_this_machine_needs_none(host: str) -> None:
    assert Access(host=host).local


def test_wrong_passwords_wait_longer_and_longer_and_a_right_one_ends_it() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    waits = []
    for _ in range(20):
        waits.append(attempts.wait("10.0.0.1"))
        clock.now += waits[-1]
        attempts.wrong("10.0.0.1")
    assert waits[:FREE_TRIES] == [0.0] * FREE_TRIES
    assert waits[FREE_TRIES : FREE_TRIES + 4] == [2.0, 4.0, 8.0, 16.0] and waits[-1] == LONGEST_WAIT
    assert attempts.wait("10.0.0.2") == 0.0
    attempts.right("10.0.0.1")
    assert attempts.wait("10.0.0.1") == 0.0


def test_slips_are_forgotten_after_an_hour_and_addresses_are_not_kept_without_end() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(FREE_TRIES):
        attempts.wrong("10.0.0.1")
    clock.now += 3_601
    attempts.wrong("10.0.0.1")
    assert attempts.wait("10.0.0.1") == 0.0
    for number in range(20_000):
        attempts.wrong(f"10.1.{number // 256}.{number % 256}")
    assert len(attempts._wrong) == 10_000


def test_one_ipv6_network_is_one_address() -> None:
    attempts = Attempts(Clock())
    for number in range(FREE_TRIES):
        attempts.wrong(f"2001:db8::{number}")
    assert attempts.wait("2001:db8::ffff") > 0 and attempts.wait("2001:db8:0:1::1") == 0
    for _ in range(FREE_TRIES):
        attempts.wrong("::ffff:10.0.0.9")
    assert attempts.wait("10.0.0.9") > 0


def test_the_right_password_is_refused_too_while_an_address_must_wait() -> None:
    clock = Clock()
    access = Access(people=PEOPLE, clock=clock)
    for _ in range(FREE_TRIES):
        assert access.check_password("ada", "wrong", "10.0.0.1") is None
    with pytest.raises(Refused) as refused:
        access.check_password("ada", PEOPLE["ada"], "10.0.0.1")
    assert refused.value.status == 429 and int(refused.value.headers["Retry-After"]) >= 2
    assert access.check_password("ada", PEOPLE["ada"], "10.0.0.2") == "ada"
    clock.now += 3
    assert access.check_password("ada", PEOPLE["ada"], "10.0.0.1") == "ada"


def test_nobody_comes_in_with_an_unknown_name_or_an_empty_password() -> None:
    access = Access(people=PEOPLE)
    for number, (user, password) in enumerate([("eve", ""), ("", ""), ("ada", ""), ("bo", "correct horse"), ("ADA", "correct horse")]):
        assert access.check_password(user, password, f"10.0.0.{number}") is None
    assert access.check_password("bo", "päss:wört", "10.0.1.1") == "bo"


def test_a_session_ends_with_time_and_with_logging_out() -> None:
    clock = Clock()
    access = Access(people=PEOPLE, clock=clock)
    first, second = access.log_in("ada"), access.log_in("ada")
    assert first != second and access.session(first) == "ada"
    access.log_out(first)
    assert access.session(first) is None and access.session(second) == "ada"
    clock.now += rules.SESSION_SECONDS
    assert access.session(second) is None and access.session("") is None


def test_host_names_that_were_not_named_are_refused() -> None:
    local, named = Access(), Access(host="0.0.0.0", people=PEOPLE, names=("docs.example.org",))
    assert all(local.welcome_host(host) for host in ("127.0.0.1:7860", "localhost", "[::1]:80", "LOCALHOST:1"))
    assert not any(local.welcome_host(host) for host in ("", "evil.example", "127.0.0.1.evil.example", "192.168.1.5", "localhost.evil"))
    assert all(named.welcome_host(host) for host in ("docs.example.org", "DOCS.example.org.:443", "192.168.1.5:7860", "[2001:db8::1]"))
    assert not named.welcome_host("other.example.org")


def test_only_the_upstream_is_believed() -> None:
    access = Access(host="0.0.0.0", header="X-Forwarded-User", proxies=("10.0.0.0/8",))
    assert access.trusts("10.1.2.3") and not access.trusts("192.168.0.1") and not access.trusts("") and not access.trusts("::1")
    assert access.address("10.1.2.3", "1.1.1.1, 8.8.8.8, 10.9.9.9") == "8.8.8.8"
    assert access.address("192.168.0.1", "1.1.1.1") == "192.168.0.1"
    assert not Access().trusts("127.0.0.1")
    with pytest.raises(SettingsError, match="address"):
        Access(header="X-User", proxies=("nowhere",))


def test_names_and_passwords_are_read_and_never_repeated_in_an_error() -> None:
    assert read_people("ada:a:b\n\n bo:x \n", "file") == {"ada": "a:b", "bo": "x"}
    for text in ("secret-without-colon", ":secret", "ada:", ""):
        with pytest.raises(SettingsError) as refused:
            read_people(text, "file")
        assert "secret" not in f"{refused.value} {refused.value.hint}"


def test_a_visitors_cookie_is_not_what_is_stored() -> None:
    cookie = rules.new_visitor()
    visitor = rules.visitor_of(cookie)
    assert visitor is not None and visitor.startswith("visitor:") and cookie not in visitor
    assert rules.visitor_of(cookie) == visitor != rules.visitor_of(rules.new_visitor())
    assert all(rules.visitor_of(odd) is None for odd in ("", "short", cookie + "x", "a" * 42 + "\n", "../" + "a" * 40))


def test_the_command_line_refuses_strangers_before_it_opens_anything(seeds: Path, tmp_path: Path) -> None:
    result = run("chat", "--no-browser", "--host", "0.0.0.0", corpus=seeds, home=tmp_path / "home")
    assert result.exit_code == 2 and "password" in result.stderr.lower() and not (tmp_path / "home").exists()
    wrong = run("chat", "--no-browser", "--auth-file", str(tmp_path / "none"), corpus=seeds, home=tmp_path / "home")
    assert wrong.exit_code == 2 and "cannot be read" in wrong.stderr


# A window for this machine


def test_no_call_is_answered_without_the_gates_word() -> None:
    app = FastAPI()
    asked: list[Wish] = []
    wire.attach(app, {"list": asked.append}, {})

    async def post() -> int:
        inside = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=inside, base_url="http://127.0.0.1") as client:
            return (await client.post("/window/call/list", json={})).status_code

    assert (asyncio.run(post()), asked) == (500, [])


@pytest.fixture(scope="module")
def window(seeds: Path, home: Path) -> Iterator[Served]:
    with serving(seeds, home) as served:
        yield served


def test_each_visitor_gets_a_cookie_that_scripts_cannot_read(window: Served) -> None:
    with window.client() as one, window.client() as other:
        first = one.get("/")
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
        assert "set-cookie" not in one.get("/").headers
        assert other.get("/").cookies[rules.VISITOR_COOKIE] != first.cookies[rules.VISITOR_COOKIE]
        assert "set-cookie" not in other.get("/api/v1/health").headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_a_page_elsewhere_drives_nothing(window: Served, headers: dict[str, str]) -> None:
    with window.client(**headers) as client:
        for response in (
            client.post("/api/v1/ask", json={"question": ASKED}),
            client.get("/api/v1/documents"),
            client.post("/v1/chat/completions", json={"model": "x", "messages": [{"role": "user", "content": ASKED}]}),
            client.post("/mcp", json={}),
            client.post("/window/call/welcome", json={}),
            client.post("/gradio_api/call/ask", json={"data": [ASKED]}),
            client.options("/api/v1/ask", headers={"Access-Control-Request-Method": "POST"}),
        ):
            assert response.status_code == 403, response.request.url
            assert not any(name.startswith("access-control-") for name in response.headers)


def test_the_windows_own_page_and_a_link_to_it_work(window: Served) -> None:
    for own in ({"Origin": window.address}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}):
        with window.client(**own) as client:
            assert client.post("/api/v1/ask", json={"question": ASKED}).status_code == 200
    with window.client(**{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}) as client:
        assert client.get("/?doc=x&start=0&end=1").status_code == 200


def test_another_name_for_this_machine_is_refused(window: Served) -> None:
    with window.client(Host="attacker.example") as client:
        for path in ("/", "/api/v1/health", "/v1/models", "/login"):
            refused = client.get(path)
            assert refused.status_code == 400 and "default-src 'self'" in refused.headers["content-security-policy"]


def test_a_web_socket_is_turned_away(window: Served) -> None:
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "a" * 22 + "==", "Sec-WebSocket-Version": "13"}
    with window.client(**upgrade) as client:
        assert client.get("/").status_code == 403


# A window with a password


@pytest.fixture(scope="module")
def guarded(seeds: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    file = tmp_path_factory.mktemp("auth") / "people"
    file.write_text("ada:correct horse\nbo:päss:wört\n", "utf-8")
    with serving(seeds, home, "--auth-file", str(file), "--allow-host", "docs.example.org") as served:
        yield served


def log_in(client: httpx.Client, user: str, password: str, **headers: str) -> httpx.Response:
    return client.post("/login", data={"username": user, "password": password, "next": "/?doc=a.txt&start=1&end=2"}, headers=headers)


def test_nothing_is_shown_before_somebody_has_logged_in(guarded: Served) -> None:
    with guarded.client() as client:
        for path in (
            "/",
            "/config",
            "/api/v1/documents",
            "/api/v1/metrics",
            "/v1/models",
            "/api/v1/docs",
            "/gradio_api/info",
            "/assets/x.js",
        ):
            assert client.get(path).status_code == 401, path
        for path in ("/api/v1/ask", "/mcp", "/window/call/welcome", "/gradio_api/call/ask", "/gradio_api/queue/join", "/gradio_api/upload"):
            assert client.post(path, json={"question": ASKED}).status_code == 401, path
        assert client.get("/api/v1/health").json() == {
            "status": "ready",
            "generation": None,
            "documents": None,
            "passages": None,
            "detail": "",
        }


def test_a_browser_is_shown_the_login_page_and_brought_back(guarded: Served) -> None:
    with guarded.client(Accept="text/html") as client:
        sent = client.get("/?doc=a.txt&start=1&end=2")
        assert sent.status_code == 303 and sent.headers["location"] == "/login?next=/%3Fdoc%3Da.txt%26start%3D1%26end%3D2"
        page = client.get(sent.headers["location"])
        assert page.status_code == 200 and 'value="/?doc=a.txt&amp;start=1&amp;end=2"' in page.text
        assert "<script" not in page.text and "http" not in page.text.replace('http-equiv="', "")
        wrong = log_in(client, "ada", "wrong")
        assert wrong.status_code == 401 and "wrong" in wrong.text and 'role="alert"' in wrong.text
        right = log_in(client, "ada", "correct horse", **{"X-Forwarded-Proto": "https"})
        assert right.status_code == 303 and right.headers["location"] == "/?doc=a.txt&start=1&end=2"
        cookie = right.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie
        assert client.get("/").status_code == 200
        assert client.post("/logout").status_code == 303
        assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\r\nSet-Cookie: a=b"]
)
def test_logging_in_leads_nowhere_else(guarded: Served, target: str) -> None:
    with guarded.client(Accept="text/html") as client:
        sent = client.post("/login", data={"username": "bo", "password": "päss:wört", "next": target})
        assert sent.status_code == 303 and sent.headers["location"] == "/"


@in_browser[0]
@in_browser[1]
def test_a_link_on_another_site_leads_to_where_it_points(guarded: Served) -> None:
    link = f"{guarded.address}/api/v1/docs?doc=a&start=1"
    with chromium() as browser:
        page = browser.new_context().new_page()
        page.route("http://elsewhere.example/", lambda route: route.fulfill(body=f"<a href='{link}'>there</a>", content_type="text/html"))
        page.goto("http://elsewhere.example/")
        page.click("a")
        page.get_by_label("Name").fill("bo")
        page.get_by_label("Password").fill("päss:wört")
        page.get_by_role("button").click()
        page.wait_for_url(link)
        page.goto("http://elsewhere.example/")
        page.click("a")
        page.wait_for_url(link)
        assert page.locator("h1").inner_text() == "Groundline for programs"


def test_programs_send_the_name_and_password_along(guarded: Served) -> None:
    with guarded.client() as client:
        asked = client.post("/api/v1/ask", json={"question": ASKED}, auth=("ada", "correct horse"))
        assert asked.status_code == 200 and asked.json()["status"] == "answered"
        right = base64.b64encode("bo:päss:wört".encode()).decode()
        assert client.get("/api/v1/documents", headers={"Authorization": f"basic {right}"}).status_code == 200
        for odd in (
            "Basic",
            "Basic !!!",
            "Basic " + base64.b64encode(b"\xff\xfe").decode(),
            "Bearer x",
            "Digest a",
            "Basic " + "A" * 100_000,
        ):
            assert client.get("/api/v1/documents", headers={"Authorization": odd}).status_code in (400, 401, 431)


def test_a_program_is_told_how_to_say_who_it_is_and_the_window_asks_itself(guarded: Served) -> None:
    with guarded.client() as client:
        assert client.get("/api/v1/documents").headers["www-authenticate"].startswith("Basic")
        assert "www-authenticate" not in client.post("/window/call/welcome", json={}).headers


def test_a_huge_body_is_refused_at_gradios_routes_too(window: Served) -> None:
    with window.client() as client:
        assert client.post("/gradio_api/call/ask", content=b"x" * 1_000_001).status_code == 413


def test_a_cross_origin_login_is_refused(guarded: Served) -> None:
    with guarded.client(Origin="http://evil.example") as client:
        assert log_in(client, "ada", "correct horse").status_code == 403


def test_a_named_host_is_welcome_and_an_upstream_nobody_named_is_not_believed(guarded: Served) -> None:
    with guarded.client(Host="docs.example.org") as client:
        assert client.get("/api/v1/health").status_code == 200
        assert client.get("/api/v1/documents", headers={"X-Forwarded-User": "ada"}).status_code == 401


def test_a_window_for_all_says_where_it_is_and_no_password(seeds: Path, home: Path) -> None:
    open_to_all = ("--host", "0.0.0.0")
    with serving(seeds, home, *open_to_all, environment={"GROUNDLINE_AUTH": "ada:correct horse"}) as served, served.client() as client:
        assert "correct horse" not in served.said and served.address.startswith("http://127.0.0.1:")
        assert log_in(client, "ada", "wrong").status_code == 401 and log_in(client, "ada", "correct horse").status_code == 200


def test_too_many_wrong_passwords_are_told_to_wait(seeds: Path, home: Path) -> None:
    access = Access(host="0.0.0.0", people=PEOPLE, clock=Clock())
    with (
        open_corpus(seeds, home=home, update=False) as engine,
        doors_of(engine, access) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        inside = log_in(client, "ada", "correct horse").headers["set-cookie"].partition(";")[0]
        client.cookies.clear()
        statuses = [
            log_in(client, "ada", "wrong", **{"X-Forwarded-For": f"10.0.0.{number}"}).status_code for number in range(FREE_TRIES + 1)
        ]
        assert statuses == [401] * FREE_TRIES + [429]
        refused = client.get("/api/v1/documents", auth=("ada", "correct horse"))
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
        assert client.get("/api/v1/documents", headers={"Cookie": inside}).status_code == 200


# Behind a proxy that logs people in


def test_the_proxys_word_is_who_is_asking(seeds: Path, home: Path) -> None:
    with serving(seeds, home, "--trust-header", "X-Forwarded-User") as served, served.client() as client:
        assert client.get("/api/v1/documents").status_code == 401
        assert client.get("/", headers={"Accept": "text/html"}).status_code == 401  # there is no page to log in at
        asked = client.get("/api/v1/documents", headers={"X-Forwarded-User": "ada", "X-Forwarded-Proto": "https"})
        assert asked.status_code == 200
        twice = client.get("/api/v1/documents", headers=[("X-Forwarded-User", "eve"), ("X-Forwarded-User", "ada")])
        assert twice.status_code == 401
        page = client.get("/", headers={"X-Forwarded-User": "ada"})
        assert page.status_code == 200 and "set-cookie" not in page.headers
    with serving(seeds, home, "--trust-header", "X-Forwarded-User", "--trusted-proxy", "10.0.0.1") as served, served.client() as client:
        assert client.get("/api/v1/documents", headers={"X-Forwarded-User": "ada"}).status_code == 401
