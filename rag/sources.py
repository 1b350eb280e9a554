"""What is indexed, compared with the files as they are now."""

from pathlib import Path

from rag.catalog import Catalog
from rag.errors import ReadError
from rag.readers import hash_file, is_current
from rag.schema import Check, IndexState, SourceInfo


def list_sources(catalog: Catalog, corpus: Path) -> tuple[SourceInfo, ...]:
    """The indexed documents in order of path; `state` says whether the file is still the one that was indexed."""
    return tuple(
        SourceInfo(
            path=row.path,
            sha256=row.sha256,
            size=row.size,
            passages=row.passages,
            sentences=row.sentences,
            state=_state(corpus / row.path, row.sha256, row.reader),
        )
        for row in catalog.documents()
    )


def index_state(catalog: Catalog) -> IndexState:
    """How much is indexed, without a look at the files."""
    return IndexState(generation=catalog.generation, documents=len(catalog.documents()), passages=catalog.passage_count())


def check_index(catalog: Catalog, corpus: Path) -> tuple[Check, ...]:
    """One check for each indexed passage, in order of path and number: `ok`, `stale`, `missing` or `wrong`."""
    checks: list[Check] = []
    for source in list_sources(catalog, corpus):
        document = catalog.document(source.path)
        for row in catalog.passages_of(source.path):
            state, detail = {"changed": ("stale", "the file has changed"), "missing": ("missing", "the file is gone")}.get(
                source.state, ("ok", "")
            )
            if state == "ok" and (document is None or document.text[row.start : row.end] != row.text):
                state, detail = "wrong", "the catalog's own text differs: run `groundline repair --rebuild`"
            checks.append(
                Check.model_validate(
                    {"n": row.number, "path": row.path, "start": row.start, "end": row.end, "state": state, "detail": detail}
                )
            )
    return tuple(checks)


def _state(file: Path, sha256: str, reader: str) -> str:
    try:
        return "indexed" if hash_file(file) == sha256 and is_current(reader) else "changed"
    except ReadError:
        return "missing"
