"""The bench's arithmetic and its page; what it measures is never tested."""

import json
import sys

import pytest

from bench.speed import BLOCK, FIGURES, Result, fill, page_block, percentile, questions, rows, run

FACTS = {"cores": "2", "memory": "8 GB", "system": "Linux on x86_64", "Python": "3.11.7"} | dict.fromkeys(
    ("llama-index-core", "chromadb", "onnxruntime", "numpy", "gradio"), "1.0"
)


def turn(seconds: float) -> dict[str, float]:
    return {figure.key: seconds for figure in FIGURES} | {"chunks": 20.0, "cut": 7.0}


RESULT = Result(FACTS, 300, [1.0, 3.5], {"groundline": [turn(1), turn(2), turn(9)], "llamaindex": [turn(4), turn(4), turn(5)]})


@pytest.mark.parametrize(("percent", "wanted"), [(50, 2), (95, 4), (25, 1), (75, 3), (1, 1)])
def test_a_percentile_is_one_of_the_values(percent: int, wanted: int) -> None:
    assert percentile([4, 1, 3, 2], percent) == wanted


def test_a_row_has_both_medians_and_their_ratio() -> None:
    assert ("ask, warm, median", "≤ 20 ms", "2.0 ms", "4.0 ms", "0.50") in rows(RESULT)


def test_what_the_other_side_lacks_has_no_ratio() -> None:
    lacking = {key: value for key, value in turn(4).items() if key != "help"}
    result = RESULT._replace(turns={**RESULT.turns, "llamaindex": [lacking]})
    assert ("groundline --help", "≤ 0.4 s", "2.00 s", "–", "–") in rows(result)


def test_the_page_s_block_says_how_busy_the_machine_was_and_can_be_filled_again() -> None:
    page = f"# Title\n\n{BLOCK[0]}stale\n{BLOCK[1]}\nAfter\n"
    filled = fill(page, page_block(RESULT))
    assert "Load average while it ran: 1.0 to 3.5." in filled and "stale" not in filled and filled.endswith(f"{BLOCK[1]}\nAfter\n")
    assert fill(filled, page_block(RESULT)) == filled


def test_a_page_without_a_block_is_refused() -> None:
    with pytest.raises(SystemExit, match="no block"):
        fill("# Title\n", "")


def test_the_questions_are_many_and_different() -> None:
    asked = questions()
    assert len(asked) == len(set(asked)) > 100


def test_a_process_is_measured_with_what_it_printed() -> None:
    done = run(
        [sys.executable, "-c", "import sys, json; block = bytearray(b'x') * 50_000_000; print(len(json.load(sys.stdin)), len(block))"],
        json.dumps([1, 2]),
    )
    assert done.output.split() == ["2", "50000000"] and done.seconds > 0 and done.megabytes > 50


def test_a_process_that_fails_ends_the_bench_with_its_message() -> None:
    with pytest.raises(SystemExit, match=r"ended with 1:\n(?s:.*)no such thing"):
        run([sys.executable, "-c", "raise LookupError('no such thing')"])
