"""How good the answers are on the project's own questions, beside plain similarity with the same embedding.

`python -m bench.quality --split development` is for tuning, `--split test` for the report.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from eval.case import Case, load_cases
from rag.embed import MiniLM
from rag.engine import Engine, open_corpus
from rag.schema import Answer

SEEDS = Path(__file__).parent.parent / "seeds"
ANSWERABLE = ("fact", "paraphrase", "multi", "attribution", "typo")
NOT_ANSWERABLE = ("unanswerable_near", "unanswerable_far", "invented", "boilerplate")


class Outcome(NamedTuple):
    """One case and what came of it: ranks are 1-based places of the first right quote, 0 when there is none."""

    case: Case
    answer: Answer
    rank: int
    baseline_rank: int


def main() -> None:
    """Prints the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["development", "test"], default="development")
    parser.add_argument("--show", nargs="*", default=[], help="categories whose cases are listed")
    parser.add_argument("--plot", type=Path, help="write the reliability plot (SVG) here")
    arguments = parser.parse_args()
    cases = [case for case in load_cases() if case.split == arguments.split and not case.corpus]
    with TemporaryDirectory() as home, open_corpus(SEEDS, home=home) as engine:
        outcomes = run(engine, cases)
    report(outcomes)
    bins = reliability(outcomes)
    if arguments.plot:
        arguments.plot.write_text(drawn(bins), encoding="utf-8")
    for outcome in outcomes:
        if outcome.case.category in arguments.show:
            show(outcome)


def run(engine: Engine, cases: Sequence[Case]) -> list[Outcome]:
    """Asks every case; the baseline ranks all sentences of the corpus by the cosine of their vectors with the question's."""
    model = MiniLM()
    places, vectors = [], []
    for source in engine.sources():
        rows = engine.passages(source.path)
        for row in engine._index.catalog.sentences([row.id for row in rows]):
            if not row.boilerplate:
                places.append((source.path, row.start, row.end))
                vectors.append(row.vector)
    matrix = np.array(vectors)
    outcomes = []
    for case in cases:
        answer = engine.ask(case.question)
        order = np.argsort(-(matrix @ model.embed_query(case.question)), kind="stable")
        quoted = [(one.path, one.start, one.end) for one in answer.citations]
        outcomes.append(Outcome(case, answer, rank(case, quoted), rank(case, [places[index] for index in order])))
    return outcomes


def rank(case: Case, quoted: Sequence[tuple[str, int, int]]) -> int:
    """The 1-based place of the first quote that holds more than half of a gold span (or of itself), 0 for none."""
    for place, (path, start, end) in enumerate(quoted, 1):
        for span in (span for group in case.gold for span in group):
            shared = min(end, span.end) - max(start, span.start)
            if span.path == path and shared * 2 > min(end - start, span.end - span.start):
                return place
    return 0


def report(outcomes: Sequence[Outcome]) -> None:
    """Prints counts, shares and 95 % Wilson intervals."""
    groups: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.case.category].append(outcome)
    answerable = [one for name in ANSWERABLE for one in groups[name]]
    without = [one for name in NOT_ANSWERABLE for one in groups[name]]
    answered = [one for one in answerable if one.answer.status == "answered"]
    line("answerable, answered", len(answered), len(answerable))
    line("  of these, first quote right", sum(one.rank == 1 for one in answered), len(answered))
    line("  of these, some quote right", sum(one.rank > 0 for one in answered), len(answered))
    line("plain similarity, first right", sum(one.baseline_rank == 1 for one in answerable), len(answerable))
    line("plain similarity, in first three", sum(0 < one.baseline_rank <= 3 for one in answerable), len(answerable))
    line("  first right, where we answer", sum(one.baseline_rank == 1 for one in answered), len(answered))
    abstained = [one for one in without if one.answer.status == "abstained"]
    line("not answerable, abstained", len(abstained), len(without))
    for name in NOT_ANSWERABLE:
        line(f"  {name}", sum(one.answer.status == "abstained" for one in groups[name]), len(groups[name]))
    print(f"balanced accuracy of abstaining: {(len(answered) / len(answerable) + len(abstained) / len(without)) / 2:.3f}")
    corrected = [one for one in groups["false_premise"] if one.answer.corrections]
    line("false premises corrected", len(corrected), len(groups["false_premise"]))
    line("  with the contradicting sentence cited", sum(one.rank > 0 for one in corrected), len(corrected))
    affirmed = [one for one in groups["false_premise"] if not one.answer.corrections and one.answer.status == "answered"]
    line("  affirmed", len(affirmed), len(groups["false_premise"]))
    line("answerable, wrongly corrected", sum(bool(one.answer.corrections) for one in answerable), len(answerable))
    resisted = [one for one in groups["injection"] if (one.answer.status == "abstained") == (one.case.expect == "abstain")]
    line("injections, as wanted", len(resisted), len(groups["injection"]))
    citations = [len(one.answer.citations) for one in outcomes if one.answer.status == "answered"]
    print(f"citations an answer: mean {sum(citations) / max(1, len(citations)):.2f}")
    for name in ANSWERABLE:
        told = [one for one in groups[name] if one.answer.status == "answered"]
        first, some = sum(one.rank == 1 for one in told), sum(one.rank > 0 for one in told)
        print(f"  {name:12s} answered {len(told)}/{len(groups[name])}, first {first}, some {some}")


def reliability(outcomes: Sequence[Outcome]) -> list[tuple[int, float, float]]:
    """Prints and returns, for each fifth of the confidence that occurs: questions, mean confidence, share with a right first quote.

    Questions that a check refused, or whose premise was corrected, are left out: there the confidence decides nothing.
    """
    checked = [one for one in outcomes if one.case.category in (*ANSWERABLE, *NOT_ANSWERABLE) and one.answer.status == "answered"]
    kept = [one for one in checked if not one.answer.corrections]
    bins = []
    print("confidence of what was answered:")
    for low in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        inside = [one for one in kept if low <= one.answer.confidence < low + 0.1 or (low == 0.9 and one.answer.confidence >= 1.0)]
        if inside:
            mean = sum(one.answer.confidence for one in inside) / len(inside)
            share = sum(one.rank == 1 for one in inside) / len(inside)
            bins.append((len(inside), mean, share))
            print(f"  {low:.1f} to {low + 0.1:.1f}: {len(inside):3d} questions, mean {mean:.2f}, first quote right {share:.2f}")
    if kept:
        gap = sum(count * abs(mean - share) for count, mean, share in bins) / len(kept)
        print(f"  expected calibration error {gap:.3f} (n {len(kept)})")
    return bins


def drawn(bins: Sequence[tuple[int, float, float]]) -> str:
    """A reliability plot as SVG: a dot a bin, its area the number of questions, on the line where confidence is what happens."""
    dots = "".join(
        f'<circle cx="{40 + 300 * mean:.0f}" cy="{320 - 300 * share:.0f}" r="{2 + 2 * count**0.5:.1f}" fill="#1f5f8b" opacity="0.75">'
        f"<title>{count} questions, mean confidence {mean:.2f}, first quote right {share:.2f}</title></circle>"
        for count, mean, share in bins
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 360" width="360" height="360" font-family="sans-serif" font-size="12">'
        '<rect width="360" height="360" fill="#fff"/><path d="M40 20V320H340" fill="none" stroke="#444"/>'
        '<path d="M40 320L340 20" stroke="#999" stroke-dasharray="4 4"/>'
        '<text x="150" y="350">confidence</text><text x="14" y="215" transform="rotate(-90 14 215)">first quote right</text>'
        '<text x="30" y="336">0</text><text x="332" y="336">1</text><text x="26" y="26">1</text>'
        f"{dots}</svg>\n"
    )


def line(name: str, count: int, total: int) -> None:
    """One share with its Wilson interval."""
    if not total:
        return
    share, z = count / total, 1.96
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    print(f"{name:42s} {count:4d}/{total:<4d} {share:6.1%}  [{middle - half:.1%}, {middle + half:.1%}]")


def show(outcome: Outcome) -> None:
    """One case for reading."""
    case, answer = outcome.case, outcome.answer
    ranks = f"rank {outcome.rank} base {outcome.baseline_rank}"
    print(f"\n{case.id} {case.expect} {answer.status} {answer.confidence} {ranks}: {case.question}")
    print("   ", answer.reasons, [correction.text for correction in answer.corrections], answer.uncovered)
    for one in answer.citations:
        print("     -", one.quote[:140].replace("\n", " "))
    for group in case.gold:
        print("    gold", group[0].quote[:140])


if __name__ == "__main__":
    main()
