"""Answers of middleware that lets a request not through, for HTTP and for web sockets."""

import json

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

POLICY_VIOLATION = 1008
"""Code with which a web socket is closed (RFC 6455)."""
TRY_AGAIN = 1013
"""Code for a server that is overloaded."""
LONGEST_REASON = 120
"""Bytes of the reason with which a web socket is closed (RFC 6455: 123)."""

WEBHOOK_PREFIXES = ("/in/", "/webhooks/", "/v2/enqueue", "/api/v2/alerts", "/api/global/", "/v1/traces")
"""Paths of senders that repeat a delivery on 503 only."""


def is_webhook(path: str) -> bool:
    return path.startswith(WEBHOOK_PREFIXES)


async def refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    problem: JSONResponse,
    close_code: int = POLICY_VIOLATION,
) -> None:
    """Sends the problem; servers that cannot send it to a web socket close that before it is accepted."""
    if scope["type"] == "websocket":
        await receive()
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        text = json.loads(bytes(problem.body))["message"]
        reason = text.encode()[:LONGEST_REASON].decode(errors="ignore")
        await send({"type": "websocket.close", "code": close_code, "reason": reason})
        return
    await problem(scope, receive, send)
