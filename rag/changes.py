"""Whether a folder still is as it was indexed, found out at little cost: names, sizes and times are looked at, files hardly read."""

import os
import threading
import time
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import NamedTuple

from rag.catalog import Catalog
from rag.config import Settings
from rag.errors import ReadError
from rag.readers import IGNORE_FILE, find_files, hash_file, is_packed

# Seconds for which a finding stands.
EVERY = 3.0
# What one look reads at most of files that it has not read before; those left over are read by the next looks.
MOST_FILES, MOST_BYTES = 1_000, 32_000_000


class _Stamp(NamedTuple):
    size: int
    changed: int
    set: int


class Folder:
    """A folder that is watched for what is not indexed yet, by any number of threads.

    A look lists the folder with sizes and times. A file is hashed when it has a size or times that were never seen of it, so that one
    which was only touched counts for nothing.
    """

    def __init__(self, corpus: Path, settings: Settings, every: float = EVERY) -> None:
        self._corpus = corpus
        self._settings = settings
        self._every = every
        self._guard = threading.Lock()
        self._found: tuple[float, int, bool] = (-1.0, -1, False)
        self._files: Set[str] = frozenset()
        self._ignoring: _Stamp | None = None
        self._names: tuple[str, ...] = ()
        self._indexed: tuple[int, Mapping[str, tuple[str, int]]] = (-1, {})
        self._seen: dict[str, _Stamp] = {}
        self._hashes: dict[str, tuple[_Stamp, str]] = {}

    def has_changed(self, catalog: Catalog) -> bool:
        """Whether a document was added, changed or taken away since. Raises what `find_files` and reading the catalog raise."""
        if not self._guard.acquire(blocking=False):
            return self._found[2]  # somebody is looking: nobody waits for that
        try:
            when, generation, found = self._found
            now = catalog.generation
            if generation != now or not 0 <= time.monotonic() - when < self._every:
                found = self._look(catalog, now)
                self._found = (time.monotonic(), now, found)
            return found
        finally:
            self._guard.release()

    def _look(self, catalog: Catalog, generation: int) -> bool:
        if self._indexed[0] != generation:
            self._indexed = (generation, {row.path: (row.sha256, row.size) for row in catalog.documents()})
        indexed = self._indexed[1]
        stamps = self._stamps()
        if any(name not in stamps or stamps[name].size != size for name, (_, size) in indexed.items()):
            return True
        refused = {name: sha256 for name, (sha256, _, _) in catalog.refusals().items()}
        return self._differs(stamps, {**refused, **{name: sha256 for name, (sha256, _) in indexed.items()}})

    def _differs(self, stamps: Mapping[str, _Stamp], wanted: Mapping[str, str]) -> bool:
        """Whether a file has not the hash wanted, or is a document and none is wanted of it."""
        files, size = 0, 0
        touched = [name for name, stamp in stamps.items() if self._seen.get(name, stamp) != stamp]
        for name in dict.fromkeys([*touched, *stamps]):
            stamp, sha256 = stamps[name], wanted.get(name, "")
            known, hashed = self._hashes.get(name, (None, ""))
            if known != stamp:
                if not sha256 and stamp.size > self._most(name):
                    continue
                if files >= MOST_FILES or (files and size + stamp.size > MOST_BYTES):
                    break
                files, size = files + 1, size + stamp.size
                hashed = self._hash(name)
                self._hashes[name] = stamp, hashed
            if hashed != sha256:
                return True
            self._seen[name] = stamp
        for name, stamp in stamps.items():
            self._seen.setdefault(name, stamp)
        return False

    def _hash(self, name: str) -> str:
        """The file's hash; "" when it cannot be read, so that it is no document either."""
        try:
            return hash_file(self._corpus / name)
        except ReadError:
            return ""

    def _most(self, name: str) -> int:
        return self._settings.max_packed_bytes if is_packed(name) else self._settings.max_file_bytes

    def _stamps(self) -> dict[str, _Stamp]:
        """The documents with their stamps. Which files are documents is asked again when there are others, or others are ignored."""
        found = dict(_scan(str(self._corpus)))
        kept = found.pop(IGNORE_FILE, None)
        if not self._files or (kept, found.keys()) != (self._ignoring, self._files):
            files, _ = find_files(self._corpus)
            self._names = tuple(file.relative_to(self._corpus).as_posix() for file in files)
            self._files, self._ignoring = found.keys(), kept
        return {name: found[name] for name in self._names if name in found}


def _scan(corpus: str) -> Iterator[tuple[str, _Stamp]]:
    """Every file of a folder that is not hidden, and the file that says what is ignored, by path inside the corpus."""
    folders = [(corpus, "")]
    while folders:
        folder, inside = folders.pop()
        try:
            with os.scandir(folder) as scan:
                entries = list(scan)
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(".") and (inside or entry.name != IGNORE_FILE):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append((entry.path, f"{inside}{entry.name}/"))
                    continue
                found = entry.stat()
            except OSError:
                continue
            yield f"{inside}{entry.name}", _Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns)
