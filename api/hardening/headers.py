"""Security headers on every response, and how many headers a request may have."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.hardening.answers import refuse
from api.problems import problem

_FIXED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
"""Set where a response does not set them itself."""
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'"
"""Content security policy of responses that are no pages."""
MAX_HEADERS = 100
"""Of a request."""


class SecurityHeaders:
    """ASGI middleware. Pages have policies of their own, to which only `frame-ancestors` is added."""

    def __init__(self, app: ASGIApp, frame_ancestors: str, hsts: int) -> None:
        """`frame_ancestors`: who may show pages in a frame, as in a content security policy; `hsts`: for how
        many seconds browsers use https only, 0: they are not told.
        """
        self._app = app
        self._ancestors = frame_ancestors
        self._headers = dict(_FIXED)
        if frame := {"'none'": "DENY", "'self'": "SAMEORIGIN"}.get(frame_ancestors):
            self._headers["x-frame-options"] = frame
        if hsts:
            self._headers["strict-transport-security"] = f"max-age={hsts}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if len(Headers(scope=scope).raw) > MAX_HEADERS:
            text = f"The request has more than {MAX_HEADERS} headers."
            await refuse(scope, receive, self._with_headers(send), problem(431, "BAD_INPUT", text))
            return
        await self._app(scope, receive, self._with_headers(send))

    def _with_headers(self, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                policy = headers.get("content-security-policy", _NOTHING)
                headers["content-security-policy"] = f"{policy}; frame-ancestors {self._ancestors}"
            await send(message)

        return send_with_headers
