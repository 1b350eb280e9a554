"""The engine over the five articles with the model that ships: the same bytes every time, and never a word of what is gone."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag import open_corpus
from rag.embed import MiniLM
from rag.engine import Engine
from rag.errors import EngineClosed, IndexMissing, QuestionError
from rag.index import index_folder, repair
from rag.schema import Answer
from tests.support.cli import FIRE, FRANCE, ROOT, process
from tests.support.forks import Forks

FIRST, LAST = "000_25fe80bdf448f68e.txt", "004_f0500879abb666c8.txt"
GONE = "003_4a45a2b5c6e84a84.txt"

QUESTIONS = (
    FIRE,
    FRANCE,
    "How many people had to be tested in Shijiazhuang?",
    "Why did the police withdraw in Jiangjin?",
    "pompao taiwan when",
    "How long did people in Shanghai suffer in confinement, and what did they bang on?",
    "On which date did thousands protest in Jiangjin, September 28?",
    "Who denounced that the whole city is shut down after a single case?",
)


class Copy:
    """A corpus and its home that a test may change."""

    def __init__(self, corpus: Path, home: Path) -> None:
        self.corpus = corpus
        self.home = home

    def open(self, update: bool = False) -> Engine:
        return open_corpus(self.corpus, home=self.home, update=update)


def as_bytes(answer: Answer) -> str:
    return answer.model_dump_json(exclude={"timings"})


@pytest.fixture(scope="module")
def engine(seeds: Path, home: Path) -> Iterator[Engine]:
    with open_corpus(seeds, home=home, update=False) as engine:
        yield engine


@pytest.fixture(scope="module")
def expected(engine: Engine) -> list[str]:
    return [as_bytes(engine.ask(question)) for question in QUESTIONS]


@pytest.fixture
def copy(seeds: Path, home: Path, tmp_path: Path) -> Copy:
    """The index is keyed by the corpus's path, so that it is moved along."""
    made = Copy(tmp_path / "corpus", tmp_path / "home")
    shutil.copytree(seeds, made.corpus)
    shutil.copytree(index_folder(home, seeds), index_folder(made.home, made.corpus))
    return made


def break_vectors(copy: Copy) -> None:
    for folder in (index_folder(copy.home, copy.corpus) / "chroma").iterdir():
        shutil.rmtree(folder)


def test_some_questions_are_answered_and_some_are_not(expected: list[str]) -> None:
    assert {json.loads(answer)["status"] for answer in expected} == {"answered", "abstained"}


def test_eight_threads_at_once_get_the_same_answers(engine: Engine, expected: list[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(engine.ask, QUESTIONS * 3))
    assert [as_bytes(answer) for answer in answers] == expected * 3
    assert engine.notes == ()


def test_an_awaited_answer_is_the_same(engine: Engine, expected: list[str]) -> None:
    async def ask() -> list[Answer]:
        return await asyncio.gather(*(engine.aask(question) for question in QUESTIONS[:4]))

    assert [as_bytes(answer) for answer in asyncio.run(ask())] == expected[:4]


def test_another_process_gives_the_same_bytes(seeds: Path, home: Path, expected: list[str]) -> None:
    script = """if True:
        import sys
        from rag import open_corpus
        with open_corpus(sys.argv[1], home=sys.argv[2], update=False) as engine:
            for question in sys.argv[3:]:
                print(engine.ask(question).model_dump_json(exclude={"timings"}))
    """
    command = [sys.executable, "-c", script, str(seeds), str(home), *reversed(QUESTIONS)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert said.stdout.splitlines() == expected[::-1]
    assert said.stderr == ""


def test_the_command_prints_the_same_answer(seeds: Path, home: Path, expected: list[str]) -> None:
    said = process("ask", FIRE, "--json", "--corpus", str(seeds), "--home", str(home), cwd=ROOT)
    answer = Answer.model_validate_json(said.stdout)
    assert (said.returncode, as_bytes(answer)) == (0, expected[0])
    assert answer.timings and said.stderr == b""


def test_a_rebuilt_index_gives_the_same_bytes(copy: Copy, expected: list[str]) -> None:
    with copy.open() as engine:
        report = repair(copy.corpus, copy.home, MiniLM(), engine.settings, rebuild=True)
        assert len(report.added) == 5
        assert [as_bytes(engine.ask(question)) for question in QUESTIONS] == expected


def test_files_added_one_by_one_in_another_order_give_the_same_bytes(seeds: Path, tmp_path: Path, expected: list[str]) -> None:
    made = Copy(tmp_path / "corpus", tmp_path / "home")
    made.corpus.mkdir()
    for file in sorted(seeds.glob("*.txt"), reverse=True):
        shutil.copy(file, made.corpus)
        made.open(update=True).close()
    with made.open() as engine:
        assert [as_bytes(engine.ask(question)) for question in QUESTIONS] == expected


def test_a_rebuilt_vector_index_gives_the_same_bytes_and_is_said(copy: Copy, expected: list[str]) -> None:
    break_vectors(copy)
    with copy.open() as engine:
        assert engine.notes == ()
        assert [as_bytes(engine.ask(question)) for question in QUESTIONS] == expected
        (note,) = engine.notes
        assert "rebuilt" in note and "without embedding again" in note
    with copy.open() as engine:
        engine.ask(FIRE)
        assert engine.notes == ()


def test_the_command_says_what_it_mended_and_prints_only_json(copy: Copy) -> None:
    break_vectors(copy)
    said = process("ask", FIRE, "--json", "--corpus", str(copy.corpus), "--home", str(copy.home), cwd=ROOT)
    assert Answer.model_validate_json(said.stdout).status == "answered"
    assert b"without embedding again" in said.stderr


def test_an_open_engine_follows_what_another_process_ingests(copy: Copy) -> None:
    question = "How many lighthouses did Petra Quill paint at Storrow?"
    with copy.open() as engine:
        assert engine.ask(question).status == "abstained"
        (copy.corpus / "new.txt").write_text("In 1931 Petra Quill painted 37 lighthouses at Storrow.\n", encoding="utf-8")
        forks = Forks()
        try:
            assert forks.start(copy.corpus, copy.home, "MiniLM").wait() == "done"
        finally:
            forks.close()
        answer = engine.ask(question)
        assert answer.status == "answered" and answer.citations[0].path == "new.txt"
        assert "new.txt" in [source.path for source in engine.sources()]
        assert engine.notes == ()


def test_after_a_deletion_nothing_of_the_file_is_answered(copy: Copy, expected: list[str]) -> None:
    text = (copy.corpus / GONE).read_text(encoding="utf-8")
    sentences = [line for line in text.splitlines() if len(line) > 40][:6]
    with copy.open() as engine:
        assert engine.ask(FIRE).citations[0].path == GONE
        (copy.corpus / GONE).unlink()
        copy.open(update=True).close()
        for question in [*QUESTIONS, *sentences]:
            answer = engine.ask(question[:300])
            assert GONE not in {place.path for place in (*answer.hits, *answer.citations)}
            assert GONE not in {hit.path for hit in engine.retrieve(question[:300], k=100)}
        assert engine.ask(FIRE, paths=[GONE]).hits == ()
        assert engine.document(GONE) is None and engine.passages(GONE) == []
        assert GONE not in [source.path for source in engine.sources()]


def test_paths_limit_what_is_asked(engine: Engine) -> None:
    assert {hit.path for hit in engine.retrieve(FIRE, k=100, paths=[FIRST, LAST])} <= {FIRST, LAST}
    assert engine.ask(FIRE, paths=[]).status == "abstained"


def test_hits_are_ranked_and_exact(engine: Engine) -> None:
    hits = engine.retrieve(FIRE, k=3)
    assert len(hits) == 3 and [hit.fused for hit in hits] == sorted((hit.fused for hit in hits), reverse=True)
    for hit in hits:
        document = engine.document(hit.path)
        assert document is not None and document.text[hit.start : hit.end] == hit.text


@pytest.mark.parametrize("question", ["", " \n", "?!", "x" * 4_001, "a\0b", "lone \ud800 half"])
def test_what_is_no_question_is_refused(engine: Engine, question: str) -> None:
    with pytest.raises(QuestionError) as raised:
        engine.ask(question)
    assert raised.value.hint


def test_an_index_taken_away_is_missing(copy: Copy) -> None:
    with copy.open() as engine:
        engine.ask(FIRE)
        shutil.rmtree(copy.home)
        with pytest.raises(IndexMissing):
            engine.ask(FIRE)


def test_llama_index_asks_through_the_same_engine(engine: Engine) -> None:
    response = engine.as_query_engine().query(FIRE)
    answer = engine.ask(FIRE)
    assert str(response) == answer.text
    assert [(node.metadata["path"], node.metadata["start"], node.metadata["end"]) for node in response.source_nodes] == [
        (citation.path, citation.start, citation.end) for citation in answer.citations
    ]
    nodes = engine.as_retriever(k=2).retrieve(FIRE)
    assert [node.node.get_content() for node in nodes] == [hit.text for hit in engine.retrieve(FIRE, k=2)]


def test_a_closed_engine_answers_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("The bridge opened in 1931.")
    engine = open_corpus(tmp_path / "corpus", home=tmp_path / "home")
    question = "When did the bridge open?"
    assert engine.ask(question).status == "answered" and engine.examples(1) is not None
    engine.close()
    refused = (
        lambda: engine.ask(question),
        lambda: list(engine.stream(question)),
        lambda: engine.retrieve(question),
        lambda: engine.chat().ask(question),
        lambda: engine.as_retriever().retrieve(question),
        lambda: asyncio.run(engine.aask(question)),
        engine.update,
        engine.sources,
        engine.examples,
        engine.state,
        lambda: engine.document("a.txt"),
    )
    for ask in refused:
        with pytest.raises(EngineClosed, match="is closed") as caught:
            ask()
        assert "open_corpus" in caught.value.hint
    assert engine.notes == ()
    engine.close()
