"""The stored baseline: what every case scored when it was written, and what changed since, with paired tests."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from eval.case import Case
from eval.metrics import METRICS
from eval.metrics.base import EXTRACTIVE, Metric, Score, mean
from eval.report.model import Identity, Report
from eval.statistics import mcnemar, paired_bootstrap, paired_bootstrap_mean
from eval.summary import clustered
from rag.errors import EvalError
from rag.schema import Frozen

BASELINE = Path(__file__).parent / "baseline.json"
ALPHA = 0.05
_COMPARED = tuple(metric for metric in METRICS if metric.kind in ("yes_no", "share"))


class Entry(Frozen):
    """One case of a baseline: a hash of the case as it was, and its scores without explanations."""

    case: str
    scores: dict[str, Score]


class Baseline(Frozen):
    """What a run scored, case by case, with the hashes of what was judged."""

    suite: str
    identity: Identity
    cases: dict[str, Entry]
    writer: str = EXTRACTIVE


class Change(Frozen):
    """One metric before and after on the same `n` cases.

    `test` names the paired test with its figures; `regressed` is whether the change is for the worse and the test significant.
    """

    metric: str
    n: int
    before: float
    after: float
    worse: tuple[str, ...]
    better: tuple[str, ...]
    test: str
    regressed: bool


def from_report(report: Report) -> Baseline:
    """The baseline of a run."""
    entries = {
        result.case.id: Entry(
            case=case_hash(result.case), scores={m.name: _bare(m, result.scores[m.name]) for m in _COMPARED if m.name in result.scores}
        )
        for result in report.cases
    }
    return Baseline(suite=report.suite, identity=report.identity, cases=entries, writer=report.writer)


def write(baseline: Baseline, path: Path = BASELINE) -> None:
    """Write a baseline as JSON, one line a case, so that a change of it can be read."""
    head = {"suite": baseline.suite, "writer": baseline.writer, "identity": baseline.identity.model_dump()}
    lines = [f"  {json.dumps(name)}: {json.dumps(_packed(entry), ensure_ascii=False)}" for name, entry in sorted(baseline.cases.items())]
    body = json.dumps(head, indent=1)[:-2] + ',\n "cases": {\n' + ",\n".join(lines) + "\n }\n}\n"
    path.write_text(body, encoding="utf-8")


def read(path: Path = BASELINE) -> Baseline:
    """A stored baseline. Raises EvalError when there is none or it cannot be read."""
    hint = "Write one with `groundline eval baseline`."
    if not path.is_file():
        raise EvalError(f"There is no baseline at {path}.", hint)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        data["cases"] = {name: _unpacked(entry) for name, entry in data["cases"].items()}
        return Baseline.model_validate(data)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, ValidationError) as error:
        raise EvalError(f"The baseline {path} cannot be read: {error}", hint) from error


def mismatch(baseline: Baseline, report: Report) -> str:
    """Why a report cannot be compared with a baseline: another suite, corpus, model or writer; empty when it can."""
    if baseline.suite != report.suite:
        return f"the baseline is of the suite {baseline.suite}, this run of {report.suite}"
    for what in ("corpus", "model"):
        then, now = getattr(baseline.identity, what), getattr(report.identity, what)
        if then != now:
            return f"the baseline is of another {what} (SHA-256 {then[:12] or 'unknown'}, now {now[:12] or 'unknown'})"
    if baseline.identity.writer != report.identity.writer:
        return f"the baseline is of another writer ({_named(baseline)}, now {_named(report)})"
    return ""


def _named(judged: Baseline | Report) -> str:
    return f"{judged.writer} {judged.identity.writer[:12]}" if judged.writer != judged.identity.writer else judged.writer


def compare(baseline: Baseline, report: Report) -> tuple[Change, ...]:
    """Every metric on the cases that both have and that did not change, paired."""
    known = [
        (result, baseline.cases[result.case.id])
        for result in report.cases
        if result.case.id in baseline.cases and baseline.cases[result.case.id].case == case_hash(result.case)
    ]
    changes = []
    for metric in _COMPARED:
        pairs = [
            (result.case, entry.scores[metric.name], result.scores[metric.name])
            for result, entry in known
            if metric.name in entry.scores and metric.name in result.scores
        ]
        judged = [pair for pair in pairs if pair[1].value is not None and pair[2].value is not None]
        if judged:
            changes += _change(metric, judged)
    return tuple(changes)


def case_hash(case: Case) -> str:
    """A short hash of a case, to tell whether it was edited since."""
    return hashlib.sha256(case.model_dump_json().encode("utf-8")).hexdigest()[:16]


def _change(metric: Metric, pairs: Sequence[tuple[Case, Score, Score]]) -> list[Change]:
    before, after = metric.aggregate([pair[1] for pair in pairs]), metric.aggregate([pair[2] for pair in pairs])
    if before is None or after is None:
        return []
    sign = 1 if metric.higher_is_better else -1
    moves = [(case.id, sign * ((new.value or 0.0) - (old.value or 0.0))) for case, old, new in pairs]
    worse, better = tuple(name for name, move in moves if move < 0), tuple(name for name, move in moves if move > 0)
    test, significant = _paired_test(metric, pairs, len(better), len(worse))
    regressed = significant and sign * (after - before) < 0
    return [
        Change(metric=metric.name, n=len(pairs), before=before, after=after, worse=worse, better=better, test=test, regressed=regressed)
    ]


def _paired_test(metric: Metric, pairs: Sequence[tuple[Case, Score, Score]], better: int, worse: int) -> tuple[str, bool]:
    if not worse and not better:
        return "no case changed", False
    if metric.aggregate is mean:
        interval = paired_bootstrap_mean(clustered([(case.cluster, (old.value or 0.0, new.value or 0.0)) for case, old, new in pairs]))
    else:
        interval = paired_bootstrap(clustered([(case.cluster, (old, new)) for case, old, new in pairs]), metric.aggregate)
    if interval is None:
        return "no interval", False
    said = f"95 % interval {interval.low:+.4f} to {interval.high:+.4f}"
    if metric.kind == "yes_no" and metric.aggregate is mean:
        p = mcnemar(better, worse)
        return f"{said}, McNemar {better} better, {worse} worse, p {p:.4f}", p < ALPHA
    return f"{said}, paired bootstrap", interval.low > 0 or interval.high < 0


def _bare(metric: Metric, score: Score) -> Score:
    return Score(value=score.value, explanation="", metadata={} if metric.aggregate is mean else score.metadata)


def _packed(entry: Entry) -> dict[str, object]:
    scores = {name: [s.value, s.metadata] if s.metadata else s.value for name, s in entry.scores.items()}
    return {"case": entry.case, "scores": scores}


def _unpacked(entry: Mapping[str, object]) -> dict[str, object]:
    stored = entry["scores"]
    if not isinstance(stored, dict):
        raise ValueError("scores is not an object")
    pairs = {name: s if isinstance(s, list) else [s, {}] for name, s in stored.items()}
    return {"case": entry["case"], "scores": {name: {"value": v, "explanation": "", "metadata": m} for name, (v, m) in pairs.items()}}
