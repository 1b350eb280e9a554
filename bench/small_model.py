"""How usable a small language model is: what it makes of the eval's `fact` questions over seeds/, and how much of it stands.

python -m bench.small_model MODEL.gguf --cases 16 --window 2048
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from rag import open_corpus
from rag.config import Settings
from rag.schema import Answer
from rag.writing.compose import ATTRIBUTED

ROOT = Path(__file__).parent.parent


def holds_gold(case: dict[str, Any], answer: Answer) -> bool:
    """Whether a supported sentence cites a place that answers the question."""
    supported = {n for sentence in answer.sentences if sentence.verdict == "supported" for n in sentence.citations}
    places = [place for group in case["gold"] for place in group]
    return any(
        one.n in supported and one.path == place["path"] and one.start < place["end"] and place["start"] < one.end
        for one in answer.citations
        for place in places
    )


def measure(model: Path, count: int, window: int) -> None:
    """Asks, and prints each answer with its verdicts, then the figures."""
    cases = [
        case for case in json.loads((ROOT / "eval" / "cases" / "fact.json").read_text("utf-8"))["cases"] if case["expect"] != "abstain"
    ]
    verdicts: Counter[str] = Counter()
    seconds: list[float] = []
    gold = 0
    settings = Settings(llm=f"llamacpp:{model}", llm_context=window, llm_timeout=300, on_failure="error")
    with tempfile.TemporaryDirectory() as home, open_corpus(ROOT / "seeds", home=home, settings=settings) as engine:
        for case in cases[:count]:
            started = time.perf_counter()
            answer = engine.ask(case["question"])
            seconds.append(time.perf_counter() - started)
            right = holds_gold(case, answer)
            gold += right
            print(f"{'right' if right else '-----'} {seconds[-1]:.1f} s  {case['question']} {' '.join(answer.notes)}")
            for sentence in answer.sentences[len(answer.corrections) :]:
                by_us = ATTRIBUTED in sentence.reasons
                verdicts[sentence.verdict] += 1
                verdicts["attributed"] += by_us
                print(f"      {sentence.verdict}{' (attributed)' if by_us else ''}: {sentence.text}", flush=True)
    print(f"{gold} of {len(seconds)} answers have a supported sentence that cites the gold; {dict(verdicts)}")
    print(f"{sorted(seconds)[len(seconds) // 2]:.1f} s an answer (median)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, metavar="MODEL.gguf")
    parser.add_argument("--cases", type=int, default=16)
    parser.add_argument("--window", type=int, default=2_048)
    arguments = parser.parse_args()
    measure(arguments.model, arguments.cases, arguments.window)
