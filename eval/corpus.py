"""The corpus as the eval reads it: from the files as they are now, not from an engine's index."""

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

from rag.errors import CorpusEmpty, ReadError
from rag.readers import find_files, read
from rag.schema import Document


def read_documents(folder: Path) -> dict[str, Document]:
    """Every document of a folder by its corpus-relative path; files that are none are left out.

    Raises CorpusNotFound when there is no such folder, CorpusEmpty when nothing in it is a document.
    """
    documents: dict[str, Document] = {}
    for file in find_files(folder)[0]:
        try:
            document = read(folder, file, sys.maxsize - 1)
        except ReadError:
            continue  # an ingest reports it as skipped; it holds no text to judge by
        documents[document.path] = document
    if not documents:
        raise CorpusEmpty(f"There is no document in {folder}.", "Name the folder of documents with --corpus.")
    return documents


def corpus_hash(documents: Mapping[str, Document]) -> str:
    """SHA-256 over the paths and file hashes of a corpus."""
    lines = "".join(f"{path}\0{documents[path].sha256}\n" for path in sorted(documents))
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()
