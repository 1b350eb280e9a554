import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from eval import evaluate
from eval.report.html import to_html
from eval.report.junit import to_junit
from eval.report.markdown import to_markdown
from eval.report.write import write_report
from rag.errors import StorageError

OPENED, LONG = "The bridge opened in 1931.", "It is 120 metres long."
EVIL = '<script>alert(1)</script> & "x" | `y` \x00 ]]>'


@pytest.fixture
def report(make: SimpleNamespace, corpus: Path) -> Any:
    cases = [
        make.case(OPENED, id="good", question="When?", split="development"),
        make.case(LONG, id="wrong", question="How long?"),
        make.case(OPENED, id="evil <b>", question=EVIL, note=EVIL, category="typo"),
        make.case(OPENED, id="fails", question="Boom?"),
    ]
    said = make.answer(LONG, said=[EVIL], hits=[LONG])
    engine = make.Scripted(
        {"When?": make.answer(OPENED, hits=[OPENED]), "How long?": make.answer(OPENED), EVIL: said, "Boom?": RuntimeError(EVIL)}
    )
    return evaluate(cases, engine, corpus=corpus)


class Tags(HTMLParser):
    """Collects tags and checks that they are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name == "href" and value]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_has_a_page_for_each_case_that_did_not_pass_and_escapes_everything(report: Any) -> None:
    page = to_html(report)
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    assert "script" not in tags.tags and "b" not in tags.tags
    assert len([name for name in tags.ids if name.startswith("case-")]) == 3
    assert {link.removeprefix("#") for link in tags.links} == set(tags.ids)


def test_a_page_shows_the_answer_each_sentence_s_verdict_the_cited_text_in_its_surroundings_and_the_gold(report: Any) -> None:
    page = to_html(report).split('id="case-wrong"')[1].split("</section>")[0]
    assert "How long?" in page
    assert re.search(r'badge good">supported</span> The bridge opened in 1931\.', page)
    assert f"<mark>{OPENED}</mark> It is 120 metres long. Anna Berg" in page
    assert f"{OPENED} <mark>{LONG}</mark>" in page
    assert "none of 1 quotes holds the answer" in page


def test_the_risk_coverage_curve_is_drawn_and_its_points_stand_in_the_json(report: Any) -> None:
    assert report.risk_coverage["all"] == ((0.3333, 0.0), (0.6667, 0.5), (1.0, 0.6667))
    assert to_html(report).count("<polyline") == 2  # development has one answer, which is no curve


def test_html_needs_nothing_from_elsewhere(report: Any) -> None:
    assert not re.search(r"https?://|src=|@import|url\(", to_html(report))


def test_junit_counts_failures_and_errors_and_parses_whatever_the_texts_hold(report: Any) -> None:
    root = ElementTree.fromstring(to_junit(report))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "2", "1")
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert len(cases["good"]) == 0
    assert cases["wrong"][0].tag == "failure"
    assert cases["fails"][0].tag == "error"
    assert "<script>" in (cases["evil <b>"][0].text or "")


def test_what_could_not_be_judged_is_an_error_in_junit(report: Any) -> None:
    unjudged = report.cases[0].model_copy(update={"verdict": "not_judged", "problems": ("citation_recall: could not judge",)})
    root = ElementTree.fromstring(to_junit(report.model_copy(update={"cases": (unjudged,)})))
    assert (root.get("errors"), root.find(".//error").get("type")) == ("1", "not_judged")  # type: ignore[union-attr]


def test_markdown_has_one_row_a_metric_and_no_markup_from_texts(report: Any) -> None:
    text = to_markdown(report)
    assert "4 cases: 1 passed, 2 failed, 0 could not be judged, 1 ended with an error." in text
    (row,) = [line for line in text.splitlines() if line.startswith("| `evidence_any`")]
    assert "| 1.000 [1.000, 1.000] n=1 | 0.000 [0.000, 0.000] n=2, 1 not judged | 0.333" in row
    assert row.count("|") == 6
    assert "<script>" not in text


def test_the_four_files_are_written_and_the_json_is_the_report(report: Any, tmp_path: Path) -> None:
    paths = write_report(report, tmp_path / "deep" / "out")
    assert [path.name for path in paths] == ["report.json", "report.md", "junit.xml", "report.html"]
    assert type(report).model_validate(json.loads(paths[0].read_text(encoding="utf-8"))) == report


def test_a_folder_that_cannot_be_written_is_an_error_with_a_hint(report: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        write_report(report, tmp_path / "file" / "out")
