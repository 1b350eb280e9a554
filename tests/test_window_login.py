"""The window for people who log in: the way out, and what those see who may not do everything."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import ANSWERED, FIELD, Scheme, ask, findings, in_browser, opened, visiting
from tests.support.doors import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = in_browser
PASSWORD = "correct horse"
NAMES = ("ada", "bo", "cy", "<b>dee</b>")


@pytest.fixture(scope="module")
def guarded(seeds: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A window where ada may do everything, bo read, and everybody else ask and read."""
    file = tmp_path_factory.mktemp("auth") / "people"
    file.write_text("".join(f"{name}:{PASSWORD}\n" for name in NAMES), "utf-8")
    rights = ("--rights", "ada=admin", "--rights", "bo=read", "--rights", "*=ask,read")
    with serving(seeds, home, "--auth-file", str(file), *rights) as served:
        yield served


def come_in(page: "Page", address: str, name: str) -> None:
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#groundline[data-ready]")


def entries(page: "Page") -> list[str]:
    page.get_by_role("button", name="Log out").wait_for()
    return page.locator(".entries button:visible").all_inner_texts()


def test_who_has_logged_in_logs_out_with_the_keyboard(guarded: Served, browser: "Browser") -> None:
    with visiting(browser) as context:
        page = context.new_page()
        come_in(page, guarded.address, "ada")
        out = page.get_by_role("button", name="Log out", exact=True)
        out.wait_for()
        assert "Logged in as ada" in page.locator(".side").inner_text()
        page.get_by_label("Keyboard keys").focus()
        page.keyboard.press("Shift+Tab")
        assert out.evaluate("button => button === document.activeElement")
        page.keyboard.press("Enter")
        page.wait_for_url("**/login*")
        assert not [cookie for cookie in context.cookies() if cookie.get("name") == "groundline_session"]
        page.go_back()
        page.get_by_label("Password").wait_for()
        assert page.locator("#groundline").count() == 0, "what was shown comes back after logging out"


def test_a_name_is_shown_as_text(guarded: Served, browser: "Browser") -> None:
    with visiting(browser) as context:
        page = context.new_page()
        come_in(page, guarded.address, NAMES[-1])
        page.get_by_role("button", name="Log out").wait_for()
        assert page.locator("[data-part=account-name]").inner_text() == NAMES[-1]


@pytest.mark.parametrize(("width", "scheme"), [(1300, "light"), (1300, "dark"), (360, "light")])
def test_axe_finds_nothing_serious_in_the_way_out(guarded: Served, browser: "Browser", width: int, scheme: Scheme) -> None:
    with visiting(browser, width, 740, scheme) as context:
        page = context.new_page()
        come_in(page, guarded.address, "ada")
        if width < 900:
            page.get_by_label("Show the sidebar").click()
        page.get_by_role("button", name="Log out").wait_for()
        assert findings(page) == []
        assert page.get_by_role("button", name="Log out").evaluate("button => button.getBoundingClientRect().right <= innerWidth")


def test_nobody_is_offered_a_way_out_who_came_in_without_a_password(seeds: Path, home: Path, browser: "Browser") -> None:
    with serving(seeds, home) as served, opened(browser, served.address) as page:
        ask(page, ANSWERED)
        assert not page.get_by_role("button", name="Log out").is_visible()
        assert page.locator(".entries button:visible").all_inner_texts() == ["Ask", "Library", "Eval", "Settings"]


def test_people_see_what_they_may_use(guarded: Served, browser: "Browser") -> None:
    with visiting(browser) as context:
        page = context.new_page()
        come_in(page, guarded.address, "cy")
        assert entries(page) == ["Ask", "Library"]
        assert "answered" in ask(page, ANSWERED)
        page.locator("[data-go=library]").click()
        page.locator(".documents-table").wait_for()
        assert page.locator(".library :is(.drop, .act)").count() > 1
        assert page.locator(".library :is(.drop, .act):visible").count() == 0
        page.goto(f"{guarded.address}/?view=eval")
        page.locator(".eval .problem").wait_for()
        assert "You may ask and read here" in page.locator(".eval .problem").inner_text()


def test_who_may_not_ask_is_told_so_and_reads(guarded: Served, browser: "Browser") -> None:
    with visiting(browser) as context:
        page = context.new_page()
        come_in(page, guarded.address, "bo")
        assert entries(page) == ["Ask", "Library"]
        assert "You may read here, but not ask" in page.locator(".welcome").inner_text()
        assert page.get_by_label(FIELD).is_disabled()
        page.locator("[data-go=library]").click()
        page.locator(".documents-table .link").first.click()
        page.locator(".looked .block").first.wait_for()


def test_who_may_do_everything_is_offered_everything(guarded: Served, browser: "Browser") -> None:
    with visiting(browser) as context:
        page = context.new_page()
        come_in(page, guarded.address, "ada")
        assert entries(page) == ["Ask", "Library", "Eval", "Settings"]
        page.locator("[data-go=library]").click()
        page.locator(".library .drop").wait_for()
        page.locator(".library .act").first.wait_for()
