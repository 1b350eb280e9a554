"""Example questions drawn from the corpus."""

from rag.catalog import Catalog


def examples(catalog: Catalog, n: int) -> tuple[str, ...]:
    """At most `n` questions about the corpus, from its own names; one from each document in turn."""
    return tuple(f"What does {row.path} say?" for row in catalog.documents()[:n])
