"""A language model's server that fails: each way of failing is an error of its own, or quotes with a note, and never silence."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import Engine, open_corpus
from rag.config import Settings
from rag.errors import (
    AnswerBroken,
    AnswerEmpty,
    ModelBusy,
    ModelError,
    ModelFault,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
    ReplyMalformed,
)
from rag.events import Event
from tests.support.fault_proxy import (
    BROKEN_JSON,
    CUT,
    DROP,
    EMPTY,
    END,
    HANG,
    NOT_JSON,
    NOTHING,
    PASS,
    PIECES,
    SAID,
    STALL,
    Fault,
    FaultProxy,
    refusal,
)

QUESTION = "How many people jumped out of the building in Zhengzhou?"
KEY = "sk-recognisable-0123456789abcdef"
# Seconds of silence that a test waits for, and those that no busy machine reaches.
HASTY, PATIENT = 0.5, 120.0

Opened = Callable[..., Engine]


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    with FaultProxy() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def opened(proxy: FaultProxy, seeds: Path, home: Path) -> Iterator[Opened]:
    """Engines of the five articles, one for each combination of settings, as opening takes longer than asking."""
    engines: dict[str, Engine] = {}

    def open_with(url: str = proxy.url, **settings: Any) -> Engine:
        chosen = Settings(**{"on_failure": "error", "llm_retries": 0, "llm_timeout": PATIENT, **settings})
        name = f"{url} {os.environ.get('GROUNDLINE_LLM_KEY')} {chosen!r}"
        if name not in engines:
            engines[name] = open_corpus(seeds, home=home, update=False, settings=chosen, llm=f"openai-compatible:small@{url}")
        return engines[name]

    yield open_with
    for engine in engines.values():
        engine.close()


def test_a_server_that_works_is_passed_on(proxy: FaultProxy, opened: Opened) -> None:
    proxy.fail()
    answer = opened().ask(QUESTION)
    assert answer.text.startswith("At least 35 people in Zhengzhou jumped.") and answer.writer.startswith(
        "openai-compatible:small@http://127"
    )
    (request,) = proxy.requests
    assert (request["model"], request["stream"], request["temperature"]) == ("small", True, 0.0) and request["max_tokens"] > 0


def test_a_server_that_is_not_there(opened: Opened) -> None:
    with FaultProxy() as gone:
        url = gone.url
    with pytest.raises(ModelUnreachable, match="cannot be reached") as raised:
        opened(url).ask(QUESTION)
    assert "running" in raised.value.hint


REFUSALS = [
    (refusal(401), ModelRefused, "its key is not accepted"),
    (refusal(403), ModelRefused, "its key may not use it"),
    (refusal(404), ModelRefused, "no such model"),
    (refusal(400), ModelRefused, "does not accept"),
    (refusal(400, code="context_length_exceeded"), ModelRefused, "longer than it reads"),
    (refusal(400, code=400, kind="exceed_context_size_error"), ModelRefused, "longer than it reads"),
    (refusal(429), ModelBusy, "busy or limits"),
    (refusal(429, code="insufficient_quota"), ModelRefused, "nothing left to spend"),
    (refusal(429, retry_after="3600"), ModelBusy, "asks to wait 3,600 s"),
    (refusal(500), ModelFault, "status 500"),
    (refusal(502), ModelFault, "status 502"),
    (refusal(503), ModelBusy, "status 503"),
    (refusal(529), ModelBusy, "status 529"),
    (BROKEN_JSON, ReplyMalformed, "is no stream"),
    (NOT_JSON, ReplyMalformed, "is no stream"),
    (NOTHING, AnswerBroken, "ended before its answer"),
    (DROP, AnswerBroken, "ended before its answer"),
    (END, AnswerBroken, "ended before its answer"),
    (EMPTY, AnswerEmpty, "wrote nothing"),
]


@pytest.mark.parametrize(("fault", "kind", "says"), REFUSALS)
def test_each_failure_has_an_error_of_its_own(proxy: FaultProxy, opened: Opened, fault: Fault, kind: type[ModelError], says: str) -> None:
    proxy.fail(fault)
    with pytest.raises(kind, match=says) as raised:
        opened().ask(QUESTION)
    assert type(raised.value) is kind and raised.value.hint and len(proxy.requests) == 1
    assert "openai-compatible:small@http://127.0.0.1" in str(raised.value)


@pytest.mark.parametrize("fault", [HANG, STALL])
def test_silence_ends_after_the_time_that_is_set(proxy: FaultProxy, opened: Opened, fault: Fault) -> None:
    proxy.fail(fault)
    started = time.monotonic()
    with pytest.raises(ModelTimeout, match="silent"):
        opened(llm_timeout=HASTY).ask(QUESTION)
    assert HASTY <= time.monotonic() - started < PATIENT and proxy.gone.wait(PATIENT)
    assert len(proxy.requests) == 1


@pytest.mark.parametrize(
    "fault", [refusal(429, retry_after="0"), refusal(500, retry_after_ms="1"), refusal(503, retry_after="0.01"), NOTHING]
)
def test_what_passes_is_tried_again(proxy: FaultProxy, opened: Opened, fault: Fault) -> None:
    proxy.fail(fault, fault, PASS)
    assert opened(llm_retries=2).ask(QUESTION).text.startswith("At least 35 people")
    assert len(proxy.requests) == 3


def test_attempts_are_counted_in_the_error(proxy: FaultProxy, opened: Opened) -> None:
    busy = refusal(429, retry_after="0")
    proxy.fail(busy, busy, busy, busy)
    with pytest.raises(ModelBusy, match="asked 3 times"):
        opened(llm_retries=2).ask(QUESTION)
    assert len(proxy.requests) == 3


def test_nothing_is_tried_again_behind_the_back_of_the_setting(proxy: FaultProxy, opened: Opened) -> None:
    proxy.fail(refusal(500), PASS)
    with pytest.raises(ModelFault):
        opened(llm_retries=0).ask(QUESTION)
    assert len(proxy.requests) == 1


def test_a_stream_that_has_begun_is_not_begun_again(proxy: FaultProxy, opened: Opened) -> None:
    proxy.fail(DROP, PASS)
    events = list(opened(llm_retries=3).stream(QUESTION))
    assert said(events) == "".join(SAID[:PIECES]) and len(proxy.requests) == 1
    assert events[-1].type == "error" and events[-1].error == "AnswerBroken"


def test_an_answer_at_its_limit_says_so(proxy: FaultProxy, opened: Opened) -> None:
    proxy.fail(CUT)
    answer = opened().ask(QUESTION)
    assert any("limit of tokens" in note for note in answer.notes)


@pytest.mark.parametrize("fault", [refusal(500), HANG, NOT_JSON, DROP, EMPTY])
def test_the_documents_are_quoted_instead_and_that_is_said(proxy: FaultProxy, opened: Opened, fault: Fault) -> None:
    proxy.fail(fault)
    answer = opened(on_failure="fallback", llm_timeout=timeout(fault)).ask(QUESTION)
    assert fault != HANG or proxy.gone.wait(PATIENT)
    assert answer.status == "answered" and answer.writer == "extractive"
    assert "at least 35 people in Zhengzhou" in answer.text
    assert any("quoted instead" in note for note in answer.notes)


def test_closing_early_ends_the_request(proxy: FaultProxy, opened: Opened) -> None:
    proxy.fail(STALL)
    events = opened().stream(QUESTION)
    for event in events:
        if event.type == "token":
            break
    assert not proxy.gone.is_set()
    events.close()  # type: ignore[attr-defined]
    assert proxy.gone.wait(PATIENT)


@pytest.mark.parametrize(
    "fault", [refusal(401, says=f"Incorrect API key provided: {KEY}"), refusal(429, says=f"{KEY} asks too often"), HANG]
)
def test_a_key_is_sent_and_shown_nowhere(
    proxy: FaultProxy, opened: Opened, fault: Fault, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: Any
) -> None:
    monkeypatch.setenv("GROUNDLINE_LLM_KEY", KEY)
    caplog.set_level(0)
    proxy.fail(fault)
    engine = opened(llm_timeout=timeout(fault))
    with pytest.raises(ModelError) as raised:
        engine.ask(QUESTION)
    assert fault != HANG or proxy.gone.wait(PATIENT)
    assert proxy.keys == [f"Bearer {KEY}"]
    chain: list[BaseException] = []
    error: BaseException | None = raised.value
    while error is not None:
        chain.append(error)
        error = error.__cause__ or error.__context__
    shown = [
        repr(raised.value),
        raised.value.hint,
        engine.llm_name,
        caplog.text,
        *capfd.readouterr(),
        *map(repr, chain),
        repr(engine.settings),
    ]
    proxy.fail(fault)
    shown.append(opened(on_failure="fallback", llm_timeout=timeout(fault)).ask(QUESTION).model_dump_json())
    assert fault != HANG or proxy.gone.wait(PATIENT)
    assert all(KEY not in text and KEY[3:15] not in text for text in shown)


def test_openai_s_own_key_is_not_given_to_another_server(proxy: FaultProxy, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    proxy.fail()
    opened().ask(QUESTION)
    assert proxy.keys == ["Bearer none"]


def timeout(fault: Fault) -> float:
    """Short for a fault that shows in silence alone; a busy machine may take longer than that to tell of the others."""
    return HASTY if fault == HANG else PATIENT


def said(events: list[Event]) -> str:
    return "".join(event.text for event in events if event.type == "token")
