"""The pages beside the conversation, without a browser: what they show, what they take in, who may use them."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.config import Settings
from rag.doctor import Diagnosis, Finding, in_force
from rag.errors import GroundlineError
from rag.library import Limits
from rag.schema import Answer, Citation, Document, Hit, IngestReport, Place, Skipped, SourceInfo, Span
from tests.support.doors import serving
from tests.support.pages import FERRY, Reader, ferry_corpus
from ui.pages import PAGES, library_view, settings_view, why_view
from ui.registry import Room, Wish

HOSTILE = "<img src=x onerror=alert(1)>\u202e\"'&.txt"


def hit(path: str = HOSTILE, passage: int = 1, **scores: float) -> Hit:
    given = {"dense": 0.5, "lexical": 2.0, "fused": 0.03} | scores
    return Hit(path=path, sha256="0" * 64, passage=passage, start=0, end=9, text=HOSTILE, **given)


def answer(**changes: Any) -> Answer:
    citation = Citation(n=1, path=HOSTILE, sha256="0" * 64, passage=1, start=0, end=9, line_start=1, line_end=1, quote="x")
    base = Answer(
        question="Who <b>asks</b>?",
        status="answered",
        text="It is so.",
        confidence=0.8,
        citations=(citation,),
        hits=(hit(), hit(passage=2, lexical=0.0)),
        timings={"retrieve": 3.2, "answer": 40.0, "total": 43.2},
    )
    return base.model_copy(update=changes)


def source(path: str = HOSTILE, **changes: Any) -> SourceInfo:
    base = {"path": path, "sha256": "0" * 64, "size": 1200, "passages": 3, "sentences": 9, "state": "indexed"}
    return SourceInfo.model_validate(base | changes)


# ---- why this answer


def test_the_drawer_has_every_score_question_and_stage_as_text() -> None:
    page = Reader(
        why_view.drawer(
            answer(standalone="Who asks about Lund?", writer="openai:some", uncovered=("Lund",), tokens={"prompt": 1200, "answer": 12})
        )
    )
    assert "confidence of 80 %" in page.text and "The documents found do not mention: Lund" in page.text
    assert "Who asks about Lund?" in page.text and "You wrote: Who <b>asks</b>?" in page.text
    assert page.text.count("0.50") == 2 and "2.00" in page.text and "0.00" in page.text and "0.0300" in page.text
    assert "Finding passages" in page.text and "3.2 ms" in page.text and "43 ms" in page.text
    assert "openai:some" in page.text and "1,200 tokens and wrote 12 tokens" in page.text
    assert page.text.count("cited as [1]") == 1
    assert not {"script", "img", "b", "a"} & set(page.tags)


def test_a_drawer_without_hits_says_so() -> None:
    said = Reader(why_view.drawer(answer(hits=(), citations=(), status="abstained", confidence=0.0, timings={}))).text
    assert "No passage was found" in said and "Abstained" in said


# ---- settings


def test_a_setting_says_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDLINE_HITS", "5")
    found = {one.name: one for one in in_force(Settings(max_citations=2))}
    assert (found["hits"].origin, found["hits"].value, found["hits"].variable) == ("environment", 5, "GROUNDLINE_HITS")
    assert found["max_citations"].origin == "command line"
    assert found["lock_timeout"].origin == "default"
    assert {one.origin for one in in_force(Settings(hits=7)) if one.name == "hits"} == {"command line"}


def test_no_key_is_shown() -> None:
    settings = in_force(Settings(llm="openai-compatible:m@http://user:hunter2@127.0.0.1:1/v1"))
    findings = (
        Finding(part="GROUNDLINE_LLM_KEY", state="ok", found="sk-hunter2"),
        Finding(part="GROUNDLINE_LLM", state="ok", found="openai-compatible:m@http://user:hunter2@127.0.0.1:1/v1"),
    )
    page = settings_view.page(settings, Diagnosis(healthy=True, findings=findings), {"OPENAI_API_KEY": True, "ANTHROPIC_API_KEY": False})
    text = Reader(page).text
    assert "hunter2" not in page
    assert "OPENAI_API_KEYset" in text and "ANTHROPIC_API_KEYnot set" in text
    assert "passage_tokens" in text and settings_view.shown("passage_tokens", 128) == "128"
    assert settings_view.shown("api_key", "abc") == "set" and settings_view.shown("access-token", "") == "not set"


# ---- the library


def test_hostile_names_are_text_everywhere() -> None:
    skipped = (Skipped(path=HOSTILE, reason=f"{HOSTILE} holds no text."),)
    document = Document(path=HOSTILE, sha256="0" * 64, size=9, text=HOSTILE, places=(Place(0, HOSTILE),))
    pages = [
        library_view.listing([library_view.Row(source(), None)], (source(),), skipped, 1),
        library_view.outcome(IngestReport(added=(HOSTILE,), removed=(HOSTILE,)), skipped, (HOSTILE,)),
        library_view.look(library_view.Look(document, [Span(start=0, end=len(HOSTILE))])),
    ]
    for page in pages:
        read = Reader(page)
        assert HOSTILE in read.text
        assert not {"img", "script", "a"} & set(read.tags)


def test_a_big_document_is_looked_at_in_parts() -> None:
    spans = [Span(start=10 * n, end=10 * n + 9) for n in range(1000)]
    text = "".join(f"{n:09d} " for n in range(1000))
    document = Document(path="big.pdf", sha256="0" * 64, size=9, text=text, places=(Place(0, "page 1"), Place(5_000, "page 2")))
    seen = library_view.Look(document, spans)
    first, later = Reader(library_view.passages(seen)), Reader(library_view.passages(seen, 500))
    assert first.tags.count("li") == later.tags.count("li") == library_view.PASSAGES
    assert "page 1" in first.text and "page 2" not in first.text
    assert "000000499" in later.text and "000000498" not in later.text and "page 2" in later.text
    assert "Show earlier passages" in later.text and "Show earlier passages" not in first.text
    assert "000000999" in Reader(library_view.passages(seen, 10_000)).text


def test_the_outcome_says_what_can_be_asked_what_is_gone_and_what_was_left_out() -> None:
    report = IngestReport(added=("a.txt", "b.txt"), removed=("c.txt",))
    said = Reader(library_view.outcome(report, (Skipped(path="d.exe", reason="not a document"),), ("c.txt",))).text
    assert "2 documents added; they can be asked now" in said
    assert "1 document gone: no answer will draw on it any more" in said
    assert "Left out: 1 file" in said and "d.exe not a document" in said


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return ferry_corpus(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus of the running window: every test leaves it as it was."""
    return ferry_corpus(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def client(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with serving(shared, tmp_path_factory.mktemp("home")) as window, window.client() as made:
        yield made


def names(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def send(client: httpx.Client, name: str, data: bytes, **query: str) -> Any:
    headers = {"Content-Type": "application/octet-stream"}
    reply = client.post("/window/library/file", params={"name": name, **query}, content=data, headers=headers)
    assert reply.status_code == 200, reply.text
    return reply.json()


def told(client: httpx.Client, name: str, data: dict[str, object]) -> list[Any]:
    reply = client.post(f"/window/stream/{name}", json=data)
    return [json.loads(line) for line in reply.text.splitlines()]


def zipped(**files: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()


def test_files_are_added_indexed_looked_at_and_removed(client: httpx.Client, shared: Path) -> None:
    assert send(client, "notes/lamp.txt", b"The lamp of Morholm was lit by Inga Berg in 1904.")["added"] == ["notes/lamp.txt"]
    *steps, last = told(client, "library.index", {"skipped": [{"path": "x.exe", "reason": "not a document"}]})
    assert any(step["total"] for step in steps)
    assert last["added"] == ["notes/lamp.txt"] and last["skipped"] == [{"path": "x.exe", "reason": "not a document"}]
    listed = client.post("/window/call/library.list", json={"words": "LAMP"}).json()["value"]
    assert "notes/lamp.txt" in listed["html"] and "ferry.txt" not in listed["html"] and listed["total"] == 2
    looked = client.post("/window/call/library.look", json={"path": "notes/lamp.txt"}).json()["value"]
    assert "Inga Berg" in Reader(looked).text
    last = told(client, "library.remove", {"paths": ["notes/lamp.txt", "../outside.txt"]})[-1]
    assert last["removed"] == ["notes/lamp.txt"] and [one["path"] for one in last["skipped"]] == ["../outside.txt"]
    assert not (shared / "notes" / "lamp.txt").exists()
    assert client.post("/window/call/library.look", json={"path": "notes/lamp.txt"}).status_code == 400


def test_an_archive_leads_out_of_no_folder(client: httpx.Client, shared: Path) -> None:
    report = send(client, "many.zip", zipped(**{"../evil.txt": FERRY, "/evil.txt": FERRY, "in/good.txt": "Per Dahl kept the light."}))
    assert report["added"] == ["in/good.txt"]
    assert sorted(one["path"] for one in report["skipped"]) == ["../evil.txt", "/evil.txt"]
    assert not list(shared.parent.rglob("evil.txt"))
    assert names(shared) == {"ferry.txt", "in/good.txt"}
    (shared / "in" / "good.txt").unlink()


def test_a_file_too_large_or_of_another_kind_is_left_out_with_its_reason(client: httpx.Client, shared: Path) -> None:
    most = Settings().max_file_bytes
    assert "larger than" in send(client, "long.txt", b"word " * (most // 5 + 2))["skipped"][0]["reason"]
    assert send(client, "run.exe", b"MZ")["skipped"][0]["path"] == "run.exe"
    assert send(client, "../../up.txt", b"Somebody was here.")["skipped"][0]["path"] == "../../up.txt"
    assert names(shared) == {"ferry.txt"}


def test_another_sites_form_cannot_add_a_file(client: httpx.Client, shared: Path) -> None:
    form = client.post("/window/library/file", params={"name": "a.txt"}, files={"file": ("a.txt", b"Planted.")})
    assert form.status_code == 415
    headers = {"Content-Type": "application/octet-stream", "Origin": "http://elsewhere.example"}
    assert client.post("/window/library/file", params={"name": "a.txt"}, content=b"Planted.", headers=headers).status_code == 403
    assert names(shared) == {"ferry.txt"}


def test_who_may_only_ask_changes_nothing(corpus: Path, tmp_path: Path) -> None:
    room = Room(corpus, tmp_path / "home", None)
    for page in PAGES:
        for name, stream in page.streams(room).items():
            with pytest.raises(GroundlineError, match="You may ask and read here"):
                next(iter(stream(Wish({"paths": ["ferry.txt"]}, scopes=frozenset({"ask", "read"})))))
            assert (corpus / "ferry.txt").is_file(), name
    for name in ("eval", "settings"):
        for call in next(page for page in PAGES if page.name == name).calls(room).values():
            with pytest.raises(GroundlineError, match="You may ask and read here"):
                call(Wish({}, scopes=frozenset({"ask", "read"})))


def test_limits_are_said_where_files_are_dropped() -> None:
    frame = Reader(library_view.frame(Limits(10, 1_000_000, 20_000, 300_000), ".txt or .pdf", (".txt", ".pdf"))).text
    assert "10 files at once" in frame and "20 kB" in frame and "300 kB" in frame
