"""Sends hostile requests to the application in this process, and says what went wrong."""

import asyncio
import logging
import os
import tempfile
import typing
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import fastapi.dependencies.models
import httpx
import orjson
import structlog
from hypothesis import HealthCheck
from hypothesis import strategies as st

from api.app import create_app
from api.log_levels import LOGGERS
from api.mcp.options import McpOptions
from api.schema import build_schema
from api.services import Services
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.sources import live_sources, sns_proof
from impactgraph.sources.live_sources import FollowedSources
from tests.alert_payloads import SECRET
from tests.functional.http.shop import NOW
from tests.hostile.assistants import HOST, assistant_requests
from tests.hostile.deliveries import delivery_requests, sources
from tests.hostile.events import event_requests
from tests.hostile.login import access_with_login
from tests.hostile.questions import export_requests, graphql_requests, page_requests
from tests.hostile.request import Request
from tests.hostile.sockets import Talk, stream, talk
from tests.own_loop import OwnLoop
from tests.sources.alert_endpoints import VARIABLE

SCHEMA = build_schema(Settings()).core_schema
REQUESTS = st.one_of(
    event_requests(),
    event_requests(),
    graphql_requests(SCHEMA),
    export_requests(SCHEMA),
    delivery_requests(NOW // 1000),
    delivery_requests(NOW // 1000),
    page_requests(),
    assistant_requests(),
)
STRUCTURED = {"content-type": "application/cloudevents+json"}
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
"""Checks of Hypothesis that large requests do not pass."""
INSIDE = ("Traceback (most recent call last)", "Internal Server Error", SECRET)
"""Texts that no response may have."""
_REMOVING = ("/forget", "/retention")
"""Paths of requests that may remove what is in quarantine."""
UNTOUCHED = (
    '{order(id: "O-0010") {id channel mode region value {amount currency} placedAt promisedBy attributes '
    "fulfillments {id workflow {id} step {id} location {id} enteredAt}}}"
)
"""A question about an order that no hostile input names."""


def _no_network(address: str) -> bytes:
    raise OSError(f"nothing is fetched from {address[:100]}")


class ErrorLog(logging.Handler):
    """The errors in the log of every part of the process, and what libraries log with a traceback: each is a
    defect, whatever the answer was.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR or record.exc_info:
            self.errors.append(logging.Formatter().format(record))

    @contextmanager
    def instead(self) -> Iterator[None]:
        """Instead of what structlog would print, and beside what libraries log."""
        before = structlog.get_config()
        logging.getLogger().addHandler(self)
        structlog.configure(
            processors=[structlog.processors.format_exc_info, self._note],
            wrapper_class=structlog.make_filtering_bound_logger("error"),
        )
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self)
            structlog.configure(**before)

    def _note(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        self.errors.append(str(event))
        raise structlog.DropEvent


@dataclass
class Endpoint:
    """The API over one store; counts what it answered."""

    store: Store
    statuses: Counter[str] = field(default_factory=Counter[str])
    """By endpoint and status."""
    refused: set[str] = field(default_factory=set[str])
    """Single events that were refused."""

    def __post_init__(self) -> None:
        self._open = ExitStack()
        for name in LOGGERS:
            log = logging.getLogger(name)
            self._open.callback(log.setLevel, log.level)
        folder = self._open.enter_context(tempfile.TemporaryDirectory())
        self._open.enter_context(mock.patch.dict(os.environ, {VARIABLE: SECRET}))
        self._open.enter_context(mock.patch.object(live_sources, "fetch", _no_network))
        self._open.enter_context(
            mock.patch.object(
                live_sources, "SnsProof", lambda topics: sns_proof.SnsProof(topics, _no_network)
            )
        )
        self._log = ErrorLog()
        self._open.enter_context(self._log.instead())
        followed = FollowedSources(sources(Path(folder)), self.store, now=lambda: NOW)
        self.app = create_app(
            self.store,
            Settings(),
            now=lambda: NOW,
            access=self._open.enter_context(access_with_login(Path(folder))),
            services=Services(
                followed, mcp=McpOptions(hosts=(HOST,), issuers=("https://login.example.com",))
            ),
        )
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        self._loop = OwnLoop()
        self._over = asyncio.Event()
        self._running = self._loop.run(self._begin())
        self._answer_at_first = self._ask(UNTOUCHED)

    def close(self) -> None:
        self._loop.run(self._client.aclose())
        self._loop.run(self._end())
        self._loop.close()
        self._open.close()
        _forget_applications()

    async def _begin(self) -> asyncio.Task[None]:
        """What the application does while it runs, begun and ended in one task, as the tools need it."""
        begun = asyncio.Event()

        async def run() -> None:
            async with self.app.router.lifespan_context(self.app):
                begun.set()
                await self._over.wait()

        running = asyncio.create_task(run())
        waiting = asyncio.create_task(begun.wait())
        await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running  # raises
        return running

    async def _end(self) -> None:
        self._over.set()
        await self._running

    def send(self, request: Request) -> None:
        """Raises AssertionError where the answer is a defect: a status of 500, an internal error, a
        traceback, an event refused without a reason, something stored that was not accepted.
        """
        if request.path in _REMOVING:
            self._check_refused()
        before = self._stored()
        response = self._loop.run(
            self._client.request(
                request.method, request.path, headers=_encoded(request.headers), content=request.body
            )
        )
        self.statuses[f"{_endpoint(request.path)} {response.status_code}"] += 1
        self._check_status(request, response.status_code)
        text = response.text if len(response.content) < 1_000_000 else ""
        assert not any(each in text for each in INSIDE), str(request)
        answer: Any = None
        if response.headers.get("content-type", "").startswith(("application/json", "application/graphql")):
            answer = orjson.loads(response.content or b"null")
            self._check(request, answer)
        self._check_stored(request, response.status_code, answer, self._stored() - before)
        if request.path in _REMOVING:
            self.refused &= self._quarantined()

    def _check_status(self, request: Request, status: int) -> None:
        """503 is for certificates of Amazon, which cannot be fetched here."""
        self._check_log(request)
        is_away = status == 503 and "cloudwatch" in request.path
        assert status < 500 or status in (501, 504) or is_away, str(request)

    def _check_log(self, said: object) -> None:
        """Also errors that a thread of its own noted after the last answer. Each counts once: a smaller input
        must have its own.
        """
        errors, self._log.errors = self._log.errors, []
        assert not errors, f"{errors[0]}: {said}"

    def talk(self, said: Talk) -> None:
        """Raises AssertionError where the answers are a defect."""
        sent = self._loop.run(talk(self.app, said))
        self._check_log(said)
        closed = [each for each in sent if each["type"] == "websocket.close"]
        self.statuses[f"socket {closed[-1].get('code', 1000) if closed else 'open'}"] += 1
        texts = [each.get("text") or "" for each in sent]
        assert not any(inside in text for inside in INSIDE for text in texts), str(said)
        assert not any("INTERNAL" in text for text in texts), str(said)

    def stream(self, request: Request) -> None:
        """Raises AssertionError where the answer is a defect."""
        sent = self._loop.run(stream(self.app, request))
        self._check_log(request)
        self.statuses[f"stream {sent[0]['status']}"] += 1
        assert sent[0]["status"] < 500, str(request)
        body = b"".join(each.get("body", b"") for each in sent).decode("utf-8", "replace")
        assert not any(inside in body for inside in (*INSIDE, "INTERNAL")), str(request)

    def _stored(self) -> int:
        """Number of the last event that was ingested."""
        with self.store.columns() as columns:
            return columns.watermark

    def _check_stored(self, request: Request, status: int, answer: Any, stored: int) -> None:
        """All that was said to be accepted is stored, and nothing else."""
        if request.path == "/events":
            accepted = answer.get("taken", 0) if isinstance(answer, dict) else 0
            assert stored == accepted, f"{stored} stored, {accepted} accepted: {request}"
        elif status not in (200, 202):
            assert stored == 0, f"{stored} stored with {status}: {request}"

    def _check(self, request: Request, answer: Any) -> None:
        """Of an answer in JSON."""
        if not isinstance(answer, dict):
            return
        codes = [each["extensions"]["code"] for each in answer.get("errors", ())]
        assert "INTERNAL" not in codes, str(request)
        if request.path == "/events":
            results = answer.get("results", ())
            assert all(each.get("reason") for each in results if each["result"] == "rejected"), str(request)
            if answer.get("rejected") == len(results) == 1 and request.headers == STRUCTURED:
                with suppress(UnicodeDecodeError):  # kept with what is not UTF-8 replaced
                    self.refused.add(request.body.decode().removeprefix("\ufeff"))

    def _ask(self, query: str) -> Any:
        body = orjson.dumps({"query": query})
        headers = {"content-type": "application/json"}
        return self._loop.run(self._client.post("/graphql", content=body, headers=headers)).json()

    def _quarantined(self) -> set[str]:
        return {event.text for event in self.store.quarantined(10**6)}

    def _check_refused(self) -> None:
        assert not self.refused - self._quarantined()

    def check_store(self) -> None:
        """What was refused is kept, questions are answered, and what nobody touched is as before."""
        self._check_refused()
        assert self._ask(UNTOUCHED) == self._answer_at_first
        for query in (
            "{about {orders watermark}}",
            "{blastRadius {headline totals {orders}}}",
            "{orders(first: 500) {edges {node {id timeline {at} diagnosis {headline}}}}}",
            "{overdue {totalCount} records {totalCount} payloadFindings {totalCount} drift {totalCount}}",
        ):
            body = orjson.dumps({"query": query})
            self.send(Request("POST", "/graphql", headers={"content-type": "application/json"}, body=body))


def _forget_applications() -> None:
    """FastAPI and `typing` remember what endpoints are made of, and so the last applications: 7 MB each,
    which would look like a leak.
    """
    for each in vars(fastapi.dependencies.models).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()
    for clear in typing._cleanups:  # type: ignore[attr-defined]
        clear()


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """As bytes: a client sends what it likes."""
    return [(name.encode(), value.encode("utf-8", "replace")) for name, value in headers.items()]


def _endpoint(path: str) -> str:
    """First part of a path, for the counts."""
    name = path.partition("?")[0].strip("/").partition("/")[0]
    known = (
        *("events", "graphql", "export", "in", "webhooks", "api", "v1", "v2"),
        *("backup", "forget", "retention", "logs", "audit", "mcp"),
    )
    return f"/{name}" if name in known else "page"
