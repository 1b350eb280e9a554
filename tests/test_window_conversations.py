"""Conversations in the window: kept, found, renamed, deleted, exported, changed, rated, and never shown to another visitor."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag import open_corpus
from rag.conversations import Conversations
from rag.schema import Answer, AnswerSentence
from tests.support.browser import ANSWERED, ELSEWHERE, ask, chromium, in_browser, newest, opened, page_of, serving, visiting
from ui.app import open_room
from ui.registry import Room

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = in_browser


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def window(seeds: Path, kept: Path) -> Iterator[str]:
    with serving(open_room(seeds, kept)) as address:
        yield address


def reload(page: "Page") -> None:
    page.reload()
    page.wait_for_selector("#groundline[data-ready]")


def choose(page: "Page", item: str) -> None:
    """Choose from the menu of the newest conversation."""
    page.locator(".entry .icon").first.click()
    page.get_by_role("menuitem", name=item).click()


def downloaded(page: "Page", item: str) -> str:
    with page.expect_download() as waiting:
        choose(page, item)
    return Path(waiting.value.path()).read_text("utf-8")


def test_reloading_keeps_the_conversation_and_its_citations(window: str, browser: "Browser", seeds: Path) -> None:
    with opened(browser, window) as page:
        ask(page, ANSWERED)
        ask(page, ELSEWHERE)
        before = page.locator(".turn .answer, .turn .none").all_inner_texts()
        reload(page)
        assert page.locator(".turn .answer, .turn .none").all_inner_texts() == before
        assert page.locator(".asked").all_inner_texts() == [ANSWERED, ELSEWHERE]
        marker = page.locator(".answer .cite").first
        target = json.loads(marker.get_attribute("data-cite") or "")
        marker.click()
        page.locator("mark.quote").wait_for()
        text = (seeds / target["path"]).read_bytes().decode("utf-8-sig")
        assert page.locator("mark.quote").text_content() == text[target["start"] : target["end"]]
        ask(page, "What did Mark Williams say?")
        assert newest(page).get_attribute("data-turn") == "3"


def test_conversations_survive_a_restart(browser: "Browser", seeds: Path, home: Path, tmp_path: Path) -> None:
    def room() -> Room:
        return Room(seeds, tmp_path, open_corpus(seeds, home=home, update=False))

    with visiting(browser) as context:
        with serving(room()) as address, page_of(context, address) as page:
            ask(page, ANSWERED)
        with serving(room()) as address, page_of(context, address) as page:
            page.locator(".talk-title").click()
            page.locator(".turn.answered").wait_for()
            assert page.locator(".asked").all_inner_texts() == [ANSWERED]


def test_conversations_are_listed_found_opened_and_begun_anew(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, ANSWERED)
        page.locator(".fresh").click()
        assert page.locator(".turn").count() == 0 and page.locator(".welcome").is_visible()
        ask(page, ELSEWHERE)
        titles = page.locator(".talk-title")
        page.wait_for_function("document.querySelectorAll('.talk-title').length === 2")
        assert titles.all_inner_texts() == [ELSEWHERE, ANSWERED]
        page.get_by_label("Search conversations").fill("zhengzhou")
        page.wait_for_function("document.querySelectorAll('.talk-title').length === 1")
        titles.first.click()
        page.locator(".turn.answered").wait_for()
        assert page.locator(".asked").all_inner_texts() == [ANSWERED]
        page.get_by_label("Search conversations").fill("nothing like it")
        page.locator(".talks .nothing").wait_for()


def test_a_conversation_is_renamed_and_deleted(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, ANSWERED)
        choose(page, "Rename")
        page.keyboard.type("<b>Jumps</b> \u202egnp")
        page.keyboard.press("Enter")
        title = page.locator(".talk-title", has_text="<b>Jumps</b>")
        title.wait_for()
        reload(page)
        assert title.inner_text().startswith("<b>Jumps</b>")
        choose(page, "Delete")
        dialog = page.get_by_role("dialog")
        assert "gone for good" in dialog.inner_text()
        page.keyboard.press("Escape")
        assert page.locator(".talk-title").count() == 1
        choose(page, "Delete")
        dialog.get_by_role("button", name="Delete").click()
        page.locator(".talks .nothing").wait_for()
        assert page.locator(".turn").count() == 0 and "chat=" not in page.url
        reload(page)
        assert page.locator(".talk-title").count() == 0


def test_a_conversation_is_exported_with_its_citations(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, ANSWERED)
        markdown = downloaded(page, "Export as Markdown")
        assert f"## {ANSWERED[:10]}" in markdown and "003\\_4a45a2b5c6e84a84.txt, line 5, characters 730" in markdown
        exported = json.loads(downloaded(page, "Export as JSON"))
        assert exported["turns"][0]["answer"]["citations"][0]["quote"].startswith("A conversation screenshot")


def test_a_question_is_changed_and_what_followed_goes(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, ELSEWHERE)
        ask(page, "What did Mark Williams say?")
        first = page.locator(".turn").first
        first.get_by_role("button", name="Edit the question").click()
        page.keyboard.press("Escape")
        assert first.locator(".asked").is_visible()
        first.get_by_role("button", name="Edit the question").click()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(ANSWERED)
        page.keyboard.press("Enter")
        newest(page).and_(page.locator(".answered[data-turn='1']")).wait_for()
        assert page.locator(".asked").all_inner_texts() == [ANSWERED]
        newest(page).get_by_role("button", name="Ask again").click()
        newest(page).and_(page.locator(".answered[data-turn='1']")).wait_for()
        reload(page)
        assert page.locator(".asked").all_inner_texts() == [ANSWERED]
        assert page.locator(".talk-title").count() == 1


def test_thumbs_and_comments_are_kept_and_exported_as_eval_cases(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, ANSWERED)
        ask(page, ELSEWHERE)
        good = page.locator(".turn").first
        good.get_by_role("button", name="Good answer").click()
        page.keyboard.type("It is <i>right</i>.")
        page.keyboard.press("Enter")
        good.locator(".comment", has_text="It is <i>right</i>.").wait_for()
        newest(page).get_by_role("button", name="Bad answer").click()
        page.locator(".commenting").wait_for()
        page.keyboard.press("Escape")
        reload(page)
        pressed = page.locator("[data-thumb][aria-pressed='true']").evaluate_all("all => all.map(one => one.dataset.thumb)")
        assert pressed == ["up", "down"]
        assert good.locator(".comment").inner_text() == "It is <i>right</i>."
        with page.expect_download() as waiting:
            page.get_by_label("More about your conversations").click()
            page.get_by_role("menuitem", name="as eval cases").click()
        made = json.loads(Path(waiting.value.path()).read_text("utf-8"))["cases"]
        assert [(case["question"], case["expect"], case["note"]) for case in made] == [(ANSWERED, "answer", "It is <i>right</i>.")]
        good.get_by_role("button", name="Good answer").click()
        page.wait_for_function("!document.querySelector('.turn [data-thumb=up][aria-pressed=true]')")


def test_two_visitors_do_not_see_each_others_conversations(window: str, browser: "Browser") -> None:
    with visiting(browser) as one, visiting(browser) as other:
        with page_of(one, window) as page:
            ask(page, ANSWERED)
            link = page.url
            assert "chat=" in link
        with page_of(other, window) as page:
            assert page.locator(".talk-title").count() == 0
        with page_of(other, link) as page:
            assert "There is no conversation" in page.locator(".turn.failed").inner_text()
            assert page.locator(".asked").count() == 0
            ask(page, ELSEWHERE)
            page.locator(".talk-title").first.wait_for()
            assert page.locator(".talk-title").all_inner_texts() == [ELSEWHERE]
        with page_of(one, link) as page:
            assert page.locator(".asked").all_inner_texts() == [ANSWERED]
            assert page.locator(".talk-title").count() == 1


def long_conversation(kept: Path, seeds: Path, owner: str, turns: int) -> str:
    conversations = Conversations(kept)
    id = conversations.create(seeds, owner=owner).id
    text = "The city was quiet in the morning and loud in the evening. " * 6
    words = text.strip()
    sentence = AnswerSentence(text=words, start=0, end=len(words), verdict="not_judged", reasons=("a test wrote it",), citations=())
    for number in range(turns):
        question = f"What happened on day {number}?"
        answer = Answer(question=question, status="answered", text=words, sentences=(sentence,), confidence=0.5)
        conversations.append(id, answer, owner=owner)
    return id


def test_two_hundred_turns_stay_smooth(window: str, browser: "Browser", kept: Path, seeds: Path) -> None:
    with visiting(browser) as context:
        with page_of(context, window) as page:
            ask(page, ELSEWHERE)
            owner = next(iter(Conversations(kept).list(owner=owner_of(context), limit=1))).owner
        id = long_conversation(kept, seeds, owner, 200)
        with page_of(context, f"{window}/?chat={id}") as page:
            assert page.locator(".turn").count() == 200
            worst = page.evaluate(
                "async () => { const log = document.querySelector('.turns'); let worst = 0, last = performance.now();"
                "for (let i = 0; i < 60; i++) { log.scrollTop = (i * 7919) % log.scrollHeight; await new Promise(requestAnimationFrame);"
                "const now = performance.now(); worst = Math.max(worst, now - last); last = now; } return worst }"
            )
            assert worst < 500, f"a frame took {worst:.0f} ms"
            ask(page, ANSWERED)
            assert newest(page).get_attribute("data-turn") == "201"


def owner_of(context: object) -> str:
    from ui.access import VISITOR_COOKIE, visitor_of

    cookies = {one["name"]: one["value"] for one in context.cookies()}  # type: ignore[attr-defined]
    return visitor_of(cookies[VISITOR_COOKIE]) or ""
