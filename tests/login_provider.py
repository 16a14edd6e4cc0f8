"""A small provider of OpenID Connect over HTTP: it logs everybody in, and makes mistakes where told to."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson

from graph_models.time import Millis
from tests.signing import claims_of, public_keys, signed

CLIENT, SECRET = "impactgraph", "a client's secret"
KID = "rsa-1"


@dataclass
class LoginProvider:
    """`claims` replace those of its ID tokens; `error` is its answer in place of a code."""

    now: Millis
    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    answer: dict[str, str] = field(default_factory=dict[str, str])
    """Parameters with which the browser comes back, in place of its own."""
    kid: str = KID
    has_logout: bool = True
    asked: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """Parameters of each authorization, by its code."""
    exchanges: list[str] = field(default_factory=list[str])

    def discovery(self) -> dict[str, Any]:
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return document | ({"end_session_endpoint": f"{self.issuer}/end"} if self.has_logout else {})

    def authorize(self, parameters: dict[str, str]) -> str:
        """Where the browser is sent."""
        code = f"code-{len(self.asked)}"
        self.asked[code] = parameters
        answer = {"code": code, "state": parameters["state"]} | self.answer
        return (
            f"{parameters['redirect_uri']}?{urlencode({name: text for name, text in answer.items() if text})}"
        )

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        self.exchanges.append(form.get("code", ""))
        asked = self.asked.get(form.get("code", ""), {})
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        is_right = (
            asked.get("code_challenge") == challenge.rstrip(b"=").decode()
            and asked.get("code_challenge_method") == "S256"
            and asked["redirect_uri"] == form.get("redirect_uri")
            and authorization == f"Basic {client}"
        )
        if not is_right:
            return 400, {"error": "invalid_grant"}
        claims = claims_of(self.now, iss=self.issuer, aud=CLIENT, nonce=asked["nonce"], azp=CLIENT)
        token = signed({**claims, **self.claims}, self.kid)
        return 200, {"access_token": "of no use here", "token_type": "Bearer", "id_token": token}


@contextmanager
def running(provider: LoginProvider) -> Iterator[LoginProvider]:
    """The provider at an address of this machine, its issuer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                parameters = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self._send(302, b"", location=provider.authorize(parameters))
            elif parts.path == "/keys":
                self._send(200, orjson.dumps({"keys": public_keys(provider.kid)}))
            else:
                self._send(200, orjson.dumps(provider.discovery()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, document = provider.exchange(form, self.headers.get("authorization", ""))
            self._send(status, orjson.dumps(document))

        def _send(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
