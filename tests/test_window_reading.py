"""The source panel: walk through citations, copy them, read on in a document of any size."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from rag import open_corpus
from rag.engine import Engine
from rag.schema import Document
from tests.support.browser import CORRECTED, ELSEWHERE, ask, in_browser, newest, opened, page_of, serving, visiting
from ui.registry import Room

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = in_browser
LINE = "On day {} the keeper of the lighthouse counted {} ships, and wrote their names into the long book of the harbour.\n"
LONG = "".join(LINE.format(day, day % 97) for day in range(44_000))


# What the tips have said: each of them is gone again after a moment.
HEAR = (
    "window.heard = []; const tip = document.querySelector('[data-part=tip]'); new MutationObserver(() => { if (!tip.hidden) "
    "heard.push(tip.textContent) }).observe(tip, { childList: true, characterData: true, subtree: true, attributes: true })"
)


class WithLongDocument:
    """An engine that knows one document of 5 MB more, which need not be indexed to be read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def document(self, path: str) -> Document | None:
        if path != "long.txt":
            return self._engine.document(path)
        raw = LONG.encode()
        return Document(path=path, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), text=LONG)


@pytest.fixture(scope="module")
def window(seeds: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    engine = WithLongDocument(open_corpus(seeds, home=home, update=False))
    with serving(Room(seeds, tmp_path_factory.mktemp("kept"), cast("Engine", engine))) as address:
        yield address


def test_a_document_of_five_megabytes_opens_at_the_quote_and_is_read_on_by_scrolling(window: str, browser: "Browser") -> None:
    assert len(LONG) > 5_000_000
    start = LONG.index("On day 30000 ")
    with opened(browser, f"{window}/?doc=long.txt&start={start}&end={start + 40}") as page:
        quote = page.locator("mark.quote")
        assert quote.text_content() == LONG[start : start + 40]
        assert len(page.locator(".page .text").text_content() or "") < 150_000, "a browser cannot lay out the whole without a pause"
        for place in ("1e9", "0"):
            page.evaluate(f"const p = document.querySelector('.page'); p.before = p.textContent.length; p.scrollTop = {place}")
            page.wait_for_function("() => { const p = document.querySelector('.page'); return p.textContent.length > p.before + 10000 }")
        shown = page.locator(".page .text").text_content() or ""
        assert shown in LONG and len(shown) > 60_000
        assert quote.text_content() == LONG[start : start + 40]


def test_text_that_is_added_above_does_not_move_what_is_read(window: str, browser: "Browser") -> None:
    start = LONG.index("On day 30000 ")
    with opened(browser, f"{window}/?doc=long.txt&start={start}&end={start + 40}") as page:
        page.wait_for_load_state("networkidle")
        before = page.locator("mark.quote").evaluate("e => e.getBoundingClientRect().top")
        count = page.locator(".text > div").count()
        page.evaluate("document.querySelector('[data-more=before]').click()")
        page.wait_for_function("count => document.querySelectorAll('.text > div').length > count", arg=count)
        after = page.locator("mark.quote").evaluate("e => e.getBoundingClientRect().top")
        assert abs(after - before) < 2


def test_quotes_and_links_are_copied_and_the_link_opens_the_quote(window: str, browser: "Browser") -> None:
    with visiting(browser) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=window)
        with page_of(context, window) as page:
            ask(page, ELSEWHERE)
            page.locator(".abstention .passage").nth(1).click()
            quote = page.locator("mark.quote")
            quote.wait_for()
            words = quote.text_content()
            page.evaluate(f"() => {{ {HEAR} }}")
            assert page.locator(".place").inner_text().startswith("2 of ")
            page.get_by_role("button", name="Copy quote").click()
            page.wait_for_function("heard.includes('Quote copied')")
            assert page.evaluate("navigator.clipboard.readText()") == words
            page.get_by_role("button", name="Copy link").click()
            page.wait_for_function("heard.includes('Link copied')")
            link = page.evaluate("navigator.clipboard.readText()")
            page.get_by_label("Previous citation").click()
            page.wait_for_function("words => document.querySelector('mark.quote').textContent !== words", arg=words)
        with page_of(context, link) as page:
            assert page.locator("mark.quote").text_content() == words


def test_a_copied_answer_carries_its_correction_its_quotes_and_where_they_stand(window: str, browser: "Browser") -> None:
    with visiting(browser) as context, page_of(context, window) as page:
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=window)
        assert "answered" in ask(page, CORRECTED)
        newest(page).get_by_role("button", name="Copy answer").click()
        page.wait_for_function("navigator.clipboard.readText().then(words => words.startsWith('A correction'))")
        words = page.evaluate("navigator.clipboard.readText()")
        assert words.startswith("A correction first. The question says “50”") and "at least 35”. [1]" in words.partition("\n")[0]
        cites = [
            json.loads(cite) for cite in newest(page).locator(".sources .cite").evaluate_all("all => all.map(one => one.dataset.cite)")
        ]
        for cite in cites:
            assert f"{cite['quote']} [{cite['n']}]" in words
            assert f"[{cite['n']}] {cite['path']}, characters {cite['start']} to {cite['end']}" in words.split("\n\n")
        newest(page).evaluate("turn => turn.querySelector('.below').insertAdjacentHTML('beforebegin', '<p class=uncovered>Not: trams</p>')")
        newest(page).get_by_role("button", name="Copy answer").click()
        page.wait_for_function("navigator.clipboard.readText().then(words => words.endsWith('Not: trams'))")
