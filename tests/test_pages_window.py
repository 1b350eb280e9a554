"""The pages in a real browser: add, ask, remove, look, run the eval, see why; by drop, by button, by keyboard, on a phone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Scheme, ask, findings, in_browser, newest, opened
from tests.support.doors import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = in_browser
FORMATS = Path(__file__).parent / "data" / "formats"
NOTE = "The lamp of Morholm was lit by Inga Berg in 1904. It burned whale oil until 1921."
LAMP, BUILT = "Who lit the lamp of Morholm?", "When was the ferry between Skellby and Morholm built?"
SECRET = "sk-never-to-be-seen"
HOSTILE = "<img src=x onerror=alert(1)>'&.txt"
PAGES = ("library", "eval", "settings")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus of the shared window: every test leaves it as it was."""
    folder = tmp_path_factory.mktemp("pages") / "corpus"
    folder.mkdir()
    (folder / "lamp.txt").write_text(NOTE, "utf-8")
    (folder / "long.txt").write_text(
        "".join(f"Ship number {n} sailed to Lund with {n + 3} crates of salt.\n\n" for n in range(640)), "utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def window(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    keys = {"OPENAI_API_KEY": SECRET, "GROUNDLINE_LLM_KEY": SECRET, "GROUNDLINE_HITS": "6"}
    with serving(corpus, tmp_path_factory.mktemp("home"), environment=keys) as served:
        yield served.address


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "corpus").mkdir()
    with serving(tmp_path / "corpus", tmp_path / "home") as served:
        yield served


def at(address: str, view: str) -> str:
    return f"{address}/?view={view}"


def drag(page: "Page", *places: Path, away: bool = False) -> None:
    """Carry files and folders from outside over the window and drop them, or carry them away again: as a mouse does it."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(place) for place in places], "dragOperationsMask": 1}
    last = ("dragOver", -20, 0) if away else ("drop", 500, 0)
    for kind, x, seen in (("dragEnter", 500, 1), ("dragOver", 80, 1), ("dragOver", 500, 1), last):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": 400, "data": data})
        assert page.locator("#groundline.dragging").count() == seen
    session.detach()


def outcome(page: "Page") -> str:
    """What the change came to; closes it."""
    shown = page.locator(".library .outcome")
    shown.wait_for()
    words = shown.inner_text()
    page.get_by_label("Close this").click()
    return words


def remove(page: "Page", path: str) -> str:
    page.get_by_label(f"Remove {path}", exact=True).click()
    page.locator("dialog [data-part=library-sure]").click()
    return outcome(page)


def test_a_dropped_pdf_can_be_asked_and_after_its_removal_no_more(window: str, browser: "Browser", corpus: Path) -> None:
    with opened(browser, window) as page:
        assert "abstained" in ask(page, BUILT)
        drag(page, FORMATS / "ferry.pdf")
        assert "1 document added; it can be asked now" in outcome(page)
        page.locator(".library .documents-table", has_text="ferry.pdf").wait_for()
        page.locator("[data-go=chat]").click()
        assert "answered" in ask(page, BUILT)
        assert "1931" in newest(page).inner_text() and "ferry.pdf" in newest(page).inner_text()
        page.locator("[data-go=library]").click()
        said = remove(page, "ferry.pdf")
        assert "1 document gone: no answer will draw on it any more" in said and "ferry.pdf" in said
        assert not (corpus / "ferry.pdf").exists()
        page.locator("[data-go=chat]").click()
        assert "abstained" in ask(page, BUILT)


def test_an_empty_corpus_takes_a_folder_and_is_asked_at_once(empty: Served, browser: "Browser", tmp_path: Path) -> None:
    (tmp_path / "papers" / "old").mkdir(parents=True)
    (tmp_path / "papers" / "old" / "lamp.txt").write_text(NOTE, "utf-8")
    with opened(browser, at(empty.address, "library")) as page:
        assert "There is no document yet" in page.locator(".library").inner_text()
        page.locator("[data-part=library-folder]").set_input_files(tmp_path / "papers")
        said = outcome(page)
        assert "it can be asked now" in said and "papers/old/lamp.txt" in said
        page.locator("[data-go=chat]").click()
        assert "answered" in ask(page, LAMP)


def test_a_dropped_folder_is_read_to_its_last_file(empty: Served, browser: "Browser", tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    (folder / "old" / "deep").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "lamp.txt").write_text(NOTE, "utf-8")
    (folder / "old" / "deep" / "ferry.pdf").write_bytes((FORMATS / "ferry.pdf").read_bytes())
    (folder / "old" / "gone.txt").write_text("Whoever moves this note away shall go to Velm.", "utf-8")
    for number in range(120):  # the browser tells a folder's files a hundred at a time
        (folder / "old" / f"part-{number}.bin").write_bytes(b"MZ")

    def send(route: "Route") -> None:
        (folder / "old" / "gone.txt").unlink(missing_ok=True)
        route.continue_()

    with opened(browser, at(empty.address, "library")) as page:
        page.locator(".library .nothing").wait_for()
        page.route("**/window/library/file?*", send)
        drag(page, folder)
        said = page.locator(".library .outcome")
        said.wait_for()
        assert "2 documents added" in said.inner_text()
        assert page.locator(".outcome summary").inner_text() == "Left out: 121 files"
        left = dict(page.locator(".outcome li").evaluate_all("all => all.map(one => [...one.children].map(part => part.textContent))"))
        unread = {f"papers/old/part-{number}.bin": "not a kind of file that is read here" for number in range(120)}
        assert left == unread | {"papers/old/gone.txt": "the browser cannot read it: it was moved, changed or locked"}
        page.locator("[data-go=chat]").click()
        assert "answered" in ask(page, LAMP) and "papers/lamp.txt" in newest(page).inner_text()
        assert "answered" in ask(page, BUILT) and "papers/old/deep/ferry.pdf" in newest(page).inner_text()


def test_what_a_drop_brings_nothing_of_is_said(window: str, browser: "Browser", corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "papers" / "locked").mkdir(parents=True)
    (tmp_path / "many").mkdir()
    for number in range(503):
        (tmp_path / "many" / f"{number}.bin").touch()
    with opened(browser, window) as page:
        drag(page, tmp_path / "empty", away=True)
        assert page.locator("[data-view=chat]").is_visible()
        drag(page, tmp_path / "empty")
        assert "empty an empty folder" in outcome(page)
        page.evaluate(
            "() => { const item = DataTransferItem.prototype, its = item.webkitGetAsEntry; item.webkitGetAsEntry = function () {"
            "const entry = its.call(this), folder = Object.getPrototypeOf(entry), reader = folder.createReader;"
            "const locked = { readEntries: (done, failed) => failed(new DOMException('', 'NotReadableError')) };"
            "folder.createReader = function () { return this.name === 'locked' ? locked : reader.call(this) }; return entry } }"
        )
        drag(page, tmp_path / "papers")
        assert "papers/locked the browser cannot read it" in outcome(page)
        drag(page, tmp_path / "many")
        said = outcome(page)
        assert "Left out: 500 files" in said and "3 more files were left out." in said
    assert {file.name for file in corpus.iterdir()} == {"lamp.txt", "long.txt"}


def test_what_is_left_out_is_said_with_the_reason(window: str, browser: "Browser", corpus: Path) -> None:
    files = [
        {"name": "tool.exe", "mimeType": "", "buffer": b"MZ"},
        {"name": "fake.pdf", "mimeType": "", "buffer": b"This is no PDF."},
        {"name": HOSTILE, "mimeType": "", "buffer": b"The price list of Velm <script>alert(2)</script> names 300 crowns for a goat."},
    ]
    with opened(browser, at(window, "library")) as page:
        page.locator(".documents-table").wait_for()
        page.locator("[data-part=library-files]").set_input_files(files)  # type: ignore[arg-type]
        said = outcome(page)
        assert "1 document added" in said and HOSTILE in said
        assert "tool.exe not a kind of file that is read here" in said and "fake.pdf" in said
        page.get_by_role("button", name=HOSTILE, exact=True).click()
        page.locator(".looked .block").first.wait_for()
        assert "<script>alert(2)</script>" in page.locator(".looked .block .text").inner_text()
        assert page.locator("#groundline :is(img, script, iframe)").count() == 0
        page.get_by_text("All documents").click()
        remove(page, HOSTILE)
    assert {file.name for file in corpus.iterdir()} == {"lamp.txt", "long.txt"}


def test_only_the_chosen_documents_are_asked(window: str, browser: "Browser") -> None:
    with opened(browser, at(window, "library")) as page:
        page.get_by_label("Choose long.txt").check()
        page.get_by_role("button", name="Ask only these").click()
        assert "long.txt" in page.locator("[data-part=scope]").inner_text()
        assert "abstained" in ask(page, LAMP)
        page.locator("[data-go=library]").click()
        page.get_by_role("button", name="Ask all").click()
        page.locator("[data-go=chat]").click()
        assert "answered" in ask(page, LAMP)


def test_a_long_document_is_looked_at_by_passages(window: str, browser: "Browser") -> None:
    with opened(browser, at(window, "library")) as page:
        page.get_by_role("button", name="long.txt", exact=True).click()
        page.locator(".looked .block").first.wait_for()
        assert page.locator(".looked .block").count() == 60
        page.get_by_label("Passage", exact=True).fill("62")
        page.keyboard.press("Enter")
        block = page.locator("#gl-passage-62")
        block.wait_for()
        assert page.evaluate("document.activeElement.id") == "gl-passage-62"
        assert block.locator(".n").inner_text() == "62"
        page.reload()
        page.locator(".looked .name", has_text="long.txt").wait_for()


def test_the_drawer_shows_why_and_opens_passages(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, LAMP)
        newest(page).locator("[data-act=why]").click()
        drawer = page.locator(".why")
        drawer.wait_for()
        words = drawer.inner_text()
        assert "Answered with a confidence of" in words and LAMP in words and "No language model" in words
        rows = drawer.locator(".scores tbody tr")
        assert rows.count() == 6, "GROUNDLINE_HITS is not in force"
        assert drawer.locator(".scores svg.meter").count() == 3 * rows.count()
        drawer.locator(".scores .opens", has_text="lamp.txt").first.click()
        page.locator("mark.quote").wait_for()
        assert "Inga Berg" in (page.locator("mark.quote").text_content() or "")


def test_settings_say_what_is_in_force_and_no_key(window: str, browser: "Browser") -> None:
    with opened(browser, at(window, "settings")) as page:
        page.locator(".settings .findings").wait_for()
        words = page.locator(".settings").inner_text()
        assert SECRET not in page.content()
        row = page.locator(".settings tr", has_text="Passages an answer reports").inner_text()
        assert "6" in row and "GROUNDLINE_HITS" in row and "default: 8" in row
        assert "OPENAI_API_KEY\nset" in words and "ANTHROPIC_API_KEY\nnot set" in words
        assert "as shipped" in words and "chromadb" in words
        page.locator("[data-go=chat]").click()
        assert "answered" in ask(page, LAMP), "the doctor's look has closed the index"


def test_the_eval_runs_a_case_file_and_its_failures_open(window: str, browser: "Browser", tmp_path: Path) -> None:
    start = NOTE.index("Inga")
    gold = [[{"path": "lamp.txt", "start": 0, "end": NOTE.index(".") + 1, "quote": NOTE[: NOTE.index(".") + 1]}]]
    cases = [
        {
            "id": "lamp",
            "category": "fact",
            "split": "test",
            "question": LAMP,
            "expect": "answer",
            "gold": gold,
            "answer": NOTE[start : start + 9],
        },
        {"id": "far", "category": "far", "split": "test", "question": "What is the capital of France?", "expect": "abstain"},
        {"id": "wrong", "category": "far", "split": "test", "question": "When was the lamp of Morholm lit?", "expect": "abstain"},
    ]
    (tmp_path / "cases.json").write_text(json.dumps({"cases": cases}), "utf-8")
    with opened(browser, at(window, "eval")) as page:
        page.locator(".eval input[type=file]").set_input_files(tmp_path / "cases.json")
        page.locator(".eval .outcomes").wait_for()
        assert "2 passed" in page.locator(".eval .outcomes").inner_text()
        case = page.locator(".eval details.case")
        assert case.count() == 1
        case.locator("summary").click()
        case.locator("mark.quote").first.wait_for()
        words = case.inner_text()
        assert "an abstention" in words and "Supported" in words and "Inga Berg" in words
        case.locator("[data-act=eval-open]").first.click()
        page.locator(".source mark.quote").wait_for()


def test_cases_about_other_documents_are_a_message_and_a_hint(window: str, browser: "Browser") -> None:
    with opened(browser, at(window, "eval")) as page:
        page.get_by_role("button", name="Run", exact=True).click()
        problem = page.locator(".eval .problem")
        problem.wait_for()
        assert "the corpus has no" in problem.inner_text()
        assert page.get_by_role("button", name="Run", exact=True).is_visible()


def test_an_answer_called_good_is_asked_again_by_a_button(window: str, browser: "Browser") -> None:
    with opened(browser, at(window, "eval")) as page:
        again = page.get_by_role("button", name="Run the answers called good")
        again.click()
        problem = page.locator(".eval .problem")
        problem.wait_for()
        assert "You have called no answer good yet" in problem.inner_text() and '"Good answer"' in problem.inner_text()
        page.locator("[data-go=chat]").click()
        ask(page, LAMP)
        with page.expect_response("**/window/call/history.rate"):
            newest(page).get_by_role("button", name="Good answer").click()
        page.locator(".eval [data-part=eval-start]").evaluate("before => { before.id = 'before' }")
        page.locator("[data-go=eval]").click()
        page.locator("#before").wait_for(state="detached")  # the page is drawn anew each time that it comes up
        chosen = page.locator("#gl-eval-category")
        chosen.select_option(index=2)
        category = chosen.input_value()
        again.focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="of the answers that you called good").wait_for()
        assert chosen.input_value() == category != "", "what was chosen stays chosen"
        assert "1 passed" in page.locator(".eval .outcomes").inner_text()
        assert page.locator(".eval .problem").count() == 0
        page.reload()
        page.get_by_role("heading", name="of the answers that you called good").wait_for()
    with opened(browser, at(window, "eval")) as stranger:
        stranger.get_by_role("button", name="Run the answers called good").wait_for()
        assert stranger.get_by_role("heading", name="of the answers that you called good").count() == 0
        assert LAMP not in stranger.locator(".eval").inner_text()


def test_every_control_on_the_pages_has_a_name(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        for name in PAGES:
            page.locator(f"[data-go={name}]").click()
            page.locator(f"[data-view={name}] h2").wait_for()
            page.locator(f"[data-view={name}] :is(table, select)").first.wait_for()
            nameless = page.evaluate(
                "() => [...document.querySelectorAll('.view :is(button, input, select, textarea, progress, [role=img])')].filter(e => "
                "e.checkVisibility() && !(e.ariaLabel || e.innerText.trim() || (e.labels && [...e.labels].some(l => l.innerText.trim()))))"
                ".map(e => e.outerHTML)"
            )
            assert nameless == [], name


@pytest.mark.parametrize(("width", "scheme"), [(1300, "light"), (1300, "dark"), (360, "light")])
def test_axe_finds_nothing_serious_on_the_pages(window: str, browser: "Browser", width: int, scheme: Scheme) -> None:
    for name in PAGES:
        with opened(browser, at(window, name), width, 850, scheme) as page:
            page.locator(f"[data-view={name}] :is(table, select)").first.wait_for()
            assert findings(page) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_phone(window: str, browser: "Browser", scheme: Scheme) -> None:
    with opened(browser, window, 360, 740, scheme) as page:
        for name in PAGES:
            page.get_by_label("Show the sidebar").click()
            page.locator(f"[data-go={name}]").click()
            page.locator(f"[data-view={name}] :is(table, select)").first.wait_for()
            wide = page.evaluate(
                "() => [...document.querySelectorAll('#groundline *')].filter(e => e.checkVisibility() && "
                "e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 90))"
            )
            assert wide == [], name


def test_a_document_is_removed_by_keyboard_only_after_a_question(window: str, browser: "Browser", corpus: Path) -> None:
    (corpus / "short.txt").write_text("A short note about the goat of Velm.", "utf-8")
    with opened(browser, at(window, "library")) as page:
        page.get_by_role("button", name="Read the folder again").focus()
        page.keyboard.press("Enter")
        assert "1 document added" in outcome(page)
        page.get_by_label("Remove short.txt").focus()
        page.keyboard.press("Enter")
        page.locator("dialog[open]").wait_for()
        page.keyboard.press("Escape")
        page.locator("dialog[open]").wait_for(state="detached")
        assert (corpus / "short.txt").exists()
        page.get_by_label("Remove short.txt").press("Enter")
        page.locator("dialog [data-part=library-sure]").press("Enter")
        outcome(page)
    assert not (corpus / "short.txt").exists()
