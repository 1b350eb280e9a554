"""The eval with a language model that writes: two columns, the model's own metrics, errors apart, and baselines that are never mixed."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval import baseline as stored
from eval import evaluate, gate
from eval.commands import run_seeds, side_by_side
from eval.metrics.base import EXTRACTIVE
from eval.metrics.writing import declined, pooled, uncited, unknown_markers, unsupported
from eval.options import Options
from eval.report.html import to_html
from eval.report.markdown import to_markdown
from eval.terminal import captured, print_report
from rag.errors import EvalError, ModelUnreachable
from rag.schema import AnswerSentence, Correction
from rag.writing.stream import DECLINED
from tests.support.scripted_llm import ScriptedLLM

OPENED, LONG, BURNED = "The bridge opened in 1931.", "It is 120 metres long.", "The tower burned in May."


def sentence(text: str, verdict: str) -> AnswerSentence:
    return AnswerSentence.model_validate({"text": text, "start": 0, "end": 1, "verdict": verdict, "reasons": (), "citations": ()})


@pytest.fixture
def shelf(tmp_path: Path, corpus: Path, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Options:
    """Two cases over the small corpus, with a home of their own; a model has one attempt."""
    monkeypatch.setenv("GROUNDLINE_LLM_RETRIES", "0")
    cases = [
        make.case(OPENED, id="opened", question="When did the bridge open?"),
        make.case(BURNED, id="burned", question="When did the tower burn?", split="development"),
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [case.model_dump(mode="json") for case in cases]}), encoding="utf-8")
    return Options(cases=file, corpus=corpus, home=tmp_path / "home")


def with_llm(shelf: Options, *completions: Any, **changed: Any) -> Options:
    return Options(**{**vars(shelf), "llm": ScriptedLLM(completions), **changed})


def test_shares_are_pooled_over_sentences_those_dropped_among_them_and_corrections_not(make: SimpleNamespace) -> None:
    correction = Correction(text="No.", kind="number", claimed="3", found="4", citation=1)
    said = make.answer(OPENED, writer="model", corrections=[correction]).model_copy(
        update={
            "sentences": (
                sentence("No.", "unsupported"),
                sentence("A.", "supported"),
                sentence("B.", "uncited"),
                sentence("C.", "unsupported"),
            ),
            "dropped": (sentence("D.", "unsupported"),),
        }
    )
    other = make.answer(OPENED, writer="model")
    first, second = (unsupported(make.outcome(make.case(OPENED), one), {}) for one in (said, other))
    assert first is not None and first.value == 0.5 and second is not None and second.value == 0.0
    assert pooled([first, second]) == pytest.approx(2 / 5)
    missing = uncited(make.outcome(make.case(OPENED), said), {})
    assert missing is not None and missing.value == 0.25


def test_what_quotes_has_no_figure_of_a_writer(make: SimpleNamespace) -> None:
    outcome = make.outcome(make.case(OPENED), make.answer(OPENED))
    assert [metric(outcome, {}) for metric in (unsupported, uncited, unknown_markers, declined)] == [None] * 4


def test_declining_counts_on_answerable_questions_alone(make: SimpleNamespace) -> None:
    answer = make.answer(writer="model", reasons=(DECLINED,))
    counted = declined(make.outcome(make.case(OPENED), answer), {})
    assert counted is not None and counted.value == 1.0
    assert declined(make.outcome(make.case(), answer), {}) is None


def test_both_writers_stand_side_by_side_in_every_form_of_the_report(shelf: Options) -> None:
    said = ["The bridge opened in 1931 [1]. It was painted green [7].", "The tower burned in May [2]."]
    report = side_by_side(run_seeds, with_llm(shelf, *said))
    assert report.writer == "ScriptedLLM" and report.beside is not None and report.beside.writer == EXTRACTIVE
    figure = report.figure("sentences_uncited")
    assert figure is not None and figure.value == pytest.approx(1 / 3, abs=1e-4) and figure.n == 2
    made_up = report.figure("unknown_markers")
    assert made_up is not None and made_up.value == 0.5
    table = captured(lambda out: print_report(report, to=out), 120)
    for text in (table, to_markdown(report), to_html(report)):
        assert text.index("extractive") < text.index("ScriptedLLM")
        assert "sentences_uncited" in text and "change" in text
    assert "extractive: 2 cases: 2 passed" in table and "ScriptedLLM: 2 cases: 1 passed, 1 failed" in table
    assert json.loads(report.model_dump_json())["beside"]["writer"] == EXTRACTIVE


def test_a_model_that_fails_is_counted_apart_and_never_passes(shelf: Options) -> None:
    report = run_seeds(with_llm(shelf, "The bridge opened in 1931 [1].", ModelUnreachable("Nobody answers.", "Start it."), jobs=1))
    assert (report.count("passed"), report.count("error"), report.count("failed")) == (1, 1, 0)
    failed = next(result for result in report.cases if result.verdict == "error")
    assert "ModelUnreachable" in failed.error and failed.answer is None


def test_a_baseline_of_another_writer_is_named_and_not_compared(shelf: Options, tmp_path: Path) -> None:
    written = stored.from_report(run_seeds(shelf))
    report = run_seeds(with_llm(shelf, "The bridge opened in 1931 [1].", "The tower burned in May [2]."))
    (tmp_path / "baseline.json").write_text("", encoding="utf-8")
    stored.write(written, tmp_path / "baseline.json")
    read = stored.read(tmp_path / "baseline.json")
    assert read == written
    assert stored.mismatch(read, report) == f"the baseline is of another writer (extractive, now ScriptedLLM {report.identity.writer[:12]})"
    rules = gate.Rules.model_validate({"threshold": [{"metric": "citation_exact", "min": 1.0}]})
    line = gate.judge(report, rules, read).lines[-1]
    assert line.holds is None and "another writer" in line.detail
    assert stored.mismatch(stored.from_report(report), report) == ""


def test_no_baseline_is_written_of_a_model_that_failed(shelf: Options, tmp_path: Path) -> None:
    from eval.commands import run_baseline

    with pytest.raises(EvalError, match="ended with an error"):
        run_baseline(with_llm(shelf, *[ModelUnreachable("Nobody answers.", "Start it.")] * 2), tmp_path / "baseline.json")
    assert not (tmp_path / "baseline.json").exists()


def test_the_policy_on_unsupported_sentences_is_part_of_who_writes(shelf: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ["The bridge opened in 1931 [1].", "The tower burned in May [2]."]
    marking = run_seeds(with_llm(shelf, *said))
    monkeypatch.setenv("GROUNDLINE_ON_UNSUPPORTED", "drop")
    assert run_seeds(with_llm(shelf, *said)).identity.writer != marking.identity.writer


def test_an_engine_without_a_writer_s_name_quotes(make: SimpleNamespace, corpus: Path) -> None:
    report = evaluate([make.case(OPENED)], make.Scripted({"When?": make.answer(OPENED)}), corpus=corpus)
    assert (report.writer, report.identity.writer, report.beside) == (EXTRACTIVE, EXTRACTIVE, None)
