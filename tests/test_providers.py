"""Language models by name: what each form makes, and what is said when it cannot be made or called."""

import builtins
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.llms import ChatMessage, ChatResponse

from rag import open_corpus
from rag.config import Settings
from rag.errors import (
    AnswerBroken,
    AnswerCut,
    AnswerEmpty,
    ExtraMissing,
    IndexLocked,
    KeyMissing,
    ModelBusy,
    ModelError,
    ModelFault,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
    ReplyMalformed,
    SettingsError,
)
from rag.providers import chat, close_llm, finish, make_llm, name_of, retrying, streaming, translated
from rag.providers.calls import FIRST_WAIT, JITTER, LAST_START
from tests.support.fault_proxy import CUT, EMPTY, FaultProxy, refusal
from tests.support.scripted_llm import ScriptedLLM

KEY = "sk-recognisable-0123456789abcdef"
MESSAGES = [ChatMessage(role="user", content="Who?")]
COMPATIBLE = "openai-compatible:small@http://127.0.0.1:9/v1"


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GROUNDLINE_LLM_KEY"):
        monkeypatch.setenv(name, KEY)


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GROUNDLINE_LLM_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("spec", ["", " ", "extractive", " extractive "])
def test_extractive_is_no_model(spec: str) -> None:
    assert make_llm(spec, Settings()) is None and name_of(None) == "extractive"


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("gpt-4.1", "no provider"),
        ("opena:x", "no provider"),
        (":x", "no provider"),
        ("openai", "names no model"),
        ("ollama: ", "names no model"),
        ("openai-compatible:small", "a model and an address"),
        ("openai-compatible:@http://127.0.0.1:1", "a model and an address"),
        ("openai-compatible:small@127.0.0.1:80", "is none"),
        ("openai-compatible:small@ftp://127.0.0.1", "is none"),
        ("openai-compatible:small@http://127.0.0.1:99999", "is none"),
        ("openai-compatible:small@http://[::1", "is none"),
        (f"openai-compatible:small@http://me:{KEY}@host/v1", "a name, a password"),
        (f"openai-compatible:small@http://host/v1?key={KEY}", "a name, a password"),
        (f"{KEY}:x", "no provider"),
    ],
)
def test_what_names_no_model_is_refused(spec: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as raised:
        make_llm(spec, Settings())
    assert raised.value.hint and KEY not in str(raised.value)


def test_a_model_of_openai(keys: None) -> None:
    llm = make_llm("openai:gpt-4.1", Settings(llm_timeout=7))
    assert llm is not None and name_of(llm) == "openai:gpt-4.1"
    assert (llm.timeout, llm.max_retries, llm.temperature) == (7, 0, 0.0)  # type: ignore[attr-defined]
    assert llm.metadata.num_output > 0


def test_a_model_of_any_server(no_keys: None) -> None:
    llm = make_llm("openai-compatible:org/small:7b@https://host.example:8443/v1/", Settings(llm_context=4_000))
    assert llm is not None and name_of(llm) == "openai-compatible:org/small:7b@https://host.example:8443/v1"
    assert (llm.metadata.context_window, llm.metadata.num_output) == (4_000, 768)


@pytest.mark.parametrize("spec", ["openai:gpt-4.1", "anthropic:claude-sonnet-4-5"])
def test_a_key_that_is_missing_is_named_by_its_variable(spec: str, no_keys: None) -> None:
    pytest.importorskip(f"llama_index.llms.{spec.partition(':')[0]}")
    variable = f"{spec.partition(':')[0].upper()}_API_KEY"
    with pytest.raises(KeyMissing, match=f"{variable} is not set") as raised:
        make_llm(spec, Settings())
    assert variable in raised.value.hint


@pytest.mark.parametrize("key", ["two words\n of it", "ключ", "sk-\x00"])
def test_a_key_that_is_none_is_not_shown(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {"OPENAI_API_KEY": key})
    if key.isascii() and key.isprintable():
        return
    with pytest.raises(KeyMissing, match="is no key") as raised:
        make_llm("openai:gpt-4.1", Settings())
    assert key not in str(raised.value)


@pytest.mark.parametrize(
    ("spec", "package", "extra"),
    [
        ("openai:gpt-4.1", "llama_index.llms.openai", "openai"),
        ("anthropic:claude-sonnet-4-5", "llama_index.llms.anthropic", "anthropic"),
        ("ollama:small", "llama_index.llms.ollama", "ollama"),
        (COMPATIBLE, "llama_index.llms.openai_like", "openai"),
        ("llamacpp:small.gguf", "rag.providers.llamacpp", "llamacpp"),
    ],
)
def test_a_package_that_is_missing_is_named_by_its_extra(
    spec: str, package: str, extra: str, keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == package:
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ExtraMissing, match="not installed") as raised:
        make_llm(spec, Settings())
    assert raised.value.hint == f"pip install groundline[{extra}]"


def test_a_model_that_the_package_does_not_know(keys: None) -> None:
    with pytest.raises(ModelRefused, match="does not know the language model openai:gpt-99") as raised:
        make_llm("openai:gpt-99", Settings())
    assert "openai-compatible:MODEL@" in raised.value.hint


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("gpu", "http://gpu:11434"),
        ("gpu:8000", "http://gpu:8000"),
        (":8000", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("https://gpu.example/ollama/", "https://gpu.example:443/ollama"),
        ("[::1]:5", "http://[::1]:5"),
    ],
)
def test_ollama_s_server_is_where_its_variable_says(host: str, url: str) -> None:
    from rag.providers.specs import _ollama_url

    assert _ollama_url(host) == url


def test_an_index_opens_with_a_model_by_name_or_by_setting(seeds: Path, home: Path, no_keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_corpus(seeds, home=home, update=False, llm=COMPATIBLE) as engine:
        assert engine.llm_name == COMPATIBLE
    monkeypatch.setenv("GROUNDLINE_LLM", COMPATIBLE)
    with open_corpus(seeds, home=home, update=False) as engine:
        assert engine.llm_name == COMPATIBLE
    with open_corpus(seeds, home=home, update=False, llm="extractive") as engine:
        assert engine.llm_name == "extractive"
    with open_corpus(seeds, home=home, update=False, llm=ScriptedLLM()) as engine:
        assert engine.llm_name == "ScriptedLLM"


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read"), (b"not a model", "no GGUF file"), (b"GGUF" + b"\0" * 100, "cannot load")]
)
def test_a_file_that_holds_no_model(content: bytes | None, says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("xllamacpp")
    if content is not None:
        (tmp_path / "small.gguf").write_bytes(content)
    with pytest.raises(ModelRefused, match=says):
        make_llm(f"llamacpp:{tmp_path / 'small.gguf'}", Settings())


def openai_error(kind: type[openai.APIStatusError], status: int, **body: object) -> openai.APIStatusError:
    response = httpx.Response(status, request=httpx.Request("POST", "http://127.0.0.1/v1"))
    return kind(f"{KEY} is wrong", response=response, body=body)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


REQUEST = httpx.Request("POST", "http://127.0.0.1/v1")


class ResponseError(Exception):
    """The shape of ollama's own error."""

    def __init__(self, status: int) -> None:
        super().__init__(KEY)
        self.status_code = status


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (openai.APITimeoutError(REQUEST), ModelTimeout),
        (httpx.ReadTimeout(KEY), ModelTimeout),
        (TimeoutError(KEY), ModelTimeout),
        (httpx.ConnectTimeout(KEY), ModelUnreachable),
        (httpx.ConnectError(KEY), ModelUnreachable),
        (ConnectionError(KEY), ModelUnreachable),
        (caused(openai.APIConnectionError(request=REQUEST), httpx.ConnectError(KEY)), ModelUnreachable),
        (caused(openai.APIConnectionError(request=REQUEST), httpx.RemoteProtocolError(KEY)), AnswerBroken),
        (httpx.RemoteProtocolError(KEY), AnswerBroken),
        (ConnectionResetError(KEY), AnswerBroken),
        (openai_error(openai.AuthenticationError, 401), ModelRefused),
        (openai_error(openai.NotFoundError, 404), ModelRefused),
        (openai_error(openai.RateLimitError, 429), ModelBusy),
        (openai_error(openai.RateLimitError, 429, code="insufficient_quota"), ModelRefused),
        (openai_error(openai.InternalServerError, 500), ModelFault),
        (openai_error(openai.InternalServerError, 529), ModelBusy),
        (openai.APIError(KEY, REQUEST, body=None), ModelFault),
        (ResponseError(404), ModelRefused),
        (ResponseError(500), ModelFault),
        (json.JSONDecodeError(KEY, "", 0), ReplyMalformed),
        (RuntimeError(KEY), ModelError),
        (KeyError(KEY), ModelError),
    ],
)
def test_what_an_exception_means_is_told_without_its_words(error: Exception, kind: type[ModelError]) -> None:
    told = translated(ScriptedLLM(), error)
    assert type(told) is kind and told.hint and "ScriptedLLM" in str(told)
    assert KEY not in str(told) + told.hint and told.__cause__ is None and told.__context__ is None


def test_a_reply_of_another_shape_is_malformed_where_the_protocol_is_known(no_keys: None) -> None:
    llm = make_llm(COMPATIBLE, Settings())
    assert type(translated(llm, IndexError())) is ReplyMalformed and type(translated(llm, AttributeError())) is ReplyMalformed


def test_an_error_of_our_own_stays_what_it_is() -> None:
    ours = ModelBusy("It is busy.", "Wait.")
    assert translated(None, ours) is ours
    assert str(translated(None, IndexLocked("Locked.", "Wait."))) == "Locked."


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def retry(self, call: Callable[[], str], **settings: Any) -> str:
        return retrying(call, Settings(**settings), None, self.sleep, lambda: self.now)


def failing(*errors: Exception) -> Callable[[], str]:
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "said"

    return call


def test_waits_double(no_keys: None) -> None:
    clock = Clock()
    assert clock.retry(failing(*[ResponseError(500)] * 4), llm_retries=4) == "said"
    for number, wait in enumerate(clock.waits):
        assert FIRST_WAIT * 2**number <= wait <= FIRST_WAIT * 2**number * (1 + JITTER)


def test_no_attempt_starts_too_late() -> None:
    clock = Clock()
    with pytest.raises(ModelFault, match="It was asked 7 times"):
        clock.retry(failing(*[ResponseError(500)] * 20), llm_retries=10)
    assert clock.now < LAST_START and len(clock.waits) == 6


@pytest.mark.parametrize("error", [ResponseError(401), ResponseError(400), httpx.ReadTimeout(""), RuntimeError()])
def test_what_does_not_pass_is_not_tried_again(error: Exception) -> None:
    clock = Clock()
    with pytest.raises(ModelError):
        clock.retry(failing(error))
    assert clock.waits == []


@settings(deadline=None)
@given(st.integers(0, 10), st.integers(0, 12))
def test_a_call_is_tried_once_more_than_the_retries(retries: int, failures: int) -> None:
    clock, error = Clock(), refusal_with_wait("0")
    if failures > retries:
        with pytest.raises(ModelBusy):
            clock.retry(failing(*[error] * failures), llm_retries=retries)
        assert len(clock.waits) == retries
    else:
        assert clock.retry(failing(*[error] * failures), llm_retries=retries) == "said" and len(clock.waits) == failures


@pytest.mark.parametrize(("header", "waits"), [("7", [7.0]), ("0.5", [0.5]), ("61", []), ("nonsense", None), ("-1", None), ("inf", None)])
def test_the_wait_is_what_the_server_asks_for(header: str, waits: list[float] | None) -> None:
    clock = Clock()
    call = failing(refusal_with_wait(header))
    if waits == []:
        with pytest.raises(ModelBusy, match="asks to wait 61 s"):
            clock.retry(call)
    else:
        assert clock.retry(call) == "said"
    assert clock.waits == waits if waits is not None else FIRST_WAIT <= clock.waits[0] <= FIRST_WAIT * (1 + JITTER)


def refusal_with_wait(header: str) -> Exception:
    response = httpx.Response(429, headers={"retry-after": header}, request=REQUEST)
    return openai.RateLimitError(KEY, response=response, body=None)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ({"choices": [{"finish_reason": "length"}]}, "length"),
        ({"choices": [{"finish_reason": None}]}, ""),
        ({"choices": []}, ""),
        ({"type": "message_delta", "delta": type("Delta", (), {"stop_reason": "max_tokens"})()}, "max_tokens"),
        ({"stop_reason": "end_turn"}, "end_turn"),
        ({"done_reason": "stop", "done": True}, "stop"),
        (None, ""),
    ],
)
def test_why_a_model_stopped_is_read_in_each_protocol(raw: object, word: str) -> None:
    assert finish(ChatResponse(message=ChatMessage(role="assistant", content="x"), raw=raw)) == word


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    with FaultProxy() as proxy:
        yield proxy


def test_a_plain_call_is_checked_like_a_stream(proxy: FaultProxy) -> None:
    llm = make_llm(f"openai-compatible:small@{proxy.url}", Settings())
    assert llm is not None
    proxy.fail()
    assert chat(llm, MESSAGES, Settings()) == "At least 35 people in Zhengzhou jumped [1]."
    for fault, kind in ((CUT, AnswerCut), (EMPTY, AnswerEmpty), (refusal(404), ModelRefused)):
        proxy.fail(fault)
        with pytest.raises(kind):
            chat(llm, MESSAGES, Settings())
    close_llm(llm)


def test_a_model_without_streaming_answers_in_one_piece() -> None:
    llm = ScriptedLLM(["One. Two."], streams=False)
    assert list(streaming(llm, MESSAGES, Settings())) == ["One. Two."]
