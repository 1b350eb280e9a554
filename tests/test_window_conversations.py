"""Conversations in the window: kept, found, renamed, deleted, exported, changed, rated, and never shown to another visitor."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from rag import open_corpus
from rag.conversations import Conversations
from rag.schema import Answer, AnswerSentence
from tests.support.browser import ANSWERED, ELSEWHERE, FIELD, ask, in_browser, newest, opened, owner_of, page_of, serving, settle, visiting
from tests.support.rendering import rendering
from ui.registry import Room

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = in_browser
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def reload(page: "Page") -> None:
    page.reload()
    page.wait_for_selector("#groundline[data-ready]")


def titles(page: "Page") -> list[str]:
    """The conversations listed, once the list has come."""
    page.locator(".talks > li").first.wait_for()
    return page.locator(".talk-title").all_inner_texts()


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
        page.wait_for_function("document.querySelectorAll('.talk-title').length === 2")
        assert titles(page) == [ELSEWHERE, ANSWERED]
        page.get_by_label("Search conversations").fill("zhengzhou")
        page.wait_for_function("document.querySelectorAll('.talk-title').length === 1")
        page.locator(".talk-title").click()
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
        assert titles(page) == []


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
        settle(page)
        assert page.locator(".asked").all_inner_texts() == [ANSWERED]
        newest(page).get_by_role("button", name="Ask again").click()
        newest(page).and_(page.locator(".answered[data-turn='1']")).wait_for()
        settle(page)
        reload(page)
        assert page.locator(".asked").all_inner_texts() == [ANSWERED]
        assert len(titles(page)) == 1


def test_thumbs_and_comments_are_kept_and_exported_as_eval_cases(window: str, browser: "Browser") -> None:
    with opened(browser, window) as page:
        ask(page, ANSWERED)
        ask(page, ELSEWHERE)
        good = page.locator(".turn").first
        good.get_by_role("button", name="Good answer").click()
        page.keyboard.type("It is <i>right</i>.")
        page.keyboard.press("Enter")
        good.locator(".comment", has_text="It is <i>right</i>.").wait_for()
        with page.expect_response("**/window/call/history.rate"):
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
            page.wait_for_url("**chat=**")
            link = page.url
        with page_of(other, window) as page:
            assert titles(page) == []
        with page_of(other, link) as page:
            assert "There is no conversation" in page.locator(".turn.failed").inner_text()
            assert page.locator(".asked").count() == 0
            ask(page, ELSEWHERE)
            page.locator(".talk-title").first.wait_for()
            assert titles(page) == [ELSEWHERE]
        with page_of(one, link) as page:
            assert page.locator(".asked").all_inner_texts() == [ANSWERED]
            assert titles(page) == [ANSWERED]


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


@contextmanager
def with_turns(window: str, browser: "Browser", kept: Path, seeds: Path, turns: int) -> "Iterator[tuple[Page, Locator]]":
    """A visitor's page at its start, and the button that opens a conversation of so many turns."""
    with visiting(browser) as context:
        with page_of(context, window):
            id = long_conversation(kept, seeds, owner_of(context), turns)
        with page_of(context, window) as page:
            page.wait_for_load_state("networkidle")
            yield page, page.locator(f"[data-talk='{id}']")


def wait_for_turns(page: "Page", turns: int) -> None:
    """Until all of a conversation's turns are there."""
    page.wait_for_function("turns => document.querySelectorAll('.turn:not(:empty)').length === turns", arg=turns)


def test_two_hundred_turns_come_in_pieces_and_nothing_moves(window: str, browser: "Browser", kept: Path, seeds: Path) -> None:
    with with_turns(window, browser, kept, seeds, 200) as (page, entry):
        page.evaluate(
            "() => { window.pieces = []; const log = document.querySelector('.log');"
            "new MutationObserver(() => pieces.push([log.querySelectorAll('.turn:not(:empty)').length, log.children.length,"
            "log.lastElementChild.getBoundingClientRect().top, log.getAttribute('aria-live')])).observe(log, { childList: true }) }"
        )
        entry.click()
        wait_for_turns(page, 200)
        pieces = page.evaluate("pieces")
        filled, places, tops, live = zip(*pieces, strict=True)
        assert all(after - before <= 20 for before, after in pairwise((0, *filled))), "one piece is as long as all of them"
        assert filled[0] == 20 and set(places) == {200} and set(live) == {"off"}
        assert max(tops) - min(tops) < 2, "what is read moved when turns came above it"
        assert page.locator(".asked").all_text_contents() == [f"What happened on day {number}?" for number in range(200)]
        page.locator(".log[aria-live=polite]").wait_for()


def test_of_two_hundred_turns_only_those_in_sight_are_rendered(window: str, browser: "Browser", kept: Path, seeds: Path) -> None:
    with with_turns(window, browser, kept, seeds, 200) as (page, entry):
        with rendering(browser, page) as opening:
            entry.click()
            wait_for_turns(page, 200)
            page.evaluate(FRAMES)
        elements = page.locator(".log *").count()
        assert opening.styled < elements / 3 and opening.laid_out < elements / 3
        with rendering(browser, page) as scrolling:
            for place in (0, 0.3, 0.6):
                page.evaluate(
                    "place => { const turns = document.querySelector('.turns'); turns.scrollTop = place * turns.scrollHeight }", place
                )
                page.evaluate(FRAMES)
        assert 0 < scrolling.styled < elements / 3
        assert page.locator(".turn").nth(120).is_visible()


def test_typing_and_asking_cost_the_same_after_two_hundred_turns_as_after_one(
    window: str, browser: "Browser", kept: Path, seeds: Path
) -> None:
    costs = []
    for turns in (1, 200):
        with with_turns(window, browser, kept, seeds, turns) as (page, entry):
            entry.click()
            wait_for_turns(page, turns)
            page.evaluate(FRAMES)
            with rendering(browser, page) as typing:
                page.get_by_label(FIELD).press_sequentially("Why are the roads of Lund wet in the winter? " * 3)
                page.evaluate(FRAMES)
            with rendering(browser, page) as asking:
                ask(page, ANSWERED)
                page.evaluate(FRAMES)
            assert newest(page).get_attribute("data-turn") == str(turns + 1)
            costs.append((typing, asking))
    for one, many in zip(*costs, strict=True):
        assert one.styled > 0 and one.laid_out > 0
        assert many.styled <= 1.5 * one.styled + 60 and many.laid_out <= 1.5 * one.laid_out + 60, (one, many)
