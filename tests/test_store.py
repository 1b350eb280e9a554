"""The vector index against exact search, and what it says when it is broken."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import IndexBroken, StorageError
from rag.store import APART, COLLECTION, DATABASE, VectorStore, _translated, spread

ROOT = Path(__file__).parent.parent

ROWS, DIMENSION, CLUSTERS = 3000, 64, 60


def clustered(rows: int, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors in clusters, as those of texts are; uniform ones would make recall look bad without a reason."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(7).standard_normal((CLUSTERS, DIMENSION))
    vectors = centres[chance.integers(CLUSTERS, size=rows)] + 0.6 * chance.standard_normal((rows, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


VECTORS = clustered(ROWS)
IDS = [f"row-{number:05d}" for number in range(ROWS)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VectorStore:
    store = VectorStore.open(tmp_path_factory.mktemp("store") / "index", COLLECTION, DIMENSION, create=True)
    store.upsert(IDS, VECTORS)
    return store


@pytest.fixture
def small(tmp_path: Path) -> VectorStore:
    store = VectorStore.open(tmp_path / "index", COLLECTION, DIMENSION, create=True)
    store.upsert(IDS[:50], VECTORS[:50])
    return store


def exact(vector: NDArray[np.float32], k: int) -> list[str]:
    return [IDS[row] for row in np.argsort(-(VECTORS @ vector), kind="stable")[:k]]


def test_finds_what_exact_search_finds(store: VectorStore) -> None:
    questions = clustered(200, seed=1)
    found = [len(set(exact(question, 10)) & {id for id, _ in store.nearest(question, 10)}) for question in questions]
    assert sum(found) / (10 * len(questions)) >= 0.99


def test_similarity_is_the_cosine_best_first(store: VectorStore) -> None:
    question = clustered(1, seed=2)[0]
    rows = store.nearest(question, 25)
    assert len(rows) == 25
    assert [score for _, score in rows] == sorted((score for _, score in rows), reverse=True)
    for id, score in rows:
        assert score == pytest.approx(float(VECTORS[IDS.index(id)] @ question), abs=APART)


def test_counts_and_ids_past_one_batch(store: VectorStore) -> None:
    assert store.count() == ROWS
    assert store.ids() == IDS


def test_fewer_rows_than_asked_for_is_no_error(small: VectorStore) -> None:
    assert len(small.nearest(VECTORS[0], 200)) == 50
    assert small.nearest(VECTORS[0], 0) == []


def test_upsert_replaces_and_delete_removes(small: VectorStore) -> None:
    small.upsert([IDS[0]], VECTORS[100:101])
    small.delete([IDS[1], "never-there"])
    assert small.count() == 49
    assert small.nearest(VECTORS[100], 1)[0][0] == IDS[0]
    assert IDS[1] not in {id for id, _ in small.nearest(VECTORS[1], 49)}


def test_an_empty_store_answers(tmp_path: Path) -> None:
    store = VectorStore.open(tmp_path / "index", COLLECTION, DIMENSION, create=True)
    assert (store.count(), store.ids(), store.nearest(VECTORS[0], 5), store.self_check(0, [])) == (0, [], [], "")
    store.close()


def test_what_was_written_is_there_after_opening_again(small: VectorStore) -> None:
    before = small.nearest(VECTORS[3], 10)
    small.seal()
    again = VectorStore.open(small.folder, COLLECTION, DIMENSION)
    assert again.nearest(VECTORS[3], 10) == before
    again.close()


def test_a_copy_of_a_sealed_store_is_a_store(small: VectorStore, tmp_path: Path) -> None:
    small.seal()
    shutil.copytree(small.folder, tmp_path / "copy")
    copy = VectorStore.open(tmp_path / "copy", COLLECTION, DIMENSION)
    assert copy.self_check(50, list(zip(IDS[:50], VECTORS[:50], strict=True))) == ""
    copy.close()


def test_threads_share_a_store(store: VectorStore) -> None:
    questions = clustered(40, seed=4)
    alone = [store.nearest(question, 5) for question in questions]
    together: dict[int, list[tuple[str, float]]] = {}

    def ask(first: int) -> None:
        for number in range(first, len(questions), 8):
            together[number] = store.nearest(questions[number], 5)

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[number] for number in range(len(questions))] == alone


def test_self_check_says_what_is_wrong(small: VectorStore) -> None:
    sample = list(zip(IDS[:5], VECTORS[:5], strict=True))
    assert small.self_check(50, sample) == ""
    assert "holds 50 passages, not 51" in small.self_check(51, sample)
    assert "does not find itself" in small.self_check(50, [("stranger", -VECTORS[0])])


def test_equal_vectors_pass_the_check(tmp_path: Path) -> None:
    store = VectorStore.open(tmp_path / "index", COLLECTION, DIMENSION, create=True)
    store.upsert(IDS[:300], np.repeat(VECTORS[:1], 300, axis=0))
    assert store.self_check(300, [(id, VECTORS[0]) for id in IDS[:300:50]]) == ""
    store.close()


def test_a_missing_folder_is_broken_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match="missing"):
        VectorStore.open(tmp_path / "nowhere", COLLECTION, DIMENSION)
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_database_is_broken(small: VectorStore) -> None:
    small.seal()
    (small.folder / DATABASE).write_bytes(b"no database at all" * 500)
    with pytest.raises(IndexBroken) as raised:
        VectorStore.open(small.folder, COLLECTION, DIMENSION)
    assert raised.value.hint and str(small.folder) in str(raised.value)


@pytest.mark.parametrize("change", ["truncate", "flip", "delete", "add"])
def test_a_changed_graph_is_broken_before_chroma_sees_it(small: VectorStore, change: str) -> None:
    small.upsert(IDS, VECTORS)
    small.seal()
    file = next(small.folder.glob("*/data_level0.bin"))
    data = file.read_bytes()
    changed = {"truncate": data[:1000], "flip": data[:5000] + bytes([data[5000] ^ 0xFF]) + data[5001:], "delete": None, "add": data}[change]
    target = file.with_name("more.bin") if change == "add" else file
    target.write_bytes(changed) if changed is not None else target.unlink()
    with pytest.raises(IndexBroken, match="not as they were left"):
        VectorStore.open(small.folder, COLLECTION, DIMENSION)


def test_reading_leaves_a_sealed_store_sealed(small: VectorStore) -> None:
    small.upsert(IDS, VECTORS)
    small.delete(IDS[:40])
    small.seal()
    for _ in range(2):
        again = VectorStore.open(small.folder, COLLECTION, DIMENSION)
        assert again.self_check(ROWS - 40, [(IDS[50], VECTORS[50])]) == ""
        again.close()


def test_other_processes_that_read_leave_sealed_stores_sealed(tmp_path: Path) -> None:
    sizes = {"few": 20, "one-short": 999, "saved": 1000, "more": 1200}
    for name, rows in sizes.items():
        store = VectorStore.open(tmp_path / name, COLLECTION, DIMENSION, create=True)
        store.upsert(IDS[:rows], VECTORS[:rows])
        store.seal()
    script = f"""if True:
        import sys
        from pathlib import Path
        import numpy as np
        from rag.store import COLLECTION, VectorStore
        for name, rows in {sizes}.items():
            store = VectorStore.open(Path(sys.argv[1]) / name, COLLECTION, {DIMENSION})
            assert store.count() == rows
            assert len(store.nearest(np.ones({DIMENSION}, np.float32), 5)) == 5
            store.close()
    """
    for _ in range(3):
        subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, cwd=ROOT)


def test_an_unsealed_store_is_broken(small: VectorStore) -> None:
    small.close()
    with pytest.raises(IndexBroken, match="incomplete"):
        VectorStore.open(small.folder, COLLECTION, DIMENSION)


def test_a_closed_store_is_broken(small: VectorStore) -> None:
    small.close()
    with pytest.raises(IndexBroken):
        small.nearest(VECTORS[0], 1)


def test_a_full_disk_is_told_from_a_broken_store(tmp_path: Path) -> None:
    with pytest.raises(StorageError), _translated(tmp_path):
        raise RuntimeError("error returned from database: (code: 13) database or disk is full")


def test_another_folder_s_env_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    store = VectorStore.open(tmp_path / "index", COLLECTION, DIMENSION, create=True)
    assert store.count() == 0
    store.close()


@pytest.mark.parametrize(("rows", "size", "expected"), [(0, 4, []), (3, 4, [0, 1, 2]), (8, 4, [0, 2, 4, 6]), (9, 4, [0, 2, 4, 6])])
def test_a_sample_is_spread_evenly(rows: int, size: int, expected: list[int]) -> None:
    assert spread([str(row) for row in range(rows)], size) == [str(row) for row in expected]
