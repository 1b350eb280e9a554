"""Brings an index up to date with its folder: only what changed is read, only unknown texts are embedded, one commit finishes it."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np

from rag.build import build, sweep
from rag.catalog_schema import FILE_NAME
from rag.catalog_writer import CatalogWriter, Identity, Role
from rag.config import Settings
from rag.embed import Embedder, Vectors
from rag.errors import ContentError, CorpusEmpty, CorpusNotFound, IndexMismatch, ModelError, ReadError, SettingsError, StorageError
from rag.lock import writer_lock
from rag.readers import FORMATS, Isolated, editions, find_files, hash_file, is_current, read
from rag.schema import IngestReport, Skipped
from rag.split import SPLITTER_VERSION, split

LOCK_NAME = "lock"
VECTORS_FOLDER = "chroma"

# Texts embedded between two commits: what a killed run may have to embed again.
EMBED_BATCH = 32


class Progress(NamedTuple):
    """How far an ingest is: the document at hand, texts embedded and to be embedded, seconds left (None: not known yet)."""

    path: str
    done: int
    total: int
    seconds_left: float | None


class Plan(NamedTuple):
    """What an ingest found in the folder, by path."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    unchanged: list[str]
    skipped: list[Skipped]


Report = Callable[[Progress], None]


def index_folder(home: Path, corpus: Path) -> Path:
    """The folder of a corpus's index: readable name and hash of the resolved path. Raises SettingsError for a home inside the corpus."""
    root, place = corpus.resolve(), home.resolve()
    if place.is_relative_to(root):
        raise SettingsError(f"The home {home} lies inside the corpus {corpus}.", "Choose another folder with --home.")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", root.name)[:40].strip(".-") or "corpus"
    return place / f"{name}-{hashlib.sha256(str(root).encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"


def identity(embedder: Embedder, settings: Settings) -> Identity:
    """What an index made with this model and these settings depends on."""
    splitter = f"{SPLITTER_VERSION} with passages of {settings.passage_tokens} tokens"
    return Identity(embedder.name, embedder.fingerprint, embedder.dimension, embedder.reader.fingerprint, splitter)


def check_identity(made_with: Identity, asked: Identity, corpus: Path) -> None:
    """Raises IndexMismatch, naming both, when an index was made with another model or splitter."""
    if made_with != asked:
        raise IndexMismatch(
            f"The index of {corpus} was made with {_described(made_with)}; this run uses {_described(asked)}.",
            "Run `groundline repair --rebuild` to make it anew.",
        )


def ingest(
    corpus: Path,
    home: Path,
    embedder: Embedder,
    settings: Settings,
    progress: Report | None = None,
    rebuild: bool = False,
    allow_empty: bool = False,
) -> IngestReport:
    """Reads what changed in the corpus since the last time and makes it what readers see, in one commit.

    A run that is killed leaves the last complete state, and the vectors that it computed. `rebuild` throws the index away first;
    `allow_empty` makes an index of a corpus that never had a document, too. Raises CorpusNotFound, CorpusEmpty, SettingsError,
    IndexMismatch, IndexLocked, IndexBroken, StorageError or ModelError.
    """
    if not corpus.is_dir():
        raise CorpusNotFound(f"The corpus {corpus} is not a folder.", f"Name a folder of documents ({FORMATS}) with --corpus DIR.")
    folder = index_folder(home, corpus)
    with writing(folder, settings, anew=rebuild) as writer:
        asked = identity(embedder, settings)
        meta = writer.meta()
        if rebuild or not (meta.ready or Identity(*meta[:5]) == asked):
            writer.reset(asked)
        else:
            check_identity(Identity(*meta[:5]), asked, corpus)
        with Isolated() as isolated:
            plan = _read(corpus, isolated, writer, embedder, settings, progress)
        if not (plan.added or allow_empty or writer.meta().ready):
            reasons = "; ".join(f"{item.path}: {item.why}" for item in plan.skipped[:5])
            message = f"The corpus {corpus} holds no document that can be read. {reasons}".strip()
            raise CorpusEmpty(message, f"Put {FORMATS} files into it.")
        return _finish(folder, writer, plan, embedder, progress)


@contextmanager
def writing(folder: Path, settings: Settings, anew: bool = False) -> Iterator[CatalogWriter]:
    """The catalog of an index folder, open for writing under the writers' lock; `anew` replaces a file that cannot be read."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The folder {folder} cannot be made: {error.strerror}.", "Choose another folder with --home.") from error
    with writer_lock(folder / LOCK_NAME, settings.lock_timeout):
        writer = CatalogWriter.open(folder / FILE_NAME, anew)
        try:
            yield writer
        finally:
            writer.close()


def _read(corpus: Path, isolated: Isolated, writer: CatalogWriter, embedder: Embedder, settings: Settings, progress: Report | None) -> Plan:
    """Stages every document that is new or changed; drops what an earlier, killed run staged and nobody wants any more."""
    # A document that another version of its reader read is read again: the hash that it is known by cannot be met.
    live = {row.path: row.sha256 if is_current(row.reader) else "" for row in writer.documents()}
    staged = {path: sha256 if is_current(reader) else "" for path, (sha256, reader) in writer.staged().items()}
    files, skipped = find_files(corpus)
    plan = Plan([], [], [], [], list(skipped))
    refusals = _Refusals(writer, settings)
    for file in files:
        name = file.relative_to(corpus).as_posix()
        try:
            known = hash_file(file) if name in live or name in staged or name in refusals else ""
            refusals.check(name, known)
            if known and live.get(name) == known:
                plan.unchanged.append(name)
                continue
            if not known or staged.get(name) != known:
                _report(progress, Progress(name, 0, 0, None))
                if not _stage(corpus, file, isolated, writer, embedder, settings, live):
                    plan.unchanged.append(name)
                    continue
        except ReadError as error:
            plan.skipped.append(Skipped(path=name, reason=str(error)))
            refusals.add(name, error)
            continue
        (plan.changed if name in live else plan.added).append(name)
    plan.removed.extend(sorted(set(live) - set(plan.unchanged) - set(plan.changed)))
    if stale := set(writer.staged()) - set(plan.added) - set(plan.changed):
        writer.unstage(sorted(stale))
    refusals.keep()
    return plan


class _Refusals:
    """The files whose content gives no text: what took long to find out is not tried again until something changes."""

    def __init__(self, writer: CatalogWriter, settings: Settings) -> None:
        self._writer = writer
        self._limits = f"{settings.max_file_bytes} {settings.passage_tokens}"
        self._before = writer.refusals()
        self._now: dict[str, tuple[str, str, str]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._before

    def check(self, name: str, sha256: str) -> None:
        """Raises ContentError when a file with this content was refused before, by the rules of today."""
        known, rules, reason = self._before.get(name, ("", "", ""))
        if sha256 and (known, rules) == (sha256, self._rules()):
            raise ContentError(reason, "", sha256)

    def add(self, name: str, error: ReadError) -> None:
        """Keeps a refusal in mind when it is one of the content."""
        if isinstance(error, ContentError):
            self._now[name] = (error.sha256, self._rules(), str(error))

    def keep(self) -> None:
        """Writes down what has changed."""
        if self._now != self._before:
            self._writer.keep_refusals(self._now)

    def _rules(self) -> str:
        return f"{editions()}; {self._limits}"


def _stage(
    corpus: Path, file: Path, isolated: Isolated, writer: CatalogWriter, embedder: Embedder, settings: Settings, live: dict[str, str]
) -> bool:
    document = read(corpus, file, settings.max_file_bytes, settings.max_packed_bytes, isolated)
    if live.get(document.path) == document.sha256:
        return False
    passages = split(document.text, embedder.count_tokens, settings.passage_tokens)
    if not passages:
        raise ContentError(f"{document.path} holds no text.", "", document.sha256)
    writer.stage(document, passages, identity(embedder, settings))
    return True


def _finish(folder: Path, writer: CatalogWriter, plan: Plan, embedder: Embedder, progress: Report | None) -> IngestReport:
    meta = writer.meta()
    notes: tuple[str, ...] = ()
    generation = meta.generation
    if plan.added or plan.changed or plan.removed or not meta.ready:
        _embed(writer, embedder, progress)
        replaced = writer.replace(plan.removed)
        vectors, holes, notes = build(folder / VECTORS_FOLDER, writer, writer.coming(), writer.brought(), replaced)
        generation = writer.swap(vectors, holes)
        writer.checkpoint()
    sweep(folder / VECTORS_FOLDER, keep=writer.meta().vectors)
    documents = writer.documents()
    return IngestReport(
        added=tuple(plan.added),
        changed=tuple(plan.changed),
        removed=tuple(plan.removed),
        unchanged=tuple(plan.unchanged),
        skipped=tuple(plan.skipped),
        notes=notes,
        generation=generation,
        documents=len(documents),
        passages=sum(row.passages for row in documents),
    )


def _embed(writer: CatalogWriter, embedder: Embedder, progress: Report | None) -> None:
    """Computes the vectors of all pending texts, committing them batch by batch."""
    total, done, began = writer.pending_count(), 0, time.monotonic()
    for role in get_args(Role):
        while batch := writer.pending(role, EMBED_BATCH):
            ids, paths, texts = zip(*batch, strict=True)
            _keep(writer, embedder, role, ids, texts)
            done += len(texts)
            _report(progress, Progress(paths[-1], done, total, (time.monotonic() - began) / done * (total - done)))


def _keep(writer: CatalogWriter, embedder: Embedder, role: Role, ids: Sequence[int], texts: Sequence[str]) -> None:
    reader = embedder.reader
    if role == "read":
        readings = [reader.read(text) for text in texts]
        _checked(reader.name, reader.dimension, np.stack([reading.vector for reading in readings]), len(texts))
        writer.keep_readings(ids, readings)
    elif role == "sentence":
        writer.keep_vectors(ids, _checked(reader.name, reader.dimension, reader.embed(texts), len(texts)))
    else:
        writer.keep_vectors(ids, _checked(embedder.name, embedder.dimension, embedder.embed(texts), len(texts)))


def _checked(name: str, dimension: int, vectors: Vectors, count: int) -> Vectors:
    if vectors.shape != (count, dimension) or not np.isfinite(vectors).all():
        raise ModelError(
            f"The embedding model {name} returned numbers of shape {vectors.shape} for {count} texts, or not finite ones.",
            f"It has to return {dimension} finite numbers for each text.",
        )
    return vectors


def _report(progress: Report | None, state: Progress) -> None:
    if progress is not None:
        progress(state)


def _described(made_with: Identity) -> str:
    model = f"embedding model {made_with.embed_name} ({made_with.dimension} numbers, {made_with.fingerprint[:12]})"
    return f"{model} and splitter {made_with.splitter}"
