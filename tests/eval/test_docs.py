import re
from pathlib import Path

import pytest

from eval import gate
from eval.case import load_cases
from eval.docs import BLOCKS, cases_table, fill, thresholds_table
from eval.metrics import METRICS

PAGE, README = Path("docs/evaluation.md"), Path("README.md")


def test_a_block_is_filled_and_the_rest_of_the_page_stays() -> None:
    page = "Before\n<!-- eval:a -->\nold\n<!-- eval:end -->\nBetween\n<!-- eval:b -->\nkept\n<!-- eval:end -->\nAfter\n"
    filled = fill(page, {"a": lambda: "new", "b": lambda: None})
    assert filled == page.replace("old", "new")
    assert fill(filled, {"a": lambda: "new", "b": lambda: None}) == filled


@pytest.mark.parametrize("metric", [metric.name for metric in METRICS])
def test_the_page_explains_every_metric(metric: str) -> None:
    assert f"`{metric}`" in PAGE.read_text(encoding="utf-8")


def test_the_page_s_tables_are_those_of_the_cases_and_thresholds_and_no_block_is_empty() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert cases_table() in text
    assert thresholds_table() in text
    for name in BLOCKS:
        page = README.read_text(encoding="utf-8") if name == "summary" else text
        block = page.split(f"<!-- eval:{name} -->\n")[1].split("<!-- eval:end -->")[0]
        assert block.strip(), f"run `python -m eval.docs docs/evaluation.md README.md` to fill {name}"


def test_readme_s_summary_has_the_number_of_cases_and_of_mutants() -> None:
    text = README.read_text(encoding="utf-8").split("<!-- eval:summary -->\n")[1].split("<!-- eval:end -->")[0]
    assert re.search(rf"Of {len(load_cases())} questions", text)
    counts = re.findall(r"^all +(\d+) ", PAGE.read_text(encoding="utf-8"), re.M)
    broken, edits = (f"{int(count):,}" for count in counts[:2])
    assert f"Of {broken} answers broken" in " ".join(text.split()) and f"of {edits} harmless edits" in " ".join(text.split())


def test_every_threshold_says_why() -> None:
    assert all(threshold.why for threshold in gate.load_rules().threshold)
