"""A run that is killed for real goes on from the finished cases."""

import signal
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import os, signal, sys
from pathlib import Path
from eval import Case, evaluate
from rag.schema import Answer

corpus, finished, die_at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
asked = 0

class Engine:
    def ask(self, question):
        global asked
        asked += 1
        if asked == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return Answer(question=question, status="abstained", text="", confidence=0.0)

cases = [Case(id=f"c{n}", category="far", split="test", question=f"Question {n}?", expect="abstain") for n in range(20)]
report = evaluate(cases, Engine(), corpus=corpus, finished=finished)
print(asked, len(report.cases), report.count("passed"))
"""


def test_a_run_killed_twice_asks_each_question_once(corpus: Path, tmp_path: Path) -> None:
    finished = tmp_path / "finished.jsonl"

    def run(die_at: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", SCRIPT, str(corpus), str(finished), str(die_at)]
        return subprocess.run(command, capture_output=True, text=True, timeout=240, cwd=Path.cwd())

    first, second, last = run(8), run(6), run(0)
    assert (first.returncode, second.returncode) == (-signal.SIGKILL, -signal.SIGKILL)
    assert last.returncode == 0, last.stderr
    asked, cases, passed = map(int, last.stdout.split())
    assert (cases, passed) == (20, 20)
    assert asked == 20 - 7 - 5
    assert not finished.exists()
