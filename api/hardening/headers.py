"""Security headers of responses, and how many headers a request may have."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.hardening.answers import refuse
from api.problems import problem

_OF_ALL = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""Set where a response does not set them itself."""
_OF_DOCUMENTS = {
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""As above, of whatever a browser may show as a page. Scripts it does not, and the explorer has more than a
hundred: these headers would be an eighth of all bytes that its first view takes.
"""
_SCRIPT = "text/javascript"
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'"
"""Content security policy of responses that are no pages."""
MAX_HEADERS = 100
"""Of a request."""


class SecurityHeaders:
    """ASGI middleware. Pages have policies of their own, to which only `frame-ancestors` is added."""

    def __init__(self, app: ASGIApp, frame_ancestors: str, hsts: int) -> None:
        """`frame_ancestors`: who may show pages in a frame, as in a content security policy; `hsts`: for how
        many seconds browsers use https only, 0: no such header.
        """
        self._app = app
        self._ancestors = frame_ancestors
        self._headers = dict(_OF_ALL)
        self._document_headers = dict(_OF_DOCUMENTS)
        if frame := {"'none'": "DENY", "'self'": "SAMEORIGIN"}.get(frame_ancestors):
            self._document_headers["x-frame-options"] = frame
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
                if not headers.get("content-type", "").startswith(_SCRIPT):
                    self._add_to_document(headers)
            await send(message)

        return send_with_headers

    def _add_to_document(self, headers: MutableHeaders) -> None:
        for name, value in self._document_headers.items():
            headers.setdefault(name, value)
        policy = headers.get("content-security-policy", _NOTHING)
        headers["content-security-policy"] = f"{policy}; frame-ancestors {self._ancestors}"
