"""Limits the size of request bodies, as they are sent and after decompression."""

from collections.abc import Iterator

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.hardening.encodings import DECODERS, Decoder, EncodingError
from api.problems import problem

TOO_LARGE = "The body is too large. Split it, or use `impactgraph ingest` for large files."


class BodyLimit:
    """Answers 413, in the API's shape of errors, as soon as a body turns out to exceed `max_bytes`.

    Compressed bodies are decompressed: what is behind reads, and checks signatures of, the original. 415
    where the encoding is not known, 400 where the body is not what its encoding says.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._with_limit(scope, receive, send)
        except _RefusedError as error:
            await error.answer(scope, receive, send)

    async def _with_limit(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        content_length = headers.get("content-length", "0")
        if (
            content_length.isascii()
            and content_length.isdigit()
            and _exceeds(content_length, self._max_bytes)
        ):
            raise _too_large()
        encoding = ", ".join(headers.getlist("content-encoding")).strip().lower()
        within = self._limit(receive)
        if encoding not in ("", "identity"):
            if encoding not in DECODERS:
                known = ", ".join(sorted(DECODERS))
                text = f"The content encoding is {encoding[:100]!r}; it must be one of {known}, and one only."
                raise _RefusedError(problem(415, "BAD_INPUT", text, {"accept-encoding": known}))
            scope = _without_encoding(scope)
            within = self._decompress(within, DECODERS[encoding](), encoding)
        await self._app(scope, within, send)

    def _limit(self, receive: Receive) -> Receive:
        size = 0

        async def receive_within_limit() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._max_bytes:
                raise _too_large()
            return message

        return receive_within_limit

    def _decompress(self, receive: Receive, decoder: Decoder, encoding: str) -> Receive:
        size = 0

        def blocks_within_bounds(data: bytes) -> Iterator[bytes]:
            nonlocal size
            for piece in decoder.pieces(data):
                size += len(piece)
                if size > self._max_bytes:
                    raise _too_large()
                yield piece

        async def receive_plain() -> Message:
            message = await receive()
            if message["type"] != "http.request":
                return message
            try:
                body = b"".join(blocks_within_bounds(message.get("body", b"")))
            except EncodingError as error:
                raise _wrong(encoding, str(error)) from None
            if not message.get("more_body") and not decoder.is_complete:
                raise _wrong(encoding, "it ends too early")
            return {**message, "body": body}

        return receive_plain


class _RefusedError(Exception):
    """Raised while the body is read, which is before the response starts."""

    def __init__(self, answer: JSONResponse) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


def _too_large() -> _RefusedError:
    return _RefusedError(problem(413, "BAD_INPUT", TOO_LARGE, {"connection": "close"}))


def _wrong(encoding: str, reason: str) -> _RefusedError:
    text = f"The body cannot be decompressed as {encoding}: {reason}."
    return _RefusedError(problem(400, "BAD_INPUT", text, {"connection": "close"}))


def _exceeds(digits: str, limit: int) -> bool:
    """Whether a number is larger; one of many digits is not read, which would take long."""
    return len(digits.lstrip("0")) > 18 or int(digits) > limit


def _without_encoding(scope: Scope) -> Scope:
    """What the rest of the application sees: the body as it was before it was compressed."""
    changed = {**scope, "headers": list(scope["headers"])}
    headers = MutableHeaders(scope=changed)
    del headers["content-encoding"], headers["content-length"]
    return changed
