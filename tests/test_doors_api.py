"""REST over the real articles: questions, documents, passages, checks, health, counts; and what is sent by those who mean harm."""

import asyncio
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock, call

import httpx
import pytest

from tests.support.doors import ASKED, ELSEWHERE, Served, serving
from ui.doors.metrics import Metrics
from ui.doors.service import Service


@pytest.fixture
def api(served: Served) -> Iterator[httpx.Client]:
    with served.client() as client:
        client.base_url = httpx.URL(f"{served.address}/api/v1")
        yield client


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The problem that a response tells, which has a message, a hint and the security headers."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.headers["x-content-type-options"] == "nosniff"
    told: dict[str, Any] = response.json()
    assert told["status"] == status and told["title"] and told["detail"] and told["hint"]
    return told


def events(response: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in response.text.strip().split("\n\n"):
        kind, data = block.split("\n")
        found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_an_answer_is_the_engines_answer(api: httpx.Client, seeds: Path, home: Path) -> None:
    from rag import open_corpus

    answer = api.post("ask", json={"question": ASKED}).json()
    with open_corpus(seeds, home=home, update=False) as engine:
        expected = engine.ask(ASKED).model_dump(mode="json")
    assert {**answer, "timings": {}} == {**expected, "timings": {}}
    cited = answer["citations"][0]
    text = (seeds / cited["path"]).read_bytes().decode("utf-8-sig")
    assert text[cited["start"] : cited["end"]] == cited["quote"] and "35" in cited["quote"]


def test_an_abstention_is_an_answer_too(api: httpx.Client) -> None:
    answer = api.post("ask", json={"question": ELSEWHERE})
    assert answer.status_code == 200 and answer.json()["status"] == "abstained" and answer.json()["hits"]


def test_a_follow_up_leans_on_its_history(api: httpx.Client) -> None:
    first = "When did the fire break out in the Yangjiaping residential district?"
    said = api.post("ask", json={"question": first}).json()["text"]
    history = [{"role": "user", "content": first}, {"role": "assistant", "content": said}]
    answer = api.post("ask", json={"question": "And where did it break out?", "history": history}).json()
    assert "fire" in answer["standalone"].lower()


def test_paths_limit_what_is_asked_and_a_slip_in_one_is_told(api: httpx.Client) -> None:
    path = api.post("ask", json={"question": ASKED}).json()["citations"][0]["path"]
    within = api.post("ask", json={"question": ASKED, "paths": [path]}).json()
    assert within["status"] == "answered" and {hit["path"] for hit in within["hits"]} == {path}
    assert "nowhere.txt" in problem(api.post("ask", json={"question": ASKED, "paths": ["nowhere.txt"]}), 404)["detail"]
    problem(api.post("ask", json={"question": ASKED, "paths": []}), 422)


def test_a_path_that_is_named_again_and_again_is_looked_up_once() -> None:
    engine = Mock(retrieve=Mock(return_value=()))
    service = Service(lambda: engine, Metrics())
    assert asyncio.run(service.search("ferry", 1, ["a.txt", "b.txt"] * 5_000)) == ()
    assert engine.document.call_args_list == [call("a.txt"), call("b.txt")]


@pytest.mark.parametrize("how", [{"params": {"stream": "true"}}, {"headers": {"Accept": "text/event-stream"}}])
def test_a_stream_ends_in_the_same_answer(api: httpx.Client, how: dict[str, Any]) -> None:
    response = api.post("ask", json={"question": ASKED}, **how)
    assert response.headers["content-type"].startswith("text/event-stream")
    kinds = [kind for kind, _ in events(response)]
    assert kinds[0] == "retrieved" and kinds[-1] == "done" and {"token", "sentence"} <= set(kinds)
    done = events(response)[-1][1]["answer"]
    whole = api.post("ask", json={"question": ASKED}).json()
    assert {**done, "timings": {}} == {**whole, "timings": {}}


def test_what_a_stream_cannot_begin_with_is_a_problem(api: httpx.Client) -> None:
    problem(api.post("ask?stream=true", json={"question": " "}), 422)


def test_documents_and_slices_are_the_files_characters(api: httpx.Client, seeds: Path) -> None:
    listed = api.get("documents").json()
    assert [one["path"] for one in listed] == sorted(path.name for path in seeds.glob("*.txt"))
    path = listed[0]["path"]
    text = (seeds / path).read_bytes().decode("utf-8-sig")
    whole = api.get(f"documents/{path}").json()
    assert whole["text"] == text and whole["length"] == len(text) and whole["sha256"] == listed[0]["sha256"]
    part = api.get(f"documents/{path}", params={"start": 100, "end": 160}).json()
    assert part["text"] == text[100:160]
    passages = api.get(f"documents/{path}/passages").json()
    assert len(passages) == listed[0]["passages"] and [one["passage"] for one in passages] == list(range(1, len(passages) + 1))
    assert all(text[one["start"] : one["end"]] == one["text"] for one in passages)
    problem(api.get(f"documents/{path}", params={"start": 5, "end": 10**9}), 404)
    problem(api.get(f"documents/{path}", params={"start": 9, "end": 5}), 404)


def test_passages_are_found_with_their_scores(api: httpx.Client) -> None:
    hits = api.get("passages", params={"question": ASKED, "k": 3}).json()
    assert len(hits) == 3 and "Zhengzhou" in hits[0]["text"]
    only = api.get("passages", params=[("question", ASKED), ("paths", hits[1]["path"])]).json()
    assert {hit["path"] for hit in only} == {hits[1]["path"]}
    problem(api.get("passages", params={"question": ASKED, "k": 0}), 422)
    problem(api.get("passages", params={"question": ASKED, "paths": "nowhere.txt"}), 404)


def test_a_citation_holds_until_it_is_forged(api: httpx.Client) -> None:
    answer = api.post("ask", json={"question": ASKED}).json()
    assert [check["state"] for check in api.post("verify", json=answer).json()] == ["ok"] * len(answer["citations"])
    answer["citations"][0]["start"] += 1
    assert api.post("verify", json=answer).json()[0]["state"] == "wrong"
    answer["citations"][0]["path"] = "../../../../etc/passwd"
    assert api.post("verify", json=answer).json()[0]["state"] == "missing"


def test_health_tells_what_there_is_to_ask(api: httpx.Client) -> None:
    health = api.get("health").json()
    assert health["status"] == "ready" and health["documents"] == 5 and health["passages"] > 20 and health["generation"] >= 1


def test_counts_name_routes_and_verdicts_and_no_question(api: httpx.Client) -> None:
    api.post("ask", json={"question": ASKED})
    api.get("documents/nowhere-in-particular.txt")
    metrics = api.get("metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert 'groundline_requests_total{door="api",method="POST",route="/ask",status="200"}' in metrics.text
    assert 'route="/documents/{path:path}",status="404"' in metrics.text and "nowhere" not in metrics.text
    counted = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in metrics.text.splitlines() if not line.startswith("#")}
    assert counted['groundline_answers_total{status="answered"}'] >= 1
    assert counted['groundline_sentences_total{verdict="supported"}'] >= 1
    assert any(name.startswith("groundline_request_seconds_bucket") for name in counted)


def test_the_windows_answers_are_counted_too(served: Served, api: httpx.Client) -> None:
    def abstained() -> float:
        line = next(
            line for line in api.get("metrics").text.splitlines() if line.startswith('groundline_answers_total{status="abstained"}')
        )
        return float(line.rpartition(" ")[2])

    before = abstained()
    with served.client() as client:
        assert '"done"' in client.post("/window/stream/chat.ask", json={"question": ELSEWHERE}).text
    assert abstained() == before + 1


def test_what_changed_is_indexed_when_asked_for(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "note.txt").write_text("The ferry to Lund leaves at nine.", "utf-8")
    with serving(corpus, tmp_path / "home") as window, window.client() as client:
        (corpus / "more.txt").write_text("The bakery of Lund was founded by Ada Brandt in 1921.", "utf-8")
        report = client.post("/api/v1/update").json()
        assert report["added"] == ["more.txt"] and report["documents"] == 2
        assert client.post("/api/v1/ask", json={"question": "Who founded the bakery of Lund?"}).json()["citations"][0]["path"] == "more.txt"


def test_an_empty_corpus_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with serving(tmp_path / "corpus", tmp_path / "home") as window, window.client() as client:
        health = client.get("/api/v1/health")
        assert health.status_code == 503 and health.json()["status"] == "empty"
        problem(client.post("/api/v1/ask", json={"question": ASKED}), 503)


def test_the_description_is_complete_and_loads_nothing_from_elsewhere(api: httpx.Client) -> None:
    described = api.get("openapi.json").json()
    assert {"/ask", "/documents", "/documents/{path}", "/passages", "/verify", "/health", "/metrics", "/update"} <= described[
        "paths"
    ].keys()
    assert described["servers"] == [{"url": "/api/v1"}]
    assert described["paths"]["/ask"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Answer")
    page = api.get("docs").text
    assert "POST /api/v1/ask" in page and "http://" not in page and "https://" not in page and "<script" not in page


# Those who mean harm


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[", 400),
        (b"\xff\xfe", 400),
        (b"null", 422),
        (b'{"question": 5}', 422),
        (b'{"question": null}', 422),
        (b'{"question": ""}', 422),
        (b'{"question": "a\\u0000b"}', 422),
        (b'{"question": "\\ud800"}', 422),
        (b'{"question": "x", "more": 1}', 422),
        (b'{"question": "x", "history": [{"role": "system", "content": "x"}]}', 422),
        (b'{"question": "x", "history": {}}', 422),
        (b'{"question": "x", "paths": "x"}', 422),
        (b'{"question": "x", "paths": ["a\\u0000"]}', 404),
        (b"[" * 100_000, 400),
        (b"1" * 10_000, 400),
        (json.dumps({"question": "why " * 2_000}).encode(), 422),
    ],
)
def test_a_question_that_is_none_is_refused_with_a_reason(api: httpx.Client, body: bytes, status: int) -> None:
    told = problem(api.post("ask", content=body, headers={"Content-Type": "application/json"}), status)
    assert "Traceback" not in told["detail"]
    assert api.get("health").status_code == 200


def test_what_does_not_say_that_it_is_json_is_told_to(api: httpx.Client) -> None:
    assert "Content-Type" in problem(api.post("ask", content=b'{"question": "Why?"}'), 415)["hint"]
    assert "Content-Type" in problem(api.post("ask", data={"question": "Why?"}), 415)["hint"]


def test_a_huge_body_is_refused_whether_or_not_it_is_announced(served: Served, api: httpx.Client) -> None:
    problem(api.post("ask", content=b"x" * 1_000_001), 413)

    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    problem(api.post("ask", content=pieces()), 413)
    host, port = served.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 30) as liar:
        head = f"POST /api/v1/ask HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 99999999999\r\n\r\n"
        liar.sendall(head.encode())
        assert liar.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "path", ["..%2f..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "a%00b", "%ff%fe", "..", "a%0d%0ab", "%E2%80%AEtxt.exe"]
)
def test_no_path_leads_out_of_the_index(served: Served, path: str) -> None:
    host, port = served.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 30) as raw:
        raw.sendall(f"GET /api/v1/documents/{path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 404") and b"root:" not in answer


def test_what_is_not_there_is_a_problem_too(api: httpx.Client) -> None:
    problem(api.get("nothing"), 404)
    problem(api.delete("documents"), 405)


def test_twenty_at_once_are_all_answered(served: Served) -> None:
    questions = [ASKED, ELSEWHERE, "Where did the protests begin?", "Who wrote about Beijing?"]

    def ask(number: int) -> int:
        with served.client() as client:
            return client.post("/api/v1/ask", json={"question": questions[number % len(questions)]}).status_code

    with ThreadPoolExecutor(20) as visitors:
        assert set(visitors.map(ask, range(40))) == {200}
