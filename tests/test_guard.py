"""The guard on real sentences of a small model, labelled by hand."""

import json
from pathlib import Path

import pytest

from bench.guard import SENTENCES, Labelled, Report, cited, evidence, measure, read, show

# What the guard reached when the sentences were labelled; wanted are 0.9 and 0.1.
CAUGHT, BLAMED = 0.87, 0.13


def test_the_sentences_are_many_of_both_kinds_and_cite_what_stands_in_the_articles(seeds: Path) -> None:
    rows = [json.loads(line) for line in SENTENCES.read_text("utf-8").splitlines()]
    articles = "\n".join(path.read_bytes().decode("utf-8-sig") for path in sorted(seeds.iterdir()) if path.suffix == ".txt")
    assert len(rows) >= 80 and len({row["sentence"] for row in rows}) == len(rows)
    assert all(row["cited"] and all(quote in articles for quote in row["cited"]) for row in rows)
    assert {row["label"] for row in rows} == {"supported", "unsupported"} and {row["form"] for row in rows} == {
        "engine",
        "short",
        "restate",
    }
    assert all(row["note"] for row in rows if row["label"] == "unsupported")


def test_the_guard_catches_what_the_model_makes_up() -> None:
    report = measure(read())
    assert report.caught / report.unsupported >= CAUGHT and report.marked / report.supported <= BLAMED


def test_a_verdict_is_counted_on_its_side_of_the_label(capsys: pytest.CaptureFixture[str]) -> None:
    quote = ("The mill at Ribe was sold in 1911 to Anna Berg.",)
    labelled = [
        Labelled("The mill at Ribe was sold in 1911 to Anna Berg.", quote, True, ""),
        Labelled("The mill at Ribe was sold in 1912 to Anna Berg.", quote, False, "1911"),
        Labelled("The mill at Ribe was sold in 1911 to Anna Berg.", quote, False, "wrongly labelled"),
        Labelled("The mill at Ribe was sold in 1913 to Anna Berg.", quote, True, "wrongly labelled"),
    ]
    report = measure(labelled)
    assert (report.caught, report.unsupported, report.marked, report.supported) == (1, 2, 1, 2)
    assert [one.note for one in report.passed] == ["wrongly labelled"] == [one.note for one, _ in report.blamed]
    show(Report(*report))
    assert "caught: 1 of 2 (50%)" in capsys.readouterr().out


def test_a_sentence_without_a_marker_cites_the_passage_with_most_of_its_words() -> None:
    passages = {1: "The mill at Ribe was sold.", 2: "The lighthouse burned."}
    assert cited("The mill was sold. It burned [1]. The lighthouse burned. Zebras!", passages) == (
        "The mill was sold. [1] It burned [1]. The lighthouse burned. [2] Zebras!"
    )


def test_the_evidence_of_a_case_is_its_whole_sentences() -> None:
    cases = json.loads((Path(__file__).parent.parent / "eval" / "cases" / "fact.json").read_text("utf-8"))["cases"]
    case = next(case for case in cases if case["gold"])
    place = case["gold"][0][0]
    text = (Path(__file__).parent.parent / "seeds" / place["path"]).read_bytes().decode("utf-8-sig")
    quotes = evidence(case)
    assert any(text[place["start"] : place["end"]].strip() in quote or quote in text[place["start"] : place["end"]] for quote in quotes)
