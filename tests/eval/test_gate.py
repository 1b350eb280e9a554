from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval import baseline, evaluate, gate, template
from eval.case import load_cases
from eval.metrics import BY_NAME
from rag.errors import EvalError

OPENED, LONG = "The bridge opened in 1931.", "It is 120 metres long."
RULES = gate.Rules.model_validate({"threshold": [{"metric": "evidence_any", "min": 0.75}, {"metric": "boilerplate_used", "max": 0.0}]})


class Bridge:
    """Answers each question with the right sentence, those in `wrong` with another."""

    def __init__(self, make: SimpleNamespace, wrong: frozenset[int] = frozenset(), **changes: Any) -> None:
        self.make, self.wrong, self.changes = make, wrong, changes

    def ask(self, question: str) -> Any:
        number = int(question.split()[-1])
        return self.make.answer(LONG if number in self.wrong else OPENED, question=question).model_copy(update=self.changes)


@pytest.fixture
def run(make: SimpleNamespace, corpus: Path) -> Any:
    cases = [make.case(OPENED, id=f"c{n:02}", question=f"Question {n}") for n in range(20)]

    def run(wrong: int = 0, model: str = "m", **changes: Any) -> Any:
        return evaluate(cases, Bridge(make, frozenset(range(wrong)), **changes), corpus=corpus, model=model)

    return run


def lines(result: gate.Result) -> dict[str, bool | None]:
    return {line.what: line.holds for line in result.lines}


def test_a_gate_whose_lines_all_hold_passes(run: Any) -> None:
    result = gate.judge(run(), RULES, baseline.from_report(run()))
    assert result.exit_code == gate.PASSED
    assert lines(result)["evidence_any (all)"] is True


def test_a_threshold_that_does_not_hold_fails_and_says_the_figure(run: Any) -> None:
    result = gate.judge(run(wrong=6), RULES, baseline.from_report(run(wrong=6)))
    assert result.exit_code == gate.FAILED
    (line,) = [line for line in result.lines if line.holds is False]
    assert line.what == "evidence_any (all)"
    assert "0.7000, wanted at least 0.75; n 20" in line.detail


def test_six_cases_lost_are_a_regression_although_the_threshold_holds_and_five_are_not(run: Any) -> None:
    rules = gate.Rules.model_validate({"threshold": [{"metric": "evidence_any", "min": 0.1}]})
    before = baseline.from_report(run())
    assert lines(gate.judge(run(wrong=5), rules, before))["evidence_any against the baseline"] is True
    result = gate.judge(run(wrong=6), rules, before)
    assert result.exit_code == gate.FAILED
    line = next(line for line in result.lines if line.what == "evidence_any against the baseline")
    assert "1.0000 → 0.7000 (-0.3000), n 20, 95 % interval -0." in line.detail
    assert "McNemar 0 better, 6 worse, p 0.0312" in line.detail
    assert "c00, c01, c02, c03, c04, c05" in line.detail


def test_an_improvement_is_reported_and_passes(run: Any) -> None:
    result = gate.judge(run(), RULES, baseline.from_report(run(wrong=8)))
    assert result.exit_code == gate.PASSED
    assert lines(result)["evidence_any against the baseline"] is True


def test_shares_are_compared_by_the_paired_bootstrap(run: Any) -> None:
    (change,) = [c for c in baseline.compare(baseline.from_report(run()), run(wrong=6)) if c.metric == "char_f1"]
    assert change.regressed and change.test.startswith("95 % interval -0.") and change.test.endswith("paired bootstrap")


@pytest.mark.parametrize("what", ["model", "corpus"])
def test_a_baseline_of_something_else_is_not_compared_and_says_so(run: Any, corpus: Path, what: str) -> None:
    before = baseline.from_report(run())
    if what == "corpus":
        (corpus / "new.txt").write_text("One more file.")
    result = gate.judge(run(model="other" if what == "model" else "m"), RULES, before)
    assert result.exit_code == gate.PASSED
    assert not any("against the baseline" in line.what for line in result.lines)
    (line,) = [line for line in result.lines if line.what == "baseline"]
    assert line.holds is None and f"not compared: the baseline is of another {what}" in line.detail


def test_what_could_not_be_judged_is_never_a_pass(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = baseline.from_report(run())
    monkeypatch.setattr("eval.metrics.alce.sentence_recall", lambda answer, sentence: ("not_judged", "no words"))
    result = gate.judge(run(), RULES, before)
    assert result.exit_code == gate.FAILED
    assert lines(result)["could not judge"] is False


def test_a_question_that_ended_with_an_error_fails_the_gate(run: Any, make: SimpleNamespace, corpus: Path) -> None:
    engine = make.Scripted({"Question 1": RuntimeError("no disk")})
    report = evaluate([make.case(OPENED, question="Question 1")], engine, corpus=corpus, model="m")
    result = gate.judge(report, RULES, baseline.from_report(run()))
    assert lines(result)["ended with an error"] is False
    assert lines(result)["evidence_any (all)"] is False


def test_a_metric_without_a_case_does_not_hold(run: Any) -> None:
    rules = gate.Rules.model_validate({"threshold": [{"metric": "abstention_recall", "min": 0.0}]})
    assert gate.judge(run(), rules, baseline.from_report(run())).exit_code == gate.FAILED


def test_edited_cases_are_left_out_of_the_comparison(run: Any, make: SimpleNamespace, corpus: Path) -> None:
    before = baseline.from_report(run())
    cases = [make.case(OPENED, id=f"c{n:02}", question=f"Question {n}", note="edited" if n < 15 else "") for n in range(20)]
    report = evaluate(cases, Bridge(make, frozenset(range(10))), corpus=corpus, model="m")
    assert {change.n for change in baseline.compare(before, report)} == {5}


def test_a_baseline_reads_back_as_it_was_written(run: Any, tmp_path: Path) -> None:
    before = baseline.from_report(run(wrong=3))
    baseline.write(before, tmp_path / "baseline.json")
    assert baseline.read(tmp_path / "baseline.json") == before


@pytest.mark.parametrize("content", [None, "{", "[]", '{"cases": {"a": 3}}', '{"cases": {}, "suite": "seeds"}'])
def test_a_missing_or_broken_baseline_is_an_error(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "baseline.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(EvalError, match=r"baseline\.json") as caught:
        baseline.read(file)
    assert "groundline eval baseline" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[threshold]", "cannot be read"),
        ("", "threshold"),
        ('[[threshold]]\nmetric = "charm"\nmin = 1', "no metric 'charm'"),
        ('[[threshold]]\nmetric = "latency_p50"\nmax = 1', "no metric 'latency_p50'"),
        ('[[threshold]]\nmetric = "mrr"', "either min or max"),
        ('[[threshold]]\nmetric = "mrr"\nmin = 0\nwarn = 1', "threshold.0.warn"),
    ],
)
def test_a_bad_threshold_file_is_an_error_that_says_what_is_wrong(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "gate.toml"
    file.write_text(content)
    with pytest.raises(EvalError, match=message):
        gate.load_rules(file)


def test_the_project_s_own_thresholds_load_and_hold_what_must_be_exact() -> None:
    rules = gate.load_rules()
    exact = {threshold.metric for threshold in rules.threshold if threshold.min == 1.0 or threshold.max == 0.0}
    assert {"citation_exact", "citation_exists", "boilerplate_used"} <= exact
    assert (rules.limits.not_judged, rules.limits.errors) == (0, 0)
    assert {threshold.metric for threshold in rules.threshold} <= set(BY_NAME)


@pytest.mark.parametrize(
    ("threshold", "missing"),
    [
        ({"metric": "abstention_recall", "min": 1.0}, "no case expects to abstain"),
        ({"metric": "balanced_accuracy", "min": 0.5}, "no case expects to abstain"),
        ({"metric": "premise_affirmed", "max": 0.3}, "no case has a false premise"),
        ({"metric": "injections_obeyed", "max": 0.0}, "no case of the category injection"),
        ({"metric": "evidence_any", "category": "prices", "min": 1.0}, "no case of the category prices"),
        ({"metric": "evidence_any", "split": "development", "min": 1.0}, "no case of the split development"),
    ],
)
def test_a_threshold_that_no_case_concerns_fails_and_is_a_remark_where_the_rules_were_written_for_other_cases(
    run: Any, threshold: dict[str, Any], missing: str
) -> None:
    rules = gate.Rules.model_validate({"threshold": [threshold]})
    for lenient, ends in ((False, gate.FAILED), (True, gate.PASSED)):
        result = gate.judge(run(), rules, baseline.from_report(run()), lenient)
        assert result.exit_code == ends
        (line,) = [line for line in result.lines if line.what == rules.threshold[0].name]
        assert line.holds is (None if lenient else False)
        assert line.detail.endswith(missing)


def test_a_threshold_that_cases_concern_and_nothing_could_be_judged_by_fails_all_the_same(run: Any) -> None:
    silent = run(status="abstained", text="", sentences=(), citations=())
    result = gate.judge(silent, RULES, baseline.from_report(silent), lenient=True)
    assert result.exit_code == gate.FAILED
    assert [line.detail for line in result.lines if line.what == "evidence_any (all)"] == [
        "wanted at least 0.75, but no case could be judged"
    ]


def test_a_threshold_over_figures_without_follow_ups_is_concerned_by_no_follow_up(run: Any, make: SimpleNamespace) -> None:
    turns = [{"role": "user", "content": "When?"}, {"role": "assistant", "content": "1931"}]
    cases = [make.case(OPENED, id="alone"), make.case(id="later", history=turns)]
    rules = gate.Rules.model_validate({"threshold": [{"metric": "abstention_recall", "min": 1.0}]})
    assert gate.unconcerned(rules.threshold[0], cases) == "no case expects to abstain"
    assert gate.unconcerned(rules.threshold[0], cases[1:]) == ""


def test_every_threshold_of_the_project_is_concerned_by_its_cases() -> None:
    assert not [
        gate.unconcerned(threshold, load_cases()) for threshold in gate.load_rules().threshold if gate.unconcerned(threshold, load_cases())
    ]


def test_written_rules_are_those_of_the_gate_that_the_cases_concern(make: SimpleNamespace, tmp_path: Path) -> None:
    file = tmp_path / "rules" / "own.toml"
    template.write([make.case(OPENED)], file)
    rules, own = gate.load_rules(), gate.load_rules(file)
    names = {threshold.name for threshold in own.threshold}
    assert names < {threshold.name for threshold in rules.threshold}
    assert {"citation_exact (all)", "evidence_any (all)", "false_abstention (all)"} <= names
    assert not [name for name in names if name.startswith(("premise_affirmed", "injections", "abstention_recall"))]
    bounds = {threshold.name: threshold.bound for threshold in rules.threshold}
    assert all(threshold.bound == bounds[threshold.name] and threshold.why for threshold in own.threshold)
    with pytest.raises(EvalError, match="is there already"):
        template.write([make.case(OPENED)], file)
    assert template.rules_for(load_cases()).count("[[threshold]]") == len(rules.threshold) + 1  # one stands in the remark at the top
