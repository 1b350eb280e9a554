"""The window in a real browser: served as people run it or from the test's own process, and pages that watch what they load."""

import asyncio
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page

    from ui.registry import Room

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SERVE = (
    "import sys; from pathlib import Path; from ui.app import serve; "
    "serve(Path(sys.argv[1]), Path(sys.argv[2]), port=int(sys.argv[3]), open_browser=False)"
)
ANSWERED = "How many people jumped out of the building in Zhengzhou in a month?"
CORRECTED = "Why did 50 people in Zhengzhou jump out of the building?"
ELSEWHERE = "What is the capital of France?"
FIELD = "Your question to the documents"
Scheme = Literal["light", "dark"]
# Seconds for what takes less than one on a machine that has nothing else to do.
PATIENCE = 120

in_browser = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


class Window(NamedTuple):
    """A running window: its address, what it printed while starting, its process."""

    address: str
    said: str
    process: "subprocess.Popen[str]"


@contextmanager
def running(corpus: Path, home: Path, port: int = 0) -> Iterator[Window]:
    """The window as its own process, as people run it, until the block ends; on a port that is free, if none is named."""
    command = [sys.executable, "-u", "-c", SERVE, str(corpus), str(home), str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        try:
            for line in process.stdout:
                said += line
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    yield Window(found[0], said, process)
                    break
            else:
                pytest.fail(f"the window did not start: {said}")
        finally:
            if process.poll() is None:
                process.kill()


@contextmanager
def serving(room: "Room") -> Iterator[str]:
    """A window served by a thread of this process, so that a test can stand behind it; its address. Closes the room at the end."""
    import uvicorn

    from ui.app import application, take_port

    listener = take_port(0)
    servers: list[uvicorn.Server] = []
    made = threading.Event()

    async def run() -> None:
        # Inside the loop, because Gradio makes one that nobody closes when it builds a page outside of any.
        try:
            config = uvicorn.Config(application(room), log_level="warning", access_log=False, timeout_graceful_shutdown=1)
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
def visiting(browser: "Browser", width: int = 1300, height: int = 850, scheme: Scheme = "light") -> Iterator["BrowserContext"]:
    """A browser of one visitor, with cookies of its own."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
    context.set_default_timeout(1_000 * PATIENCE)
    yield context
    context.close()


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
