import json
from pathlib import Path
from typing import Any

import pytest

from eval.case import check_gold
from eval.corpus import read_documents
from eval.suites import EXTERNAL, missing, seeds_cases, summedits
from eval.suites.rows import sample
from rag.errors import EvalError

PARAGRAPHS = ["The bridge opened in 1931. It is long.", "The tower burned in May. Nobody was hurt."]


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    contexts = [{"context_id": f"p{i}", "title": "T", "text": text} for i, text in enumerate(PARAGRAPHS)]
    answer = {"text": "1931", "start": PARAGRAPHS[0].index("1931")}
    rows = [
        {"id": "q1", "question": " When did it open? ", "context_id": "p0", "answerable": True, "answers": [answer, answer]},
        {"id": "q2", "question": "Who burned it?", "context_id": "p1", "answerable": False, "answers": []},
    ]
    write(folder, "squad2.jsonl", rows)
    write(folder, "squad2_contexts.jsonl", contexts)
    write(folder, "xquad_en.jsonl", [{key: value for key, value in rows[0].items() if key != "answerable"}])
    write(folder, "xquad_en_contexts.jsonl", contexts)
    spans = [[0, 26], [27, 38]]
    clap = {"passage": PARAGRAPHS[0], "sentences": [PARAGRAPHS[0][s:e] for s, e in spans], "sentence_spans": spans, "passage_title": "T"}
    write(
        folder,
        "clapnq_dev.jsonl",
        [
            {"id": "1", "question": "when", "answerable": True, "answers": ["1931"], "supporting_sentences": [[], [0, 1]], **clap},
            {"id": "2", "question": "who", "answerable": False, "answers": [], "supporting_sentences": [], **clap},
            {"id": "3", "question": "why", "answerable": True, "answers": ["x"], "supporting_sentences": [[]], **clap},
        ],
    )
    return folder


@pytest.mark.parametrize(
    ("name", "expected"), [("xquad", ["answer"]), ("squad2", ["answer", "abstain"]), ("clapnq", ["answer", "abstain"])]
)
def test_a_public_set_becomes_a_corpus_and_cases_whose_gold_is_in_its_files(
    data: Path, tmp_path: Path, name: str, expected: list[str]
) -> None:
    corpus = tmp_path / "corpus"
    cases = EXTERNAL[name].prepare(data, corpus, False)
    assert [case.expect for case in cases] == expected
    documents = read_documents(corpus)
    check_gold(cases, documents)
    assert [document.text for document in documents.values()] == (PARAGRAPHS if name != "clapnq" else PARAGRAPHS[:1])
    assert EXTERNAL[name].prepare(data, corpus, True) == cases


def test_each_sentence_that_an_answer_was_written_from_is_a_part_of_it(data: Path, tmp_path: Path) -> None:
    case = EXTERNAL["clapnq"].prepare(data, tmp_path / "corpus", True)[0]
    assert [[gold.quote for gold in group] for group in case.gold] == [["The bridge opened in 1931."], ["It is long."]]


def test_preparing_again_leaves_files_alone_and_removes_those_of_another_set(data: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    EXTERNAL["xquad"].prepare(data, corpus, True)
    (corpus / "0007.txt").write_text("stray")
    before = (corpus / "0000.txt").stat().st_mtime_ns
    EXTERNAL["xquad"].prepare(data, corpus, True)
    assert sorted(path.name for path in corpus.iterdir()) == ["0000.txt", "0001.txt"]
    assert (corpus / "0000.txt").stat().st_mtime_ns == before


def test_a_sample_is_the_same_every_time_and_independent_of_the_order() -> None:
    rows = [{"id": str(n)} for n in range(50)]
    chosen = sample(rows, 10, False)
    assert len(chosen) == 10
    assert {row["id"] for row in chosen} == {row["id"] for row in sample(rows[::-1], 10, False)}
    assert sample(rows, 10, True) == rows


def test_missing_data_is_named(tmp_path: Path) -> None:
    assert "GROUNDLINE_EVAL_DATA" in missing(("a.jsonl",), None)
    assert str(tmp_path / "none") in missing(("a.jsonl",), tmp_path / "none")
    assert missing(("a.jsonl", "b.jsonl"), tmp_path).endswith("has no a.jsonl, b.jsonl")
    (tmp_path / "a.jsonl").write_text("")
    assert missing(("a.jsonl",), tmp_path) == ""


def test_data_that_is_not_json_lines_is_an_error_that_names_the_file(data: Path, tmp_path: Path) -> None:
    (data / "xquad_en.jsonl").write_text("{\n")
    with pytest.raises(EvalError, match=r"xquad_en\.jsonl"):
        EXTERNAL["xquad"].prepare(data, tmp_path / "corpus", True)


def test_cases_are_chosen_by_id_or_category_and_unknown_names_are_an_error() -> None:
    assert {case.category for case in seeds_cases(None, ("typo", "fact-001"))} == {"typo", "fact"}
    with pytest.raises(EvalError, match="called facts") as caught:
        seeds_cases(None, ("facts",))
    assert "unanswerable_near" in caught.value.hint


def test_balanced_accuracy_of_the_checker_alone_by_domain(tmp_path: Path) -> None:
    document = "The bridge opened in 1931. It is 120 metres long."
    summaries = [
        ("d1", "The bridge opened in 1931.", 1),
        ("d1", "The bridge opened in 1947.", 0),
        ("d2", "The bridge is 120 metres long.", 1),
        ("d2", "It is 120 metres long.", 0),  # labelled inconsistent: the checker gets it wrong
        ("d2", "Is it long?", 1),
    ]
    rows = [
        {"id": str(n), "domain": "bridges", "split": "test", "doc_id": doc, "document": document, "summary": summary, "label": label}
        for n, (doc, summary, label) in enumerate(summaries)
    ]
    write(tmp_path / "data", "summedits_other.jsonl", [*rows, {**rows[0], "split": "evaluation"}])
    first, mean = summedits.run(tmp_path / "data", "test")
    assert (first.n, first.not_judged, first.consistent_right, first.inconsistent_right) == (5, 1, 1.0, 0.5)
    assert first.balanced_accuracy == mean.balanced_accuracy == 0.75
