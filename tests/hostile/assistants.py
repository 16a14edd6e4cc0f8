"""Requests to /mcp, and lines of standard input: the Model Context Protocol kept, bent and broken."""

import copy
import gzip
import zlib
from typing import Any

from hypothesis import strategies as st

from tests.hostile.request import Request
from tests.hostile.spoiling import spoil
from tests.hostile.values import TEXT, VALUES, broken, encoded

HOST = "localhost"
"""The one under which the tools are served."""
_SUPPOSED = [{"target": "system:oms", "class": "OUTAGE", "startedAt": "2026-03-02T09:00:00Z"}]
_WHERE = {"channels": ["web"], "regions": ["emea"], "minValue": "1.00"}
CALLS: dict[str, dict[str, Any]] = {
    "blast_radius": {"failures": ["F-1"], "suppose": _SUPPOSED, "where": _WHERE, "timezone": "Europe/Berlin"},
    "affected_orders": {"where": _WHERE, "limit": 3, "cursor": "x", "asOf": "2026-03-02T09:30:00Z"},
    "affected_records": {"kind": "notifications", "effects": ["LOST"], "limit": 3},
    "explain": {"order": "O-0001"},
    "why": {"order": "O-0002", "timezone": "Europe/Berlin", "language": "de"},
    "overdue": {"by": ["REGION", "STEP"], "asOf": "2026-03-03T09:30:00Z"},
    "record_findings": {"asOf": "2026-03-03T09:30:00Z"},
    "failures": {"active": True},
    "incidents": {"active": True},
    "incident": {"id": "failure:F-1"},
    "find": {"text": "oms"},
    "element": {"id": "system:oms"},
    "neighbours": {"id": "system:oms", "limit": 3},
    "paths": {"start": "step:ship-from-store/pick", "end": "system:oms"},
}
"""Arguments of every tool, each of a right type."""
_CLIENT = {"name": "x", "version": "1"}
_METHODS: dict[str, Any] = {
    "initialize": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": dict(_CLIENT)},
    "ping": {},
    "tools/list": {"cursor": "x"},
    "resources/list": {},
    "resources/read": {"uri": "file:///etc/passwd"},
    "prompts/get": {"name": "x", "arguments": {"a": "b"}},
    "completion/complete": {
        "ref": {"type": "ref/prompt", "name": "x"},
        "argument": {"name": "a", "value": "b"},
    },
    "logging/setLevel": {"level": "debug"},
    "server/discover": {},
    "subscriptions/listen": {},
    "notifications/initialized": {},
    "notifications/cancelled": {"requestId": 1, "reason": "x"},
    "sampling/createMessage": {"messages": [], "maxTokens": 1},
    "nope": {},
    "__class__": {},
}
_IDS = (
    1,
    "1",
    "",
    0,
    -1,
    1.5,
    2**63,
    10**30,
    None,
    True,
    [],
    {},
    "\x00",
    "x" * 9_000,
    "@surrogate@",
    float("nan"),
)
_NAMES = (
    "nope",
    "",
    "__init__",
    "../why",
    "why\x00",
    "x" * 9_000,
    5,
    None,
    ["why"],
    "match (n) detach delete n",
)
_VERSIONS = ("2025-06-18", "2026-07-28", "2024-11-05", "1999-01-01", "", "x", "\x7f", "x" * 9_000)
_ACCEPTS = (
    "application/json, text/event-stream",
    "application/json",
    "text/event-stream",
    "*/*",
    "x",
    "",
    ",;q=",
)
_HOSTS = (
    HOST,
    f"{HOST}:80",
    f"{HOST}:99999",
    "evil.example.com",
    "",
    "[::1",
    "x" * 9_000,
    f"{HOST}@evil",
    "ü",
)
_ORIGINS = ("http://localhost", "https://evil.example.com", "null", "", "://", "x" * 9_000)
_MEDIA = ("application/json", "application/json; charset=utf-16", "text/plain", "", "multipart/form-data")


@st.composite
def messages(draw: st.DrawFn) -> Any:
    """A request or notification of JSON-RPC with up to three hostile values in it."""
    method = draw(st.sampled_from(("tools/call",) * 12 + (*_METHODS,)))
    if method == "tools/call":
        name = draw(st.sampled_from([*CALLS]))
        params: Any = {"name": name, "arguments": copy.deepcopy(CALLS[name])}
        for _ in range(draw(st.integers(0, 2))):
            spoil(draw, params["arguments"])
        if draw(st.integers(0, 9)) == 0:
            params["name"] = draw(st.sampled_from(_NAMES) | TEXT)
    else:
        params = copy.deepcopy(_METHODS[method])
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    if draw(st.integers(0, 4)) == 0:
        message["id"] = draw(st.sampled_from(_IDS))
    if method.startswith("notifications/") and draw(st.booleans()):
        del message["id"]
    if draw(st.integers(0, 3)) == 0:
        _meta(draw, message)
    for _ in range(draw(st.integers(0, 2)) if draw(st.integers(0, 2)) == 0 else 0):
        spoil(draw, message)
    return message


def _meta(draw: st.DrawFn, message: dict[str, Any]) -> None:
    """What a client of the stateless protocol says of itself with each request."""
    meta: dict[str, Any] = {
        "progressToken": 1,
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": dict(_CLIENT),
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    for _ in range(draw(st.integers(0, 2))):
        spoil(draw, meta)
    if isinstance(message["params"], dict):
        message["params"]["_meta"] = meta


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A message, several in an array, an answer to nothing, or any JSON; cut, or in another encoding."""
    match draw(st.integers(0, 11)):
        case 0:
            document: Any = draw(st.lists(messages(), max_size=3))
        case 1:
            document = draw(VALUES)
        case 2:
            document = {"jsonrpc": "2.0", "id": draw(st.sampled_from(_IDS)), "result": draw(VALUES)}
        case 3:
            document = {"jsonrpc": "2.0", "id": 1, "error": {"code": draw(VALUES), "message": draw(VALUES)}}
        case _:
            document = draw(messages())
    body = encoded(document)
    return body if draw(st.integers(0, 3)) else draw(broken(body))


@st.composite
def assistant_requests(draw: st.DrawFn) -> Request:
    """By every method, with headers that fit or do not, and bodies that are compressed or say so."""
    headers = {"content-type": "application/json", "accept": _ACCEPTS[0]}
    odd: dict[str, tuple[str, ...]] = {
        "accept": _ACCEPTS,
        "content-type": _MEDIA,
        "host": _HOSTS,
        "origin": _ORIGINS,
        "mcp-protocol-version": _VERSIONS,
        "mcp-session-id": ("x", "", "\x7f", "0" * 64, "' or 1=1 --", "x" * 9_000),
        "mcp-method": ("tools/call", "ping", "", "ü"),
        "mcp-name": ("why", "x" * 9_000, ""),
        "last-event-id": ("1", "\x7f", "-1"),
        "impactgraph-deadline": ("PT0S", "-1", "x", "PT1S"),
    }
    for name in draw(st.lists(st.sampled_from([*odd]), max_size=2 * draw(st.booleans()), unique=True)):
        headers[name] = draw(st.sampled_from(odd[name]))
    method = draw(st.sampled_from(("POST",) * 20 + ("GET", "DELETE", "PUT", "OPTIONS", "HEAD")))
    body = draw(bodies())
    match draw(st.integers(0, 19)):
        case 0:
            headers, body = headers | {"content-encoding": "gzip"}, gzip.compress(body)
        case 1:
            headers, body = headers | {"content-encoding": "deflate"}, zlib.compress(b"[" * 3_000_000)
        case 2:
            headers |= {"content-encoding": draw(st.sampled_from(("gzip", "br", "x", "gzip, gzip")))}
        case _:
            pass
    path = draw(
        st.sampled_from(
            ("/mcp",) * 20 + ("/mcp/", "/mcp/x", "/mcp?x=%00", "/.well-known/oauth-protected-resource/mcp")
        )
    )
    return Request(method, path, headers=headers, body=body)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Of standard input."""
    line = draw(bodies() | st.binary(max_size=20) | TEXT.map(lambda text: text.encode("utf-8", "replace")))
    return line.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"
