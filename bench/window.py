"""How fast the window is, measured in a real browser: `python -m bench.window` (needs Chromium and the extra `dev`).

Prints each figure with what is wanted; `--json FILE` writes them. Window up: from the command to the first page that takes a question.
Answer: from Enter to the painted turn, 30 questions. Citation: from the click to the painted quote, among the five articles and in one
document of 5 MB, which is indexed with a cheap embedding first, since only its text matters here.
"""

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from eval.case import load_cases
from rag import open_corpus
from rag.citations import cite
from rag.conversations import Conversations
from rag.schema import Answer, AnswerSentence

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from ui.registry import Room

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
QUESTIONS = 30
CLICKS = 15
BIG = 5_000_000
FIELD = "#gl-question"

# Milliseconds from an event of the reader to the frame in which what it brings is painted.
TIMED = """async ([start, wanted]) => {
  const before = performance.now();
  const seen = () => document.querySelector(wanted);
  start === "enter"
    ? document.querySelector("#gl-question").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }))
    : document.querySelector(start).click();
  await new Promise((done) => {
    const look = () => { if (seen()) { watcher.disconnect(); done(); } };
    const watcher = new MutationObserver(look);
    watcher.observe(document.querySelector("#groundline"), { childList: true, subtree: true, attributes: true });
    look();
  });
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted, 0)));
  return performance.now() - before;
}"""


class Figure(NamedTuple):
    """What is measured, in its unit, and the most that is wanted."""

    name: str
    value: float
    unit: str
    wanted: float


def main() -> None:
    """Measure all, print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE")
    wanted = parser.parse_args().json
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        figures = list(_figures(browser, Path(folder)))
        browser.close()
    for one in figures:
        print(f"{one.name:<55} {one.value:8.1f} {one.unit:<2}  wanted {one.wanted:g}  {'' if one.value <= one.wanted else 'MISSED'}")
    if wanted is not None:
        wanted.write_text(json.dumps([one._asdict() for one in figures], indent=1) + "\n", "utf-8")


def _figures(browser: "Browser", folder: Path) -> Iterator[Figure]:
    yield Figure("window up, nothing indexed yet", _up(browser, folder / "home"), "s", 6)
    yield Figure("window up, five articles indexed", _up(browser, folder / "home"), "s", 6)
    from ui.app import open_room

    with _serving(lambda: open_room(SEEDS, folder / "home")) as address, _page(browser, address) as page:
        answers = _answers(page)
        yield Figure(f"answer visible after Enter, median of {QUESTIONS}", statistics.median(answers), "ms", 300)
        yield Figure(f"answer visible after Enter, slowest of {QUESTIONS}", max(answers), "ms", 1000)
        yield Figure("citation to highlighted text, median", statistics.median(_clicks(page)), "ms", 150)
    with _serving(lambda: _big(folder)) as address, _page(browser, address) as page:
        page.goto(f"{address}/?chat={_cited(folder, page)}")
        page.wait_for_selector("#groundline[data-ready]")
        yield Figure("the same in a document of 5 MB, median", statistics.median(_clicks(page)), "ms", 150)


def _up(browser: "Browser", home: Path) -> float:
    command = [sys.executable, "-m", "rag", "chat", "--no-browser", "--port", "7950", "--corpus", str(SEEDS), "--home", str(home)]
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            address = next(found[0] for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
            with _page(browser, address):
                return time.perf_counter() - started
        finally:
            process.kill()


@contextmanager
def _serving(opened: "Callable[[], Room]") -> Iterator[str]:
    import uvicorn

    from ui.app import application, take_port

    room, listener = opened(), take_port(7960)
    server = uvicorn.Server(uvicorn.Config(application(room), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()
        room.close()


@contextmanager
def _page(browser: "Browser", address: str) -> "Iterator[Page]":
    context = browser.new_context(viewport={"width": 1300, "height": 850})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#groundline[data-ready]")
    yield page
    context.close()


def _answers(page: "Page") -> list[float]:
    """Milliseconds for questions of the eval, one after another in one conversation."""
    taken = []
    cases = [case for case in load_cases() if not case.corpus and not case.history and case.split == "development"]
    page.locator(".welcome .example").first.wait_for()
    for number, case in enumerate(cases[:: len(cases) // QUESTIONS][:QUESTIONS], 1):
        page.fill(FIELD, case.question)
        taken.append(_timed(page, "enter", f".turn:nth-child({number}):is(.answered, .abstained)"))
        page.wait_for_selector(f'.turn[data-turn="{number}"]')
        # What may be asked next is looked for after an answer; a reader takes longer than that to read it.
        page.wait_for_load_state("networkidle")
    return taken


def _clicks(page: "Page") -> list[float]:
    taken = []
    for _ in range(CLICKS):
        taken.append(_timed(page, ".turn .answer .cite", "mark.quote"))
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_selector("mark.quote", state="detached")
    return taken


def _timed(page: "Page", start: str, wanted: str) -> float:
    taken: Any = page.evaluate(TIMED, [start, wanted])
    return float(taken)


def _big(folder: Path) -> "Room":
    from tests.support.embedders import HashEmbedder
    from ui.registry import Room

    corpus, home = folder / "big", folder / "big-home"
    corpus.mkdir()
    line = "On day {} the keeper of the lighthouse counted {} ships, and wrote their names into the long book of the harbour.\n"
    count = BIG // len(line.format(10_000, 100))
    (corpus / "big.txt").write_text("".join(line.format(day, day % 97) for day in range(count)), "utf-8")
    return Room(corpus, home, open_corpus(corpus, home=home, embed_model=HashEmbedder()))


def _cited(folder: Path, page: "Page") -> str:
    """A stored conversation of this page's visitor, whose answer cites the middle of the document."""
    from rag.readers import read
    from ui.access import VISITOR_COOKIE, visitor_of

    document = read(folder / "big", folder / "big" / "big.txt", 2 * BIG)
    start = document.text.index("On day 20000 ")
    end = document.text.index("\n", start)
    citation = cite(1, document, 1, start, end)
    text = f"{citation.quote} [1]"
    said = AnswerSentence(text=citation.quote, start=0, end=end - start, verdict="supported", reasons=("word for word",), citations=(1,))
    answer = Answer(question="How many ships?", status="answered", text=text, sentences=(said,), citations=(citation,), confidence=0.9)
    cookies = {one.get("name"): one.get("value", "") for one in page.context.cookies()}
    owner = visitor_of(cookies[VISITOR_COOKIE]) or ""
    kept = Conversations(folder / "big-home")
    conversation = kept.create(folder / "big", owner=owner)
    kept.append(conversation.id, answer, owner=owner)
    return conversation.id


if __name__ == "__main__":
    main()
