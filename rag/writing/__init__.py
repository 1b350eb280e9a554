"""An answer that a language model writes: passages in, sentences out, each tied to exact characters of the documents and judged."""

from rag.writing.fit import Source, sources
from rag.writing.stream import checked_llm, quoted, unjudged, write

__all__ = ["Source", "checked_llm", "quoted", "sources", "unjudged", "write"]
