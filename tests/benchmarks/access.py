"""What authentication costs a request: the verifier among 1,000 keys, and the middleware round it.

python -m tests.benchmarks.access
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.types import Message, Receive, Scope, Send

from api.access import Authentication
from graph_models.access import LOCAL, Role
from impactgraph.access.audit_file import FileAudit
from impactgraph.access.key_file import FILE, FORMAT, FileKeys
from impactgraph.access.verifier import ComposedVerifier, KeyVerifier
from impactgraph.audit.entries import event_of
from impactgraph.credentials.key_text import key_to_json
from impactgraph.credentials.keys import ApiKey, NewKey, issue
from impactgraph.credentials.tokens import Token, new_token
from impactgraph.errors import UnauthenticatedError
from impactgraph.usecases.access import Credentials, EndpointRules, NoAuthentication, Verifier

NOW = 1_772_442_600_000
KEYS = 1_000
CALLS = 20_000
ENTRIES = 200


def main() -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> None:
    token = _fill(folder)
    keys = FileKeys(folder)
    verifier = ComposedVerifier([KeyVerifier(keys, lambda: NOW)])
    for name, text in (
        ("a valid key", token.text),
        ("a wrong secret", new_token(token.id).text),
        ("an unknown key", new_token().text),
    ):
        await _print(f"verify {name}, of {KEYS:,}", lambda text=text: _verify(verifier, text))
    for name, each in (("without authentication", NoAuthentication()), ("with a key", verifier)):
        await _print(f"middleware {name}", _request(each, token.text))
    audit = FileAudit(folder, lambda: NOW)
    await _print("an entry of the audit log, synced", lambda: _append(audit), ENTRIES)


def _fill(folder: Path) -> Token:
    """Keys of which the last one is given back."""
    keys: dict[str, ApiKey] = {}
    for number in range(KEYS):
        made = issue(keys, NewKey(f"key {number}", Role.VIEWER), NOW)
        keys[made.key.id] = made.key
    document = {"version": FORMAT, "keys": [key_to_json(key) for key in keys.values()]}
    (folder / FILE).write_text(json.dumps(document))
    return made.token


async def _verify(verifier: Verifier, text: str) -> None:
    with suppress(UnauthenticatedError):
        await verifier.verify(Credentials(text))


def _request(verifier: Verifier, text: str) -> Callable[[], Awaitable[None]]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        pass

    guarded = Authentication(app, verifier, EndpointRules())
    headers = [(b"authorization", f"Bearer {text}".encode())]

    async def request() -> None:
        scope = {"type": "http", "path": "/export", "headers": headers, "client": ("127.0.0.1", 1)}
        await guarded(scope, receive, send)

    return request


async def _append(audit: FileAudit) -> None:
    audit.append([event_of(LOCAL, NOW, "reportFailure", {"target": "system:oms"})])


async def _print(name: str, call: Callable[[], Awaitable[None]], calls: int = CALLS) -> None:
    await call()
    seconds: list[float] = []
    for _ in range(calls):
        start = time.perf_counter()
        await call()
        seconds.append(time.perf_counter() - start)
    middle, high = statistics.median(seconds), statistics.quantiles(seconds, n=100)[98]
    sys.stdout.write(f"{name:40} median {middle * 1e6:8.1f} µs   p99 {high * 1e6:8.1f} µs\n")


if __name__ == "__main__":
    main()
