"""An index as its readers see it: opened, checked, mended, followed while others write."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.config import Settings
from rag.errors import CorpusNotFound, IndexBroken, IndexLocked, IndexMismatch, IndexMissing
from rag.index import index_folder, open_catalog, open_index, repair
from rag.store import DATABASE, VectorStore
from tests.support.corpora import made_up_text, write_corpus
from tests.support.embedders import HashEmbedder
from tests.support.forks import Forks
from tests.support.indexes import SETTINGS, answers, contents, reader, run

QUESTIONS = tuple(made_up_text(1, seed).strip() for seed in (1, 2, 3))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of some 1,200 passages and its index: more than Chroma keeps in its log."""
    base = tmp_path_factory.mktemp("made")
    write_corpus(base / "corpus", 12, 100)
    run(base / "corpus", base / "home")
    return base


@pytest.fixture
def base(made: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may break; the index is keyed by the corpus's path, so it is moved along."""
    shutil.copytree(made / "corpus", tmp_path / "corpus")
    target = index_folder(tmp_path / "home", tmp_path / "corpus")
    shutil.copytree(index_folder(made / "home", made / "corpus"), target)
    return tmp_path


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks()
    yield forks
    forks.close()


def vectors_folder(base: Path) -> Path:
    (folder,) = (index_folder(base / "home", base / "corpus") / "chroma").iterdir()
    return folder


def remove_all(folder: Path) -> None:
    shutil.rmtree(folder)


def empty_database(folder: Path) -> None:
    (folder / DATABASE).write_bytes(b"")


def garbage_database(folder: Path) -> None:
    (folder / DATABASE).write_bytes(b"garbage " * 5000)


def truncated_database(folder: Path) -> None:
    data = (folder / DATABASE).read_bytes()
    (folder / DATABASE).write_bytes(data[: len(data) // 2])


def removed_segment(folder: Path) -> None:
    for segment in folder.glob("*-*"):
        shutil.rmtree(segment)


def truncated_vectors(folder: Path) -> None:
    for file in folder.glob("*/data_level0.bin"):
        file.write_bytes(file.read_bytes()[:1000])


def removed_header(folder: Path) -> None:
    for file in folder.glob("*/header.bin"):
        file.unlink()


def removed_names(folder: Path) -> None:
    for file in folder.glob("*/index_metadata.pickle"):
        file.unlink()


def lost_rows(folder: Path) -> None:
    store = VectorStore.open(folder, "passages", 32)
    store.delete(store.ids()[:3])
    store.close()


DAMAGES = [
    remove_all,
    empty_database,
    garbage_database,
    truncated_database,
    removed_segment,
    truncated_vectors,
    removed_header,
    removed_names,
    lost_rows,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_broken_vector_index_is_rebuilt_without_embedding_and_said_so(
    made: Path, base: Path, damage: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = reader(made / "corpus", made / "home")
    damage(vectors_folder(base))
    monkeypatch.setattr(HashEmbedder, "embed", None)
    mended = reader(base / "corpus", base / "home")
    assert contents(mended.catalog) == contents(sound.catalog)
    assert mended.store.ids() == mended.catalog.all_passage_ids()
    assert answers(mended, QUESTIONS) == answers(sound, QUESTIONS)
    (note,) = mended.notes
    assert "rebuilt" in note and "without embedding again" in note
    mended.close()
    again = reader(base / "corpus", base / "home")
    assert again.store.count() == again.catalog.passage_count() and again.notes == ()
    again.close()
    sound.close()


@pytest.mark.parametrize("damage", [remove_all, truncated_database, truncated_vectors])
def test_an_ingest_over_a_broken_vector_index_mends_it_and_says_so(base: Path, damage: Callable[[Path], None]) -> None:
    damage(vectors_folder(base))
    (base / "corpus" / "more.txt").write_text(made_up_text(5, 77), encoding="utf-8")
    embedder = HashEmbedder()
    report = run(base / "corpus", base / "home", embedder)
    assert "without embedding again" in report.notes[0]
    assert len(embedder.texts) < 12
    index = reader(base / "corpus", base / "home")
    assert index.store.ids() == index.catalog.all_passage_ids() and index.notes == ()
    index.close()


def test_a_vector_index_that_breaks_while_it_is_open_is_mended(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = reader(base / "corpus", base / "home")
    before, first = answers(index, QUESTIONS), index.store
    nearest = VectorStore.nearest

    def breaks(self: VectorStore, *arguments: object) -> object:
        if self is first:
            raise IndexBroken("Error finding id", "")
        return nearest(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(VectorStore, "nearest", breaks)
    assert answers(index, QUESTIONS) == before
    assert "Error finding id" in index.notes[0] and index.store is not first
    index.close()


def test_a_sound_index_opens_without_notes(made: Path) -> None:
    report = repair(made / "corpus", made / "home", HashEmbedder(), SETTINGS)
    assert report.notes == () and report.documents == 12 and len(report.unchanged) == 12


@pytest.mark.parametrize("sentences", [5, 600])
def test_opening_a_sound_index_in_other_processes_changes_nothing(tmp_path: Path, sentences: int) -> None:
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    write_corpus(corpus, 3, sentences)
    run(corpus, home)
    folder = vectors_folder(tmp_path)
    script = """if True:
        import sys
        from pathlib import Path
        from tests.support.embedders import HashEmbedder
        from tests.support.indexes import reader
        index = reader(Path(sys.argv[1]), Path(sys.argv[2]))
        assert len(index.nearest(HashEmbedder().embed_query("anything"), 3)) == 3
        print(index.store.folder.name, index.generation, *index.notes)
        index.close()
    """
    command = [sys.executable, "-c", script, str(corpus), str(home)]
    said = [subprocess.run(command, check=True, cwd=Path(__file__).parent.parent, capture_output=True, text=True) for _ in range(3)]
    assert [one.stdout.split() for one in said] == [[folder.name, "1"]] * 3
    assert vectors_folder(tmp_path) == folder


def test_repair_says_what_it_mended(base: Path) -> None:
    remove_all(vectors_folder(base))
    report = repair(base / "corpus", base / "home", HashEmbedder(), SETTINGS)
    assert "rebuilt" in report.notes[0] and report.generation == 2
    assert repair(base / "corpus", base / "home", HashEmbedder(), SETTINGS).notes == ()


def test_repair_with_rebuild_embeds_everything_again(made: Path, base: Path) -> None:
    embedder = HashEmbedder("hash-2")
    with pytest.raises(IndexMismatch):
        repair(base / "corpus", base / "home", embedder, SETTINGS)
    report = repair(base / "corpus", base / "home", embedder, SETTINGS, rebuild=True)
    assert len(report.added) == 12 and report.generation == 2 and embedder.calls > 0
    index, sound = reader(base / "corpus", base / "home", embedder), reader(made / "corpus", made / "home")
    assert contents(index.catalog) == contents(sound.catalog)
    index.close()
    sound.close()


def test_a_corpus_never_indexed_is_said_to_be_so(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus", 1, 5)
    for opened in (lambda: reader(tmp_path / "corpus", tmp_path / "home"), lambda: open_catalog(tmp_path / "corpus", tmp_path / "home")):
        with pytest.raises(IndexMissing) as raised:
            opened()
        assert "groundline ingest" in raised.value.hint
    assert not (tmp_path / "home").exists()


def test_an_index_outlives_its_corpus(base: Path) -> None:
    shutil.rmtree(base / "corpus")
    index = reader(base / "corpus", base / "home")
    assert len(answers(index, QUESTIONS)) == 3
    index.close()
    with pytest.raises(CorpusNotFound):
        run(base / "corpus", base / "home")


@pytest.mark.parametrize(
    ("embedder", "settings", "named"),
    [(HashEmbedder("hash-2"), SETTINGS, "hash-2"), (HashEmbedder(), Settings(passage_tokens=64), "64 tokens")],
)
def test_opening_with_another_model_or_splitter_names_both(made: Path, embedder: HashEmbedder, settings: Settings, named: str) -> None:
    with pytest.raises(IndexMismatch) as raised:
        open_index(made / "corpus", made / "home", embedder, settings)
    assert "hash-1" in str(raised.value) and "16 tokens" in str(raised.value) and named in str(raised.value)
    assert "groundline repair --rebuild" in raised.value.hint


def test_the_catalog_alone_does_not_import_chroma(made: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from rag.index import open_catalog, open_index
from tests.support.embedders import HashEmbedder
from tests.support.indexes import SETTINGS
corpus, home = Path({str(made / "corpus")!r}), Path({str(made / "home")!r})
assert len(open_catalog(corpus, home).documents()) == 12
assert open_index(corpus, home, HashEmbedder(), SETTINGS).generation == 1
assert "chromadb" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parent.parent)


def test_a_reader_follows_another_process_after_refresh(base: Path, forks: Forks) -> None:
    index = reader(base / "corpus", base / "home")
    before = answers(index, QUESTIONS)
    text = "Quokkas juggle lanterns at midnight."
    (base / "corpus" / "new.txt").write_text(text, encoding="utf-8")
    (base / "corpus" / "doc_000.txt").unlink()
    assert forks.start(base / "corpus", base / "home").wait() == "done"
    assert index.refresh() and not index.refresh()
    best = index.catalog.passages([id for id, _ in index.nearest(HashEmbedder().embed_query(text), 1)])
    assert best[0].path == "new.txt"
    assert index.store.ids() == index.catalog.all_passage_ids()
    assert answers(index, QUESTIONS) != before
    index.close()


def test_a_reader_that_does_not_refresh_goes_on_with_what_it_has(base: Path, forks: Forks) -> None:
    index = reader(base / "corpus", base / "home")
    question = HashEmbedder().embed_query(QUESTIONS[0])
    before = index.nearest(question, 20)
    (base / "corpus" / "doc_000.txt").unlink()
    assert forks.start(base / "corpus", base / "home").wait() == "done"
    assert index.nearest(question, 20) == before
    left = {row.path for row in index.catalog.passages([id for id, _ in before])}
    assert "doc_000.txt" not in left
    assert index.notes == ()
    index.close()


def test_readers_see_the_old_state_or_the_new_while_another_process_writes(base: Path, forks: Forks) -> None:
    corpus, home = base / "corpus", base / "home"
    index = reader(corpus, home)
    old = (answers(index, QUESTIONS), contents(index.catalog))
    for number in range(6):
        (corpus / f"doc_{number:03d}.txt").write_text(made_up_text(80, 500 + number), encoding="utf-8")
    states = []

    def look() -> None:
        index.refresh()
        with index.catalog.snapshot():
            generation = index.catalog.generation
            state = answers(index, QUESTIONS) if generation == index.generation else None
        states.append((generation, state))
        fresh = reader(corpus, home)
        assert len(answers(fresh, QUESTIONS)) == 3 and fresh.notes == ()
        fresh.close()

    look()
    writer = forks.start(corpus, home)
    seen = []
    ended = threading.Event()
    waiter = threading.Thread(target=lambda: (seen.append(writer.wait()), ended.set()))
    waiter.start()
    while not ended.is_set():
        look()
    waiter.join()
    look()
    assert seen == ["done"]
    new = answers(index, QUESTIONS)
    assert {generation for generation, _ in states} == {1, 2}
    assert all(state == (old[0] if generation == 1 else new) for generation, state in states if state is not None)
    assert index.notes == ()
    index.close()


def test_work_that_a_writer_overtakes_is_done_again_on_the_new_state(base: Path) -> None:
    index = reader(base / "corpus", base / "home")
    seen = []

    def work() -> tuple[int, list[str], list[str]]:
        if not seen:
            (base / "corpus" / "doc_000.txt").unlink()
            run(base / "corpus", base / "home")
            index.refresh()
        found = (index.catalog.generation, index.catalog.all_passage_ids(), index.store.ids())
        seen.append(found)
        return found

    generation, catalog_ids, store_ids = index.consistently(work)
    assert len(seen) == 2 and seen[0][0] == 1 and len(seen[0][1]) > len(catalog_ids)
    assert generation == 2 and catalog_ids == store_ids
    index.close()


def test_work_that_is_overtaken_without_end_is_an_error(base: Path) -> None:
    index = reader(base / "corpus", base / "home")

    def work() -> None:
        (base / "corpus" / "doc_000.txt").write_text(f"Version {time.time_ns()}.", encoding="utf-8")
        run(base / "corpus", base / "home")
        index.refresh()

    with pytest.raises(IndexLocked):
        index.consistently(work)
    index.close()


def test_a_vector_index_that_breaks_in_the_middle_of_work_is_mended(base: Path) -> None:
    index = reader(base / "corpus", base / "home")
    expected = index.catalog.all_passage_ids()
    remove_all(vectors_folder(base))
    assert index.consistently(lambda: index.store.ids()) == expected
    assert len(index.notes) == 1
    index.close()


def test_a_reader_whose_index_is_taken_away_says_so_and_takes_up_a_new_one(base: Path) -> None:
    index = reader(base / "corpus", base / "home")
    assert index.store.count() > 0
    shutil.rmtree(base / "home")
    with pytest.raises(IndexMissing):
        index.refresh()
    for file in sorted((base / "corpus").iterdir())[1:]:
        file.unlink()
    run(base / "corpus", base / "home")
    assert index.refresh()
    assert [row.path for row in index.catalog.documents()] == ["doc_000.txt"]
    assert index.store.ids() == index.catalog.all_passage_ids()
    index.close()


def test_two_writers_take_turns(tmp_path: Path, forks: Forks) -> None:
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    write_corpus(corpus, 8, 80)
    other = Forks()
    runs = [each.start(corpus, home) for each in (forks, other)]
    assert [each.wait() for each in runs] == ["done", "done"]
    other.close()
    index = reader(corpus, home)
    assert index.generation == 1 and index.store.ids() == index.catalog.all_passage_ids()
    index.close()


def test_threads_ask_while_the_index_changes(base: Path) -> None:
    index = reader(base / "corpus", base / "home")
    embedder, problems, stop = HashEmbedder(), [], threading.Event()
    question = embedder.embed_query(QUESTIONS[0])

    def ask() -> None:
        while not stop.is_set():
            try:
                if len(index.nearest(question, 10)) != 10:
                    problems.append("too few")
                index.refresh()
            except Exception as error:
                problems.append(repr(error))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(3):
        (base / "corpus" / "doc_001.txt").write_text(made_up_text(30, 900 + number), encoding="utf-8")
        run(base / "corpus", base / "home")
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == [] and index.notes == ()
    index.refresh()
    assert index.generation == 4
    index.close()
