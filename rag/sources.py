"""What is indexed, compared with the files as they are now."""

import sys
from pathlib import Path

from rag.catalog import Catalog
from rag.errors import ReadError
from rag.readers import Isolated, hash_file, is_current, read
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
    """One check for each indexed passage, in order of path and number: `ok`, `stale`, `missing` or `wrong`.

    A file whose text is extracted is read again, so that what is compared is what the file gives now.
    """
    checks: list[Check] = []
    with Isolated() as isolated:
        for source in list_sources(catalog, corpus):
            text, found = _found(catalog, corpus, source, isolated)
            for row in catalog.passages_of(source.path):
                state, detail = found
                if state == "ok" and text[row.start : row.end] != row.text:
                    state, detail = "wrong", "the catalog's own text differs: run `groundline repair --rebuild`"
                checks.append(
                    Check.model_validate(
                        {"n": row.number, "path": row.path, "start": row.start, "end": row.end, "state": state, "detail": detail}
                    )
                )
    return tuple(checks)


def _found(catalog: Catalog, corpus: Path, source: SourceInfo, isolated: Isolated) -> tuple[str, tuple[str, str]]:
    """The text of a document as indexed, and how it stands with its file, with a reason."""
    document = catalog.document(source.path)
    text = "" if document is None else document.text
    if source.state == "missing":
        return text, ("missing", "the file is gone")
    if source.state == "changed":
        return text, ("stale", "the file has changed" if document is None or is_current(document.reader) else "its reader has changed")
    if document is not None and document.reader:
        try:
            current = read(corpus, corpus / source.path, sys.maxsize, isolated=isolated)
        except ReadError as error:
            return text, ("stale", str(error))
        if (current.text, current.reader) != (text, document.reader):
            return text, ("wrong", "the file gives another text: run `groundline repair --rebuild`")
    return text, ("ok", "")


def _state(file: Path, sha256: str, reader: str) -> str:
    try:
        return "indexed" if hash_file(file) == sha256 and is_current(reader) else "changed"
    except ReadError:
        return "missing"
