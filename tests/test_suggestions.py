"""Questions to ask next: about what stands around the answer, never asked before, and answered by the documents."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import open_corpus
from rag.engine import Engine
from rag.suggestions import TRIES, nearby, suggest

FERRY = """Otto Lind built the ferry of Storrow in March 1921. The crew of Storrow counted 340 passengers in May 1922.

Petra Quill bought the ferry in 1934. A storm sank the ferry on 4 October 1951. The council of Storrow paid 900 crowns for a new boat.
"""
MILL = "The mill of Velm burned down in 1873. Ada Brandt rebuilt the mill of Velm with 12 workers.\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("ferry")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "ferry.txt").write_text(FERRY, "utf-8")
    (folder / "corpus" / "mill.txt").write_text(MILL, "utf-8")
    with open_corpus(folder / "corpus", home=folder / "home") as opened:
        yield opened


def test_suggestions_are_answered_from_around_the_answer(engine: Engine) -> None:
    answer = engine.ask("Who built the ferry of Storrow?")
    offered = engine.suggestions([answer])
    assert offered and answer.question not in offered
    for question in offered:
        told = engine.ask(question)
        assert told.status == "answered"
        first = told.citations[0]
        assert not any(one.path == first.path and first.start < one.end and one.start < first.end for one in answer.citations), question


def test_what_was_asked_or_quoted_before_is_not_offered_again(engine: Engine) -> None:
    answers = [engine.ask("Who built the ferry of Storrow?")]
    seen = {answers[0].question}
    for _ in range(4):
        offered = engine.suggestions(answers)
        assert not seen & set(offered)
        if not offered:
            break
        seen.add(offered[0])
        answers.append(engine.ask(offered[0]))


def test_suggestions_ask_few_questions(engine: Engine) -> None:
    answer, asked = engine.ask("Who built the ferry of Storrow?"), list[str]()

    def ask(question: str) -> object:
        asked.append(question)
        return answer

    found = engine._index.consistently(lambda: nearby(engine._index.catalog, [answer]))
    suggest(found * 10, 50, ask)  # type: ignore[arg-type]
    assert 0 < len(asked) <= TRIES


def test_an_answer_whose_document_has_gone_still_gives_suggestions(engine: Engine, tmp_path: Path) -> None:
    answer = engine.ask("Who built the ferry of Storrow?")
    gone = answer.model_copy(
        update={"citations": tuple(one.model_copy(update={"path": "gone.txt"}) for one in answer.citations), "hits": ()}
    )
    assert engine.suggestions([gone]) == ()
