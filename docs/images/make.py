"""Take the pictures of the window that README and the docs show: real questions, the real articles, a real browser.

    python docs/images/make.py [FOLDER]

Writes window.png, correction.png, abstained.png, dark.png and phone.png into FOLDER (this one, if none is named).
"""

import shutil
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import Literal, NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, ViewportSize, sync_playwright  # noqa: E402

from ui.app import application, open_room, run, take_port  # noqa: E402

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Shot(NamedTuple):
    """One picture: its name, the question asked, what to click on afterwards, and the browser's window."""

    name: str
    question: str
    click: str
    width: int = 1280
    height: int = 800
    scheme: Literal["light", "dark"] = "light"
    scale: float = 1.0


ANSWERED = "How many people jumped out of the building in Zhengzhou?"
SHOTS = (
    Shot("window", ANSWERED, ".answer .cite", scale=1.5),
    Shot("correction", "Why did 50 people in Zhengzhou jump out of the building?", ".correction .cite"),
    Shot("abstained", "What is the capital of France?", ".abstention .passage"),
    Shot("dark", ANSWERED, ".answer .cite", scheme="dark"),
    Shot("phone", ANSWERED, ".answer .cite", 360, 740),
)


def take(browser: Browser, address: str, shot: Shot, folder: Path) -> bool:
    """Ask, open the first source, and keep what is seen; whether there was a source to open."""
    viewport = ViewportSize(width=shot.width, height=shot.height)
    context = browser.new_context(viewport=viewport, color_scheme=shot.scheme, reduced_motion="reduce", device_scale_factor=shot.scale)
    with closing(context):
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#groundline[data-ready]")
        page.get_by_label("Your question to the documents").fill(shot.question)
        page.keyboard.press("Enter")
        page.locator(".turn:not(.pending)").wait_for()
        if page.locator(shot.click).count() == 0:
            return False
        page.locator(shot.click).first.click()
        page.locator("mark.quote").wait_for()
        page.mouse.move(1, 1)
        page.evaluate("document.activeElement.blur()")
        page.screenshot(path=folder / f"{shot.name}.png")
    return True


def main() -> None:
    """Serve the seeds, take every picture."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    with tempfile.TemporaryDirectory() as home, closing(open_room(ROOT / "seeds", Path(home))) as room:
        listener = take_port(7900)
        ready = threading.Event()
        threading.Thread(target=run, args=(application(room), listener, ready.set), daemon=True).start()
        ready.wait(60)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            missed = [shot.name for shot in SHOTS if not take(browser, address, shot, folder)]
            browser.close()
    if missed:
        sys.exit(f"Not taken, because the answer was of another kind: {', '.join(missed)}")


if __name__ == "__main__":
    main()
