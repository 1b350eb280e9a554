"""`groundline doctor`: what is installed, whether the model is the right one, how the index is, and what is missing."""

import hashlib
import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from importlib import metadata
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import ValidationError

from rag.config import Settings
from rag.embed import MODEL_FOLDER, MODEL_SHA256
from rag.errors import GroundlineError, IndexMissing
from rag.readers import FORMATS, find_files
from rag.schema import Frozen

if TYPE_CHECKING:
    from rag.catalog import Catalog

PACKAGES = ("llama-index-core", "chromadb", "onnxruntime", "tokenizers", "tiktoken", "gradio", "pydantic", "numpy", "typer", "rich")
FREE_BYTES = 200_000_000
# More files left out than this are counted, not listed.
LISTED = 20


class Finding(Frozen):
    """One thing looked at: `note` is worth knowing, `problem` keeps something from working; `hint` says what to do."""

    part: str
    state: Literal["ok", "note", "problem"]
    found: str
    hint: str = ""


class Diagnosis(Frozen):
    """All findings in order; `healthy` when none is a problem."""

    healthy: bool
    findings: tuple[Finding, ...]


def examine(settings: Settings) -> Diagnosis:
    """Look at the installation, the corpus and its index. Changes nothing, opens no network, and reports instead of raising."""
    looks = (_versions, _packages, _full_text, _model, _corpus, _home, _index, _left_out, _environment)
    findings = tuple(finding for look in looks for finding in look(settings))
    return Diagnosis(healthy=all(finding.state != "problem" for finding in findings), findings=findings)


def _versions(_: Settings) -> Iterator[Finding]:
    try:
        yield Finding(part="groundline", state="ok", found=metadata.version("groundline"))
    except metadata.PackageNotFoundError:
        yield Finding(part="groundline", state="note", found="runs from its folder, not installed", hint="./scripts/setup installs it.")
    yield Finding(
        part="python", state="ok", found=f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    )


def _packages(_: Settings) -> Iterator[Finding]:
    for name in PACKAGES:
        try:
            yield Finding(part=name, state="ok", found=metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding(part=name, state="problem", found="not installed", hint="Run ./scripts/setup, or install Groundline again.")


def _full_text(_: Settings) -> Iterator[Finding]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
        yield Finding(part="sqlite", state="ok", found=f"{sqlite3.sqlite_version} with FTS5")
    except sqlite3.OperationalError:
        hint = "Use a Python whose sqlite3 has FTS5; python.org's and the distributions' do."
        yield Finding(part="sqlite", state="problem", found=f"{sqlite3.sqlite_version} without FTS5", hint=hint)
    finally:
        connection.close()


def _model(_: Settings) -> Iterator[Finding]:
    for name, wanted in MODEL_SHA256.items():
        path, part = MODEL_FOLDER / name, f"model {name}"
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            yield Finding(part=part, state="problem", found=f"cannot be read: {error.strerror}", hint="Install Groundline again.")
            continue
        if found == wanted:
            yield Finding(part=part, state="ok", found=f"SHA-256 {found} as shipped")
        else:
            yield Finding(part=part, state="problem", found=f"SHA-256 {found}, shipped was {wanted}", hint="Install Groundline again.")


def _corpus(settings: Settings) -> Iterator[Finding]:
    try:
        files, skipped = find_files(settings.corpus)
    except GroundlineError as error:
        yield Finding(part="corpus", state="problem", found=str(error), hint=error.hint)
        return
    found = f"{settings.corpus.resolve()}: {len(files):,} {'file' if len(files) == 1 else 'files'} to read, {len(skipped):,} of other kinds"
    hint = "" if files else f"Put {FORMATS} files into it."
    yield Finding(part="corpus", state="ok" if files else "problem", found=found, hint=hint)


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home.absolute()
    above = next(folder for folder in (home, *home.parents) if folder.exists())
    hint = "Choose another folder with --home, or make room."
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        yield Finding(part="home", state="problem", found=f"{home}: {above} is not a folder that can be written to", hint=hint)
        return
    free = shutil.disk_usage(above).free
    found = f"{home}: {free / 1e9:.1f} GB free"
    yield (
        Finding(part="home", state="ok", found=found)
        if free >= FREE_BYTES
        else Finding(part="home", state="problem", found=found, hint=hint)
    )


def _index(settings: Settings) -> Iterator[Finding]:
    from rag.index import open_catalog

    try:
        catalog = open_catalog(settings.corpus, settings.home)
    except IndexMissing as error:
        yield Finding(part="index", state="note", found="none yet for this corpus", hint=error.hint)
        return
    except GroundlineError as error:
        yield Finding(part="index", state="problem", found=str(error), hint=error.hint)
        return
    try:
        meta, documents = catalog.meta(), catalog.documents()
        passages = sum(row.passages for row in documents)
        made = f"{len(documents):,} documents, {passages:,} passages, generation {meta.generation}"
        model = f"{meta.embed_name} ({meta.dimension} numbers, {meta.fingerprint[:12]}), splitter {meta.splitter}"
        yield Finding(part="index", state="ok", found=f"{catalog.path.parent}: {made}")
        yield Finding(part="index made with", state="ok", found=model)
        yield _vector_index(catalog)
    except GroundlineError as error:
        yield Finding(part="index", state="problem", found=str(error), hint=error.hint)
    finally:
        catalog.close()


def _left_out(settings: Settings) -> Iterator[Finding]:
    """The files of the folder that are no documents; what keeps them from being listed has been told before."""
    from rag.index import open_catalog
    from rag.sources import left_out

    try:
        found = find_files(settings.corpus)[1]
        with suppress(IndexMissing), closing(open_catalog(settings.corpus, settings.home)) as catalog:
            found = list(left_out(catalog, settings.corpus, settings))
    except GroundlineError:
        return
    for item in found[:LISTED]:
        yield Finding(part="left out", state="note", found=f"{item.path}: {item.why}")
    if len(found) > LISTED:
        yield Finding(part="left out", state="note", found=f"{len(found) - LISTED:,} more files", hint="`groundline sources` lists them.")


def _vector_index(catalog: "Catalog") -> Finding:
    """Whether the vector index opens and a sample of its rows find themselves; it is not mended here."""
    from rag.build import SAMPLE
    from rag.ingest import VECTORS_FOLDER
    from rag.store import COLLECTION, VectorStore, spread

    meta, ids, reason = catalog.meta(), catalog.all_passage_ids(), ""
    try:
        store = VectorStore.open(catalog.path.parent / VECTORS_FOLDER / meta.vectors, COLLECTION, meta.dimension)
        try:
            reason = store.self_check(len(ids), [(row.id, row.vector) for row in catalog.passages(spread(ids, SAMPLE))])
        finally:
            store.close()
    except GroundlineError as error:
        reason = str(error)
    if reason:
        hint = "The next question mends it, or `groundline repair` now: it is rebuilt without embedding again."
        return Finding(part="vector index", state="note", found=f"broken: {reason}", hint=hint)
    return Finding(part="vector index", state="ok", found=f"{len(ids):,} passages, a sample of them finds itself")


def _environment(_: Settings) -> Iterator[Finding]:
    known = {f"GROUNDLINE_{name}".upper() for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith("GROUNDLINE_"):
            if name.upper() in known:
                yield Finding(part=name, state="ok", found=os.environ[name])
            else:
                yield Finding(part=name, state="note", found="is set, but is no setting", hint="docs/settings.md lists the settings.")
    if sys.flags.optimize:
        yield Finding(part="python -O", state="note", found="assertions are off")


class InForce(NamedTuple):
    """A setting as it is in force, the variable that can set it, and where its value came from."""

    name: str
    variable: str
    value: object
    default: object
    origin: Literal["default", "environment", "command line"]
    description: str


def in_force(settings: Settings) -> tuple[InForce, ...]:
    """Every setting in order. What neither is the default nor stands in the environment was given on the command line, or in Python."""
    given = {name.upper() for name in os.environ}
    try:
        outside: Settings | None = Settings()
    except ValidationError:  # a variable that cannot be used: what is in force came from elsewhere
        outside = None
    found = []
    for name, field in Settings.model_fields.items():
        variable, value = f"GROUNDLINE_{name}".upper(), getattr(settings, name)
        origin: Literal["default", "environment", "command line"] = "default"
        if variable in given and outside is not None and getattr(outside, name) == value:
            origin = "environment"
        elif value != field.default:
            origin = "command line"
        found.append(InForce(name, variable, value, field.default, origin, field.description or ""))
    return tuple(found)
