"""What the official Gradio client sees of the window: an endpoint that asks."""

import json
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError, AuthenticationError

from rag import open_corpus
from tests.support.doors import ASKED, ELSEWHERE, Served, serving


def ask(client: Client, *arguments: object, **named: object) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(client.predict(*arguments, **named, api_name="/ask"))
    return answer


def test_the_client_asks_and_gets_the_answer(served: Served, seeds: Path, home: Path) -> None:
    client = Client(served.address, verbose=False)
    with open_corpus(seeds, home=home, update=False) as engine:
        for question in (ASKED, ELSEWHERE):
            answer = ask(client, question)
            assert {**answer, "timings": {}} == {**engine.ask(question).model_dump(mode="json"), "timings": {}}
    within = ask(client, ASKED, paths=[answer["hits"][0]["path"]])
    assert {hit["path"] for hit in within["hits"]} == {answer["hits"][0]["path"]}
    history = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": "At least 35 people."}]
    assert ask(client, "And where did they live?", history=history)["question"] == "And where did they live?"


def test_ask_is_all_that_it_is_shown(served: Served) -> None:
    described = Client(served.address, verbose=False).view_api(return_format="dict", print_info=False)
    assert list(described["named_endpoints"]) == ["/ask"]


def test_errors_say_what_to_do(served: Served) -> None:
    client = Client(served.address, verbose=False)
    for arguments in ((" ",), (ASKED, [{"role": "wizard", "content": "x"}]), (ASKED, None, ["nowhere.txt"])):
        with pytest.raises(AppError) as failed:
            ask(client, *arguments)
        assert "Traceback" not in str(failed.value) and str(failed.value).strip()


def test_a_password_is_asked_for(seeds: Path, home: Path) -> None:
    with serving(seeds, home, environment={"GROUNDLINE_AUTH": "ada:correct horse"}) as served:
        with pytest.raises(AuthenticationError):
            Client(served.address, auth=("ada", "wrong"), verbose=False)
        client = Client(served.address, auth=("ada", "correct horse"), verbose=False)
        assert ask(client, ASKED)["status"] == "answered"
