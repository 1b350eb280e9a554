from pathlib import Path

import pytest

from eval import gate
from eval.docs import BLOCKS, cases_table, fill, thresholds_table
from eval.metrics import METRICS

PAGE = Path("docs/evaluation.md")


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
        block = text.split(f"<!-- eval:{name} -->\n")[1].split("<!-- eval:end -->")[0]
        assert block.strip(), f"run `python -m eval.docs` to fill {name}"


def test_every_threshold_says_why() -> None:
    assert all(threshold.why for threshold in gate.load_rules().threshold)
