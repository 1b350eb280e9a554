"""What is indexed, compared with the files as they are now."""

import sys
from collections.abc import Mapping
from pathlib import Path

from rag.catalog import Catalog
from rag.config import Settings
from rag.errors import ReadError
from rag.readers import Isolated, find_files, hash_file, is_current, is_packed, read
from rag.schema import Check, IndexState, Skipped, SourceInfo

NOT_YET = "not indexed yet: the next question or `groundline ingest` reads it"


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


def left_out(catalog: Catalog, corpus: Path, settings: Settings) -> tuple[Skipped, ...]:
    """The files of the folder that are not indexed, and why, in order of path; no text is extracted to find out.

    Raises CorpusNotFound, CorpusError when the ignore file cannot be used, and what reading the catalog raises.
    """
    files, skipped = find_files(corpus)
    indexed, refused = {row.path for row in catalog.documents()}, catalog.refusals()
    missing = [(file.relative_to(corpus).as_posix(), file) for file in files]
    found = [Skipped(path=name, reason=_why(name, file, refused, settings)) for name, file in missing if name not in indexed]
    return tuple(sorted([*skipped, *found], key=lambda item: item.path))


def _why(name: str, file: Path, refused: Mapping[str, tuple[str, str, str]], settings: Settings) -> str:
    most = settings.max_packed_bytes if is_packed(name) else settings.max_file_bytes
    sha256, _, reason = refused.get(name, ("", "", ""))
    try:
        if file.stat().st_size > most:
            return f"larger than {most:,} bytes"
        return reason if hash_file(file) == sha256 else NOT_YET
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except ReadError as error:
        return str(error).removeprefix(f"{file} ")


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
