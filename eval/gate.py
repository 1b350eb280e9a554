"""The gate: thresholds of `gate.toml` and no regression against the stored baseline, as lines and one exit code."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from eval.baseline import Baseline, compare, mismatch
from eval.case import Case
from eval.metrics import BY_NAME
from eval.report.model import Report
from eval.summary import counted
from rag.errors import EvalError
from rag.schema import Frozen

GATE = Path(__file__).parent / "gate.toml"
PASSED, FAILED, COULD_NOT_RUN = 0, 1, 2
_LACKS = {"answer": "no case expects an answer", "abstain": "no case expects to abstain", "correct": "no case has a false premise"}


class Threshold(Frozen):
    """A bound on one metric over a split, or over one category of both splits, and why it stands where it does."""

    metric: str
    split: Literal["development", "test", "all"] = "all"
    category: str = ""
    min: float | None = None
    max: float | None = None
    why: str = ""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.metric not in BY_NAME or BY_NAME[self.metric].kind == "timing":
            raise ValueError(f"there is no metric {self.metric!r} that a gate can hold")
        if (self.min is None) == (self.max is None):
            raise ValueError(f"{self.metric}: give either min or max")
        if self.category and self.split != "all":
            raise ValueError(f"{self.metric}: a category is judged over both splits")
        return self

    @property
    def name(self) -> str:
        """The metric and what it is judged over."""
        return f"{self.metric} ({self.category or self.split})"

    @property
    def bound(self) -> str:
        """The bound in words."""
        return f"at least {self.min:g}" if self.min is not None else f"at most {self.max:g}"


class Limits(Frozen):
    """How many cases may end without a judgement, or with an error."""

    not_judged: int = Field(0, ge=0)
    errors: int = Field(0, ge=0)


class Rules(Frozen):
    """What `gate.toml` says."""

    limits: Limits = Limits()
    threshold: tuple[Threshold, ...] = Field(min_length=1)


class Line(Frozen):
    """One finding: `holds` is None for a remark that decides nothing."""

    holds: bool | None
    what: str
    detail: str


class Result(Frozen):
    """The lines of a gate, and whether it passes."""

    lines: tuple[Line, ...]

    @property
    def exit_code(self) -> int:
        """0 when every line that decides holds, else 1."""
        return FAILED if any(line.holds is False for line in self.lines) else PASSED


def load_rules(path: Path = GATE) -> Rules:
    """The thresholds. Raises EvalError when the file is missing or wrong."""
    try:
        return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvalError(f"The thresholds {path} cannot be read: {error}", "docs/evaluation.md shows the format.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise EvalError(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}", "docs/evaluation.md shows the format.") from error


def judge(report: Report, rules: Rules, baseline: Baseline | Line, lenient: bool = False) -> Result:
    """Hold a report to the rules and to the baseline, or say with a line why there is none.

    A threshold that no case of the run concerns does not hold; where `lenient`, it is a remark. That is for rules that were written
    for other cases: whoever wrote a threshold for their own wants to know that nothing is held to it.
    """
    lines = [_limit(report, rules), _errors(report, rules), *(_threshold(report, threshold, lenient) for threshold in rules.threshold)]
    return Result(lines=(*lines, *([baseline] if isinstance(baseline, Line) else _regressions(report, baseline))))


def unconcerned(threshold: Threshold, cases: Sequence[Case]) -> str:
    """Why no case of a run concerns a threshold; empty when one does."""
    if threshold.category:
        chosen = [case for case in cases if case.category == threshold.category]
        if not chosen:
            return f"no case of the category {threshold.category}"
    else:
        chosen = [case for case in counted(cases) if threshold.split in (case.split, "all")]
        if not chosen:
            return f"no case of the split {threshold.split}"
    lacking = BY_NAME[threshold.metric].lacks(chosen)
    return _LACKS.get(lacking[0], f"no case of the category {lacking[0]}") if lacking else ""


def _limit(report: Report, rules: Rules) -> Line:
    n = report.count("not_judged")
    return Line(
        holds=n <= rules.limits.not_judged,
        what="could not judge",
        detail=f"{n} of {len(report.cases)} cases, {rules.limits.not_judged} allowed",
    )


def _errors(report: Report, rules: Rules) -> Line:
    n = report.count("error")
    return Line(
        holds=n <= rules.limits.errors,
        what="ended with an error",
        detail=f"{n} of {len(report.cases)} cases, {rules.limits.errors} allowed",
    )


def _threshold(report: Report, threshold: Threshold, lenient: bool) -> Line:
    bound, name = threshold.bound, threshold.name
    figure = report.figure(threshold.metric, threshold.split, threshold.category)
    if figure is None or figure.value is None:
        why = unconcerned(threshold, [result.case for result in report.cases])
        if why and lenient:
            return Line(holds=None, what=name, detail=f"not judged: {why}")
        return Line(holds=False, what=name, detail=f"wanted {bound}, but {why or 'no case could be judged'}")
    holds = figure.value >= threshold.min if threshold.min is not None else figure.value <= (threshold.max or 0.0)
    interval = f", 95 % {figure.low:.4f} to {figure.high:.4f}" if figure.low is not None and figure.high is not None else ""
    return Line(holds=holds, what=name, detail=f"{figure.value:.4f}, wanted {bound}; n {figure.n}{interval}")


def _regressions(report: Report, baseline: Baseline) -> list[Line]:
    reason = mismatch(baseline, report)
    if reason:
        return [Line(holds=None, what="baseline", detail=f"not compared: {reason}; write a new one with `groundline eval baseline`")]
    lines = []
    if baseline.identity.code == report.identity.code:
        lines.append(Line(holds=None, what="baseline", detail="written by the very same code"))
    for change in compare(baseline, report):
        if change.worse or change.better:
            moved = "; ".join(f"{name}: {_some(ids)}" for name, ids in (("worse", change.worse), ("better", change.better)) if ids)
            difference = (
                f"{change.before:.4f} → {change.after:.4f} ({change.after - change.before:+.4f}), n {change.n}, {change.test}; {moved}"
            )
            lines.append(Line(holds=not change.regressed, what=f"{change.metric} against the baseline", detail=difference))
    return lines or [Line(holds=True, what="baseline", detail="no case changed")]


def _some(ids: tuple[str, ...], most: int = 6) -> str:
    return ", ".join(ids[:most]) + (f" and {len(ids) - most} more" if len(ids) > most else "")
