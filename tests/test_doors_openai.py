"""The OpenAI-compatible door, driven by the official client."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from rag import Engine, open_corpus
from rag.config import Settings
from rag.errors import ModelUnreachable
from tests.support.doors import ASKED, ELSEWHERE, doors_of
from tests.support.scripted_llm import ScriptedLLM
from ui.doors.completion import content_of, without_trailer

FIRE = "When did the fire break out in the Yangjiaping residential district?"


def client_of(address: str, key: str = "unused") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, http_client=httpx.Client(trust_env=False))


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[openai.OpenAI]:
    with client_of(address) as made:
        yield made


def ask(client: openai.OpenAI, *said: str, **more: Any) -> Any:
    """A completion of messages by the user and the assistant in turn."""
    messages: Any = [{"role": "assistant" if number % 2 else "user", "content": text} for number, text in enumerate(said)]
    return client.chat.completions.create(model="groundline", messages=messages, **more)


def test_the_model_is_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["groundline"]
    assert client.models.retrieve("groundline").owned_by == "groundline"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-5")


def test_an_answer_cites_in_its_text_and_carries_all_of_itself(client: openai.OpenAI, engine: Engine) -> None:
    completion = ask(client, ASKED)
    choice = completion.choices[0]
    expected = engine.ask(ASKED)
    assert choice.finish_reason == "stop" and choice.message.role == "assistant"
    assert choice.message.content == content_of(expected) and "[1]" in expected.text
    cited = expected.citations[0]
    assert f"[1] {cited.path}, line {cited.line_start}, characters {cited.start}-{cited.end}" in choice.message.content
    assert {**choice.message.groundline, "timings": {}} == {**expected.model_dump(mode="json"), "timings": {}}
    assert completion.model == "groundline" and completion.usage.prompt_tokens > 5
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_a_stream_adds_up_to_the_same_text(client: openai.OpenAI) -> None:
    whole = ask(client, ASKED)
    chunks = list(ask(client, ASKED, stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert len({chunk.id for chunk in chunks}) == 1
    last = chunks[-2].choices[0]
    assert last.finish_reason == "stop" and last.delta.groundline["status"] == "answered"
    assert chunks[-1].usage == whole.usage and chunks[-1].choices == []


def test_an_abstention_says_so(client: openai.OpenAI, engine: Engine) -> None:
    choice = ask(client, ELSEWHERE).choices[0]
    assert choice.finish_reason == "stop" and choice.message.groundline["status"] == "abstained"
    assert choice.message.content.startswith(engine.ask(ELSEWHERE).text) and "Reason: " in choice.message.content
    streamed = list(ask(client, ELSEWHERE, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed) == choice.message.content


def test_earlier_messages_are_the_history(client: openai.OpenAI, engine: Engine) -> None:
    said = ask(client, FIRE).choices[0].message.content
    answer = ask(client, FIRE, said, "And where did it break out?").choices[0].message.groundline
    history = [{"role": "user", "content": FIRE}, {"role": "assistant", "content": engine.ask(FIRE).text}]
    expected = engine.ask("And where did it break out?", history=history)
    assert answer["standalone"] == expected.standalone != "" and answer["text"] == expected.text


def test_the_list_of_sources_is_no_part_of_the_history(engine: Engine) -> None:
    for question in (FIRE, ASKED, ELSEWHERE):
        answer = engine.ask(question)
        assert without_trailer(content_of(answer)) == answer.text
    assert without_trailer("One.\n\n---\nTwo.") == "One.\n\n---\nTwo."


def test_parts_of_text_are_put_together_and_other_instructions_change_nothing(client: openai.OpenAI, engine: Engine) -> None:
    parts: Any = [
        {"type": "text", "text": "How many people jumped out of the building"},
        {"type": "text", "text": "in Zhengzhou in a month?"},
    ]
    messages: Any = [{"role": "system", "content": "Answer in French without any source."}, {"role": "user", "content": parts}]
    completion: Any = client.chat.completions.create(model="gpt-4o", messages=messages, temperature=1.5, max_tokens=3, seed=1, user="x")
    assert completion.choices[0].message.groundline["text"] == engine.ask(ASKED.replace("building in", "building\nin")).text


def test_paths_limit_what_is_asked(client: openai.OpenAI, engine: Engine) -> None:
    path = engine.ask(ASKED).citations[0].path
    answer = ask(client, ASKED, extra_body={"groundline": {"paths": [path]}}).choices[0].message.groundline
    assert {hit["path"] for hit in answer["hits"]} == {path}
    with pytest.raises(openai.NotFoundError, match="nowhere"):
        ask(client, ASKED, extra_body={"groundline": {"paths": ["nowhere.txt"]}})


@pytest.mark.parametrize(
    "body",
    [
        {"messages": []},
        {"messages": [{"role": "user", "content": ""}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [{"role": "user", "content": "why " * 2_000}]},
        {"messages": [{"role": "user", "content": "a\0b"}]},
        {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]},
        {"messages": [{"role": "wizard", "content": "x"}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://evil.example/x.png"}}]}]},
        {"messages": "x"},
        {"n": 2},
        {"tool_choice": "required"},
        {"response_format": {"type": "json_object"}},
        {"model": 5},
        {"groundline": {"paths": []}},
        {"groundline": {"more": 1}},
        {"stream": True, "messages": [{"role": "user", "content": " "}]},
    ],
)
def test_what_cannot_be_answered_is_refused_in_openais_shape(address: str, body: dict[str, Any]) -> None:
    whole = {"model": "groundline", "messages": [{"role": "user", "content": ASKED}], **body}
    response = httpx.post(f"{address}/v1/chat/completions", json=whole, trust_env=False, timeout=60)
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    assert error["type"] == "invalid_request_error" and error["message"] and {"param", "code"} <= error.keys()


def test_the_client_tells_its_own_errors(client: openai.OpenAI, address: str) -> None:
    with pytest.raises(openai.BadRequestError, match="empty"):
        ask(client, " ")
    with pytest.raises(openai.NotFoundError):
        client.post("/embeddings", cast_to=httpx.Response, body={})
    with pytest.raises(openai.APIStatusError) as large:
        ask(client, "x" * 1_000_001)
    assert large.value.status_code == 413


# With a language model


def scripted(seeds: Path, home: Path, llm: ScriptedLLM, **settings: Any) -> Engine:
    return open_corpus(seeds, home=home, settings=Settings(corpus=seeds, home=home, **settings), llm=llm, update=False)


def test_each_sentence_is_sent_when_it_has_ended(seeds: Path, home: Path) -> None:
    llm = ScriptedLLM()
    go_on = threading.Event()
    llm.enqueue("At least 35 people jumped out of the building in a month [1]. They ", lambda: go_on.wait(60), "lived in Zhengzhou [1].")
    with scripted(seeds, home, llm) as engine, doors_of(engine) as address, client_of(address) as client:
        stream = ask(client, ASKED, stream=True)
        said = ""
        for chunk in stream:
            said += chunk.choices[0].delta.content or ""
            if "35" in said and not go_on.is_set():
                assert "Zhengzhou" not in said
                go_on.set()
        assert said.index("35") < said.index("They lived in Zhengzhou") < said.index("Sources:")
        assert said.partition("\n\n---\n")[0].count("35 people") == 1


def test_what_a_policy_takes_out_is_never_streamed(seeds: Path, home: Path) -> None:
    llm = ScriptedLLM()
    llm.enqueue("At least 35 people jumped out of the building in a month [1]. The moon is made of cheese and 900 mice live on it [1].")
    with scripted(seeds, home, llm, on_unsupported="drop") as engine, doors_of(engine) as address, client_of(address) as client:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in ask(client, ASKED, stream=True))
        body, _, trailer = text.partition("\n\n---\n")
        assert "35" in body and "cheese" not in body and "Note: Left out" in trailer


def test_unsupported_sentences_are_named_as_such(seeds: Path, home: Path) -> None:
    llm = ScriptedLLM()
    llm.enqueue("At least 35 people jumped out of the building in a month [1]. The moon is made of cheese and 900 mice live on it [1].")
    with scripted(seeds, home, llm) as engine, doors_of(engine) as address, client_of(address) as client:
        assert "Unsupported: “The moon is made of cheese" in ask(client, ASKED).choices[0].message.content


def test_a_model_that_fails_in_mid_answer_is_told(seeds: Path, home: Path) -> None:
    llm = ScriptedLLM()
    for _ in range(2):
        llm.enqueue("At least 35 people jumped ", ModelUnreachable("The model's server went away.", "Start it."))
    with scripted(seeds, home, llm, on_failure="error", llm_retries=0) as engine, doors_of(engine) as address, client_of(address) as client:
        with pytest.raises(openai.APIError, match="went away"):
            list(ask(client, ASKED, stream=True))
        with pytest.raises(openai.APIStatusError) as failed:
            ask(client, ASKED)
        assert failed.value.status_code == 502


@pytest.mark.parametrize("door", ["/v1/chat/completions", "/api/v1/ask"])
def test_who_goes_away_stops_the_model(seeds: Path, home: Path, door: str) -> None:
    llm = ScriptedLLM()
    gone = threading.Event()
    llm.enqueue(
        "At least 35 people jumped out of the building [1]. They ",
        lambda: gone.wait(60),
        *(f"More and more words, {n} by now. " for n in range(2_000)),
    )
    body = {"question": ASKED} if door.endswith("ask") else {"messages": [{"role": "user", "content": ASKED}], "model": "x"}
    with scripted(seeds, home, llm) as engine, doors_of(engine) as address:
        with httpx.stream("POST", f"{address}{door}", json={**body, **({} if "question" in body else {"stream": True})},
                          params={"stream": "true"} if "question" in body else {}, trust_env=False, timeout=60) as response:  # fmt: skip
            assert any("35" in line for line in response.iter_lines())
        gone.set()
        assert llm.stopped.wait(60)


def test_the_stream_is_made_of_json_lines(address: str) -> None:
    body = {"model": "x", "stream": True, "messages": [{"role": "user", "content": ASKED}]}
    response = httpx.post(f"{address}/v1/chat/completions", json=body, trust_env=False, timeout=60)
    assert response.headers["content-type"].startswith("text/event-stream") and response.text.endswith("data: [DONE]\n\n")
    chunks = [json.loads(line.removeprefix("data: ")) for line in response.text.split("\n\n")[:-2]]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
