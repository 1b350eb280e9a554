"""What a page costs the browser: in elements, and in the processor's time, which are the same however busy the machine is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@dataclass
class Work:
    """Elements styled and laid out anew, and the processor's milliseconds for the longest task of the page, which no frame interrupts."""

    styled: int = 0
    laid_out: int = 0
    longest: float = 0.0


@contextmanager
def rendering(browser: "Browser", page: "Page") -> Iterator[Work]:
    """What is done while the block runs; filled in at its end."""
    work = Work()
    browser.start_tracing(page=page, categories=["devtools.timeline", "disabled-by-default-devtools.timeline"])
    try:
        yield work
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
    pages = {(one["pid"], one["tid"]) for one in events if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"}
    for event in events:
        if event["name"] == "UpdateLayoutTree":
            work.styled += event["args"].get("elementCount", 0)
        elif event["name"] == "Layout":
            work.laid_out += event["args"].get("beginData", {}).get("dirtyObjects", 0)
        elif event["name"] == "RunTask" and (event["pid"], event["tid"]) in pages:
            work.longest = max(work.longest, event.get("tdur", 0) / 1000)
