"""Ingests killed with SIGKILL at any moment: what was complete still answers, and the next run finishes without starting again."""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from rag.config import Settings
from rag.embed import MiniLM, Reading, Vectors
from rag.errors import IndexMissing
from rag.index import Index, open_index
from rag.ingest import ingest
from tests.support.corpora import write_corpus
from tests.support.embedders import HashEmbedder
from tests.support.forks import Forks, Run
from tests.support.indexes import answers, contents, reader, run

DOCUMENTS, SENTENCES = 36, 70  # some 2,400 passages
CHANGED = 15  # of them in the second state: just over 1,000 passages, so that Chroma saves its graph
RANDOM_KILLS, FIRST_KILLS = 20, 3
SAVE_KILLS = (1, 2, 4, 7)  # changes of a file of the graph
SAVE_TRIES = 8  # to see so many of them before the run has ended, on a machine that is busy with other things

State = dict[str, object]
Kill = Callable[["Run", Path], None]


class Setting(NamedTuple):
    """Two states of one corpus, the folder that plays it, an index of the first state; what an ingest of the second embeds and takes."""

    folder: Path
    corpus: Path
    states: tuple[State, State]
    questions: tuple[str, ...]
    new_texts: int
    seconds: float

    def play(self, number: int) -> None:
        """Puts the files of that state into the corpus."""
        shutil.rmtree(self.corpus, ignore_errors=True)
        shutil.copytree(self.folder / f"state-{number}", self.corpus)

    def first_home(self) -> Path:
        """A home that holds the index of the first state."""
        home = self.folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.folder / "home-0", home)
        return home


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks()
    yield forks
    forks.close()


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Setting:
    folder = tmp_path_factory.mktemp("kill")
    write_corpus(folder / "state-0", DOCUMENTS, SENTENCES)
    shutil.copytree(folder / "state-0", folder / "state-1")
    write_corpus(folder / "state-1", CHANGED, SENTENCES, seed=9)
    (folder / "state-1" / "doc_035.txt").unlink()
    (folder / "state-1" / "doc_034.txt").rename(folder / "state-1" / "renamed.txt")
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("state-0/doc_002.txt", "state-1/doc_002.txt", "state-0/doc_020.txt")]
    made = Setting(folder, folder / "corpus", ({}, {}), tuple(text.split(".")[3] for text in texts), 0, 0.0)
    states = []
    for number in (0, 1):
        made.play(number)
        run(made.corpus, folder / f"home-{number}")
        states.append(complete(reader(made.corpus, folder / f"home-{number}"), made))
    embedder = HashEmbedder()
    run(made.corpus, made.first_home(), embedder)
    began = time.monotonic()
    assert forks.start(made.corpus, made.first_home()).wait() == "done"
    return made._replace(states=(states[0], states[1]), new_texts=len(embedder.texts), seconds=time.monotonic() - began)


def complete(index: Index, setting: Setting) -> State:
    """Everything that an index says, which both halves have to agree on."""
    try:
        assert index.store.ids() == index.catalog.all_passage_ids()
        return {"answers": answers(index, setting.questions), **contents(index.catalog)}
    finally:
        index.close()


def killed_after(seconds: float) -> Kill:
    """Kills when so much time has passed."""

    def kill(running: Run, _: Path) -> None:
        time.sleep(seconds)
        os.kill(running.pid, signal.SIGKILL)

    return kill


def killed_at_save(after: int) -> Kill:
    """Kills while Chroma saves its graph: at the n-th change of one of its files."""

    def kill(running: Run, home: Path) -> None:
        seen: set[tuple[str, int, int]] = set()
        while len(seen) < after and not running.ended:
            time.sleep(0.0005)
            seen |= graph_files(home, newer_than=running.began)
        os.kill(running.pid, signal.SIGKILL)

    return kill


def graph_files(home: Path, newer_than: int) -> set[tuple[str, int, int]]:
    """Chroma's graph files written since then (a copy keeps its original's time), with size and time."""
    found = set()
    for file in home.glob("*/chroma/*/*/*"):
        with contextlib.suppress(FileNotFoundError):
            status = file.stat()
            if status.st_mtime_ns > newer_than:
                found.add((str(file), status.st_size, status.st_mtime_ns))
    return found


def killed_at_first_vectors(running: Run, home: Path) -> None:
    """Kills as soon as some vectors have been kept."""
    while vectors_kept(home) == 0 and not running.ended:
        time.sleep(0.005)
    os.kill(running.pid, signal.SIGKILL)


def vectors_kept(home: Path) -> int:
    """How many vectors a home holds, those of a run that did not finish among them."""
    try:
        (file,) = home.glob("*/catalog.sqlite3")
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM vectors").fetchone()[0])
    except (ValueError, sqlite3.OperationalError):
        return 0


def kill_and_recover(setting: Setting, forks: Forks, kill: Kill) -> str:
    """One killed ingest of the second state over the first, and all that has to hold after it; how the run ended."""
    home = setting.first_home()
    setting.play(1)
    before = vectors_kept(home)
    running = forks.start(setting.corpus, home)
    kill(running, home)
    ended = running.wait()
    kept = vectors_kept(home) - before
    state = complete(reader(setting.corpus, home), setting)
    assert state in setting.states, "neither the state before nor the one after"
    embedder = HashEmbedder()
    report = run(setting.corpus, home, embedder)
    assert report.notes == ()
    assert len(list(home.glob("*/chroma/*"))) == 1
    assert len(embedder.texts) == (setting.new_texts - kept if state == setting.states[0] else 0)
    assert complete(reader(setting.corpus, home), setting) == setting.states[1]
    return ended


def test_a_kill_at_any_moment_leaves_a_complete_state_and_loses_no_vector(setting: Setting, forks: Forks) -> None:
    chance = random.Random(3)
    longest, killed = setting.seconds, 0
    for _ in range(2 * RANDOM_KILLS):
        moment = chance.uniform(0.0, longest)
        if kill_and_recover(setting, forks, killed_after(moment)) == "killed":
            killed += 1
        else:
            longest = moment  # the machine is faster now than when it was measured
        if killed == RANDOM_KILLS:
            break
    assert killed == RANDOM_KILLS, "too few runs were killed to mean anything"


def test_a_kill_while_chroma_saves_its_graph_breaks_nothing(setting: Setting, forks: Forks) -> None:
    for after in SAVE_KILLS:
        tries = (kill_and_recover(setting, forks, killed_at_save(after)) for _ in range(SAVE_TRIES))
        assert "killed" in tries, f"no run was killed at change {after}"


def test_a_kill_of_the_first_ingest_leaves_no_index_or_a_whole_one(setting: Setting, forks: Forks) -> None:
    chance = random.Random(4)
    setting.play(0)
    for number in range(FIRST_KILLS):
        home = setting.folder / f"first-{number}"
        running = forks.start(setting.corpus, home)
        killed_after(chance.uniform(0.0, setting.seconds))(running, home)
        if running.wait() == "killed":
            with contextlib.suppress(IndexMissing):
                assert complete(reader(setting.corpus, home), setting) == setting.states[0]
        run(setting.corpus, home)
        assert complete(reader(setting.corpus, home), setting) == setting.states[0]


def test_the_real_model_killed_goes_on_where_it_was(seeds: Path, tmp_path: Path, forks: Forks) -> None:
    running = forks.start(seeds, tmp_path / "home", "MiniLM")
    killed_at_first_vectors(running, tmp_path / "home")
    assert running.wait() == "killed"
    kept = vectors_kept(tmp_path / "home")
    with pytest.raises(IndexMissing):
        open_index(seeds, tmp_path / "home", MiniLM(), Settings())
    counted = CountingMiniLM()
    ingest(seeds, tmp_path / "home", counted, Settings())
    index = open_index(seeds, tmp_path / "home", counted, Settings())
    assert kept > 0 and counted.texts == vectors_kept(tmp_path / "home") - kept
    for row in index.catalog.passages(index.catalog.all_passage_ids())[::10]:
        assert row.id in [id for id, _ in index.nearest(row.vector, 3)]
        for sentence in index.catalog.sentences([row.id]):
            assert np.array_equal(sentence.vector, counted.embed_query(sentence.text))
    index.close()


class CountingMiniLM(MiniLM):
    """The real model, counting texts."""

    texts = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return super().embed(texts)

    def read(self, text: str) -> Reading:
        self.texts += 1
        return super().read(text)
