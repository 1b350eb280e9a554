"""The chat window in a real browser, over the real articles: ask, look at the proof, be refused, be attacked."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]

ROOT = Path(__file__).resolve().parent.parent
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
ELSEWHERE = "What is the capital of France?"


class Window(NamedTuple):
    """A running window: its address, what it printed while starting, its process."""

    address: str
    said: str
    process: "subprocess.Popen[str]"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(corpus: Path, home: Path, port: int | None = None) -> Iterator[Window]:
    """The window as its own process, as people run it, until the block ends."""
    command = [sys.executable, "-u", "-c", SERVE, str(corpus), str(home), str(port or free_port())]
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


@pytest.fixture(scope="module")
def window(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    with running(seeds, tmp_path_factory.mktemp("window")) as started:
        yield started


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A corpus of one short file, which is indexed at once."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "note.txt").write_text("The ferry to Lund leaves at nine.", "utf-8")
    return corpus


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@contextmanager
def opened(
    browser: "Browser", address: str, width: int = 1300, height: int = 850, scheme: Literal["light", "dark"] = "light"
) -> Iterator["Page"]:
    """A fresh page of the window. Fails at the end on a script error, a dialog, or a request to another host."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
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
    page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
    page.on("dialog", refuse)
    page.goto(address)
    page.wait_for_selector("#groundline[data-ready]")
    yield page
    context.close()
    assert wrong == []


def ask(page: "Page", question: str) -> str:
    """Ask as people do, and return what became of the turn: its class."""
    before = page.locator(".turn").count()
    page.get_by_label("Your question to the documents").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn:not(.pending)").nth(before)
    turn.wait_for()
    return turn.get_attribute("class") or ""


def test_the_marker_highlights_exactly_the_characters_of_the_file(window: Window, browser: "Browser", seeds: Path) -> None:
    with opened(browser, window.address) as page:
        assert "answered" in ask(page, ANSWERED)
        marker = page.locator(".answer .cite", has_text="[1]").first
        target = json.loads(marker.get_attribute("data-cite") or "")
        marker.click()
        quote = page.locator("mark.quote")
        quote.wait_for()
        text = (seeds / target["path"]).read_bytes().decode("utf-8-sig")
        assert quote.text_content() == text[target["start"] : target["end"]] == target["quote"]
        assert page.locator(".page .text").text_content() == text
        assert "35" in target["quote"]
        assert page.locator(".where h2").inner_text() == target["path"]
        place = page.locator(".where .detail").inner_text()
        assert f"passage {target['passage']}, line" in place and f"characters {target['start']:,} to {target['end']:,}" in place
        inside = page.evaluate(
            "() => { const p = document.querySelector('.page').getBoundingClientRect(), q = document.querySelector('mark.quote')"
            ".getBoundingClientRect(); return q.top >= p.top && q.bottom <= p.bottom && q.height > 0 }"
        )
        assert inside, "the quote is not in sight"
        assert marker.get_attribute("aria-current") == "true"


def test_each_sentence_carries_a_verdict_with_its_reason(window: Window, browser: "Browser") -> None:
    with opened(browser, window.address) as page:
        ask(page, ANSWERED)
        signs = page.locator(".answer .verdict")
        assert signs.count() == page.locator(".answer .sentence").count() >= 1
        label = signs.first.get_attribute("aria-label") or ""
        assert label.startswith("Supported: ")
        signs.first.hover()
        assert page.locator(".tip").inner_text() == label


def test_an_abstention_looks_different_and_its_nearest_passages_open(window: Window, browser: "Browser") -> None:
    with opened(browser, window.address) as page:
        assert "abstained" in ask(page, ELSEWHERE)
        assert page.locator(".turn .answer, .turn .verdict").count() == 0
        passage = page.locator(".abstention .passage").first
        target = json.loads(passage.get_attribute("data-cite") or "")
        passage.click()
        page.locator("mark.quote").wait_for()
        assert page.locator("mark.quote").text_content() == target["quote"]


def test_example_questions_come_from_the_corpus_and_are_answered(window: Window, browser: "Browser") -> None:
    with opened(browser, window.address) as page:
        example = page.locator(".example").first
        words = example.inner_text()
        example.click()
        page.locator(".turn.answered").wait_for()
        assert page.locator(".asked").inner_text() == words
        assert not page.locator(".example").first.is_visible()


def test_a_link_to_a_citation_opens_it(window: Window, browser: "Browser", seeds: Path) -> None:
    path = sorted(seeds.glob("*.txt"))[0]
    with opened(browser, f"{window.address}/?doc={path.name}&start=100&end=160") as page:
        page.locator("mark.quote").wait_for()
        assert page.locator("mark.quote").text_content() == path.read_bytes().decode()[100:160]
    with opened(browser, f"{window.address}/?doc=../../etc/passwd&start=0&end=10") as page:
        page.locator(".sheet .problem").wait_for()
        assert "root:" not in page.locator("#groundline").inner_text()


def test_everything_can_be_done_with_the_keyboard(window: Window, browser: "Browser") -> None:
    with opened(browser, window.address) as page:
        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type(ANSWERED)
        page.keyboard.press("Shift+Enter")
        assert page.get_by_label("Your question to the documents").input_value() == ANSWERED + "\n"
        page.keyboard.press("Enter")
        page.locator(".turn.answered").wait_for()
        for _ in range(20):
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.matches('.answer .cite')"):
                break
        page.keyboard.press("Enter")
        page.locator("mark.quote").wait_for()
        page.keyboard.press("Escape")  # the tooltip of the focused marker
        page.keyboard.press("Escape")
        page.locator("mark.quote").wait_for(state="detached")
        assert page.evaluate("document.activeElement.matches('.answer .cite')")


def test_every_control_has_a_name(window: Window, browser: "Browser") -> None:
    with opened(browser, window.address) as page:
        ask(page, ANSWERED)
        page.locator(".answer .cite").first.click()
        page.locator("mark.quote").wait_for()
        nameless = page.evaluate(
            "() => [...document.querySelectorAll('button, textarea, a, aside, section, [role=region]')].filter(e => e.checkVisibility() && "
            "!(e.ariaLabel || e.innerText.trim() || (e.labels && e.labels.length))).map(e => e.outerHTML)"
        )
        assert nameless == []
        assert page.locator("h1").inner_text() == "Groundline" and page.title() == "Groundline"
        assert not page.get_by_text("Built with Gradio").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_reads_without_scrolling_sideways(window: Window, browser: "Browser", scheme: Literal["light", "dark"]) -> None:
    with opened(browser, window.address, 360, 740, scheme) as page:
        ask(page, ANSWERED)
        page.locator(".answer .cite").first.click()
        page.locator("mark.quote").wait_for()
        wide = page.evaluate(
            "() => [...document.querySelectorAll('#groundline *')].filter(e => e.checkVisibility() && "
            "e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className)"
        )
        assert wide == []
        page.get_by_label("Close the source").click()
        page.wait_for_selector("#groundline:not(.reading)")


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [":root", ".dark"])
def test_text_and_ground_contrast_enough(theme: str) -> None:
    style = (ROOT / "ui" / "style" / "colours.css").read_text("utf-8")
    block = style[style.index(f"{theme} {{") :].split("}")[0]
    colours = dict(re.findall(r"--gl-([a-z-]+): (#[0-9a-f]{6});", block))
    pairs = [(ink, ground) for ink in ("ink", "soft", "accent") for ground in ("desk", "paper", "raised", "tint")]
    pairs += [("supported", "desk"), ("unsupported", "desk"), ("neutral", "desk"), ("on-accent", "accent"), ("quote-ink", "quote")]
    pairs += [("short-ink", "short"), ("warm-ink", "warm"), ("paper", "ink")]
    for ink, ground in pairs:
        light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Window, Path]]:
    corpus = tmp_path_factory.mktemp("hostile")
    path = corpus / "<img src=x onerror=alert(1)>&'\".txt"
    path.write_text(
        "The treaty of Velm was signed by Ada Brandt <script>alert(1)</script><img src=x onerror=alert(2)> on 4 May 1921.\n\n"
        "The price list of Velm \u202egnp.exe\u202c shows [a link](javascript:alert(3)) and {{x}} ${alert(4)} for 300 crowns.\n\n"
        "Nobody in Velm spoke \x1b[31mof it again, said </div></mark><iframe src='https://example.org/'></iframe> the mayor.\n",
        "utf-8",
    )
    with running(corpus, tmp_path_factory.mktemp("home")) as started:
        yield started, path


def test_hostile_documents_names_and_questions_are_shown_as_text(hostile: tuple[Window, Path], browser: "Browser") -> None:
    window, path = hostile
    text = path.read_bytes().decode()
    with opened(browser, window.address) as page:
        for question in ("Who signed the treaty of Velm?", "<img src=x onerror=alert(5)> What is the price list of Velm?"):
            ask(page, question)
            assert page.locator(".asked").last.inner_text() == question
            page.locator(".turn:last-child [data-cite]").first.click()
            page.locator("mark.quote").wait_for()
            assert page.locator(".page .text").text_content() == text
            assert page.locator(".where h2").text_content() == path.name
        assert page.locator("#groundline :is(img, script, iframe, a:not(.skip))").count() == 0


def test_errors_are_a_message_and_a_hint(window: Window, browser: "Browser") -> None:
    with opened(browser, window.address) as page:
        assert "failed" in ask(page, "Why? " * 20_000)
        problem = page.locator(".turn .problem")
        assert len(problem.locator("p").all_inner_texts()) == 2
        assert "Traceback" not in problem.inner_text()
        assert "answered" in ask(page, ANSWERED)


def test_a_stopped_groundline_is_told_to_the_page(note: Path, browser: "Browser", tmp_path: Path) -> None:
    with running(note, tmp_path / "home") as window, opened(browser, window.address) as page:
        window.process.kill()
        window.process.wait(30)
        assert "failed" in ask(page, ANSWERED)
        assert "look at the terminal" in page.locator(".turn .problem").inner_text()


def test_a_file_that_changed_while_the_window_is_open_is_called_stale(note: Path, browser: "Browser", tmp_path: Path) -> None:
    with running(note, tmp_path / "home") as window, opened(browser, f"{window.address}/?doc=note.txt&start=4&end=9") as page:
        page.locator("mark.quote").wait_for()
        assert page.locator(".stale").count() == 0
        (note / "note.txt").write_text("The ferry to Lund leaves at ten.", "utf-8")
        page.reload()
        page.locator("mark.quote").wait_for()
        assert "changed since it was indexed" in page.locator(".stale").inner_text()


def test_an_empty_corpus_explains_what_to_do(browser: "Browser", tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with running(tmp_path / "corpus", tmp_path / "home") as window, opened(browser, window.address) as page:
        assert "Put .txt or .md files into the folder" in page.locator(".welcome").inner_text()
        assert page.get_by_label("Your question to the documents").is_disabled()


def test_a_taken_port_is_said_and_the_next_one_used_and_ctrl_c_ends_cleanly(note: Path, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with running(note, tmp_path / "home", port) as window:
            assert f"Port {port} is taken" in window.said
            assert window.address != f"http://127.0.0.1:{port}"
            window.process.send_signal(signal.SIGINT)
            assert window.process.wait(30) == 0
            assert window.process.stdout is not None and "Traceback" not in window.process.stdout.read()


def test_another_name_for_this_machine_is_refused(window: Window) -> None:
    import httpx

    assert httpx.get(window.address, headers={"Host": "attacker.example"}, trust_env=False).status_code == 400
    page = httpx.get(window.address, trust_env=False)
    assert page.status_code == 200 and "default-src 'self'" in page.headers["content-security-policy"]
