"""What two indexes have to have in common to be called equal, and short ways to make one."""

from pathlib import Path

import numpy as np

from rag.catalog import Catalog
from rag.config import Settings
from rag.index import Index, open_index
from rag.ingest import ingest
from rag.language.words import stems
from rag.schema import IngestReport
from tests.support.embedders import HashEmbedder

SETTINGS = Settings(passage_tokens=16, lock_timeout=120)


def run(corpus: Path, home: Path, embedder: HashEmbedder | None = None) -> IngestReport:
    """Ingests with the cheap embedding."""
    return ingest(corpus, home, embedder or HashEmbedder(), SETTINGS)


def reader(corpus: Path, home: Path, embedder: HashEmbedder | None = None) -> Index:
    """Opens with the cheap embedding."""
    return open_index(corpus, home, embedder or HashEmbedder(), SETTINGS)


def contents(catalog: Catalog) -> dict[str, object]:
    """All that a reader can learn from a catalog, in a form that compares."""
    ids = catalog.all_passage_ids()
    return {
        "documents": catalog.documents(),
        "texts": [catalog.document(row.path) for row in catalog.documents()],
        "passages": [(*row[:-1], row.vector.tobytes()) for row in catalog.passages(ids)],
        "sentences": [(*row[:-1], row.vector.tobytes()) for row in catalog.sentences(ids)],
        "vocabulary": dict(catalog.vocabulary()),
        "count": catalog.passage_count(),
    }


def answers(index: Index, questions: tuple[str, ...]) -> list[object]:
    """What both halves of the search return for some questions, the vectors' half re-scored exactly."""
    found: list[object] = []
    for question in questions:
        vector = HashEmbedder().embed_query(question)
        rows = index.catalog.passages([id for id, _ in index.nearest(vector, 20)])
        scored = sorted((-round(float(np.dot(row.vector, vector)), 5), row.id) for row in rows)
        found.append((scored[:10], index.catalog.search(stems(question), 10), index.catalog.document_frequency(stems(question))))
    return found
