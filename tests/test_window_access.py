"""The window for everybody: keys alone, screen readers, contrast, light and dark, phones and wide screens."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.support.browser import (
    ANSWERED,
    CORRECTED,
    ELSEWHERE,
    FIELD,
    Scheme,
    ask,
    findings,
    in_browser,
    opened,
    settle,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = in_browser
ROOT = Path(__file__).resolve().parent.parent


def test_everything_can_be_done_with_the_keyboard(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type(ANSWERED)
        page.keyboard.press("Shift+Enter")
        assert page.get_by_label(FIELD).input_value() == ANSWERED + "\n"
        page.keyboard.press("Enter")
        page.locator(".turn.answered[data-turn]").wait_for()
        settle(page)
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


def test_keys_walk_through_the_citations_and_show_themselves(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, ELSEWHERE)
        page.locator(".abstention .passage").first.click()
        page.locator("mark.quote").wait_for()
        first = page.locator("mark.quote").text_content()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("first => document.querySelector('mark.quote').textContent !== first", arg=first)
        assert page.locator(".place").inner_text().startswith("2 of ")
        page.keyboard.press("ArrowLeft")
        page.wait_for_function("first => document.querySelector('mark.quote').textContent === first", arg=first)
        page.keyboard.press("?")
        keys = page.get_by_role("dialog", name="Keys")
        assert "Esc" in keys.inner_text()
        page.keyboard.press("Escape")
        keys.wait_for(state="hidden")
        assert page.locator("mark.quote").is_visible(), "Escape closes what is on top only"


def test_the_sidebar_is_used_with_the_keyboard(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, ANSWERED)
        more = page.locator(".entry .icon").first
        more.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.textContent") == "Rename"
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.textContent") == "Export as Markdown"
        page.keyboard.press("Escape")
        page.locator(".menu").wait_for(state="detached")
        assert more.evaluate("button => button === document.activeElement")


def test_every_control_has_a_name(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
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
def test_a_phone_reads_without_scrolling_sideways(window: str, browser: "Browser", scheme: Literal["light", "dark"]) -> None:
    with opened(browser, window, 360, 740, scheme) as page:
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


@pytest.mark.parametrize(("width", "scheme"), [(1300, "light"), (1300, "dark"), (360, "light")])
def test_axe_finds_nothing_serious(window: str, browser: "Browser", width: int, scheme: Scheme) -> None:
    with opened(browser, window, width, 850, scheme) as page:
        assert findings(page) == []
        for question in (ELSEWHERE, CORRECTED):
            ask(page, question)
        page.locator(".next").wait_for()
        assert findings(page) == []
        page.locator(".turn:last-child .cite").first.click()
        page.locator("mark.quote").wait_for()
        assert findings(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        assert findings(page) == []


def test_light_and_dark_are_kept(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        before = page.evaluate("getComputedStyle(document.querySelector('#groundline')).backgroundColor")
        page.get_by_label("Switch between light and dark").click()
        page.reload()
        page.wait_for_selector("#groundline[data-ready]")
        assert page.evaluate("getComputedStyle(document.querySelector('#groundline')).backgroundColor") != before


def test_each_page_can_be_reloaded_and_left(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        names = page.locator("[data-go]").evaluate_all("all => all.map(one => one.dataset.go)")
        assert names[0] == "chat" and len(names) > 2
        for name in names[1:]:
            page.locator(f"[data-go={name}]").click()
            page.reload()
            page.wait_for_selector("#groundline[data-ready]")
            assert page.locator(f"[data-view={name}]").is_visible() and not page.locator("[data-view=chat]").is_visible()
        page.locator("[data-go=chat]").click()
        assert page.locator(".welcome").is_visible()


def test_a_wide_screen_keeps_lines_readable(window: str, browser: "Browser") -> None:
    with opened(browser, window, 2560, 1200) as page:
        ask(page, ANSWERED)
        assert page.locator(".answer").evaluate("e => e.getBoundingClientRect().width") < 760


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
