"""The catalog: what is indexed, as readers see it. One SQLite file; the truth that the vector index follows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.catalog_schema import LAYOUT, Connections
from rag.embed import Reading
from rag.errors import IndexBroken
from rag.kept import Kept
from rag.schema import Document, Place

Vector = NDArray[np.float32]

# Rows fetched beyond k, so that equal scores at the cut can be put in order of id without ranking everything.
SPARE = 50
VECTORS_AT_ONCE = 5_000
# Characters of documents that are kept after they were asked for.
KEPT = 16_000_000


class Meta(NamedTuple):
    """What an index was made with, how many ingests it has seen, and which folder its vector index is in.

    `ready` is false until the first ingest (or a rebuild) has finished; `holes` counts the rows deleted from the vector index
    since it was last built afresh.
    """

    embed_name: str
    fingerprint: str
    dimension: int
    reader: str
    splitter: str
    generation: int
    ready: bool
    vectors: str
    holes: int


class SourceRow(NamedTuple):
    """One indexed document, its size in bytes, how many passages and sentences it has, and what extracted its text."""

    path: str
    sha256: str
    size: int
    passages: int
    sentences: int
    reader: str


class PassageRow(NamedTuple):
    """A passage with its text and its unit vector, float32, shape [dimension]."""

    id: str
    path: str
    sha256: str
    number: int
    start: int
    end: int
    text: str
    vector: Vector


class SentenceRow(NamedTuple):
    """A sentence of a passage, in order from 0, with its text and the reader's unit vector of it, float32."""

    passage_id: str
    position: int
    start: int
    end: int
    text: str
    boilerplate: bool
    vector: Vector


_PASSAGES = """
SELECT p.key, d.path, d.sha256, p.number, p."start", p."end", p.text, v.vector
FROM passages p JOIN documents d ON d.id = p.document JOIN vectors v ON v.id = p.vector WHERE d.live = 1"""

_SENTENCES = """
SELECT p.key, s.position, s."start", s."end", s.boilerplate, v.vector, p.text, p."start"
FROM sentences s JOIN passages p ON p.id = s.passage JOIN documents d ON d.id = p.document JOIN vectors v ON v.id = s.vector
WHERE d.live = 1"""


class Catalog:
    """Reads one catalog file; safe to share between threads.

    Every method may raise IndexBroken (the file is damaged) or StorageError (the disk refuses).
    """

    def __init__(self, path: Path, create: bool = False) -> None:
        self.path = path
        self._connections = Connections(path, create)
        self._vocabulary: tuple[int, Mapping[str, int]] = (-1, {})
        self._documents: Kept[tuple[str, str, str], Document] = Kept(KEPT)
        try:
            self._check_layout()
        except BaseException:
            self._connections.close()
            raise

    def close(self) -> None:
        """Closes the file."""
        self._connections.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Makes all reads of this thread in the block see one state, whatever another process writes meanwhile."""
        with self._connections.pinned() as first:
            if not first:
                yield
                return
            self._rows("BEGIN")
            try:
                yield
            finally:
                self._rows("COMMIT")

    @property
    def generation(self) -> int:
        """How many times the index has been changed, read from the file now."""
        rows = self._rows("SELECT value FROM meta WHERE name = 'generation'")
        return int(rows[0][0]) if rows else 0

    def meta(self) -> Meta:
        """What the index was made with, read from the file now."""
        values: dict[str, str] = dict(self._rows("SELECT name, value FROM meta"))
        return Meta(
            embed_name=values.get("embed_name", ""),
            fingerprint=values.get("fingerprint", ""),
            dimension=int(values.get("dimension", "0")),
            reader=values.get("reader", ""),
            splitter=values.get("splitter", ""),
            generation=int(values.get("generation", "0")),
            ready=values.get("ready") == "1",
            vectors=values.get("vectors", ""),
            holes=int(values.get("holes", "0")),
        )

    def documents(self) -> tuple[SourceRow, ...]:
        """All documents in order of path, without their texts."""
        rows = self._rows("SELECT path, sha256, size, passages, sentences, reader FROM documents WHERE live = 1 ORDER BY path")
        return tuple(SourceRow(*row) for row in rows)

    def document(self, path: str) -> Document | None:
        """A document with its text, or None when no such path is indexed."""
        with self.snapshot():
            for sha256, reader in self._rows("SELECT sha256, reader FROM documents WHERE live = 1 AND path = ?", (path,)):
                # A long document is costly to load; what these three name never changes.
                return self._documents.get((path, sha256, reader)) or self._loaded(path, sha256, reader)
        return None

    def passages(self, ids: Sequence[str]) -> list[PassageRow]:
        """The passages with these ids in the order asked; unknown ids are left out."""
        rows = self._rows(f"{_PASSAGES} AND p.key IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))
        found = {row[0]: _passage(row) for row in rows}
        return [found[id] for id in ids if id in found]

    def passages_of(self, path: str) -> list[PassageRow]:
        """All passages of a document in order."""
        return [_passage(row) for row in self._rows(f"{_PASSAGES} AND d.path = ? ORDER BY p.number", (path,))]

    def sentences(self, passage_ids: Sequence[str]) -> list[SentenceRow]:
        """The sentences of these passages, in the order asked and then that of the text; unknown ids are left out."""
        rows = self._rows(
            f"{_SENTENCES} AND p.key IN (SELECT value FROM json_each(?)) ORDER BY s.position", (json.dumps(list(passage_ids)),)
        )
        found: dict[str, list[SentenceRow]] = {}
        for row in rows:
            found.setdefault(row[0], []).append(_sentence(row))
        return [sentence for id in dict.fromkeys(passage_ids) for sentence in found.get(id, ())]

    def readings(self, passage_ids: Sequence[str]) -> dict[str, Reading]:
        """The readings of these passages by id; unknown ids are left out."""
        query = (
            "SELECT p.key, r.reading FROM passages p JOIN readings r ON r.id = p.reading WHERE p.key IN (SELECT value FROM json_each(?))"
        )
        return {key: Reading.unpacked(data) for key, data in self._rows(query, (json.dumps(list(passage_ids)),))}

    def search(self, stems: Sequence[str], k: int, paths: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """The k passages with the highest BM25 for these stems (any of them), as (id, score), best first, ties in order of id.

        The formula is FTS5's Okapi BM25 with k1 = 1.2 and b = 0.75; `paths` limits the passages, not the statistics.
        """
        if not stems or k < 1:
            return []
        query = _match(stems)
        with self.snapshot():
            rows = self._ranked(query, k + SPARE, paths)
            if len(rows) == k + SPARE and rows[k - 1][1] == rows[-1][1]:
                rows = self._ranked(query, self.passage_count(), paths)
            wanted = json.dumps([row for row, _ in rows])
            keys = dict(self._rows("SELECT id, key FROM passages WHERE id IN (SELECT value FROM json_each(?))", (wanted,)))
        ranked = sorted((score, keys[row]) for row, score in rows)
        return [(key, -score) for score, key in ranked[:k]]

    def nearest(self, vector: Vector, k: int, paths: Sequence[str]) -> list[tuple[str, float]]:
        """The k passages of these documents nearest to a unit vector, as (id, cosine similarity), best first, ties in order of id.

        Exact: every vector of the documents is looked at.
        """
        query = """SELECT p.key, v.vector FROM documents d JOIN passages p ON p.document = d.id JOIN vectors v ON v.id = p.vector
            WHERE d.live = 1 AND d.path IN (SELECT value FROM json_each(?))"""
        best: list[tuple[float, str]] = []
        with self._connections.lent() as connection:
            cursor = connection.execute(query, (json.dumps(list(paths)),))
            while rows := cursor.fetchmany(VECTORS_AT_ONCE):
                matrix = np.frombuffer(b"".join(row[1] for row in rows), np.float32).reshape(len(rows), -1)
                best += [(-float(score), row[0]) for score, row in zip(matrix @ vector, rows, strict=True)]
                best = sorted(best)[: max(k, 0)]
        return [(key, -score) for score, key in best]

    def document_frequency(self, stems: Sequence[str]) -> dict[str, int]:
        """For each stem the number of passages that hold it."""
        query = "SELECT count(*) FROM lexicon WHERE lexicon MATCH ?"
        return {stem: int(self._rows(query, (_match([stem]),))[0][0]) for stem in dict.fromkeys(stems)}

    def passage_count(self) -> int:
        """Number of passages."""
        return int(self._rows("SELECT coalesce(sum(passages), 0) FROM documents WHERE live = 1")[0][0])

    def refusals(self) -> dict[str, tuple[str, str, str]]:
        """The files whose content gave no text, by path: SHA-256, the rules by which that was found, and the reason."""
        return {
            path: (sha256, rules, reason) for path, sha256, rules, reason in self._rows("SELECT path, sha256, rules, reason FROM refusals")
        }

    def vocabulary(self) -> Mapping[str, int]:
        """The corpus's words in lower case (no stop words, no boilerplate), each with the number of documents that hold it."""
        with self.snapshot():
            generation = self.generation
            if self._vocabulary[0] != generation:
                words = dict(self._rows("SELECT word, documents FROM vocabulary ORDER BY word"))
                self._vocabulary = (generation, MappingProxyType(words))
        return self._vocabulary[1]

    def all_passage_ids(self) -> list[str]:
        """The ids of all passages, in order of id."""
        return [
            row[0]
            for row in self._rows("SELECT p.key FROM passages p JOIN documents d ON d.id = p.document WHERE d.live = 1 ORDER BY p.key")
        ]

    def vector_rows(self, ids: Sequence[str]) -> list[tuple[str, Vector]]:
        """Passages, staged ones too, as (id, vector), in order of id."""
        query = """SELECT p.key, v.vector FROM passages p JOIN vectors v ON v.id = p.vector
            WHERE p.key IN (SELECT value FROM json_each(?)) ORDER BY p.key"""
        return [(key, np.frombuffer(vector, np.float32)) for key, vector in self._rows(query, (json.dumps(list(ids)),))]

    def _loaded(self, path: str, sha256: str, reader: str) -> Document:
        query = "SELECT size, places, text FROM documents WHERE live = 1 AND path = ?"
        ((size, places, text),) = self._rows(query, (path,))
        found = tuple(Place(*place) for place in json.loads(places))
        document = Document(path=path, sha256=sha256, size=size, text=text, reader=reader, places=found)
        self._documents.keep((path, sha256, reader), document, len(text) + len(places))
        return document

    def _ranked(self, query: str, limit: int, paths: Sequence[str] | None) -> list[tuple[int, float]]:
        if paths is None:
            return self._rows("SELECT rowid, rank FROM lexicon WHERE lexicon MATCH ? ORDER BY rank LIMIT ?", (query, limit))
        inside = "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document WHERE d.path IN (SELECT value FROM json_each(?))"
        return self._rows(
            f"SELECT rowid, rank FROM lexicon WHERE lexicon MATCH ? AND +rowid IN ({inside}) ORDER BY rank LIMIT ?",
            (query, json.dumps(list(paths)), limit),
        )

    def _check_layout(self) -> None:
        rows = self._rows("SELECT value FROM meta WHERE name = 'layout'")
        if rows and rows[0][0] != LAYOUT:
            raise IndexBroken(
                f"The catalog {self.path} has layout {rows[0][0]}; this version of Groundline reads layout {LAYOUT}.",
                "Run `groundline repair --rebuild`: it reads the documents again.",
            )

    def _rows(self, query: str, parameters: Sequence[object] = ()) -> list[Any]:
        with self._connections.lent() as connection:
            return connection.execute(query, tuple(parameters)).fetchall()


def _match(stems: Sequence[str]) -> str:
    """An FTS5 query for any of the stems; sorted, so that the order of a question's words cannot move the last bit of a score."""
    return " OR ".join('"' + stem.replace('"', '""').replace("\0", " ") + '"' for stem in sorted(set(stems)))


def _passage(row: tuple[Any, ...]) -> PassageRow:
    key, path, sha256, number, start, end, text, vector = row
    return PassageRow(key, path, sha256, number, start, end, text, np.frombuffer(vector, np.float32))


def _sentence(row: tuple[Any, ...]) -> SentenceRow:
    key, position, start, end, boilerplate, vector, text, first = row
    return SentenceRow(key, position, start, end, text[start - first : end - first], bool(boilerplate), np.frombuffer(vector, np.float32))
