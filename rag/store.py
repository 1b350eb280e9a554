"""Nearest passages by vector: the only module that knows Chroma. What it holds can always be built again from the catalog."""

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexBroken, StorageError

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection

Vector = NDArray[np.float32]

DATABASE = "chroma.sqlite3"
SEAL = "seal.json"

# Chroma's file beside a graph that it has saved, and those whose bytes mean nothing before.
SAVED = "index_metadata.pickle"
UNSET = {"data_level0.bin", "length.bin"}

COLLECTION = "passages"
BATCH = 1000

# ef_search 200 found .999 of the true neighbours of real vectors, the default of 100 .994.
# How far a vector of length 1 is moved so that no two are equal: no cosine changes by more than this.
APART = 1e-4
EF_SEARCH = 200

# Clients of one folder share a part that two threads must not make at once.
_opening = threading.Lock()

# How near a row of the sample has to find a copy of itself (float32 cosine of a unit vector with itself).
SELF_SIMILARITY = 0.999


class VectorStore:
    """One Chroma collection in one folder, with cosine similarity over unit vectors of `dimension` numbers.

    Every method raises IndexBroken when Chroma refuses, StorageError when the disk does.
    """

    def __init__(self, folder: Path, client: "Client", collection: "Collection", dimension: int) -> None:
        self.folder = folder
        self.dimension = dimension
        self._client = client
        self._collection = collection

    @classmethod
    def open(cls, folder: Path, name: str, dimension: int, create: bool = False) -> "VectorStore":
        """Opens the collection `name` in the folder, once its files are those that `seal` left; `create` makes folder and collection."""
        if not create:
            _check_seal(folder)
        with _translated(folder):
            client = _client(folder)
            try:
                if create:
                    configuration: CreateCollectionConfiguration = {"hnsw": {"space": "cosine", "ef_search": EF_SEARCH}}
                    collection = client.create_collection(name, configuration=configuration, embedding_function=None)
                else:
                    collection = client.get_collection(name, embedding_function=None)
            except BaseException:
                client.close()
                raise
        return cls(folder, client, collection, dimension)

    def close(self) -> None:
        """Lets go of the folder."""
        with _translated(self.folder):
            self._client.close()

    def seal(self) -> None:
        """Closes a finished index and writes down what its files are, which `open` compares."""
        self.close()
        (self.folder / SEAL).write_text(json.dumps(_marks(self.folder)), encoding="utf-8")

    def upsert(self, ids: Sequence[str], vectors: Vector) -> None:
        """Adds rows or replaces those with the same id. `vectors` are float32, shape [len(ids), dimension]."""
        with _translated(self.folder):
            step = min(BATCH, self._client.get_max_batch_size())
            for first in range(0, len(ids), step):
                cut = slice(first, first + step)
                self._collection.upsert(ids=list(ids[cut]), embeddings=_apart(ids[cut], vectors[cut]))

    def delete(self, ids: Sequence[str]) -> None:
        """Deletes rows; ids that are not there are no error."""
        with _translated(self.folder):
            step = min(BATCH, self._client.get_max_batch_size())
            for first in range(0, len(ids), step):
                self._collection.delete(ids=list(ids[first : first + step]))

    def nearest(self, vector: Vector, k: int) -> list[tuple[str, float]]:
        """The k rows nearest to a unit vector as (id, cosine similarity), best first, ties in order of id.

        Approximate: re-score with the catalog's vectors where the last digit matters.
        """
        with _translated(self.folder):
            if k < 1:
                return []
            answer = self._collection.query(query_embeddings=vector[None, :], n_results=k, include=["distances"])
            ids, distances = answer["ids"][0], (answer["distances"] or [[]])[0]
        return sorted(((id, 1.0 - float(distance)) for id, distance in zip(ids, distances, strict=True)), key=lambda row: (-row[1], row[0]))

    def count(self) -> int:
        """Number of rows."""
        with _translated(self.folder):
            return int(self._collection.count())

    def ids(self) -> list[str]:
        """The ids of all rows, in order of id."""
        with _translated(self.folder):
            return sorted(self._collection.get(include=[])["ids"])

    def self_check(self, count: int, sample: Sequence[tuple[str, Vector]]) -> str:
        """What is wrong, or "": there are `count` rows, and each (id, vector) of the sample finds itself or its like."""
        try:
            found = self.count()
            if found != count:
                return f"it holds {found} passages, not {count}"
            for id, vector in sample:
                hits = self.nearest(vector, 1)
                if not hits or not (hits[0][0] == id or hits[0][1] >= SELF_SIMILARITY):
                    return f"passage {id} does not find itself"
        except IndexBroken as error:
            return str(error)
        return ""


def _apart(ids: Sequence[str], vectors: Vector) -> Vector:
    """The vectors, each moved a little in a direction that depends on its id.

    Many equal vectors (a line repeated a thousand times) fill each other's neighbour lists in the graph, which then falls into pieces
    that a search does not reach. What is found is scored again with the catalog's own vectors.
    """
    seeds = [int.from_bytes(hashlib.sha256(id.encode()).digest()[:8]) for id in ids]
    moves = np.stack([np.random.default_rng(seed).standard_normal(vectors.shape[1]) for seed in seeds])
    moved: Vector = (vectors + APART * moves / np.linalg.norm(moves, axis=1, keepdims=True)).astype(np.float32)
    return moved


def _marks(folder: Path) -> dict[str, str]:
    """The files of the graph, each with its hash, or with its size where readers change it.

    Until Chroma first saves the graph (at 1,000 rows; before that all rows are in its database), every process that opens it writes
    these files anew, with bytes that were never set. The database has its own checks, and readers write into it as well.
    """
    marks: dict[str, str] = {}
    for file in sorted(file for file in folder.glob("*/*") if file.is_file()):
        saved = (file.parent / SAVED).exists()
        marks[file.relative_to(folder).as_posix()] = f"{file.stat().st_size} bytes" if file.name in UNSET and not saved else _hash(file)
    return marks


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _check_seal(folder: Path) -> None:
    """Raises IndexBroken for files that have changed: given a truncated graph, Chroma takes the whole process down (SIGSEGV)."""
    try:
        sealed = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        whole = (folder / DATABASE).is_file() and sealed == _marks(folder)
    except (OSError, ValueError) as error:
        raise IndexBroken(f"The vector index {folder} is missing or incomplete.", "Run `groundline repair`.") from error
    if not whole:
        raise IndexBroken(f"The files of the vector index {folder} are not as they were left.", "Run `groundline repair`.")


def _client(folder: Path) -> "Client":
    from chromadb import PersistentClient
    from chromadb.api.client import Client
    from chromadb.config import Settings

    # Chroma would read its settings from a file `.env` in whatever folder the user happens to be in.
    settings = Settings(_env_file=None, anonymized_telemetry=False)
    with _opening:
        client = PersistentClient(folder, settings)
    assert isinstance(client, Client)
    return client


def spread(rows: Sequence[str], size: int) -> list[str]:
    """Up to `size` of the rows, evenly spread."""
    return list(rows[:: max(1, len(rows) // size)][:size])


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Chroma's errors as Groundline's. Its Rust half raises panics, which are no Exception."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, IndexBroken, MemoryError):
        raise
    except BaseException as error:
        if "disk is full" in str(error) or "No space left" in str(error) or "readonly database" in str(error):
            raise StorageError(f"The vector index {folder} cannot be written: {error}", "Free some space, or use --home.") from error
        raise IndexBroken(f"The vector index {folder} does not answer: {error}", "Run `groundline repair`.") from error
