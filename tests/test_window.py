"""The chat window in a real browser, over the real articles: ask, look at the proof, be refused, be told of errors."""

import json
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import doors
from tests.support.browser import (
    ANSWERED,
    CORRECTED,
    ELSEWHERE,
    FIELD,
    PATIENCE,
    ask,
    in_browser,
    newest,
    opened,
    serving,
)
from ui.app import open_room

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = in_browser
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A corpus of one short file, which is indexed at once."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "note.txt").write_text("The ferry to Lund leaves at nine.", "utf-8")
    return corpus


def test_the_marker_highlights_exactly_the_characters_of_the_file(window: str, browser: "Browser", seeds: Path) -> None:
    with opened(browser, window) as page:
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


def test_each_sentence_carries_a_verdict_with_its_reason(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, ANSWERED)
        signs = page.locator(".answer .verdict")
        assert signs.count() == page.locator(".answer .sentence").count() >= 1
        label = signs.first.get_attribute("aria-label") or ""
        assert label.startswith("Supported: ")
        signs.first.hover()
        assert page.locator(".tip").inner_text() == label
        assert newest(page).locator(".writer").inner_text() == "Quoted verbatim"


def test_an_abstention_looks_different_and_its_nearest_passages_open(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        assert "abstained" in ask(page, ELSEWHERE)
        assert page.locator(".turn .answer, .turn .verdict").count() == 0
        passage = page.locator(".abstention .passage").first
        target = json.loads(passage.get_attribute("data-cite") or "")
        passage.click()
        page.locator("mark.quote").wait_for()
        assert page.locator("mark.quote").text_content() == target["quote"]


def test_example_questions_come_from_the_corpus_and_are_answered(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        example = page.locator(".welcome .example").first
        words = example.inner_text()
        example.click()
        page.locator(".turn.answered").wait_for()
        assert page.locator(".asked").inner_text() == words
        assert not page.locator(".welcome").is_visible()


def test_a_wrong_premise_is_corrected_before_the_answer(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        assert "answered" in ask(page, CORRECTED)
        correction = page.locator(".correction")
        assert "50" in correction.inner_text() and "35" in correction.inner_text()
        assert page.evaluate(
            "() => !!(document.querySelector('.correction').compareDocumentPosition(document.querySelector('.answer')) & 4)"
        )
        correction.locator(".cite").click()
        page.locator("mark.quote").wait_for()
        assert "35" in (page.locator("mark.quote").text_content() or "")


def test_what_may_be_asked_next_comes_from_the_documents_and_is_answered(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, ANSWERED)
        following = page.locator(".next .example").first
        words = following.inner_text()
        following.click()
        newest(page).and_(page.locator(".answered[data-turn='2']")).wait_for()
        assert newest(page).locator(".asked").inner_text() == words != ANSWERED


def test_a_follow_up_says_how_it_was_understood(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, "What did Mark Williams say?")
        ask(page, "When did he say it?")
        understood = newest(page).locator(".understood")
        assert understood.count() == 1 and "Williams" in understood.inner_text()


def test_a_link_to_a_citation_opens_it(window: str, browser: "Browser", seeds: Path) -> None:
    path = sorted(seeds.glob("*.txt"))[0]
    with opened(browser, f"{window}/?doc={path.name}&start=100&end=160") as page:
        page.locator("mark.quote").wait_for()
        assert page.locator("mark.quote").text_content() == path.read_bytes().decode()[100:160]
    with opened(browser, f"{window}/?doc=../../etc/passwd&start=0&end=10") as page:
        page.locator(".sheet .problem").wait_for()
        assert "root:" not in page.locator("#groundline").inner_text()


def test_errors_are_a_message_and_a_hint(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        assert "failed" in ask(page, "Why? " * 20_000)
        problem = page.locator(".turn .problem")
        assert len(problem.locator("p").all_inner_texts()) == 2
        assert "Traceback" not in problem.inner_text()
        assert "answered" in ask(page, ANSWERED)


def test_a_stopped_groundline_is_told_to_the_page(note: Path, browser: "Browser", tmp_path: Path) -> None:
    with doors.serving(note, tmp_path / "home") as window, opened(browser, window.address) as page:
        window.process.kill()
        window.process.wait(PATIENCE)
        assert "failed" in ask(page, ANSWERED)
        assert "look at the terminal" in page.locator(".turn .problem").inner_text()


def test_a_file_that_changed_while_the_window_is_open_is_called_stale(note: Path, browser: "Browser", tmp_path: Path) -> None:
    with serving(open_room(note, tmp_path / "home")) as window, opened(browser, f"{window}/?doc=note.txt&start=4&end=9") as page:
        page.locator("mark.quote").wait_for()
        assert page.locator(".stale").count() == 0
        (note / "note.txt").write_text("The ferry to Lund leaves at ten.", "utf-8")
        page.reload()
        page.locator("mark.quote").wait_for()
        assert "changed since it was indexed" in page.locator(".stale").inner_text()


def test_an_empty_corpus_explains_what_to_do(browser: "Browser", tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with serving(open_room(tmp_path / "corpus", tmp_path / "home")) as window, opened(browser, window) as page:
        assert page.get_by_label(FIELD).is_disabled()
        page.locator(".welcome").get_by_role("button", name="Open the Library").click()
        assert page.locator("[data-view=library]").is_visible()


def test_a_taken_port_is_said_and_the_next_one_used_and_ctrl_c_ends_cleanly(note: Path, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with doors.serving(note, tmp_path / "home", port=port) as window:
            assert f"Port {port} is taken" in window.said
            assert window.address != f"http://127.0.0.1:{port}"
            window.process.send_signal(signal.SIGINT)
            assert window.process.wait(PATIENCE) == 0
            assert window.process.stdout is not None and "Traceback" not in window.process.stdout.read()


def test_another_name_for_this_machine_is_refused(window: str) -> None:
    import httpx

    assert httpx.get(window, headers={"Host": "attacker.example"}, trust_env=False, timeout=60).status_code == 400
    page = httpx.get(window, trust_env=False, timeout=60)
    assert page.status_code == 200 and "default-src 'self'" in page.headers["content-security-policy"]
