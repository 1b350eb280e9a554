"""What the window shows, as pure functions: from an answer, a document or an error to HTML."""

import hashlib
import html
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, strategies

from rag.citations import cite
from rag.errors import CorpusEmpty, IndexLocked
from rag.schema import Answer, AnswerSentence, Citation, Correction, Document, Highlight, Hit, Place, SourceInfo
from ui import panel, render
from ui.markup import Markup, element, join, text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "[click](javascript:alert(1))",
    "</textarea></mark></div><iframe src='https://example.org'>",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "a\u202egnp.exe\u202c b",
    "\x1b[31mred\x1b[0m \x9b2J",
    "nul\x00 and half \ud800 a pair",
    "{{constructor}} ${alert(1)} `x`",
    "one\r\ntwo\rthree\u2028four",
]
ALLOWED_TAGS = {
    "article",
    "aside",
    "bdi",
    "blockquote",
    "button",
    "details",
    "div",
    "footer",
    "h2",
    "h3",
    "header",
    "li",
    "mark",
    "ol",
    "p",
    "span",
}
ALLOWED_TAGS |= {"q", "strong", "summary", "ul", "svg", "circle", "path", "rect"}


class Page(HTMLParser):
    """The tags, attributes and text that a browser would make of some HTML."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.marked = ""
        self.short = ""
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.tags.append((tag, named))
        self._open.append("short" if tag == "strong" and named.get("class") == "short" else tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        opened = self._open.pop()
        assert opened == ("short" if opened == "short" else tag)

    def handle_data(self, data: str) -> None:
        self.words += data
        if "mark" in self._open:
            self.marked += data
        if "short" in self._open:
            self.short += data

    def having(self, attribute: str) -> list[dict[str, str]]:
        return [attributes for _, attributes in self.tags if attribute in attributes]

    def classed(self, name: str) -> list[dict[str, str]]:
        return [attributes for _, attributes in self.tags if name in attributes.get("class", "").split()]

    def assert_harmless(self) -> None:
        assert {tag for tag, _ in self.tags} <= ALLOWED_TAGS
        for _, attributes in self.tags:
            for name in attributes:
                assert not name.startswith("on") and name not in {"href", "src", "style", "srcdoc"}


class PlainText(HTMLParser):
    """The text of some HTML without that of its buttons."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self._button = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._button = tag == "button"

    def handle_endtag(self, tag: str) -> None:
        self._button = False

    def handle_data(self, data: str) -> None:
        self.words += "" if self._button else data


def document_of(path: str, content: str) -> Document:
    raw = content.encode("utf-8", "replace")
    return Document(path=path, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), text=content)


@pytest.fixture(scope="module")
def article(seeds: Path) -> Document:
    raw = (seeds / "003_4a45a2b5c6e84a84.txt").read_bytes()
    return Document(path="003_4a45a2b5c6e84a84.txt", sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), text=raw.decode())


def cited(document: Document, quote: str, n: int = 1) -> Citation:
    start = document.text.index(quote)
    return cite(n, document, 2, start, start + len(quote))


def answered(question: str, *citations: Citation, **more: object) -> Answer:
    words, sentences = "", []
    for citation in citations:
        words += " " if words else ""
        start = len(words)
        words += citation.quote
        sentences.append(
            AnswerSentence(
                text=citation.quote, start=start, end=len(words), verdict="supported", reasons=("word for word",), citations=(citation.n,)
            )
        )
        words += f" [{citation.n}]"
    fields = {"question": question, "status": "answered", "text": words, "sentences": sentences, "citations": citations, "confidence": 0.82}
    return Answer.model_validate({**fields, **more})


SCREENSHOT = (
    "A conversation screenshot revealed that at least 35 people in Zhengzhou city, Henan province jumped out of the building in a month."
)


def test_an_answer_keeps_its_words_and_each_marker_opens_its_citation(article: Document) -> None:
    first, second = cited(article, SCREENSHOT), cited(article, "Nevertheless, the Chinese people can no longer persevere.", 2)
    page = Page(render.turn(answered("How many people jumped?", first, second)))
    assert "How many people jumped?" in page.words
    assert f"{SCREENSHOT} [1]" in page.words and "Nevertheless, the Chinese people can no longer persevere. [2]" in page.words
    targets = [panel.View.model_validate_json(attributes["data-cite"]) for attributes in page.having("data-cite")]
    assert {(target.n, target.start, target.end, target.quote) for target in targets} == {
        (citation.n, citation.start, citation.end, citation.quote) for citation in (first, second)
    }
    assert "Confidence 82 %" in page.words
    assert page.classed("answered") and not page.classed("abstained")


def test_quotes_stand_apart_and_only_the_first_is_prominent_and_emphasised() -> None:
    documents = [document_of(f"{n}.txt", f"The ferry to town {n} carries {n} cars.") for n in (1, 2, 3)]
    quotes = [cited(document, document.text, n) for n, document in enumerate(documents, 1)]
    marks = [Highlight(citation=one.n, kind="number", start=18, end=19, text=one.quote[18]) for one in quotes]
    shown = render.turn(answered("How many cars does it carry?", *quotes, highlights=marks))
    page = Page(shown)
    first, heading, near = shown.partition("Also near this")
    assert heading and first.count('class="quoted"') == 1 and near.count('class="quoted"') == 2
    assert documents[0].text in first and documents[1].text in near and documents[2].text in near
    assert page.short == "1" and len(page.classed("verdict")) == 3
    assert [json.loads(one["data-cite"])["short"] for one in page.classed("cite")][:3] == [[[18, 19]], [], []]
    assert "Also near this" not in Page(render.turn(answered("How many?", quotes[0]))).words
    written = Page(render.turn(answered("How many cars does it carry?", *quotes, highlights=marks, writer="openai:small")))
    assert not written.classed("quoted") and written.short == "123", "what a model wrote is one text"


def test_each_part_of_a_question_has_its_quote() -> None:
    documents = [document_of(f"{n}.txt", f"The ferry to town {n} carries {n} cars.") for n in (1, 2)]
    question = "How many cars does the small ferry carry and when does the large ferry leave?"
    page = Page(render.turn(answered(question, *[cited(document, document.text, n) for n, document in enumerate(documents, 1)])))
    assert len(page.classed("quoted")) == 2 and "Also near this" not in page.words


def test_the_lines_that_group_an_overview_by_document_are_shown_in_their_places(article: Document) -> None:
    first, second = cited(article, SCREENSHOT), cited(article, "Nevertheless, the Chinese people can no longer persevere.", 2)
    flat = answered("Summarise the articles", first, second)
    lines = ("From <a>.txt:\n", "\n\nFrom b.txt:\n", "\n\n1 more document has something to say: c.txt.")
    text = f"{lines[0]}{first.quote} [1]{lines[1]}{second.quote} [2]{lines[2]}"
    places = [text.index(one.quote) for one in (first, second)]
    sentences = [
        one.model_copy(update={"start": place, "end": place + len(one.text)}) for one, place in zip(flat.sentences, places, strict=True)
    ]
    page = Page(render.turn(flat.model_copy(update={"text": text, "sentences": tuple(sentences)})))
    assert len(page.classed("group")) == 3
    shown = [page.words.index(part) for part in ("From <a>.txt:", SCREENSHOT, "From b.txt:", "Nevertheless", "1 more document has")]
    assert shown == sorted(shown)


def test_a_page_or_heading_is_named_beside_the_line_and_in_the_panel() -> None:
    document = document_of("report.pdf", "First.\nThe bridge was opened in May.\n")
    citation = cited(document, "The bridge was opened in May.").model_copy(update={"place": "page 3"})
    page = Page(render.turn(answered("When?", citation)))
    assert "report.pdf page 3, line 2" in page.words
    view = panel.View.model_validate_json(page.having("data-cite")[0]["data-cite"])
    assert "page 3, passage 2, line 2" in Page(panel.source(view, document)).words


def test_a_place_in_an_extracted_text_stands_for_its_line_and_a_link_finds_it() -> None:
    document = document_of("ships.csv", "Ship: Sea Star\n\nShip: Grey Seal\n")
    document = document.model_copy(update={"reader": "csv 1", "places": (Place(0, "row 2"), Place(16, "row 3"))})
    citation = cited(document, "Ship: Grey Seal")
    page = Page(render.turn(answered("Which?", citation)))
    assert "ships.csv row 3" in page.words and "line" not in page.words
    assert {one["aria-label"] for one in page.classed("cite")} == {"Citation 1: ships.csv, row 3"}
    for view in (panel.View.model_validate_json(page.having("data-cite")[0]["data-cite"]), panel.View(path="ships.csv", start=16, end=31)):
        shown = Page(panel.source(view, document)).words
        assert "row 3, " in shown and "characters 16 to 31" in shown and "line" not in shown
    unplaced = citation.model_copy(update={"place": ""})
    assert "ships.csv line 3" in Page(render.turn(answered("Which?", unplaced))).words


def test_what_a_model_wrote_says_who_wrote_and_what_was_left_out(article: Document) -> None:
    left = AnswerSentence(text="Dragons flew.", start=0, end=13, verdict="unsupported", reasons=("nobody says so",), citations=())
    more = {"writer": "openai:small", "dropped": (left,), "notes": ("The model was slow.",), "standalone": "How many in Zhengzhou?"}
    page = Page(render.turn(answered("How many?", cited(article, SCREENSHOT), **more)))
    assert "Written by openai:small" in page.words and "The model was slow." in page.words
    assert "1 sentence left out" in page.words and "Dragons flew." in page.words
    assert "Understood as: How many in Zhengzhou?" in page.words
    assert [one["aria-label"] for one in page.classed("unsupported")] == ["Unsupported: nobody says so"]


def test_every_verdict_has_its_own_shape_word_and_reason(article: Document) -> None:
    shapes = {sign.shape for sign in render.SIGNS.values()}
    labels = {sign.label for sign in render.SIGNS.values()}
    assert len(shapes) == len(labels) == 4
    for verdict, sign in render.SIGNS.items():
        sentence = AnswerSentence(text="It fell.", start=0, end=8, verdict=verdict, reasons=("because A", "and B"), citations=())
        answer = Answer(question="?", status="answered", text="It fell.", sentences=(sentence,), confidence=0.5)
        signs = Page(render.turn(answer)).classed("verdict")
        assert [attributes["aria-label"] for attributes in signs] == [f"{sign.label}: because A; and B"]
        assert sign.shape in render.turn(answer)


def test_paragraphs_of_a_model_stay_apart() -> None:
    sentences = [AnswerSentence(text="It fell.", start=at, end=at + 8, verdict="uncited", reasons=(), citations=()) for at in (0, 10, 19)]
    answer = Answer(question="?", status="answered", text="It fell.\n\nIt fell. It fell.", sentences=tuple(sentences), confidence=0.5)
    assert len(Page(render.turn(answer)).classed("break")) == 1


def test_a_marker_without_a_citation_stays_text_and_is_reported(article: Document) -> None:
    citation = cited(article, SCREENSHOT)
    answer = answered("?", citation, unknown_markers=("7",))
    answer = answer.model_copy(update={"text": answer.text + "[7]"})
    page = Page(render.turn(answer))
    assert "[1][7]" in page.words
    assert {json.loads(attributes["data-cite"])["n"] for attributes in page.having("data-cite")} == {1}
    assert "do not exist: 7" in page.words


def test_brackets_inside_a_quoted_sentence_are_text(article: Document) -> None:
    document = document_of("notes.txt", "He wrote [1] on the wall.")
    page = Page(render.turn(answered("?", cited(document, "He wrote [1] on the wall."))))
    assert len(page.classed("cite")) == 2  # beside the sentence and among the sources
    assert "He wrote [1] on the wall. [1]" in page.words


def test_the_short_answer_is_emphasised_in_the_sentence_and_in_the_source(article: Document) -> None:
    citation = cited(article, SCREENSHOT)
    start = article.text.index("at least 35 people")
    highlight = Highlight(citation=1, kind="number", start=start, end=start + 18, text="at least 35 people")
    page = Page(render.turn(answered("How many?", citation, highlights=(highlight,))))
    assert page.short == "at least 35 people"
    view = panel.View.model_validate_json(page.having("data-cite")[0]["data-cite"])
    source = Page(panel.source(view, article))
    assert source.short == "at least 35 people"
    assert source.marked == article.text[citation.start : citation.end]


def test_a_quote_that_opens_one_sentence_earlier_emphasises_the_right_characters(article: Document) -> None:
    quote = article.text[article.text.index("Some say") : article.text.index("When firefighters")].rstrip()
    citation = cited(article, "jump out of the building in despair. " + quote)
    start = article.text.index("this person")
    sentence = AnswerSentence(text=quote, start=0, end=len(quote), verdict="supported", reasons=(), citations=(1,))
    answer = answered("Who?", citation).model_copy(
        update={
            "text": f"{quote} [1]",
            "sentences": (sentence,),
            "highlights": (Highlight(citation=1, kind="person", start=start, end=start + 11, text="this person"),),
        }
    )
    assert Page(render.turn(answer)).short == "this person"


def test_corrections_stand_apart_with_their_citation_and_are_not_said_twice(article: Document) -> None:
    citation = cited(article, SCREENSHOT)
    said = "The documents say 35, not 50."
    correction = Correction(text=said, kind="number", claimed="50", found="35", citation=1)
    answer = answered("Why did 50 people jump?", citation)
    lead = AnswerSentence(text=said, start=0, end=len(said), verdict="supported", reasons=(), citations=(1,))
    moved = answer.sentences[0].model_copy(update={"start": len(said) + 5, "end": len(said) + 5 + len(SCREENSHOT)})
    answer = answer.model_copy(update={"text": f"{said} [1] {answer.text}", "sentences": (lead, moved), "corrections": (correction,)})
    page = Page(render.turn(answer))
    assert page.words.count(said) == 1
    assert page.words.index(said) < page.words.index(SCREENSHOT)
    assert page.classed("correction")


def test_an_abstention_looks_different_and_offers_its_nearest_passages(article: Document) -> None:
    hit = Hit(
        path=article.path, sha256=article.sha256, passage=1, start=0, end=300, text=article.text[:300], dense=0.3, lexical=2.0, fused=0.1
    )
    answer = Answer(
        question="What is the capital of France?",
        status="abstained",
        text="The documents do not answer this.",
        reasons=("No passage mentions France.",),
        confidence=0.05,
        uncovered=("France",),
        hits=(hit,),
    )
    page = Page(render.turn(answer))
    assert page.classed("abstained") and not page.classed("answered") and not page.classed("verdict")
    assert "The documents do not answer this." in page.words and "No passage mentions France." in page.words
    assert "The documents found do not mention: France" in page.words
    assert "Confidence" not in page.words
    view = panel.View.model_validate_json(page.classed("passage")[0]["data-cite"])
    source = Page(panel.source(view, article))
    assert source.marked == article.text[:300]
    assert source.classed("near"), "a passage that answers nothing must not look like evidence"
    many = answer.model_copy(update={"hits": (hit,) * 8})
    assert len(Page(render.turn(many)).classed("passage")) == 8 and "5 passages further away" in Page(render.turn(many)).words


def test_what_the_documents_leave_out_is_said(article: Document) -> None:
    page = Page(render.turn(answered("?", cited(article, SCREENSHOT), uncovered=("Harbin", "trams"))))
    assert "The documents found do not mention: Harbin, trams" in page.words


def test_an_error_is_its_message_and_its_hint() -> None:
    error = IndexLocked("Another process is writing.", "Wait until it has finished.")
    page = Page(render.failed("Why?", error))
    assert "Why?" in page.words and "Another process is writing." in page.words and "Wait until it has finished." in page.words
    assert page.having("role")[0]["role"] == "alert"
    assert "Traceback" not in page.words and "IndexLocked" not in page.words


def test_the_folders_changes_are_told_with_the_way_to_read_it_again_for_those_who_may() -> None:
    told, heard = Page(render.behind(may_read=True)), Page(render.behind(may_read=False))
    assert "The folder has changed since it was read." in told.words and "The folder has changed" in heard.words
    assert [one["data-act"] for one in told.having("data-act")] == ["read-again"] and not heard.having("data-act")


@pytest.mark.parametrize(("question", "cut"), [("Why? " * 20, False), ("Why? " * 1_000, True), ("Why?\n" * 40, True)])
def test_a_long_question_is_shown_by_its_beginning_and_is_all_there(question: str, cut: bool, article: Document) -> None:
    for shown in (render.turn(answered(question, cited(article, SCREENSHOT))), render.failed(question, IndexLocked("No.", ""))):
        page = Page(shown)
        assert question in page.words and ("Show all" in page.words) == cut == bool(page.classed("long"))


def test_an_empty_corpus_says_what_to_do() -> None:
    words = Page(render.empty(CorpusEmpty("Nothing can be read in notes.", "Add files."))).words
    assert "Nothing can be read in notes." in words and "Add files." in words and "Open the Library" in words


def test_the_first_page_offers_the_questions_it_is_given_and_no_others() -> None:
    for offered in (render.examples, render.suggestions):
        page = Page(offered(("Who was Fang?", "When did it end?")))
        assert [attributes["data-act"] for attributes in page.classed("example")] == ["example", "example"]
        assert "Who was Fang?" in page.words
        assert offered(()) == ""
    assert not Page(render.welcome()).classed("example")


def test_documents_are_listed_with_their_state() -> None:
    sources = (
        SourceInfo(path="a.txt", sha256="0" * 64, size=999, passages=1, sentences=3, state="indexed"),
        SourceInfo(path="sub/b.md", sha256="1" * 64, size=1_250_000, passages=1200, sentences=3, state="changed"),
    )
    page = Page(render.documents(sources))
    assert "1 passage, 999 bytes" in page.words and "1,200 passages, 1.2 MB changed since it was indexed" in page.words
    assert [json.loads(attributes["data-open"])["path"] for attributes in page.having("data-open")] == ["a.txt", "sub/b.md"]
    assert "seeds 2 documents, 1,201 passages" in Page(render.corpus_line("seeds", sources)).words


def test_the_source_panel_holds_every_character_of_the_document(article: Document) -> None:
    citation = cited(article, SCREENSHOT)
    page = Page(panel.source(panel.View.model_validate_json(render.target(citation, ())), article))
    assert article.text in page.words
    assert page.marked == SCREENSHOT
    assert f"passage 2, line {citation.line_start}, characters {citation.start:,} to {citation.end:,}" in page.words
    assert not page.having("data-stale")


def test_a_long_document_is_shown_around_the_quote_and_grows_on_demand() -> None:
    lines = "".join(f"Line {number} of the long report.\n" for number in range(200_000))
    document = document_of("long.txt", lines)
    start = lines.index("Line 100000 of")
    view = panel.View(path="long.txt", start=start, end=start + 14)
    shown = panel.source(view, document)
    assert len(shown) < 4 * panel.SURROUNDINGS
    page = Page(shown)
    assert page.marked == "Line 100000 of"
    assert [attributes["data-more"] for attributes in page.having("data-more")] == ["before", "after"]
    before, after = (int(attributes["data-at"]) for attributes in page.having("data-more"))
    pieces = lines[before:after]
    for side in ("before", "after"):
        at: int | None = before if side == "before" else after
        while at is not None:
            wanted = panel.Rest.model_validate({"path": "long.txt", "sha256": document.sha256, "at": at, "side": side})
            piece = panel.rest(wanted, document)
            assert len(piece) < 2 * panel.CHUNK, "a piece must be laid out without a pause"
            further = Page(piece).having("data-more")
            grown = PlainText(piece).words
            pieces = grown + pieces if side == "before" else pieces + grown
            at = int(further[0]["data-at"]) if further else None
    assert pieces == lines, "the whole document can be read"


def test_more_of_a_document_that_has_changed_is_not_mixed_into_what_is_shown() -> None:
    document = document_of("long.txt", "New text.\n" * 100)
    assert panel.rest(panel.Rest(path="long.txt", sha256="0" * 64, at=50, side="after"), document) == ""
    assert panel.rest(panel.Rest(path="long.txt", sha256=document.sha256, at=5_000, side="after"), document) == ""


def test_a_changed_document_is_stale_and_never_shows_a_wrong_quote(article: Document) -> None:
    citation = cited(article, SCREENSHOT)
    view = panel.View.model_validate_json(render.target(citation, ()))
    appended = Page(panel.source(view, document_of(article.path, article.text + "\nMore.")))
    assert appended.having("data-stale") and appended.marked == SCREENSHOT
    shifted = Page(panel.source(view, document_of(article.path, "New first line.\n" + article.text)))
    assert shifted.having("data-stale") and shifted.marked == "" and SCREENSHOT in shifted.words
    indexed = Page(panel.source(view, article, changed=True))
    assert indexed.having("data-stale") and indexed.marked == SCREENSHOT and "as indexed" in indexed.words
    shortened = Page(panel.source(view, document_of(article.path, "Gone.")))
    assert shortened.having("data-stale") and shortened.marked == ""
    gone = Page(panel.gone(view))
    assert SCREENSHOT in gone.words and not gone.marked


def test_a_link_out_of_range_highlights_nothing(article: Document) -> None:
    for start, end in ((10, 5), (0, len(article.text) + 1), (-4, -1)):
        assert Page(panel.source(panel.View(path=article.path, start=start, end=end), article)).marked == ""


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_shown_and_never_obeyed(hostile: str) -> None:
    document = document_of(f"{hostile}.txt", f"Before. {hostile} After.")
    citation = cited(document, hostile)
    highlight = Highlight(citation=1, kind=hostile, start=citation.start, end=citation.end, text=hostile)
    correction = Correction(text=f"Not so: {hostile}", kind="name", claimed=hostile, found=hostile, citation=1)
    answer = answered(
        hostile, citation, highlights=(highlight,), corrections=(correction,), uncovered=(hostile,), unknown_markers=(hostile,)
    )
    hit = Hit(path=document.path, sha256="0", passage=1, start=0, end=5, text=hostile, dense=0.1, lexical=0.0, fused=0.1)
    abstained = Answer(
        question=hostile, status="abstained", text=hostile, reasons=(hostile,), confidence=0.0, uncovered=(hostile,), hits=(hit,)
    )
    view = panel.View(path=document.path, start=citation.start, end=citation.end, quote=hostile)
    info = SourceInfo(path=document.path, sha256="0", size=1, passages=1, sentences=1, state="missing")
    for shown in (
        render.turn(answer),
        render.turn(abstained),
        render.failed(hostile, IndexLocked(hostile, hostile)),
        render.examples((hostile,)),
        render.documents((info,)),
        render.corpus_line(hostile, (info,)),
        panel.source(view, document),
        panel.source(view.model_copy(update={"sha256": "other", "start": 1}), document),
        panel.gone(view),
    ):
        shown.encode("utf-8")
        page = Page(shown)
        page.assert_harmless()
        assert "\u202e" not in shown.replace('<bdi class="control" data-code="U+202E">\u202e</bdi>', "").replace("\\u202e", "")
    assert Page(panel.source(view, document)).marked == "".join("\ufffd" if c in "\x00\ud800" else c for c in hostile)


@given(strategies.text(strategies.characters(exclude_categories=[]) | strategies.sampled_from("<>&\"'\r\n\x00\u202e\x1b")))
def test_whatever_is_escaped_reads_back_as_it_was(value: str) -> None:
    possible = "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in value)
    shown = Page(element("p", {"data-cite": value}, value))
    assert shown.words == possible
    assert shown.tags[0] == ("p", {"data-cite": possible})
    assert {tag for tag, _ in shown.tags} <= {"p", "bdi"}


def test_text_is_escaped_once() -> None:
    assert text("a < b & \"c\" 'd'") == "a &lt; b &amp; &quot;c&quot; &#x27;d&#x27;"
    assert join([text("<"), "<", Markup("<br>")]) == "&lt;&lt;<br>"
    assert element("p", {"title": 'say "<hi>"', "hidden": True, "id": None}, "1 < 2") == (
        '<p title="say &quot;&lt;hi&gt;&quot;" hidden>1 &lt; 2</p>'
    )
    assert html.unescape(element("b", {"data-cite": "a\r\n\u202eb"}, "")) == '<b data-cite="a\r\n\u202eb"></b>'
    assert element("b", {"data-tip": "a\u202eb"}) == '<b data-tip="a\ufffdb"></b>'


@pytest.mark.parametrize("name", ["onclick", "href", "src", "style", "formaction", "a b", "x>"])
def test_attributes_that_run_or_load_cannot_be_written(name: str) -> None:
    with pytest.raises(ValueError, match="attribute"):
        element("p", {name: "javascript:alert(1)"})
