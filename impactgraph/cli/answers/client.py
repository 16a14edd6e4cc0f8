"""HTTP client of a server: GraphQL, exports and events."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from impactgraph.addresses import without_credentials
from impactgraph.cli.encode.values import Json
from impactgraph.errors import BadInputError, ImpactGraphError, Problem, StoreUnavailableError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
SECONDS = 120.0
"""Until the connection is given up. The server has a deadline of its own for each request."""


class ServerUnreachableError(ImpactGraphError):
    """Nothing answers at the address, or it is no server of impactgraph."""


class RefusedError(ImpactGraphError):
    """The server does not know who asks, or does not permit it."""


class ServerError(ImpactGraphError):
    """The server's message, where it is not about the input."""


class Client:
    def __init__(self, address: str, *, seconds: float = SECONDS, token: str | None = None) -> None:
        """`token` proves who asks. Raises BadInputError where the address is none of HTTP."""
        self.address = server_address(address)
        self._token = token
        self._seconds = seconds
        is_local = urlsplit(self.address).hostname in _LOOPBACK
        self._opener = build_opener(ProxyHandler({})) if is_local else build_opener()

    def ask(self, document: str, **variables: object) -> Json:
        """The data of a GraphQL answer. Raises the error of the server."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        answer = self._json("/graphql", body, "application/json")
        if answer.get("errors"):
            raise _error_of(answer["errors"][0])
        if not isinstance(answer.get("data"), dict):
            raise ServerUnreachableError(f"{self.address} is not a server of impactgraph.")
        return answer["data"]

    def send_events(self, lines: Sequence[bytes]) -> Json:
        """The answer to POST /events."""
        return self._json("/events", b"\n".join(lines), "application/x-ndjson")

    def export(self, parameters: Mapping[str, object], path: str = "/export") -> Iterator[Json]:
        """The rows of GET /export, or of another path, as they arrive."""
        for line in self.lines(path, {**parameters, "format": "ndjson"}):
            yield json.loads(line)

    def lines(self, path: str, parameters: Mapping[str, object]) -> Iterator[bytes]:
        """The lines that GET gives, as they arrive, without their ends."""
        values = {name: value for name, value in parameters.items() if value is not None}
        query = urlencode(values, doseq=True)
        with self._open(Request(f"{self.address}{path}?{query}")) as response:
            for line in response:
                yield line.removesuffix(b"\n")

    def post(self, path: str, body: bytes) -> AbstractContextManager[HTTPResponse]:
        """The answer to a document of JSON, as it arrives. Raises the error of the server."""
        return self._open(Request(f"{self.address}{path}", body, {"content-type": "application/json"}))

    def _json(self, path: str, body: bytes, media: str) -> Json:
        headers = {"content-type": media, "accept": "application/json"}
        with self._open(Request(f"{self.address}{path}", body, headers)) as response:
            text = response.read()
        try:
            answer: object = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise ServerUnreachableError(f"{self.address} is not a server of impactgraph.")
        return answer  # pyright: ignore[reportUnknownVariableType] - any object

    @contextmanager
    def _open(self, request: Request) -> Generator[HTTPResponse]:
        if self._token is not None:  # to this server only, not to one that it redirects to
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener.open(request, timeout=self._seconds) as response:
                yield response
        except HTTPError as error:
            with error:
                raise self._http_error(error.code, error.read()) from None
        except (URLError, OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise ServerUnreachableError(
                f"The server at {self.address} does not answer: {reason}. Is it running? Start it with "
                "`impactgraph serve`, or leave out --server and IMPACTGRAPH_SERVER to use the store itself."
            ) from error

    def _http_error(self, status: int, body: bytes) -> ImpactGraphError:
        try:
            answer: Any = json.loads(body)
            return _error_of(answer["errors"][0] if "errors" in answer else answer)
        except (ValueError, KeyError, TypeError, IndexError):
            return ServerUnreachableError(
                f"{self.address} answered with status {status}: it is not a server of impactgraph."
            )


def server_address(text: str) -> str:
    """The address without what is not needed. Raises BadInputError where it is none of a server."""
    address = text.strip() if "://" in text else f"http://{text.strip()}"
    parts = urlsplit(address)
    try:
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        has_port = False
    if parts.scheme not in ("http", "https") or not parts.hostname or not has_port or "@" in parts.netloc:
        raise BadInputError(
            Problem(
                f"--server is {without_credentials(text)!r}; give the address of a server, such as "
                "http://127.0.0.1:8000."
            )
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/graphql')}"


def _error_of(error: Mapping[str, Any]) -> ImpactGraphError:
    """The error of an answer, as the local use case raises it."""
    extensions: Mapping[str, Any] = error.get("extensions") or error
    message: str = error["message"]
    code = extensions.get("code")
    if code == "BAD_INPUT" and extensions.get("problems"):
        problems = extensions["problems"]
        return BadInputError(*(Problem(each["message"], each["file"], each["line"]) for each in problems))
    if code in ("STORE_UNAVAILABLE", "OVERLOADED", "RATE_LIMITED"):
        return StoreUnavailableError(message)
    if code == "UNAUTHENTICATED":
        return RefusedError(
            f"The server does not know who asks: {message} Give a key in the environment variable "
            "IMPACTGRAPH_TOKEN, or a file that has it with --token-file."
        )
    if code == "FORBIDDEN":
        return RefusedError(f"The server does not permit this to your key or user. {message}")
    return ServerError(message)
