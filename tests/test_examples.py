"""Example questions: from the corpus, short, answered with the sentence they came from, whatever the corpus is about."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import open_corpus
from rag.engine import Engine
from rag.examples import TRIES, Candidate, candidates, choose
from rag.schema import Answer

BEES = {
    "hives": """Otto Lind moved the hives of Storrow to the northern meadow on 4 May 1921.

The meadow lies above the mill. It is cold there, and they do not like it. About 40,000 bees left the oldest hive in June.

Sign up to receive our latest news!
""",
    "museum": """The museum of honey opened in March 1998 after a long quarrel.

"The visitors come for the wax," said Petra Quill, who keeps the keys. Its roof leaks. In 2004, thieves stole the golden comb from the
upper floor, and nobody has seen it since.
""",
    "weather": "Rain.\n\nMore rain, and then some wind from there.\n",
    "hostile": "The price of <b>Velm</b> was paid by <script>alert(1)</script> Ada Brandt in 1921.\n\n"
    "\x1b[31mNobody\u202e saw 12 bees leave the hive.\n",
}


@pytest.fixture(scope="module")
def bees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("bees")
    (folder / "corpus").mkdir()
    for name, text in BEES.items():
        (folder / "corpus" / f"{name}.txt").write_text(text, encoding="utf-8")
    with open_corpus(folder / "corpus", home=folder / "home") as engine:
        yield engine


@pytest.fixture(scope="module")
def articles(seeds: Path, home: Path) -> Iterator[Engine]:
    with open_corpus(seeds, home=home, update=False) as engine:
        yield engine


def check(engine: Engine, questions: tuple[str, ...]) -> None:
    made = {one.question: one for document in candidates(engine._index.catalog, len(questions)) for one in document}
    for question in questions:
        assert len(question) <= 90 and question.endswith("?") and question[0].isupper()
        answer = engine.ask(question)
        assert answer.status == "answered" and answer.corrections == ()
        first, source = answer.citations[0], made[question]
        assert first.path == source.path and first.start <= source.start and source.end <= first.end


def test_the_articles_give_examples_that_they_answer(articles: Engine) -> None:
    questions = articles.examples(4)
    assert len(set(questions)) == 4
    check(articles, questions)
    paths = [articles.ask(question).citations[0].path for question in questions]
    assert len(set(paths)) == 4


def test_another_topic_gives_examples_too(bees: Engine) -> None:
    questions = bees.examples(4)
    assert len(questions) >= 3
    check(bees, questions)
    assert {bees.ask(question).citations[0].path for question in questions} >= {"hives.txt", "museum.txt"}


def test_hostile_and_empty_texts_and_boilerplate_give_none(bees: Engine) -> None:
    text = " ".join(bees.examples(20))
    assert not any(word in text for word in ("Velm", "script", "\x1b", "\u202e", "news", "Rain"))


def test_no_document_gives_more_than_two(articles: Engine) -> None:
    questions = articles.examples(30)
    paths = [articles.ask(question).citations[0].path for question in questions]
    assert max(map(paths.count, paths)) == 2 and len(set(paths)) == 5
    check(articles, questions)


def test_they_are_the_same_in_another_engine(articles: Engine, seeds: Path, home: Path) -> None:
    with open_corpus(seeds, home=home, update=False) as other:
        assert other.examples(4) == articles.examples(4)


def test_they_are_kept_until_the_corpus_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    (corpus / "hives.txt").write_text(BEES["hives"], encoding="utf-8")
    with open_corpus(corpus, home=home) as engine:
        before = engine.examples(2)
        asked: list[str] = []
        ask = engine._ask

        def counted(question: str, *rest: object) -> Answer:
            asked.append(question)
            return ask(question, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(engine, "_ask", counted)
        assert engine.examples(2) == before and asked == []
        (corpus / "hives.txt").write_text(BEES["museum"], encoding="utf-8")
        open_corpus(corpus, home=home).close()
        after = engine.examples(2)
        assert asked and after and set(after).isdisjoint(before)


def test_the_work_is_bounded() -> None:
    document = [Candidate(f"When did {number} happen?", "date", "a.txt", "", 0, 1) for number in range(1000)]
    asked: list[str] = []

    def abstain(question: str) -> Answer:
        asked.append(question)
        return Answer(question=question, status="abstained", text="", confidence=0.0)

    began = time.process_time()
    assert choose([list(document) for _ in range(100)], 4, abstain) == ()
    assert len(asked) == TRIES and time.process_time() - began < 1
