"""Overviews over the five articles and over small corpora: what is quoted, under which document, and when nothing is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.grounded import assert_grounded
from rag.engine import Engine, open_corpus
from rag.overview import MOST_DOCUMENTS, MOST_SENTENCES
from rag.schema import Answer


@pytest.fixture(scope="module")
def engine(seeds: Path, home: Path) -> Iterator[Engine]:
    with open_corpus(seeds, home=home) as opened:
        yield opened


def paths(answer: Answer) -> list[str]:
    """The documents quoted, in order."""
    return list(dict.fromkeys(citation.path[:3] for citation in answer.citations))


def test_a_topic_is_quoted_from_each_document_that_mentions_it(engine: Engine, seeds: Path) -> None:
    answer = engine.ask("What do the articles say about Shanghai?")
    assert answer.status == "answered"
    assert sorted(paths(answer)) == ["000", "001", "004"]
    assert all("Shanghai" in citation.quote for citation in answer.citations)
    assert_grounded(answer, seeds)


def test_each_document_has_a_line_and_its_quotes_follow_in_the_order_of_its_text(engine: Engine) -> None:
    answer = engine.ask("Summarise the articles")
    assert paths(answer) == ["000", "001", "002", "003", "004"]
    groups = answer.text.split("\n\n")
    assert [group.split("\n")[0] for group in groups] == [f"From {source.path}:" for source in engine.sources()]
    for path in {citation.path for citation in answer.citations}:
        starts = [citation.start for citation in answer.citations if citation.path == path]
        assert starts == sorted(starts) and len(starts) <= MOST_SENTENCES
    assert [answer.text[sentence.start : sentence.end] for sentence in answer.sentences] == [one.quote for one in answer.citations]


def test_nothing_of_the_page_is_quoted(engine: Engine) -> None:
    answer = engine.ask("What do the articles say about news?")
    assert not any("Sign up" in citation.quote or "Subscribe" in citation.quote for citation in answer.citations)


def test_a_topic_or_name_that_no_document_mentions_is_not_answered(engine: Engine) -> None:
    name = engine.ask("What do the articles say about Angela Merkel?")
    assert (name.status, name.uncovered, name.citations) == ("abstained", ("Angela Merkel",), ())
    topic = engine.ask("What do the articles say about football?")
    assert (topic.status, topic.reasons) == ("abstained", ("No document says anything about football.",))


def test_a_list_quotes_what_offers_the_kind_asked_for_and_points_at_it(engine: Engine, seeds: Path) -> None:
    answer = engine.ask("Which places did the protests reach?")
    assert answer.status == "answered"
    assert {highlight.citation for highlight in answer.highlights} == {citation.n for citation in answer.citations}
    assert {"Chongqing", "Shapingba", "Dandong"} <= {highlight.text for highlight in answer.highlights}
    assert_grounded(answer, seeds)


def test_who_is_quoted_is_found_where_somebody_is_quoted(engine: Engine) -> None:
    answer = engine.ask("List all the people who were quoted")
    assert {"Mark Williams", "Mi Feng", "Ming Jinwei"} <= {highlight.text for highlight in answer.highlights}
    assert all(any(mark in citation.quote for mark in '“”"') for citation in answer.citations)


def test_the_number_of_documents_asked_about_is_kept_to_and_the_rest_is_named(engine: Engine) -> None:
    answer = engine.ask("Compare what the two articles say about lockdowns")
    assert len(paths(answer)) == 2
    assert answer.text.splitlines()[-1].startswith("2 more documents have something to say: ")


def test_paths_limit_the_documents(engine: Engine) -> None:
    one = next(source.path for source in engine.sources() if source.path.startswith("001"))
    assert paths(engine.ask("What do the articles say about Shanghai?", paths=[one])) == ["001"]
    assert paths(engine.ask("Summarise the articles", paths=[one])) == ["001"]


@pytest.mark.parametrize(
    "question", ["Summarise the articles", "What do the articles say about the police?", "List all the dates mentioned"]
)
def test_the_same_question_gives_the_same_bytes(engine: Engine, question: str) -> None:
    first, second = (engine.ask(question).model_copy(update={"timings": {}}).model_dump_json() for _ in range(2))
    assert first == second


def test_many_documents_are_bounded_and_headlines_shown(tmp_path: Path) -> None:
    for number in range(MOST_DOCUMENTS + 3):
        text = f"Harbour notes {number}\n\nThe lighthouse of harbour {number} was painted white last spring by its keeper.\n"
        (tmp_path / f"note_{number:02d}.txt").write_text(text, encoding="utf-8")
    with open_corpus(tmp_path) as engine:
        answer = engine.ask("What do the documents say about the lighthouse?")
    assert len({citation.path for citation in answer.citations}) == MOST_DOCUMENTS
    best = answer.citations[0].path
    assert answer.text.splitlines()[0] == f"From {best} (Harbour notes {int(best[5:7])}):"
    assert answer.text.splitlines()[-1].startswith("3 more documents have something to say: note_")


def test_a_name_or_headline_that_reads_like_a_source_number_is_none(tmp_path: Path) -> None:
    (tmp_path / "notes [1].txt").write_text("Report [2] of spring\n\nThe lighthouse was painted white by its keeper.\n", encoding="utf-8")
    with open_corpus(tmp_path) as engine:
        answer = engine.ask("What do the documents say about the lighthouse?")
    assert answer.text.splitlines()[0] == "From notes (1).txt:"
    assert_grounded(answer, tmp_path)


def test_a_heading_of_markdown_is_shown_without_its_mark(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Report of spring\n\nThe lighthouse was painted white by its keeper.\n", encoding="utf-8")
    with open_corpus(tmp_path) as engine:
        answer = engine.ask("What do the documents say about the lighthouse?")
    assert answer.text.splitlines()[0] == "From notes.md (Report of spring):"


def test_what_both_sides_of_a_comparison_have_is_quoted(engine: Engine) -> None:
    answer = engine.ask("Compare Chongqing and Dandong")
    assert any("Chongqing" in citation.quote for citation in answer.citations)
    assert any("Dandong" in citation.quote for citation in answer.citations)
