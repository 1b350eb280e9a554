"""The MCP server itself: the tools of `ui.doors.tools` over the official SDK, which `ui.doors.mcp_door` loads when it is first used."""

import logging
from importlib import metadata
from typing import Any

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from rag.errors import GroundlineError
from ui.access import Refused
from ui.doors.scopes import check_scope
from ui.doors.service import Service
from ui.doors.tools import TOOLS, Tool, told
from ui.gate import UNEXPECTED

_LOG = logging.getLogger(__name__)
_TOOLS = {tool.name: tool for tool in TOOLS}
INSTRUCTIONS = (
    "Ask the documents with `ask` and quote what it cites. When it abstains, say so; do not answer from elsewhere as if the documents did."
)


def server(service: Service, guarded: bool) -> "Server[Any]":
    """The server. With `guarded` each call needs the scope of its tool, from the HTTP request that brought it."""

    async def list_tools(context: "ServerRequestContext[Any]", params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_listed(tool) for tool in TOOLS])

    async def call_tool(context: "ServerRequestContext[Any]", params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = _TOOLS.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name[:100]!r}: the tools are {', '.join(_TOOLS)}.")
        try:
            if guarded:
                check_scope(getattr(context.request, "scope", {}), tool.scope)
            return _given(await tool.run(service, tool.takes.model_validate(params.arguments or {})))
        except ValidationError as error:
            return _wrong(_invalid(error))
        except (GroundlineError, Refused) as error:
            return _wrong(told(error))
        except Exception:
            _LOG.exception("the tool %s failed", tool.name)
            return _wrong(" ".join(UNEXPECTED))

    return Server(
        "groundline",
        version=_version(),
        title="Groundline",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def serve_stdio(service: Service) -> None:
    """Serve one client over standard input and output until it goes."""
    offered = server(service, guarded=False)
    async with stdio_server() as (incoming, outgoing):
        await offered.run(incoming, outgoing, offered.create_initialization_options())


def run_stdio(service: Service) -> None:
    """`serve_stdio` in an event loop of its own."""
    anyio.run(serve_stdio, service)


def _version() -> str:
    try:
        return metadata.version("groundline")
    except metadata.PackageNotFoundError:  # run from a folder that was never installed
        return ""


def _listed(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes.model_json_schema(),
        output_schema=tool.gives.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False),
    )


def _given(result: Any) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=result.model_dump_json())], structured_content=result.model_dump(mode="json")
    )


def _wrong(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=message)], is_error=True)


def _invalid(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place + ': ' if place else ''}{first['msg']}."
