"""The MCP door, driven by the official client: over HTTP, in the older and the newer protocol, and over standard input and output."""

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import anyio
import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from rag import Engine
from tests.support.doors import ASKED, ELSEWHERE, ROOT

Drive = Callable[[Client], Awaitable[None]]


def drive(address: str, what: Drive, mode: Literal["auto", "legacy"] = "auto") -> None:
    """Connect the official client over HTTP, and let it do something."""

    async def main() -> None:
        async with (
            httpx2.AsyncClient(trust_env=False, timeout=60) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http), mode=mode) as client,
        ):
            await what(client)

    anyio.run(main)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_answer_is_found_read_and_checked(address: str, engine: Engine, mode: Literal["auto", "legacy"]) -> None:
    async def what(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask", "search", "get_passage", "verify"}
        assert all(tool.description and tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        answer = (await client.call_tool("ask", {"question": ASKED})).structured_content
        assert {**answer, "timings": {}} == {**engine.ask(ASKED).model_dump(mode="json"), "timings": {}}
        cited = answer["citations"][0]
        place = {"path": cited["path"], "start": cited["start"], "end": cited["end"]}
        assert (await client.call_tool("get_passage", place)).structured_content["text"] == cited["quote"]
        passage = (await client.call_tool("get_passage", {"path": cited["path"], "passage": cited["passage"]})).structured_content
        assert passage["passage"] == cited["passage"] and cited["quote"] in passage["text"]
        hits = (await client.call_tool("search", {"question": ASKED, "k": 2})).structured_content["hits"]
        assert len(hits) == 2 and hits[0]["path"] == cited["path"]
        checked = (await client.call_tool("verify", {"citations": answer["citations"]})).structured_content
        assert checked["holds"] and checked["checks"][0]["state"] == "ok"
        forged = (await client.call_tool("verify", {"citations": [{**cited, "quote": "36 people"}]})).structured_content
        assert not forged["holds"] and forged["checks"][0]["state"] == "wrong"
        assert (await client.call_tool("verify", {"answer": answer})).structured_content == checked

    drive(address, what, mode)


def test_an_abstention_is_no_error(address: str) -> None:
    async def what(client: Client) -> None:
        result = await client.call_tool("ask", {"question": ELSEWHERE})
        assert not result.is_error and result.structured_content["status"] == "abstained"

    drive(address, what)


def test_the_text_of_a_result_is_its_json(address: str) -> None:
    async def what(client: Client) -> None:
        result = await client.call_tool("search", {"question": ASKED, "k": 1})
        assert result.content[0].type == "text" and '"hits":[{' in result.content[0].text

    drive(address, what)


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("ask", {"question": " "}, "empty"),
        ("ask", {}, "question"),
        ("ask", {"question": 5}, "question"),
        ("ask", {"question": ASKED, "paths": ["nowhere.txt"]}, "nowhere.txt"),
        ("ask", {"question": ASKED, "more": 1}, "more"),
        ("search", {"question": ASKED, "k": 0}, "k: "),
        ("get_passage", {"path": "../../../etc/passwd", "start": 0, "end": 10}, "no document"),
        ("get_passage", {"path": "a\0b", "passage": 1}, "no document"),
        ("get_passage", {"path": "x.txt"}, "give passage"),
        ("get_passage", {"path": "x.txt", "passage": -1}, "passage: "),
        ("verify", {}, "give citations"),
        ("verify", {"citations": [{"n": 1}]}, "citations.0"),
    ],
)
def test_what_cannot_be_done_is_a_result_that_says_why(address: str, tool: str, arguments: dict[str, Any], says: str) -> None:
    async def what(client: Client) -> None:
        result = await client.call_tool(tool, arguments)
        assert result.is_error and says in result.content[0].text and "Traceback" not in result.content[0].text  # type: ignore[union-attr]

    drive(address, what)


def test_a_tool_that_there_is_not_is_an_error_of_the_protocol(address: str) -> None:
    async def what(client: Client) -> None:
        with pytest.raises(MCPError, match="no tool"):
            await client.call_tool("delete_everything", {})

    drive(address, what)


@pytest.mark.parametrize("body", [b"", b"[", b"[" * 100_000, b"{}", b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": 5}'])
def test_what_is_no_message_is_refused(address: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    response = httpx.post(f"{address}/mcp", content=body, headers=headers, trust_env=False, timeout=60)
    assert 400 <= response.status_code < 500 or "error" in response.text
    assert httpx.get(f"{address}/mcp", trust_env=False, timeout=60).status_code == 405
    assert httpx.get(f"{address}/api/v1/health", trust_env=False, timeout=60).status_code == 200


def test_standard_input_and_output_are_a_door_too(seeds: Path, home: Path) -> None:
    arguments = ["-m", "rag", "mcp", "--corpus", str(seeds), "--home", str(home)]
    program = StdioServerParameters(command=sys.executable, args=arguments, env={**os.environ, "PYTHONPATH": str(ROOT)})

    async def main() -> None:
        async with Client(program) as client:
            answer = (await client.call_tool("ask", {"question": ASKED})).structured_content
            assert answer["status"] == "answered" and "35" in answer["text"]
            passage = await client.call_tool("get_passage", {"path": answer["citations"][0]["path"], "passage": 1})
            assert not passage.is_error

    anyio.run(main)
