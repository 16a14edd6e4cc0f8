"""The SDK's own client against a server, for tests that are not asynchronous themselves."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import jsonschema
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import CallToolResult

from tests.own_loop import run_apart

T = TypeVar("T")


def over_http(address: str, work: Callable[[Client], Awaitable[T]], token: str, **headers: str) -> T:
    """What `work` gives with a client of the server's /mcp."""

    async def run() -> T:
        sent = {"authorization": f"Bearer {token}", **headers}
        async with (
            create_mcp_http_client(headers=sent) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
        ):
            return await work(client)

    return run_apart(run())


async def answer(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured answer of a tool, which fits its schema."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    schema = next(each for each in (await client.list_tools()).tools if each.name == tool).output_schema
    assert schema is not None and result.structured_content is not None
    jsonschema.validate(result.structured_content, schema)
    return result.structured_content


async def error(client: Client, tool: str, **arguments: Any) -> str:
    """The text of a tool's error."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return text_of(result)


async def walk(client: Client, tool: str, **arguments: Any) -> list[dict[str, Any]]:
    """The items of all pages."""
    items, cursor = list[dict[str, Any]](), None
    while True:
        page = await answer(client, tool, **arguments, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            assert len(items) == page["totalCount"]
            return items


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert content.type == "text"
    return content.text
