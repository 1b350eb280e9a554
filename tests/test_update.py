"""An open engine follows its folder: files come and go, others go on asking, an empty folder is no end."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.config import Settings
from rag.engine import Engine, open_corpus
from rag.errors import CorpusEmpty, GroundlineError
from rag.ingest import Progress
from rag.library import add, remove
from rag.readers import Isolated
from rag.readers.draft import Extract
from tests.support.embedders import HashEmbedder
from tests.support.papers import FOLDER

CAPTAIN = "Who was the first captain of the ferry between Skellby and Morholm?"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture
def engine(corpus: Path, tmp_path: Path) -> Iterator[Engine]:
    with open_corpus(corpus, home=tmp_path / "home", allow_empty=True) as opened:
        yield opened


def test_an_empty_folder_opens_when_allowed_and_abstains(engine: Engine, corpus: Path, tmp_path: Path) -> None:
    assert engine.report is not None and engine.report.documents == 0
    answer = engine.ask(CAPTAIN)
    assert (answer.status, answer.hits) == ("abstained", ())
    assert engine.sources() == engine.examples() == engine.verify_index() == engine.retrieve(CAPTAIN) == ()
    with pytest.raises(CorpusEmpty):
        open_corpus(corpus, home=tmp_path / "other")


def test_files_added_are_answered_from_with_their_page_and_removed_ones_are_not(engine: Engine, corpus: Path) -> None:
    add(corpus, [("ferry.pdf", FOLDER / "ferry.pdf"), ("museum.html", FOLDER / "museum.html")])
    states: list[Progress] = []
    report = engine.update(states.append)
    assert report.added == ("ferry.pdf", "museum.html") and report is engine.report
    assert {state.path for state in states} == {"ferry.pdf", "museum.html"} and states[-1].done == states[-1].total > 0
    answer = engine.ask(CAPTAIN)
    assert answer.status == "answered"
    document = engine.document("ferry.pdf")
    assert document is not None and {(one.path, one.place) for one in answer.citations} == {("ferry.pdf", "page 1")}
    assert all(document.text[one.start : one.end] == one.quote for one in answer.citations)
    remove(corpus, "ferry.pdf")
    assert engine.update().removed == ("ferry.pdf",)
    assert all(hit.path == "museum.html" for hit in engine.ask(CAPTAIN).hits)
    remove(corpus, "museum.html")
    assert engine.update().documents == 0
    assert engine.ask(CAPTAIN).status == "abstained"


def test_a_question_is_asked_of_some_documents_only(engine: Engine, corpus: Path) -> None:
    add(corpus, [(file.name, file) for file in FOLDER.iterdir()])
    engine.update()
    assert {citation.path for citation in engine.ask("Who was the captain of the Morholm?", paths=["ships.csv"]).citations} <= {"ships.csv"}
    assert {hit.path for hit in engine.ask(CAPTAIN, paths=["museum.html", "report.docx"]).hits} <= {"museum.html", "report.docx"}
    assert engine.retrieve(CAPTAIN, paths=[source.path for source in engine.sources()]) == engine.retrieve(CAPTAIN)
    assert engine.ask(CAPTAIN, paths=[]).hits == engine.ask(CAPTAIN, paths=["gone.txt"]).hits == ()


def test_what_cannot_be_read_is_reported_and_the_rest_is_indexed(engine: Engine, corpus: Path) -> None:
    add(corpus, [("ferry.pdf", FOLDER / "ferry.pdf")])
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    report = engine.update()
    assert report.added == ("ferry.pdf",) and [item.path for item in report.skipped] == ["broken.pdf"]


def test_others_go_on_asking_while_the_index_is_updated(corpus: Path, tmp_path: Path) -> None:
    (corpus / "first.txt").write_text("The harbour of Lund lies in the south.")
    with open_corpus(corpus, home=tmp_path / "home", embed_model=HashEmbedder(), settings=Settings()) as engine:
        stop, failed = threading.Event(), []

        def ask() -> None:
            while not stop.is_set():
                try:
                    engine.ask("Where does the harbour of Lund lie?")
                except GroundlineError as error:
                    failed.append(error)
                    return

        askers = [threading.Thread(target=ask) for _ in range(2)]
        for asker in askers:
            asker.start()
        writers = [threading.Thread(target=engine.update) for _ in range(2)]
        try:
            for number in range(4):
                (corpus / f"{number}.txt").write_text(f"The ship with the number {number} came in spring.")
                engine.update()
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()
        finally:
            stop.set()
            for asker in askers:
                asker.join()
        assert not failed and len(engine.sources()) == 5


def test_a_document_that_another_version_of_its_reader_read_is_stale_and_read_again(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(corpus, [("museum.html", FOLDER / "museum.html")])
    engine.update()
    before = engine.ask("Who opened the museum of Skellby?")
    assert engine.sources()[0].state == "indexed" and all(check.state == "ok" for check in engine.verify_index())
    monkeypatch.setattr("rag.readers.kinds._reader", lambda kind: f"{kind} 2" if kind == "html" else "")
    assert engine.sources()[0].state == "changed"
    assert {(check.state, check.detail) for check in engine.verify_index()} == {("stale", "its reader has changed")}
    assert engine.update().changed == ("museum.html",) and engine.update().unchanged == ("museum.html",)
    document = engine.document("museum.html")
    assert document is not None and document.reader == "html 2"
    after = engine.ask("Who opened the museum of Skellby?")
    assert [one.quote for one in after.citations] == [one.quote for one in before.citations]


def test_a_file_that_was_refused_is_not_tried_again_until_it_changes(engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    before = engine.update().skipped
    tried: list[str] = []

    def extract(self: Isolated, module: str, function: str, data: bytes, name: str) -> Extract:
        tried.append(name)
        return Extract("The bakery opens at seven.", ())

    monkeypatch.setattr(Isolated, "extract", extract)
    assert engine.update().skipped == before and tried == []
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 mended")
    assert engine.update().added == ("broken.pdf",) and tried == ["broken.pdf"]
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    assert engine.update().changed == ("broken.pdf",)
