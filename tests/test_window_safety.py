"""Hostile words in documents, names, questions, titles and comments: shown as text, never obeyed."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.browser import ask, in_browser, opened, serving
from ui.app import open_room

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = in_browser
NAME = "<img src=x onerror=alert(1)>&'\".txt"
HOSTILE = "<img src=x onerror=alert(5)> \u202egnp.exe\u202c \x1b[31m [x](javascript:alert(6))"
ACTIVE = "#groundline :is(img, script, iframe, object, embed, link, a:not(.skip))"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / NAME).write_text(
        "The treaty of Velm was signed by Ada Brandt <script>alert(1)</script><img src=x onerror=alert(2)> on 4 May 1921.\n\n"
        "The price list of Velm \u202egnp.exe\u202c shows [a link](javascript:alert(3)) and {{x}} ${alert(4)} for 300 crowns.\n\n"
        "Nobody in Velm spoke \x1b[31mof it again, said </div></mark><iframe src='https://example.org/'></iframe> the mayor.\n",
        "utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def window(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(open_room(corpus, tmp_path_factory.mktemp("home"))) as address:
        yield address


def assert_inert(page: "Page") -> None:
    assert page.locator(ACTIVE).count() == 0
    obeyed = page.evaluate(
        "() => { const walker = document.createTreeWalker(document.querySelector('#groundline'), NodeFilter.SHOW_TEXT); const found = [];"
        "while (walker.nextNode()) { const node = walker.currentNode; if (/[\\u202a-\\u202e\\u2066-\\u2069\\u0001-\\u0008\\u001b]/"
        ".test(node.data) && !node.parentElement.closest('bdi, [dir=auto]')) found.push(node.data) } return found }"
    )
    assert obeyed == [], "characters that reorder what follows them stand outside any isolation"


def test_hostile_documents_names_and_questions_are_shown_as_text(window: str, corpus: Path, browser: "Browser") -> None:
    text = (corpus / NAME).read_bytes().decode()
    with opened(browser, window) as page:
        for question in ("Who signed the treaty of Velm?", "<img src=x onerror=alert(5)> What is the price list of Velm?"):
            ask(page, question)
            assert page.locator(".asked").last.inner_text() == question
            page.locator(".turn:last-child [data-cite]").first.click()
            page.locator("mark.quote").wait_for()
            assert page.locator(".page .text").text_content() == text
            assert page.locator(".where h2").text_content() == NAME
        assert page.locator(".page .control[data-code='U+202E']").count() == 1, "an override is shown by its number"
        assert_inert(page)


def test_hostile_questions_titles_and_comments_survive_a_reload_as_text(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, HOSTILE)
        turn = page.locator(".turn").last
        if turn.get_by_role("button", name="Good answer").is_visible():
            turn.get_by_role("button", name="Good answer").click()
            page.keyboard.insert_text(HOSTILE)
            page.keyboard.press("Enter")
            turn.locator(".comment", has_text="<img src=x").wait_for()
        page.locator(".entry .icon").first.click()
        page.get_by_role("menuitem", name="Rename").click()
        page.keyboard.insert_text(HOSTILE)
        page.keyboard.press("Enter")
        page.locator(".talk-title", has_text="<img src=x").wait_for()
        page.locator(".entry .icon").first.click()
        page.get_by_role("menuitem", name="Delete").click()
        page.get_by_role("dialog").wait_for()
        assert_inert(page)
        page.keyboard.press("Escape")
        page.reload()
        page.wait_for_selector("#groundline[data-ready]")
        assert "<img src=x onerror=alert(5)>" in page.locator(".asked").inner_text()
        assert_inert(page)


def test_a_link_shows_nothing_outside_the_corpus(window: str, browser: "Browser") -> None:
    for path in ("../../../../etc/passwd", "/etc/passwd", "%2e%2e/%2e%2e/etc/passwd"):
        with opened(browser, f"{window}/?doc={path}&start=0&end=10") as page:
            page.locator(".sheet .problem").wait_for()
            assert "root:" not in page.locator("#groundline").inner_text()


def test_calls_take_json_from_the_windows_own_page_only(window: str) -> None:
    call = f"{window}/window/call/chat.welcome"
    assert httpx.post(call, json={}, trust_env=False, timeout=60).status_code == 200
    assert httpx.post(call, content="{}", headers={"Content-Type": "text/plain"}, trust_env=False, timeout=60).status_code == 400
    assert httpx.post(call, json={}, headers={"Origin": "http://attacker.example"}, trust_env=False, timeout=60).status_code == 403
    assert httpx.get(call, trust_env=False, timeout=60).status_code in (404, 405)
    assert httpx.post(f"{window}/window/call/chat.__class__", json={}, trust_env=False, timeout=60).status_code == 400
    for wrong in ([], {"path": 3}, {"path": "x", "more": 1}):
        reply = httpx.post(f"{window}/window/call/chat.locate", json=wrong, trust_env=False, timeout=60)
        assert reply.status_code == 400 and reply.json()["error"]["hint"]
        assert "Traceback" not in reply.text and "pydantic" not in reply.text
    big = httpx.post(f"{window}/window/stream/chat.ask", json={"question": "x" * 2_000_000}, trust_env=False, timeout=60)
    assert big.status_code in (400, 413)


def test_every_reply_carries_the_headers(window: str) -> None:
    for reply in (
        httpx.get(window, trust_env=False, timeout=60),
        httpx.post(f"{window}/window/call/chat.welcome", json={}, trust_env=False, timeout=60),
        httpx.post(f"{window}/window/stream/chat.ask", json={"question": "?"}, trust_env=False, timeout=60),
        httpx.get(f"{window}/nothing/here", trust_env=False, timeout=60),
    ):
        assert "default-src 'self'" in reply.headers["content-security-policy"]
        assert reply.headers["x-content-type-options"] == "nosniff"
