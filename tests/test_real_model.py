"""A real language model on loopback, which invents readily: what it writes is cited and judged, and a server that fails in front of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.llms import LLM, ChatMessage

from rag import Engine, open_corpus, verify
from rag.config import Settings
from rag.errors import AnswerBroken, ModelError, ModelTimeout, ModelUnreachable
from rag.events import Event
from rag.providers import chat, close_llm, make_llm, streaming
from tests.support.fault_proxy import DROP, PASS, STALL, FaultProxy, refusal
from tests.support.model_server import ModelServer, model_file

pytestmark = pytest.mark.llm

QUESTION = "How many people jumped out of the building in Zhengzhou?"
# To this it repeats itself without an end.
ENDLESS = [ChatMessage(role="user", content="What is a cat?")]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    server = ModelServer(model_file())
    yield server
    server.close()


@pytest.fixture(scope="module")
def proxy(server: ModelServer) -> Iterator[FaultProxy]:
    with FaultProxy(server.url) as proxy:
        yield proxy


def opened(url: str, seeds: Path, home: Path, **chosen: Any) -> Engine:
    settings = Settings(**{"llm_context": 600, "llm_timeout": 120.0, "llm_retries": 0, "on_failure": "error", **chosen})
    return open_corpus(seeds, home=home, update=False, settings=settings, llm=f"openai-compatible:smollm2@{url}")


@pytest.fixture(scope="module")
def engine(proxy: FaultProxy, seeds: Path, home: Path) -> Iterator[Engine]:
    with opened(proxy.url, seeds, home) as engine:
        yield engine


def made(spec: str) -> LLM:
    llm = make_llm(spec, Settings(llm_context=2_048))
    assert llm is not None
    return llm


def said(events: list[Event]) -> str:
    return "".join(event.text for event in events if event.type == "token")


def test_what_it_writes_is_cited_and_judged(engine: Engine, proxy: FaultProxy) -> None:
    proxy.fail()
    events = list(engine.stream(QUESTION))
    answer = events[-1].answer  # type: ignore[union-attr]
    assert [event.type for event in events[:2]] == ["retrieved", "token"] and len(said(events)) > 20
    assert answer.writer.startswith("openai-compatible:smollm2@http://127.0.0.1")
    assert answer.sentences and all(sentence.reasons or sentence.verdict == "supported" for sentence in answer.sentences)
    assert {check.state for check in verify(answer, engine.corpus)} <= {"ok"}
    judged = [event.sentence for event in events if event.type == "sentence"]
    assert [sentence.verdict for sentence in judged] == [sentence.verdict for sentence in answer.sentences]


def test_a_stream_that_stalls(engine: Engine, proxy: FaultProxy, seeds: Path, home: Path) -> None:
    proxy.fail(PASS, STALL)
    # The server keeps what it has read: the second time, its first word comes at once.
    first = engine.stream(QUESTION)
    assert next(event for event in first if event.type == "token")
    first.close()  # type: ignore[attr-defined]
    with opened(proxy.url, seeds, home, llm_timeout=8.0) as hasty:
        events = list(hasty.stream(QUESTION))
    assert said(events) and events[-1].type == "error" and events[-1].error == ModelTimeout.__name__


def test_a_connection_that_drops_in_the_middle_of_a_sentence(engine: Engine, proxy: FaultProxy) -> None:
    proxy.fail(DROP)
    with pytest.raises(AnswerBroken):
        engine.ask(QUESTION)
    proxy.fail(DROP)
    events = list(engine.stream(QUESTION))
    assert said(events) and events[-1].type == "error" and events[-1].error == AnswerBroken.__name__


def test_a_busy_server_is_asked_again(proxy: FaultProxy, seeds: Path, home: Path) -> None:
    proxy.fail(refusal(429, retry_after="0"), refusal(500, retry_after="0"), PASS)
    with opened(proxy.url, seeds, home, llm_retries=2) as patient:
        events = patient.stream(QUESTION)
        assert next(event for event in events if event.type == "token")
        events.close()  # type: ignore[attr-defined]
    assert len(proxy.requests) == 3


def test_stopping_early_stops_the_model(server: ModelServer) -> None:
    llm = made(f"openai-compatible:smollm2@{server.url}")
    pieces = streaming(llm, ENDLESS, Settings())
    assert next(pieces)
    pieces.close()
    written = 0
    while server.writes():
        written = server.written()
    # It would have written 512: it repeats itself until it is stopped.
    assert written < 256
    close_llm(llm)


def test_each_piece_is_passed_on_at_once(server: ModelServer) -> None:
    llm = made(f"openai-compatible:smollm2@{server.url}")
    pieces = streaming(llm, ENDLESS, Settings())
    assert next(pieces)
    assert server.writes() and server.written() < 256
    pieces.close()
    close_llm(llm)


def test_the_model_in_this_process_answers_too_and_ends_when_it_is_closed(seeds: Path, home: Path) -> None:
    file = model_file()
    settings = Settings(llm_context=600, llm_timeout=120.0, llm_retries=0, on_failure="error")
    with open_corpus(seeds, home=home, update=False, settings=settings, llm=f"llamacpp:{file}") as engine:
        assert engine.llm_name == f"llamacpp:{file.name}"
        events = engine.stream(QUESTION)
        assert next(event for event in events if event.type == "token")
        events.close()  # type: ignore[attr-defined]
    llm = made(f"llamacpp:{file}")
    close_llm(llm)
    close_llm(llm)
    with pytest.raises(ModelUnreachable):
        chat(llm, ENDLESS, Settings(llm_retries=0))


def test_a_prompt_that_the_server_has_no_room_for_says_so(server: ModelServer, seeds: Path, home: Path) -> None:
    with opened(server.url, seeds, home, llm_context=16_000) as engine, pytest.raises(ModelError, match="longer than it reads") as raised:
        engine.ask(QUESTION)
    assert "GROUNDLINE_LLM_CONTEXT" in raised.value.hint
