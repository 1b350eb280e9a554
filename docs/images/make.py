"""Take the pictures of the window that README and the docs show: real questions, the real articles, a real browser.

    python docs/images/make.py [FOLDER [NAME …]]

Writes window.png and the others named in SHOTS into FOLDER (this one, if none is named).
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browser import Scheme, ask, chromium, page_of, serving, visiting  # noqa: E402
from ui.app import open_room  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser


PATIENCE = 600_000  # milliseconds: the eval's whole suite runs for its picture


class Shot(NamedTuple):
    """One picture: its name, the questions asked, what to click on afterwards, what is seen then, and the browser's window.

    `page` names the page to open first, where it is not the conversation.
    """

    name: str
    questions: tuple[str, ...] = ()
    clicks: tuple[str, ...] = ()
    seen: str = "mark.quote"
    page: str = ""
    width: int = 1280
    height: int = 800
    scheme: Scheme = "light"
    scale: float = 1.0


ANSWERED = "How many people jumped out of the building in Zhengzhou?"
CITE = ".turn:last-child .answer .cite"
SHOTS = (
    Shot("window", ("What did Mark Williams say?", ANSWERED), (CITE,), scale=1.5),
    Shot("welcome", (), (), ".welcome .example"),
    Shot("correction", ("Why did 50 people in Zhengzhou jump out of the building?",), (".correction .cite",)),
    Shot("abstained", ("What is the capital of France?",), (".abstention .passage",)),
    Shot("why", (ANSWERED,), ("[data-act=why]",), ".sheet .page"),
    Shot("library", page="library", seen=".view.library:not([hidden]) > *"),
    Shot("evaluation", (), ("[data-act=eval-run]",), ".view.eval .outcomes", page="eval"),
    Shot("settings", page="settings", seen=".view.settings:not([hidden]) > *"),
    Shot("dark", ("What did Mark Williams say?", ANSWERED), (CITE,), scheme="dark"),
    Shot("phone", (ANSWERED,), (CITE,), width=360, height=740),
    Shot("phone-conversations", (ANSWERED,), (".top [data-act=side]",), ".drawn .talk-title", width=360, height=740),
    Shot("phone-library", page="library", seen=".view.library:not([hidden]) > *", width=360, height=740),
)


def take(browser: "Browser", address: str, shot: Shot, folder: Path) -> bool:
    """Ask, click, and keep what is seen; whether there was something to click on."""
    start = f"{address}/?view={shot.page}" if shot.page else address
    with visiting(browser, shot.width, shot.height, shot.scheme, shot.scale) as context, page_of(context, start) as page:
        if shot.page:
            page.locator(f".view.{shot.page}:not([hidden]) > *").first.wait_for()
        for question in shot.questions:
            ask(page, question)
        if shot.questions:
            page.wait_for_load_state("networkidle")
        for click in shot.clicks:
            if page.locator(click).count() == 0:
                return False
            page.locator(click).first.click()
        page.locator(shot.seen).first.wait_for(timeout=PATIENCE)
        page.mouse.move(1, 1)
        page.evaluate("document.activeElement.blur()")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{shot.name}.png")
    return True


def main() -> None:
    """Serve the seeds, take every picture, or those named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    shots = [shot for shot in SHOTS if not sys.argv[2:] or shot.name in sys.argv[2:]]
    folder = folder.resolve()
    with tempfile.TemporaryDirectory() as place:
        # So that the settings page shows the names that a reader's own would have.
        shutil.copytree(ROOT / "seeds", Path(place) / "seeds")
        os.chdir(place)
        with serving(open_room(Path("seeds"), Path(".groundline"))) as address, chromium() as browser:
            missed = [shot.name for shot in shots if not take(browser, address, shot, folder)]
        os.chdir(ROOT)
    if missed:
        sys.exit(f"Not taken, because the answer was of another kind: {', '.join(missed)}")


if __name__ == "__main__":
    main()
