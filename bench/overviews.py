"""How good overviews are: quotes and documents that are right, and questions that are rightly refused.

`python -m bench.overviews --data ../shared/eval-data --split test`. overviews.json holds the questions, over the five articles and over
twelve XQuAD pages; each with the places (file and start) of the sentences that belong into its answer, marked by hand before the test
half was run; none where the documents say nothing. Also prints how many ordinary questions of the public sets pass for overviews.
"""

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.case import load_cases
from rag.engine import Engine, open_corpus
from rag.overview_question import overview_wish
from rag.schema import Answer

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTIONS = Path(__file__).with_name("overviews.json")
PAGES: Mapping[str, tuple[str, ...]] = {
    "pages-1": ("Super Bowl 50", "Warsaw", "Kenya", "Victoria (Australia)", "Huguenot", "Normans"),
    "pages-2": ("Newcastle upon Tyne", "Fresno, California", "Black Death", "Genghis Khan", "Jacksonville, Florida", "Pharmacy"),
}
SETS = ("clapnq_dev.jsonl", "xquad_en.jsonl", "squad2.jsonl")


def main() -> None:
    """Prints the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--split", choices=["development", "test"], default="development")
    arguments = parser.parse_args()
    print_false_fires(arguments.data)
    cases = [case for case in json.loads(QUESTIONS.read_text(encoding="utf-8")) if case["split"] == arguments.split]
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    with TemporaryDirectory() as folder:
        for corpus in sorted({case["corpus"] for case in cases}):
            place = SEEDS if corpus == "seeds" else write_pages(Path(folder) / corpus, PAGES[corpus], arguments.data)
            with open_corpus(place, home=Path(folder) / "home") as engine:
                for case in (case for case in cases if case["corpus"] == corpus):
                    judge(engine, case["question"], case["gold"], counts)
    for what, (right, of) in counts.items():
        print(f"{what}: {right} of {of} ({right / of:.1%})")


def print_false_fires(data: Path) -> None:
    """How many questions that ask for one fact are taken for more."""
    asked = [case.question for case in load_cases() if case.category != "overview"]
    asked += [json.loads(line)["question"] for name in SETS for line in (data / name).read_text(encoding="utf-8").splitlines()]
    fired = [question for question in asked if overview_wish(question)]
    print(f"ordinary questions taken for overviews: {len(fired)} of {len(asked)} ({len(fired) / len(asked):.2%})")


def write_pages(folder: Path, titles: tuple[str, ...], data: Path) -> Path:
    """One file a page: its title, then its paragraphs."""
    folder.mkdir()
    rows = [json.loads(line) for line in (data / "xquad_en_contexts.jsonl").read_text(encoding="utf-8").splitlines()]
    for title in titles:
        name = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
        text = "\n\n".join([title, *(row["text"] for row in rows if row["title"] == title)])
        (folder / f"{name}.txt").write_text(f"{text}\n", encoding="utf-8")
    return folder


def judge(engine: Engine, question: str, gold: Mapping[str, list[int]], counts: dict[str, list[int]]) -> None:
    """Adds one question to the counts, as [right, of]."""
    answer = engine.ask(question)
    if not gold:
        count(counts["refused rightly"], answer.status == "abstained")
        return
    count(counts["answered"], answer.status == "answered")
    right = right_paths(answer, gold)
    for path in right:
        count(counts["quotes right"], bool(path))
    for path in gold:
        count(counts["documents found"], path in right)


def right_paths(answer: Answer, gold: Mapping[str, list[int]]) -> list[str]:
    """For each citation its document where it holds a sentence that belongs there, else an empty string."""
    return [one.path if any(one.start <= start < one.end for start in gold.get(one.path, ())) else "" for one in answer.citations]


def count(pair: list[int], right: bool) -> None:
    """Counts one more."""
    pair[0] += right
    pair[1] += 1


if __name__ == "__main__":
    main()
