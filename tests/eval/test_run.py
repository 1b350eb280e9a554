import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval import evaluate
from rag.errors import CaseError, EvalError
from rag.schema import Answer

OPENED, LONG, HURT = "The bridge opened in 1931.", "It is 120 metres long.", "Nobody was hurt."


@pytest.fixture
def cases(make: SimpleNamespace) -> list[Any]:
    return [
        make.case(OPENED, id="c1", question="When did it open?", split="development"),
        make.case(LONG, id="c2", question="How long is it?"),
        make.case(id="c3", question="Who painted it?"),
        make.case(HURT, id="c4", question="Who was hurt?", category="typo"),
    ]


@pytest.fixture
def engine(make: SimpleNamespace) -> Any:
    return make.Scripted(
        {
            "When did it open?": make.answer(OPENED, hits=[OPENED]),
            "How long is it?": make.answer(OPENED, hits=[OPENED, LONG]),
            "Who painted it?": make.answer(),
            "Who was hurt?": RuntimeError("the disk is full"),
        }
    )


def test_each_case_ends_with_one_of_four_verdicts(cases: list[Any], engine: Any, corpus: Path) -> None:
    report = evaluate(cases, engine, corpus=corpus)
    assert [result.verdict for result in report.cases] == ["passed", "failed", "passed", "error"]
    assert report.cases[1].problems[0].startswith("evidence_any: none of 1 quotes")
    assert report.cases[3].error == "RuntimeError: the disk is full"


def test_figures_are_kept_apart_by_split_and_by_category(cases: list[Any], engine: Any, corpus: Path) -> None:
    report = evaluate(cases, engine, corpus=corpus)
    values = {split: report.figure("evidence_any", split) for split in ("development", "test", "all")}
    assert {split: (figure.value, figure.n, figure.not_judged) for split, figure in values.items() if figure} == {
        "development": (1.0, 1, 0),
        "test": (0.0, 1, 1),
        "all": (0.5, 2, 1),
    }
    typo = report.figure("hit@1", "all", "typo")
    assert typo is not None and (typo.value, typo.n, typo.not_judged) == (None, 0, 1)


def test_follow_ups_are_left_out_of_the_figures_of_a_split(make: SimpleNamespace, cases: list[Any], engine: Any, corpus: Path) -> None:
    later = make.case(LONG, id="c5", question="How long is it?", category="follow_up", history=[{"role": "user", "content": "The bridge?"}])
    with_it, without = (evaluate(chosen, engine, corpus=corpus) for chosen in ([*cases, later], cases))
    assert with_it.figure("evidence_any") == without.figure("evidence_any")
    alone = with_it.figure("evidence_any", "all", "follow_up")
    assert alone is not None and alone.n == 1


def test_a_follow_up_is_asked_with_its_history(make: SimpleNamespace, engine: Any, corpus: Path) -> None:
    turns = [{"role": "user", "content": "The bridge?"}, {"role": "assistant", "content": "It opened in 1931."}]
    later = make.case(LONG, id="c5", question="How long is it?", category="follow_up", history=turns)
    evaluate([later], engine, corpus=corpus)
    assert [[(turn.role, turn.content) for turn in history] for history in engine.histories] == [
        [("user", "The bridge?"), ("assistant", "It opened in 1931.")]
    ]


def test_two_runs_give_the_same_report_but_for_timings_whatever_the_number_of_jobs(cases: list[Any], engine: Any, corpus: Path) -> None:
    one, three = (evaluate(cases, engine, jobs, corpus=corpus).model_copy(update={"timings": {}}) for jobs in (1, 3))
    assert one.model_dump_json() == three.model_dump_json()


class KilledAt:
    """An engine that ends the run, as a kill would, at the n-th question."""

    def __init__(self, engine: Any, n: int) -> None:
        self.engine, self.left = engine, n

    def ask(self, question: str) -> Answer:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        answer: Answer = self.engine.ask(question)
        return answer


def test_a_killed_run_goes_on_from_the_finished_cases(cases: list[Any], engine: Any, corpus: Path, tmp_path: Path) -> None:
    finished = tmp_path / "out" / "finished.jsonl"
    with pytest.raises(KeyboardInterrupt):
        evaluate(cases, KilledAt(engine, 3), corpus=corpus, finished=finished)
    with finished.open("a") as cut_off:
        cut_off.write('{"case": {"id": "c3"')
    engine.asked.clear()
    resumed = evaluate(cases, engine, corpus=corpus, finished=finished)
    assert "Who painted it?" in engine.asked
    assert not {"When did it open?", "How long is it?"} & set(engine.asked)
    assert not finished.exists()
    fresh = evaluate(cases, engine, corpus=corpus)
    assert resumed.model_copy(update={"timings": {}}) == fresh.model_copy(update={"timings": {}})


def test_finished_cases_of_another_corpus_are_asked_again(cases: list[Any], engine: Any, corpus: Path, tmp_path: Path) -> None:
    finished = tmp_path / "finished.jsonl"
    with pytest.raises(KeyboardInterrupt):
        evaluate(cases, KilledAt(engine, 3), corpus=corpus, finished=finished)
    (corpus / "c.txt").write_text("One more file.")
    engine.asked.clear()
    evaluate(cases, engine, corpus=corpus, finished=finished)
    assert len(engine.asked) == 4


def test_a_finished_case_that_was_edited_is_asked_again(cases: list[Any], engine: Any, corpus: Path, tmp_path: Path) -> None:
    finished = tmp_path / "finished.jsonl"
    with pytest.raises(KeyboardInterrupt):
        evaluate(cases, KilledAt(engine, 4), corpus=corpus, finished=finished)
    engine.asked.clear()
    evaluate([cases[0].model_copy(update={"note": "edited"}), *cases[1:]], engine, corpus=corpus, finished=finished)
    assert engine.asked == ["When did it open?", "Who was hurt?"]


def test_progress_counts_to_the_end(cases: list[Any], engine: Any, corpus: Path) -> None:
    seen: list[tuple[int, int]] = []
    evaluate(cases, engine, corpus=corpus, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_cannot_be_run_is_an_error(make: SimpleNamespace, cases: list[Any], engine: Any, corpus: Path) -> None:
    with pytest.raises(EvalError, match="no case"):
        evaluate([], engine, corpus=corpus)
    with pytest.raises(EvalError, match="variant 'poisoned'"):
        evaluate([make.case(id="p", corpus="poisoned")], engine, corpus=corpus)
    moved = make.gold(OPENED).model_copy(update={"start": 3})
    with pytest.raises(CaseError, match="case c1"):
        evaluate([cases[0].model_copy(update={"gold": ((moved,),)})], engine, corpus=corpus)


def test_a_report_reads_back_as_it_was_written(cases: list[Any], engine: Any, corpus: Path) -> None:
    report = evaluate(cases, engine, corpus=corpus)
    assert type(report).model_validate(json.loads(report.model_dump_json())) == report
