"""Measures the grounding checker on SummEdits and on the hand-made pairs, and fits its coefficients.

python -m bench.grounding_quality --data DIR              # SummEdits `test` and the test half of the pairs
python -m bench.grounding_quality --data DIR --split dev  # SummEdits `evaluation` and the development half
python -m bench.grounding_quality --data DIR --fit        # prints new coefficients for rag/grounding/weights.py (needs scikit-learn)
"""

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from bench import guard
from rag.grounding import judge
from rag.grounding.score import Features, departure
from rag.grounding.weights import DOCUMENT, PASSAGE, Coefficients
from rag.language.sentences import find

# Features that may speak for a claim: a paraphrase changes words and order where a small edit does not. All others only speak against.
FREE = ("loose", "disorder")
# In a short span some findings decide alone, whatever else agrees: their features weigh at least this much there.
LEAST = {"facts": 7.0, "denials": 7.0, "claims": 7.0, "soft": 3.0}
# A sentence that a model really wrote counts in the fit like three made by hand.
WRITTEN = 3.0
PAIRS = Path(__file__).parent.parent / "tests" / "data" / "grounding_pairs"


class Case(NamedTuple):
    """A claim with the texts it cites; `group` is the domain or phenomenon, `document` what cases share, `weight` counts in a fit."""

    claim: str
    spans: tuple[str, ...]
    supported: bool
    group: str
    document: str
    weight: float = 1.0


def read_pairs(split: str) -> list[Case]:
    """The hand-made pairs of one half ("dev" or "test")."""
    entries = json.loads((PAIRS / f"{split}.json").read_text("utf-8"))
    return [
        Case(claim["sentence"], (entry["span"],), claim["label"] == "supported", claim["phenomenon"], entry["span"])
        for entry in entries
        for claim in entry["claims"]
    ]


def read_summedits(data: Path, split: str) -> list[Case]:
    """The rows of SummEdits of one split ("evaluation" or "test")."""
    rows = [json.loads(line) for line in (data / "summedits_other.jsonl").read_text("utf-8").splitlines()]
    return [
        Case(row["summary"], (row["document"],), row["label"] == 1, row["domain"], row["doc_id"]) for row in rows if row["split"] == split
    ]


def moved(corpus: Path) -> list[Case]:
    """Each sentence of a corpus with the sentence after it as the span: none of them is supported."""
    cases = []
    for path in sorted(corpus.glob("*.txt")):
        text = path.read_text("utf-8")
        sentences = [text[sentence.start : sentence.end] for sentence in find(text) if sentence.end - sentence.start > 40]
        cases += [Case(sentence, (after,), False, "moved", path.name) for sentence, after in pairwise(sentences)]
    return cases


def written() -> list[Case]:
    """Half of the labelled sentences of a small language model, by question: those that `bench.guard` reports as development."""
    return [Case(one.sentence, one.cited, one.supported, "written", one.question, WRITTEN) for one in guard.read() if one.development]


def balanced(outcomes: Sequence[tuple[bool, bool]]) -> float:
    """Balanced accuracy of (wanted supported, judged supported)."""
    shares = []
    for wanted in (True, False):
        judged = [got == wanted for want, got in outcomes if want == wanted]
        shares.append(sum(judged) / len(judged) if judged else float("nan"))
    return sum(shares) / 2


def interval(cases: Sequence[Case], got: Sequence[bool], rounds: int = 1000) -> tuple[float, float]:
    """95 % interval of balanced accuracy by bootstrap over documents (fixed seed)."""
    by_document: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for case, judged in zip(cases, got, strict=True):
        by_document[case.document].append((case.supported, judged))
    groups, chance = list(by_document.values()), random.Random(0)
    scores = sorted(balanced([pair for _ in groups for pair in chance.choice(groups)]) for _ in range(rounds))
    return scores[int(0.025 * rounds)], scores[int(0.975 * rounds)]


def run(cases: Sequence[Case]) -> tuple[list[bool], float]:
    """Verdicts (supported or not judged counts as supported) and milliseconds a case."""
    start = time.perf_counter()
    got = [judge(case.claim, case.spans)[0].label != "unsupported" for case in cases]
    return got, (time.perf_counter() - start) * 1000 / len(cases)


def report(name: str, cases: Sequence[Case], got: Sequence[bool]) -> None:
    """Prints one line a group and one for all."""
    groups: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for case, judged in zip(cases, got, strict=True):
        groups[case.group].append((case.supported, judged))
    print(f"\n{name}")
    for group, outcomes in sorted(groups.items()):
        print(f"  {group:20} {_line(outcomes)}")
    low, high = interval(cases, got)
    print(f"  {'all':20} {_line([(case.supported, judged) for case, judged in zip(cases, got, strict=True)])}  [{low:.3f}, {high:.3f}]")


def _line(outcomes: Sequence[tuple[bool, bool]]) -> str:
    bad = [got for want, got in outcomes if not want]
    good = [got for want, got in outcomes if want]
    text = f"bad caught {bad.count(False):4}/{len(bad):<4} false alarms {good.count(False):4}/{len(good):<4}"
    return text + (f" balanced {balanced(outcomes):.3f}" if bad and good else "")


def fit(name: str, cases: Sequence[Case], coefficients: Coefficients, strength: float, least: dict[str, float]) -> None:
    """Fits one logistic score, both labels weighing the same; of a text with several sentences the worst one speaks for it.

    Prints the coefficients with the threshold that does best, and the balanced accuracy of a cross-validation that leaves whole
    documents out.
    """
    import numpy as np
    from scipy.optimize import minimize
    from sklearn.model_selection import GroupKFold

    scored = [(case, judge(case.claim, case.spans)[1]) for case in cases]
    scored = [(case, found) for case, found in scored if found]
    y = np.array([0.0 if case.supported else 1.0 for case, _ in scored])
    groups = np.array([case.document for case, _ in scored])
    share = np.where(y == 1, 0.5 / (y == 1).mean(), 0.5 / (y == 0).mean()) * np.array([case.weight for case, _ in scored])
    bounds = [(None, None), *((-1.0 if name in FREE else least.get(name, 0.0), None) for name in Features._fields)]

    def loss(w: "np.ndarray", x: "np.ndarray", target: "np.ndarray", weight: "np.ndarray") -> float:
        z = w[0] + x @ w[1:]
        return float((weight * (np.logaddexp(0, z) - target * z)).sum() + (w[1:] ** 2).sum() / (2 * strength))

    def solve(x: "np.ndarray", chosen: "np.ndarray") -> "np.ndarray":
        start = np.zeros(len(bounds))
        return np.asarray(minimize(loss, start, args=(x[chosen], y[chosen], share[chosen]), method="L-BFGS-B", bounds=bounds).x)

    everything = np.arange(len(y))
    for _ in range(4):
        x = np.array([max(found, key=lambda values: departure(values, coefficients)) for _, found in scored])
        solved = [round(float(value), 3) for value in solve(x, everything)]
        coefficients = Coefficients(solved[0], dict(zip(Features._fields, solved[1:], strict=True)), 0.5)
    held = np.zeros(len(y))
    for train, test in GroupKFold(min(8, len(set(groups)))).split(x, y, groups):
        w = solve(x, train)
        held[test] = 1 / (1 + np.exp(-(w[0] + x[test] @ w[1:])))
    wanted = [bool(target == 0) for target in y]
    scores = {cut / 100: balanced([(want, bool(p <= cut / 100)) for want, p in zip(wanted, held, strict=True)]) for cut in range(20, 81)}
    best = max(scores, key=lambda cut: (round(scores[cut], 3), -abs(cut - 0.5)))
    print(f"# held out: {scores[best]:.3f} at {best}, {scores[0.5]:.3f} at 0.5")
    print(f"{name} = {coefficients._replace(threshold=best)}")


def main() -> None:
    """Reads the arguments and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with summedits_other.jsonl; without it only the pairs are measured")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    if arguments.fit:
        fit("PASSAGE", [*read_pairs("dev"), *moved(PAIRS.parent.parent.parent / "seeds"), *written()], PASSAGE, 3.0, LEAST)
        fit("DOCUMENT", read_summedits(arguments.data, "evaluation"), DOCUMENT, 1.0, {})
        return
    pairs = read_pairs(arguments.split)
    got, spent = run(pairs)
    report(f"Pairs, {arguments.split} ({spent:.1f} ms a pair)", pairs, got)
    if arguments.data:
        summaries = read_summedits(arguments.data, "evaluation" if arguments.split == "dev" else "test")
        got, spent = run(summaries)
        report(f"SummEdits, {arguments.split} ({spent:.1f} ms a summary)", summaries, got)


if __name__ == "__main__":
    main()
