"""Fills a vector index from the catalog's vectors. Every index gets a new folder; the one in use is never written to."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import numpy as np

from rag.catalog import Meta
from rag.catalog_writer import CatalogWriter
from rag.errors import IndexBroken, StorageError
from rag.store import BATCH, COLLECTION, VectorStore, spread

SAMPLE = 16
COPIES = 10

REBUILT = "The vector index was rebuilt from the catalog's vectors, without embedding again: {reason}."


def build(
    folder: Path,
    writer: CatalogWriter,
    coming: Sequence[str],
    brought: Sequence[str] = (),
    replaced: Sequence[str] = (),
    fresh: bool = False,
) -> tuple[str, int, tuple[str, ...]]:
    """A vector index of the passages `coming`: the name of its new folder inside `folder`, how many holes it has, and notes.

    The index in use is copied, the ids `replaced` are deleted from the copy and those `brought` added. It is built afresh when asked,
    when there is none, when more than half of it would be holes, or when the copy fails its check, which the notes then say.
    Raises IndexBroken when even a fresh one fails, StorageError when the disk refuses.
    """
    meta = writer.meta()
    sweep(folder, keep=meta.vectors)
    target = _new(folder, meta)
    holes = meta.holes + len(replaced)
    notes: tuple[str, ...] = ()
    try:
        if meta.vectors and not fresh and holes * 2 <= len(coming):
            reason = _copy(folder / meta.vectors, target, writer, coming, brought, replaced)
            if not reason:
                return target.name, holes, ()
            notes = (REBUILT.format(reason=reason),)
            shutil.rmtree(target, ignore_errors=True)
            target = _new(folder, meta)
        _fresh(target, writer, coming)
    except OSError as error:
        raise StorageError(f"The vector index {target} cannot be written: {error.strerror}.", "Free some space, or use --home.") from error
    return target.name, 0, notes


def sweep(folder: Path, keep: str) -> None:
    """Deletes the vector indexes that the catalog does not name: old ones, and what a killed run left."""
    if folder.is_dir():
        for other in folder.iterdir():
            if other.name != keep:
                shutil.rmtree(other, ignore_errors=True)


def _new(folder: Path, meta: Meta) -> Path:
    """A name never used before: whoever still has a folder of that name open, this process included, would go on seeing the old one."""
    return folder / f"{meta.generation + 1:06d}-{uuid4().hex[:8]}"


def _copy(source: Path, target: Path, writer: CatalogWriter, coming: Sequence[str], brought: Sequence[str], replaced: Sequence[str]) -> str:
    if not source.is_dir():
        return "its folder is missing"
    if not _copied(source, target):
        return "its folder does not hold still"
    try:
        store = VectorStore.open(target, COLLECTION, writer.meta().dimension)
        try:
            store.delete(replaced)
            _fill(store, writer, brought)
            reason = _check(store, writer, coming)
        finally:
            store.seal()
        return reason
    except IndexBroken as error:
        return str(error)


def _copied(source: Path, target: Path) -> bool:
    """Copies a folder until it did not change meanwhile: Chroma writes a few bytes whenever a reader opens it."""
    for _ in range(COPIES):
        before = _stamps(source)
        shutil.copytree(source, target)
        if _stamps(source) == before:
            return True
        shutil.rmtree(target)
    return False


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


def _fresh(target: Path, writer: CatalogWriter, coming: Sequence[str]) -> None:
    target.mkdir(parents=True)
    store = VectorStore.open(target, COLLECTION, writer.meta().dimension, create=True)
    try:
        _fill(store, writer, coming)
        reason = _check(store, writer, coming)
    finally:
        store.seal()
    if reason:
        raise IndexBroken(f"A vector index built afresh in {target} does not work: {reason}.", "Run `groundline doctor`.")


def _fill(store: VectorStore, writer: CatalogWriter, ids: Sequence[str]) -> None:
    for first in range(0, len(ids), BATCH):
        rows = writer.vector_rows(ids[first : first + BATCH])
        store.upsert([row[0] for row in rows], np.stack([row[1] for row in rows]))


def _check(store: VectorStore, writer: CatalogWriter, coming: Sequence[str]) -> str:
    return store.self_check(len(coming), writer.vector_rows(spread(coming, SAMPLE)))
