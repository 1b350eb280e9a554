"""The browser's Back closes what was opened last, and leaves the window only when nothing is open."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import ANSWERED, ask, in_browser, newest, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = in_browser


@pytest.fixture
def phone(window: str, browser: "Browser") -> Iterator["Page"]:
    with opened(browser, window, width=360, height=740) as page:
        yield page


def wait_for_steps(page: "Page", count: int) -> None:
    """Until so many steps of Back are the window's own: they are taken when the browser comes to them."""
    page.wait_for_function("count => ((history.state && history.state.depth) || 0) === count", arg=count)


def test_back_closes_a_source_and_stays_in_the_window(phone: "Page") -> None:
    ask(phone, ANSWERED)
    asked = phone.url
    newest(phone).locator(".answer .cite").first.click()
    phone.locator("#groundline.reading mark.quote").wait_for()
    phone.go_back()
    phone.locator("#groundline:not(.reading)").wait_for()
    assert newest(phone).locator(".answer").is_visible() and phone.url == asked and "chat=" in asked
    newest(phone).locator(".answer .cite").first.click()
    phone.locator("#groundline.reading mark.quote").wait_for()
    wait_for_steps(phone, 1)
    phone.get_by_label("Close the source").click()
    phone.locator("#groundline:not(.reading)").wait_for()
    newest(phone).locator(".answer .cite").first.click()
    phone.locator("#groundline.reading mark.quote").wait_for()
    wait_for_steps(phone, 1)  # the one that was left
    phone.go_back()
    phone.locator("#groundline:not(.reading)").wait_for()
    assert phone.url == asked


def test_back_goes_over_the_steps_of_what_was_closed_otherwise(phone: "Page") -> None:
    ask(phone, ANSWERED)
    phone.get_by_label("Show the sidebar").click()
    phone.locator("[data-go=library]").click()
    phone.locator("[data-act=library-look]").first.click()
    phone.locator(".looking .looked h2").wait_for()
    phone.locator("[data-act=library-back]").click()
    phone.locator(".documents-table").wait_for()
    wait_for_steps(phone, 2)
    phone.go_back()
    phone.locator("[data-view=chat]").wait_for()
    wait_for_steps(phone, 0)
    phone.wait_for_function("!location.search.includes('view=') && location.search.includes('chat=')")


def test_back_closes_one_thing_after_another_the_last_first(phone: "Page") -> None:
    ask(phone, ANSWERED)
    newest(phone).locator(".answer .cite").first.click()
    phone.locator("#groundline.reading mark.quote").wait_for()
    phone.go_back()
    phone.locator("#groundline:not(.reading)").wait_for()
    phone.get_by_label("Show the sidebar").click()
    phone.locator("#groundline.drawn").wait_for()
    phone.go_back()
    phone.locator("#groundline:not(.drawn)").wait_for()
    phone.get_by_label("Show the sidebar").click()
    phone.locator("[data-go=library]").click()
    phone.locator("[data-act=library-look]").first.click()
    phone.locator(".looking .looked h2").wait_for()
    wait_for_steps(phone, 2)  # the sidebar has gone again, and the library took its step
    phone.wait_for_url("**look=**")
    phone.go_back()
    phone.locator(".documents-table").wait_for()
    assert "look=" not in phone.url and "view=library" in phone.url
    phone.locator("[data-act=library-remove]").first.click()
    phone.locator("dialog[open]").wait_for()
    phone.go_back()
    phone.locator("dialog:not([open])").wait_for(state="attached")
    assert phone.locator(".documents-table").is_visible()
    phone.go_back()
    phone.locator("[data-view=chat]").wait_for()
    assert newest(phone).locator(".answer").is_visible()
    phone.wait_for_function("!location.search.includes('view=') && location.search.includes('chat=')")


def test_a_page_reloaded_with_something_open_goes_back_to_what_was_under_it(phone: "Page") -> None:
    ask(phone, ANSWERED)
    phone.get_by_label("Show the sidebar").click()
    phone.locator("[data-go=settings]").click()
    phone.wait_for_function("location.search.includes('view=settings')")
    wait_for_steps(phone, 1)
    phone.reload()
    phone.wait_for_selector("#groundline[data-ready]")
    phone.locator("[data-view=settings]").wait_for()
    phone.go_back()
    phone.locator("[data-view=chat]").wait_for()
    assert newest(phone).locator(".answer").is_visible()


def test_with_nothing_open_back_leaves_the_window(window: str, browser: "Browser") -> None:
    with opened(browser, window, width=360, height=740) as page:
        page.get_by_label("Show the sidebar").click()
        page.locator("#groundline.drawn").wait_for()
        page.keyboard.press("Escape")
        page.locator("#groundline:not(.drawn)").wait_for()
        wait_for_steps(page, 1)  # of the sidebar, which has gone
        page.go_back()
        page.wait_for_url("about:blank")
