"""SummEdits: the grounding checker alone, on summaries that agree or disagree with a document; no engine, no index.

A summary counts as consistent when the checker finds it supported by its document. Balanced accuracy is the mean of the shares judged
rightly among consistent and inconsistent ones; what could not be judged is counted apart. Source: Laban et al., 2023, arXiv:2305.14540.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from eval.statistics import bootstrap
from eval.suites.rows import Row, read_rows
from eval.summary import clustered
from rag.grounding import check_grounding
from rag.schema import Frozen

TITLE = "SummEdits, four domains: 2,030 summaries"
NEEDS = ("summedits_other.jsonl",)


class DomainResult(Frozen):
    """What the checker reached on one domain of one split; `domain` "all" is their mean, as in the source."""

    domain: str
    split: str
    n: int
    not_judged: int
    consistent_right: float
    inconsistent_right: float
    balanced_accuracy: float
    low: float | None
    high: float | None


Judged = tuple[bool, bool | None]  # label, verdict


def run(data: Path, split: str, progress: Callable[[int, int], None] | None = None) -> tuple[DomainResult, ...]:
    """Every row of a split by domain, and the mean over domains; `progress` is called with (done, total)."""
    rows = [row for row in read_rows(data / NEEDS[0]) if row["split"] == split]
    judged = []
    for done, row in enumerate(rows, 1):
        judged.append((row, _judge(row)))
        if progress is not None:
            progress(done, len(rows))
    domains = list(dict.fromkeys(str(row["domain"]) for row in rows))
    results = [_result(domain, split, [(row, pair) for row, pair in judged if row["domain"] == domain]) for domain in domains]
    return (*results, _mean(split, results))


def balanced(pairs: Sequence[Judged]) -> float | None:
    """Balanced accuracy of judged pairs (label, verdict); None when a class is missing."""
    shares = [_share([verdict for label, verdict in pairs if label is kind and verdict is not None], kind) for kind in (True, False)]
    return None if shares[0] is None or shares[1] is None else (shares[0] + shares[1]) / 2


def _judge(row: Row) -> Judged:
    label = check_grounding(row["summary"], [row["document"]]).label
    return bool(row["label"]), None if label == "not_judged" else label == "supported"


def _share(verdicts: Sequence[bool | None], wanted: bool) -> float | None:
    return sum(verdict is wanted for verdict in verdicts) / len(verdicts) if verdicts else None


def _result(domain: str, split: str, judged: Sequence[tuple[Row, Judged]]) -> DomainResult:
    pairs = [pair for _, pair in judged]
    interval = bootstrap(clustered([(str(row["doc_id"]), pair) for row, pair in judged]), balanced)
    right = [_share([verdict for label, verdict in pairs if label is kind and verdict is not None], kind) or 0.0 for kind in (True, False)]
    return DomainResult(
        domain=domain,
        split=split,
        n=len(pairs),
        not_judged=sum(verdict is None for _, verdict in pairs),
        consistent_right=round(right[0], 4),
        inconsistent_right=round(right[1], 4),
        balanced_accuracy=round(sum(right) / 2, 4),
        low=interval and round(interval.low, 4),
        high=interval and round(interval.high, 4),
    )


def _mean(split: str, results: Sequence[DomainResult]) -> DomainResult:
    def mean(values: Iterable[float]) -> float:
        return round(sum(values) / len(results), 4)

    return DomainResult(
        domain="all",
        split=split,
        n=sum(result.n for result in results),
        not_judged=sum(result.not_judged for result in results),
        consistent_right=mean(result.consistent_right for result in results),
        inconsistent_right=mean(result.inconsistent_right for result in results),
        balanced_accuracy=mean(result.balanced_accuracy for result in results),
        low=None,
        high=None,
    )
