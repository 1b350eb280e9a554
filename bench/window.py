"""How fast the window is, measured in a real browser: `python -m bench.window` (needs Chromium and the extra `dev`).

Prints each figure with what is wanted; `--json FILE` writes them. Window up: from the command to the first page that takes a question.
Answer: from Enter to the painted turn, 30 questions. Citation: from the click to the painted quote, among the five articles and in one
document of 5 MB, which is indexed with a cheap embedding first, since only its text matters here. 200 turns: while such a
conversation is opened, written under, asked further and leafed through, the longest time between two frames, and the longest task of the
page in the processor's time, which is what a frame waits for where nothing else runs.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from eval.case import Case, load_cases
from rag import open_corpus
from rag.citations import cite
from rag.conversations import Conversations
from rag.schema import Answer, AnswerSentence
from tests.support import doors
from tests.support.browser import FIELD, chromium, opened, owner_of, serving
from tests.support.rendering import rendering

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from ui.registry import Room

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
QUESTIONS = 30
CLICKS = 15
BIG = 5_000_000
TURNS = 200

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


# Keeps the milliseconds between every two frames.
WATCHED = """() => {
  const seen = window.frames = [];
  let last = performance.now();
  const next = (now) => { seen.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""
LEAFED = """async () => {
  const turns = document.querySelector(".turns");
  for (let step = 0; step < 60; step += 1) {
    turns.scrollTop = (step * 7919) % turns.scrollHeight;
    await new Promise(requestAnimationFrame);
  }
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
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        figures = list(_figures(browser, Path(folder)))
    for one in figures:
        print(f"{one.name:<55} {one.value:8.1f} {one.unit:<2}  wanted {one.wanted:g}  {'' if one.value <= one.wanted else 'MISSED'}")
    if wanted is not None:
        wanted.write_text(json.dumps([one._asdict() for one in figures], indent=1) + "\n", "utf-8")


def _figures(browser: "Browser", folder: Path) -> Iterator[Figure]:
    yield Figure("window up, nothing indexed yet", _up(browser, folder / "home"), "s", 6)
    yield Figure("window up, five articles indexed", _up(browser, folder / "home"), "s", 6)
    from ui.app import open_room

    with serving(open_room(SEEDS, folder / "home")) as address, opened(browser, address) as page:
        answers = _answers(page)
        yield Figure(f"answer visible after Enter, median of {QUESTIONS}", statistics.median(answers), "ms", 300)
        yield Figure(f"answer visible after Enter, slowest of {QUESTIONS}", max(answers), "ms", 1000)
        yield Figure("citation to highlighted text, median", statistics.median(_clicks(page)), "ms", 150)
    yield from _long(browser, folder / "home")
    with serving(_big(folder)) as address, opened(browser, address) as page:
        page.goto(f"{address}/?chat={_cited(folder, page)}")
        page.wait_for_selector("#groundline[data-ready]")
        yield Figure("the same in a document of 5 MB, median", statistics.median(_clicks(page)), "ms", 150)


def _up(browser: "Browser", home: Path) -> float:
    started = time.perf_counter()
    with doors.serving(SEEDS, home) as served, opened(browser, served.address):
        return time.perf_counter() - started


def _long(browser: "Browser", home: Path) -> Iterator[Figure]:
    """The longest frames in a conversation of many turns, whose answers are real ones."""
    from ui.app import open_room

    room = open_room(SEEDS, home)
    assert room.engine is not None
    answers = [room.engine.ask(case.question) for case in _cases()]
    with serving(room) as address, opened(browser, address) as page:
        id = _kept(home, SEEDS, page, [answers[number % len(answers)] for number in range(TURNS)])
        page.reload()
        page.locator(f"[data-talk='{id}']").wait_for()
        page.wait_for_load_state("networkidle")
        page.evaluate(WATCHED)

        def opening() -> None:
            page.locator(f"[data-talk='{id}']").click()
            page.wait_for_function(f"document.querySelectorAll('.turn:not(:empty)').length === {TURNS}")
            page.locator("#gl-question").focus()  # by its name, because looking for its label would go through all turns

        def asking() -> None:
            page.keyboard.press("Enter")
            page.locator(f"[data-turn='{TURNS + 1}']").wait_for()

        steps: dict[str, Callable[[], object]] = {
            "opened": opening,
            "written under": lambda: page.keyboard.type(answers[0].question * 3),
            "asked further": asking,
            "leafed through": lambda: page.evaluate(LEAFED),
        }
        for name, does in steps.items():
            page.wait_for_load_state("networkidle")
            page.evaluate("frames.splice(0); 0")
            with rendering(browser, page) as work:
                does()
            yield Figure(f"{TURNS} turns, {name}: longest frame", max(page.evaluate("frames")), "ms", 100)
            yield Figure(f"{TURNS} turns, {name}: longest task", work.longest, "ms", 100)


def _cases() -> Sequence[Case]:
    cases = [case for case in load_cases() if not case.corpus and not case.history and case.split == "development"]
    return cases[:: len(cases) // QUESTIONS][:QUESTIONS]


def _answers(page: "Page") -> list[float]:
    """Milliseconds for questions of the eval, one after another in one conversation."""
    taken = []
    page.locator(".welcome .example").first.wait_for()
    for number, case in enumerate(_cases(), 1):
        page.get_by_label(FIELD).fill(case.question)
        taken.append(_timed(page, "enter", f".turn:nth-child({number}):is(.answered, .abstained)"))
        page.wait_for_selector(f'.turn[data-turn="{number}"]')
        # What may be asked next is looked for after an answer; a reader takes longer than that to read it.
        page.wait_for_load_state("networkidle")
    return taken


def _clicks(page: "Page") -> list[float]:
    taken = []
    page.keyboard.press("Escape")  # the source that opened by itself
    page.wait_for_selector("mark.quote", state="detached")
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

    document = read(folder / "big", folder / "big" / "big.txt", 2 * BIG)
    start = document.text.index("On day 20000 ")
    end = document.text.index("\n", start)
    citation = cite(1, document, 1, start, end)
    text = f"{citation.quote} [1]"
    said = AnswerSentence(text=citation.quote, start=0, end=end - start, verdict="supported", reasons=("word for word",), citations=(1,))
    answer = Answer(question="How many ships?", status="answered", text=text, sentences=(said,), citations=(citation,), confidence=0.9)
    return _kept(folder / "big-home", folder / "big", page, [answer])


def _kept(home: Path, corpus: Path, page: "Page", answers: Sequence[Answer]) -> str:
    """A stored conversation of this page's visitor."""
    kept, owner = Conversations(home), owner_of(page.context)
    conversation = kept.create(corpus, owner=owner)
    for answer in answers:
        kept.append(conversation.id, answer, owner=owner)
    return conversation.id


if __name__ == "__main__":
    main()
