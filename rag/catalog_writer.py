"""How the catalog changes: documents are staged beside the live ones, their vectors computed, and one transaction swaps them."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from rag.catalog import Catalog, Vector
from rag.catalog_schema import LAYOUT
from rag.embed import Reading
from rag.errors import IndexBroken
from rag.language.words import words
from rag.schema import Document, Passage

Role = Literal["read", "search", "sentence"]

_REPLACED = "SELECT id FROM replaced"
_STAGED = "SELECT id FROM documents WHERE live = 0"


class Identity(NamedTuple):
    """What vectors and passages depend on: the embedding model, the reader that judges evidence, and the splitter."""

    embed_name: str
    fingerprint: str
    dimension: int
    reader: str
    splitter: str


class CatalogWriter(Catalog):
    """A catalog that can be changed, by one thread of the process that holds the writers' lock.

    Raises StorageError when the disk is full or read-only, IndexBroken when the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, create=True)
        self._pin = ExitStack()
        self._pin.enter_context(self._connections.pinned())
        self._execute("CREATE TEMP TABLE replaced (id INTEGER PRIMARY KEY)")

    @classmethod
    def open(cls, path: Path, anew: bool = False) -> "CatalogWriter":
        """Opens or creates a catalog; with `anew` one that cannot be read is deleted first."""
        try:
            return cls(path)
        except IndexBroken:
            if not anew:
                raise
        for ending in ("-wal", "-shm", ""):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return cls(path)

    def close(self) -> None:
        """Closes the file."""
        self._pin.close()
        super().close()

    def reset(self, identity: Identity) -> None:
        """Forgets everything and begins anew for this model and splitter; the generation goes on counting."""
        meta = self.meta()
        values = {**identity._asdict(), "layout": LAYOUT, "generation": meta.generation, "ready": 0}
        with self._transaction():
            for table in (
                "documents",
                "passages",
                "sentences",
                "vector_keys",
                "vectors",
                "readings",
                "pending",
                "refusals",
                "vocabulary",
                "meta",
            ):
                self._execute(f"DELETE FROM {table}")
            self._execute("INSERT INTO lexicon (lexicon) VALUES ('delete-all')")
            self._set(values)

    def stage(self, document: Document, passages: Sequence[Passage], identity: Identity) -> None:
        """Writes a document beside the live one of the same path; texts whose vectors are not known yet become pending."""
        vocabulary: dict[str, None] = {}
        with self._transaction():
            self._unstage([document.path])
            sentences = sum(len(passage.sentences) for passage in passages)
            row = self._insert(
                """INSERT INTO documents (path, sha256, size, passages, sentences, words, reader, places, text)
                VALUES (?, ?, ?, ?, ?, '', ?, ?, ?)""",
                (
                    document.path,
                    document.sha256,
                    document.size,
                    len(passages),
                    sentences,
                    document.reader,
                    json.dumps(document.places, ensure_ascii=False, separators=(",", ":")),
                    document.text,
                ),
            )
            for passage in passages:
                vocabulary.update(dict.fromkeys(self._stage_passage(row, document, passage, identity)))
            self._execute("UPDATE documents SET words = ? WHERE id = ?", (" ".join(vocabulary), row))

    def staged(self) -> dict[str, tuple[str, str]]:
        """The SHA-256 and the reader of each staged document, by path."""
        return {path: (sha256, reader) for path, sha256, reader in self._rows("SELECT path, sha256, reader FROM documents WHERE live = 0")}

    def keep_refusals(self, refusals: dict[str, tuple[str, str, str]]) -> None:
        """Replaces all of `refusals`."""
        with self._transaction():
            self._execute("DELETE FROM refusals")
            self._many("INSERT INTO refusals VALUES (?, ?, ?, ?)", [(path, *rest) for path, rest in refusals.items()])

    def unstage(self, paths: Sequence[str]) -> None:
        """Drops staged documents, and the vectors that nothing else needs."""
        with self._transaction():
            self._unstage(paths)
            self._collect_garbage()

    def pending_count(self) -> int:
        """How many texts still have no vector."""
        return int(self._rows("SELECT count(*) FROM pending")[0][0])

    def pending(self, role: Role, limit: int) -> list[tuple[int, str, str]]:
        """The next texts that wait for this role, as (id, path of the document that wants it, text)."""
        return self._rows("SELECT id, path, text FROM pending WHERE role = ? ORDER BY id LIMIT ?", (role, limit))

    def keep_vectors(self, ids: Sequence[int], vectors: Vector) -> None:
        """Commits the vectors of pending texts; `vectors` is float32, shape [len(ids), dimension]."""
        rows = [(id, np.ascontiguousarray(vector, np.float32).tobytes()) for id, vector in zip(ids, vectors, strict=True)]
        with self._transaction():
            self._many("INSERT INTO vectors (id, vector) VALUES (?, ?)", rows)
            self._many("DELETE FROM pending WHERE id = ?", [(id,) for id in ids])

    def keep_readings(self, ids: Sequence[int], readings: Sequence[Reading]) -> None:
        """Commits the readings of pending passages, and with each its vector."""
        rows = [(id, reading.packed()) for id, reading in zip(ids, readings, strict=True)]
        vectors = [(id, reading.vector.tobytes()) for id, reading in zip(ids, readings, strict=True)]
        with self._transaction():
            self._many("INSERT INTO readings (id, reading) VALUES (?, ?)", rows)
            self._many("INSERT INTO vectors (id, vector) VALUES (?, ?)", vectors)
            self._many("DELETE FROM pending WHERE id = ?", [(id,) for id in ids])

    def replace(self, removed: Sequence[str]) -> list[str]:
        """Marks the live documents that are to go (removed paths, and those with a staged successor); the ids of their passages."""
        self._execute("DELETE FROM replaced")
        query = """INSERT INTO replaced SELECT id FROM documents WHERE live = 1
            AND (path IN (SELECT value FROM json_each(?)) OR path IN (SELECT path FROM documents WHERE live = 0))"""
        self._execute(query, (json.dumps(list(removed)),))
        return [row[0] for row in self._rows(f"SELECT key FROM passages WHERE document IN ({_REPLACED}) ORDER BY key")]

    def brought(self) -> list[str]:
        """The ids of the staged passages, in order of id."""
        return [row[0] for row in self._rows(f"SELECT key FROM passages WHERE document IN ({_STAGED}) ORDER BY key")]

    def coming(self) -> list[str]:
        """The ids of the passages that will be live after `swap`, in order of id."""
        return [row[0] for row in self._rows(f"SELECT key FROM passages WHERE document NOT IN ({_REPLACED}) ORDER BY key")]

    def swap(self, vectors: str, holes: int) -> int:
        """The commit point: what is staged becomes live, what is replaced goes, and readers are told; the new generation.

        `vectors` is the folder of the vector index that goes with it.
        """
        meta = self.meta()
        with self._transaction():
            counts = self._word_counts(_STAGED)
            counts.subtract(self._word_counts(_REPLACED))
            self._execute(
                f"INSERT INTO lexicon (lexicon, rowid, stems) SELECT 'delete', id, stems FROM passages WHERE document IN ({_REPLACED})"
            )
            replaced = [row[0] for row in self._rows(_REPLACED)]
            self._drop(replaced)
            self._execute(f"INSERT INTO lexicon (rowid, stems) SELECT id, stems FROM passages WHERE document IN ({_STAGED})")
            self._execute("UPDATE documents SET live = 1 WHERE live = 0")
            self._execute("DELETE FROM replaced")
            self._many(
                "INSERT INTO vocabulary VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET documents = documents + excluded.documents",
                [(word, count) for word, count in counts.items() if count],
            )
            self._execute("DELETE FROM vocabulary WHERE documents <= 0")
            if replaced:
                self._collect_garbage()
                # Merges the full text's parts, in which the words of what is gone would stay until some later merge.
                self._execute("INSERT INTO lexicon (lexicon) VALUES ('optimize')")
            generation = meta.generation + 1
            self._set({"generation": generation, "ready": 1, "vectors": vectors, "holes": holes})
        return generation

    def point_to(self, vectors: str) -> None:
        """Tells readers that the vector index is in another folder, with the same passages."""
        meta = self.meta()
        with self._transaction():
            self._set({"generation": meta.generation + 1, "vectors": vectors, "holes": 0})

    def checkpoint(self) -> None:
        """Moves what was written into the main file, as far as readers allow, so that deleted text leaves the log too."""
        # A reader in the middle of a long read is not waited for: closing the catalog tries again.
        self._execute("PRAGMA busy_timeout = 1000")
        self._execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _stage_passage(self, document_row: int, document: Document, passage: Passage, identity: Identity) -> list[str]:
        evidence = evidence_text(document.text, passage)
        kept = [word for word in words(evidence) if not word.stop]
        text = document.text[passage.start : passage.end]
        searched = evidence if evidence.strip() else text
        reading = self._vector_id("read", text, document.path, identity)
        same = identity.reader == identity.fingerprint and searched == text
        row = self._insert(
            'INSERT INTO passages (key, document, number, "start", "end", vector, reading, stems, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
            (
                passage_id(document, passage, identity.splitter),
                document_row,
                passage.number,
                passage.start,
                passage.end,
                reading if same else self._vector_id("search", searched, document.path, identity),
                reading,
                " ".join(word.stem for word in kept),
                text,
            ),
        )
        sentences = [
            (
                row,
                position,
                s.start,
                s.end,
                s.boilerplate,
                self._vector_id("sentence", document.text[s.start : s.end], document.path, identity),
            )
            for position, s in enumerate(passage.sentences)
        ]
        self._many("INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?)", sentences)
        return [word.lower for word in kept]

    def _vector_id(self, role: Role, text: str, path: str, identity: Identity) -> int:
        model = identity.fingerprint if role == "search" else identity.reader
        kind = "tokens" if role == "read" else "vector"
        key = hashlib.sha256(f"{model}\n{kind}\n{text}".encode()).digest()[:20]
        known = self._rows("SELECT id FROM vector_keys WHERE key = ?", (key,))
        if known:
            return int(known[0][0])
        id = self._insert("INSERT INTO vector_keys (key) VALUES (?)", (key,))
        self._execute("INSERT INTO pending (id, role, path, text) VALUES (?, ?, ?, ?)", (id, role, path, text))
        return id

    def _unstage(self, paths: Sequence[str]) -> None:
        query = "SELECT id FROM documents WHERE live = 0 AND path IN (SELECT value FROM json_each(?))"
        self._drop([row[0] for row in self._rows(query, (json.dumps(list(paths)),))])

    def _drop(self, documents: Sequence[int]) -> None:
        rows = [(document,) for document in documents]
        self._many("DELETE FROM sentences WHERE passage IN (SELECT id FROM passages WHERE document = ?)", rows)
        self._many("DELETE FROM passages WHERE document = ?", rows)
        self._many("DELETE FROM documents WHERE id = ?", rows)

    def _collect_garbage(self) -> None:
        needed = "SELECT vector FROM passages UNION SELECT reading FROM passages UNION SELECT vector FROM sentences"
        for table in ("vectors", "readings", "pending", "vector_keys"):
            self._execute(f"DELETE FROM {table} WHERE id NOT IN ({needed})")

    def _word_counts(self, documents: str) -> Counter[str]:
        counts: Counter[str] = Counter()
        with self._connections.lent() as connection:
            for (joined,) in connection.execute(f"SELECT words FROM documents WHERE id IN ({documents})"):
                counts.update(joined.split(" ") if joined else ())
        return counts

    def _set(self, values: dict[str, object]) -> None:
        self._many(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [(name, str(value)) for name, value in values.items()],
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
            self._execute("COMMIT")
        except BaseException:
            with self._connections.lent() as connection:
                connection.rollback()
            raise

    def _execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        with self._connections.lent() as connection:
            connection.execute(statement, tuple(parameters))

    def _insert(self, statement: str, parameters: Sequence[object]) -> int:
        with self._connections.lent() as connection:
            return int(connection.execute(statement, tuple(parameters)).lastrowid or 0)

    def _many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with self._connections.lent() as connection:
            connection.executemany(statement, rows)


def passage_id(document: Document, passage: Passage, splitter: str) -> str:
    """The id of a passage: 32 hex digits that depend on path, file, range, splitter and, where there is one, the text's reader."""
    parts = [document.path, document.sha256, passage.start, passage.end, splitter, *filter(None, [document.reader])]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def evidence_text(text: str, passage: Passage) -> str:
    """A passage's text without its boilerplate sentences: what is searched, as words and as a vector."""
    parts, at = [], passage.start
    for sentence in passage.sentences:
        if sentence.boilerplate:
            parts.append(text[at : sentence.start])
            at = sentence.end
    return "".join(parts) + text[at : passage.end]
