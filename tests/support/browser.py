"""The window in a real browser: served from the test's own process, and pages that watch what they load."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.support.doors import ASKED, PATIENCE, served_here
from tests.support.doors import ELSEWHERE as ELSEWHERE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, ViewportSize

    from ui.registry import Room

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ANSWERED = ASKED
CORRECTED = "Why did 50 people in Zhengzhou jump out of the building?"
FIELD = "Your question to the documents"
Scheme = Literal["light", "dark"]

in_browser = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


@contextmanager
def serving(room: "Room") -> Iterator[str]:
    """A window served by a thread of this process, so that a test can stand behind it; its address. Closes the room at the end."""
    from ui.app import application

    try:
        with served_here(lambda: application(room)) as address:
            yield address
    finally:
        room.close()


@contextmanager
def chromium() -> Iterator["Browser"]:
    """The browser, for one module: Playwright's loop in this thread stands in the way of other tests' own."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@contextmanager
def visiting(
    browser: "Browser", width: int = 1300, height: int = 850, scheme: Scheme = "light", scale: float = 1.0
) -> Iterator["BrowserContext"]:
    """A browser of one visitor, with cookies of its own; `scale` is how many dots of the screen make a pixel."""
    viewport: ViewportSize = {"width": width, "height": height}
    context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce", device_scale_factor=scale)
    context.set_default_timeout(1_000 * PATIENCE)
    yield context
    context.close()


def owner_of(context: "BrowserContext") -> str:
    """Whose conversations a visitor's are, once a page of the window was opened."""
    from ui.access import VISITOR_COOKIE, visitor_of

    cookies = {one.get("name"): one.get("value", "") for one in context.cookies()}
    return visitor_of(cookies[VISITOR_COOKIE]) or ""


@contextmanager
def page_of(context: "BrowserContext", address: str) -> Iterator["Page"]:
    """A page of the window. Fails at the end on a script error, a dialog of the browser, or a request to another host."""
    page = context.new_page()
    wrong: list[str] = []
    origin = re.match(r"http://[^/]+", address)
    assert origin is not None

    def watch(url: str) -> None:
        if not url.startswith((origin[0] + "/", "data:", "blob:")):
            wrong.append(f"request to {url}")

    def refuse(dialog: "Dialog") -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("request", lambda request: watch(request.url))
    page.on("websocket", lambda opened: wrong.append(f"web socket to {opened.url}"))
    page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
    page.on("dialog", refuse)
    page.goto(address)
    page.wait_for_selector("#groundline[data-ready]")
    yield page
    page.close()
    assert wrong == []


@contextmanager
def opened(browser: "Browser", address: str, width: int = 1300, height: int = 850, scheme: Scheme = "light") -> Iterator["Page"]:
    """A page of a new visitor."""
    with visiting(browser, width, height, scheme) as context, page_of(context, address) as page:
        yield page


def ask(page: "Page", question: str) -> str:
    """Ask as people do, wait until the turn is kept or has failed, and return what became of it: its class."""
    before = page.locator(".turn").count()
    page.get_by_label(FIELD).fill(question)
    page.get_by_label(FIELD).press("Enter")
    turn = page.locator(".turn").nth(before).and_(page.locator(".turn:is([data-turn], .failed)"))
    turn.wait_for()
    settle(page)
    return turn.get_attribute("class") or ""


def settle(page: "Page") -> None:
    """Wait until nothing is being asked any more: until then the window takes no other question, and at that moment the focus."""
    page.locator("#groundline:not(.asking)").wait_for()


def newest(page: "Page") -> "Locator":
    """The last turn."""
    return page.locator(".turn").last


def findings(page: "Page") -> list[str]:
    """What axe-core calls serious or worse, each with the first element that it is about."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[dict[str, Any]] = Axe().run(page, "#groundline").response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]
