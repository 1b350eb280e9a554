"""What comes with an answer in the window: that the folder has changed since it was read, and the answer's first source."""

from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.browser import ANSWERED, FIELD, ask, in_browser, newest, opened, serving
from ui.app import open_room

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = in_browser


def test_an_answer_from_a_folder_that_has_changed_says_so_and_has_it_read_again(tmp_path: Path, browser: "Browser") -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "ferry.txt").write_text("The ferry to Lund carries 40 cars.", "utf-8")
    with serving(open_room(corpus, tmp_path / "home")) as window, opened(browser, window, width=360) as page:
        (corpus / "tower.txt").write_text("The tower of Ystad was built in 1911.", "utf-8")
        assert "abstained" in ask(page, "When was the tower of Ystad built?")
        page.locator(".behind", has_text="The folder has changed since it was read.").wait_for()
        page.get_by_role("button", name="Read it again").click()
        page.locator(".behind", has_text="was read again").wait_for()
        with page.expect_response("**/window/call/chat.behind"):
            page.locator(".behind").get_by_role("button", name="Ask again").click()
            page.locator(".answer", has_text="1911").wait_for()
        assert page.locator(".behind").count() == 0


def test_the_first_source_opens_beside_an_answer_by_itself_until_the_reader_closes_it(window: str, browser: "Browser") -> None:
    located: list[str] = []
    with opened(browser, window) as page:
        page.on("request", lambda request: located.append(request.url) if request.url.endswith("chat.locate") else None)
        ask(page, ANSWERED)
        page.locator("#groundline.reading mark.quote").wait_for()
        assert newest(page).locator(".answer .cite").first.get_attribute("aria-current") == "true"
        assert page.get_by_label(FIELD).evaluate("field => field === document.activeElement"), "the focus stays"
        page.get_by_label("Close the source").click()
        with page.expect_response("**/window/call/chat.behind"):
            ask(page, ANSWERED)
        assert len(located) == 1 and page.locator("#groundline:not(.reading)").count() == 1
    with opened(browser, window, width=1000) as page, page.expect_response("**/window/call/chat.behind"):
        page.on("request", lambda request: located.append(request.url) if request.url.endswith("chat.locate") else None)
        ask(page, ANSWERED)
    assert len(located) == 1, "there is no room for it"
