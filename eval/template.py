"""Thresholds to start from for cases of one's own: those of `gate.toml` that the cases concern."""

import json
from collections.abc import Sequence
from pathlib import Path

from eval.case import Case
from eval.gate import Threshold, load_rules, unconcerned
from eval.metrics import BY_NAME
from rag.errors import EvalError

_HEAD = """\
# What `groundline eval gate --rules` holds these cases to. The bounds are those of Groundline's own cases: run `groundline eval` with
# yours and set bounds that they reach. A threshold may also name a split ("development" or "test") or a category of your cases:
#
# [[threshold]]
# metric = "evidence_any"
# category = "prices"
# min = 0.9

[limits]
not_judged = 0
errors = 0
"""


def rules_for(cases: Sequence[Case]) -> str:
    """The text of a rules file."""
    chosen = [threshold for threshold in load_rules().threshold if not unconcerned(threshold, cases)]
    return _HEAD + "".join(map(_entry, chosen))


def write(cases: Sequence[Case], file: Path) -> None:
    """Write a rules file. Raises EvalError when it cannot be written, or is there already."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(rules_for(cases))
    except FileExistsError as error:
        raise EvalError(f"{file} is there already.", "Name another file, or remove it.") from error
    except OSError as error:
        raise EvalError(f"{file} cannot be written: {error.strerror}.", "Name another file.") from error


def _entry(threshold: Threshold) -> str:
    bound = f"min = {threshold.min}" if threshold.min is not None else f"max = {threshold.max}"
    scope = [f"{name} = {json.dumps(value)}" for name, value in (("split", threshold.split), ("category", threshold.category)) if value]
    kept = [line for line in scope if line != 'split = "all"']
    title = json.dumps(BY_NAME[threshold.metric].title, ensure_ascii=False)
    return "\n".join(["\n[[threshold]]", f"metric = {json.dumps(threshold.metric)}", *kept, bound, f"why = {title}", ""])
