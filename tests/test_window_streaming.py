"""Answers as they are being written, by a scripted model behind a real window: tokens, verdicts, and being stopped."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag import open_corpus
from tests.support.browser import FIELD, in_browser, newest, opened, serving
from tests.support.scripted_llm import ScriptedLLM
from ui.registry import Room

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = in_browser
TEXT = "The ferry to Lund carries 40 cars and their drivers every morning.\n"
QUESTION = "How many cars does the ferry to Lund carry?"
WAIT = 120.0


@pytest.fixture
def llm() -> ScriptedLLM:
    return ScriptedLLM()


@pytest.fixture
def window(tmp_path: Path, llm: ScriptedLLM) -> Iterator[str]:
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    (corpus / "ferry.txt").write_text(TEXT, "utf-8")
    with serving(Room(corpus, home, open_corpus(corpus, home=home, llm=llm))) as address:
        yield address


def test_words_show_as_they_come_and_each_sentence_gets_its_sign(window: str, browser: "Browser", llm: ScriptedLLM) -> None:
    first, rest = threading.Event(), threading.Event()
    llm.enqueue(
        "The ferry to Lund ",
        lambda: first.wait(WAIT),
        "carries 40 cars [1]. Thousands of dragons ",
        lambda: rest.wait(WAIT),
        "flew over the river [1]. Nobody knows why.",
    )
    with opened(browser, window) as page:
        page.get_by_label(FIELD).fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".pending .raw", has_text="The ferry to Lund").wait_for()
        assert page.locator(".pending .verdict").count() == 0
        first.set()
        page.locator(".pending .verdict.supported").wait_for()
        assert page.locator(".pending .raw").inner_text().strip() == "Thousands of dragons"
        assert page.locator(".pending .judged .cite").count() == 1
        rest.set()
        newest(page).and_(page.locator("[data-turn]")).wait_for()
        signs = page.locator(".answer .verdict").evaluate_all("all => all.map(one => one.className)")
        assert signs == ["verdict supported", "verdict unsupported", "verdict uncited"]
        for sign in page.locator(".answer .verdict").all():
            assert ": " in (sign.get_attribute("aria-label") or ""), "the sign says its reason"
        assert page.locator(".writer").inner_text().startswith("Written by ")


@pytest.mark.parametrize("how", ["button", "escape"])
def test_a_running_answer_is_stopped(window: str, browser: "Browser", llm: ScriptedLLM, how: str) -> None:
    go_on = threading.Event()
    llm.enqueue("The ferry ", lambda: go_on.wait(WAIT), *["carries "] * 2_000, "today.")
    llm.enqueue("The ferry to Lund carries 40 cars [1].")
    with opened(browser, window) as page:
        page.get_by_label(FIELD).fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".pending .raw", has_text="The ferry").wait_for()
        if how == "button":
            page.get_by_role("button", name="Stop").click()
        else:
            page.keyboard.press("Escape")
        page.locator(".turn.stopped").wait_for()
        go_on.set()
        assert llm.stopped.wait(WAIT), "the model was not stopped"
        assert "today." not in llm.told
        assert "not kept" in newest(page).inner_text() and "The ferry" in newest(page).inner_text()
        assert page.locator(".talk-title").count() == 0
        newest(page).get_by_role("button", name="Ask again").click()
        newest(page).and_(page.locator("[data-turn='1']")).wait_for()
        assert page.locator(".turn").count() == 1


def test_leaving_the_page_stops_the_answer(window: str, browser: "Browser", llm: ScriptedLLM) -> None:
    go_on = threading.Event()
    llm.enqueue("The ferry ", lambda: go_on.wait(WAIT), *["sails "] * 2_000)
    with opened(browser, window) as page:
        page.get_by_label(FIELD).fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".pending .raw", has_text="The ferry").wait_for()
    go_on.set()
    assert llm.stopped.wait(WAIT)


def test_a_model_that_fails_is_replaced_by_quotes_and_that_is_said(window: str, browser: "Browser", llm: ScriptedLLM) -> None:
    llm.enqueue("The ferry ", RuntimeError("the model's server has gone"))
    with opened(browser, window) as page:
        page.get_by_label(FIELD).fill(QUESTION)
        page.keyboard.press("Enter")
        newest(page).and_(page.locator("[data-turn]")).wait_for()
        assert page.locator(".notice").count() == 1
        assert "40 cars" in page.locator(".answer").inner_text() and page.locator(".answer .verdict.supported").count() >= 1


def test_what_a_model_writes_is_text(window: str, browser: "Browser", llm: ScriptedLLM) -> None:
    words = "<img src=x onerror=alert(1)> <script>alert(2)</script> [here](javascript:alert(3)) \u202egnp\u202c \x1b[31mred"
    go_on = threading.Event()
    llm.enqueue(words, lambda: go_on.wait(WAIT), " [1]. It is so [99].")
    with opened(browser, window) as page:
        page.get_by_label(FIELD).fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".pending .raw", has_text="<img src=x").wait_for()
        assert page.locator("#groundline :is(img, script, iframe, a:not(.skip))").count() == 0
        go_on.set()
        newest(page).and_(page.locator("[data-turn]")).wait_for()
        assert "<img src=x onerror=alert(1)>" in page.locator(".answer").inner_text()
        assert page.locator("#groundline :is(img, script, iframe, a:not(.skip))").count() == 0
        assert "do not exist: [99]" in newest(page).inner_text()
