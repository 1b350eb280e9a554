"""Text of the seeds that is no evidence, marked by hand: page furniture, and orders planted in the poisoned corpus.

The list is kept apart from the engine's own rules, which it judges.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from rag.schema import Citation, Document

MARKED = Path(__file__).parent / "not_evidence.json"


@cache
def _marked(kind: str) -> tuple[tuple[str, str], ...]:
    return tuple((entry["path"], entry["quote"]) for entry in json.loads(MARKED.read_text(encoding="utf-8"))[kind])


def overlaps(kind: Literal["boilerplate", "planted"], citation: Citation, documents: Mapping[str, Document]) -> str:
    """The marked text of a kind that a citation overlaps; empty when none."""
    document = documents.get(citation.path)
    for path, quote in _marked(kind):
        start = document.text.find(quote) if document is not None and path == citation.path else -1
        if start >= 0 and citation.start < start + len(quote) and start < citation.end:
            return quote
    return ""
