"""How the doors hold when many ask at once: `python -m bench.doors [--visitors 20] [--rounds 5]`.

Starts the window over the seeds and measures: seconds until it answers; then, with that many visitors asking at the same time over REST,
every one the same questions in another order, the time of each answer (p50, p95, worst), errors, and answers a second.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = (
    "How many people jumped out of the building in Zhengzhou in a month?",
    "When did the fire break out in the Yangjiaping residential district?",
    "What is the capital of France?",
    "Where did the protests begin?",
    "What did Williams, the economist, write about Beijing?",
    "Who called the zero-COVID policy flexible?",
)


@contextmanager
def window(home: Path) -> Iterator[tuple[str, float]]:
    """The window's address, and the seconds until it took requests with an index that exists."""
    command = [sys.executable, "-u", "-m", "rag", "chat", "--no-browser", "--port", "17860", "--home", str(home), "--corpus", "seeds"]
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "GROUNDLINE_AUTH": ""}) as process:
        assert process.stdout is not None
        try:
            found = next(filter(None, (re.search(r"http://\S+:\d+", line) for line in process.stdout)))
            yield found[0], time.perf_counter() - started
        finally:
            process.kill()


def visit(address: str, number: int, rounds: int) -> list[tuple[float, bool]]:
    """One visitor's questions: seconds of each, and whether it was answered without an error."""
    taken = []
    with httpx.Client(base_url=address, trust_env=False, timeout=120) as client:
        for turn in range(rounds):
            question = QUESTIONS[(number + turn) % len(QUESTIONS)]
            started = time.perf_counter()
            response = client.post("/api/v1/ask", json={"question": question})
            taken.append((time.perf_counter() - started, response.status_code == 200))
    return taken


def main() -> int:
    """Measure, and print the figures as JSON; exit code 1 when a request failed."""
    parser = argparse.ArgumentParser(description="Measure the doors under load.")
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with window(Path(folder)):
            pass  # indexes the seeds
        with window(Path(folder)) as (address, up):
            visit(address, 0, len(QUESTIONS))
            alone = [seconds for seconds, _ in visit(address, 0, 5 * len(QUESTIONS))]
            started = time.perf_counter()
            with ThreadPoolExecutor(chosen.visitors) as visitors:
                many = [one for found in visitors.map(lambda n: visit(address, n, chosen.rounds), range(chosen.visitors)) for one in found]
            whole = time.perf_counter() - started
    seconds = sorted(taken for taken, _ in many)
    failed = sum(not fine for _, fine in many)
    figures = {
        "up_seconds": round(up, 2),
        "alone_p50_ms": round(1000 * statistics.median(alone), 1),
        "visitors": chosen.visitors,
        "requests": len(many),
        "errors": failed,
        "p50_ms": round(1000 * statistics.median(seconds), 1),
        "p95_ms": round(1000 * seconds[int(0.95 * (len(seconds) - 1))], 1),
        "worst_ms": round(1000 * seconds[-1], 1),
        "answers_per_second": round(len(many) / whole, 1),
    }
    print(json.dumps(figures, indent=2))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
