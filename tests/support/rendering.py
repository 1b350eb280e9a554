"""What a page costs the browser, counted in elements, which are the same however busy the machine is."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@contextmanager
def rendering(browser: "Browser", page: "Page") -> Iterator[Counter[str]]:
    """How many elements are styled and laid out anew while the block runs; filled in at its end."""
    work = Counter(styled=0, laid_out=0)
    browser.start_tracing(page=page, categories=["devtools.timeline"])
    try:
        yield work
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
    for event in events:
        if event["name"] == "UpdateLayoutTree":
            work["styled"] += event["args"].get("elementCount", 0)
        elif event["name"] == "Layout":
            work["laid_out"] += event["args"].get("beginData", {}).get("dirtyObjects", 0)
