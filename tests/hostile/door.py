"""Sends hostile requests to the application in this process, and says what went wrong."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from hypothesis import HealthCheck
from hypothesis import strategies as st

from api.app import create_app
from api.schema import build_schema
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.http.shop import NOW
from tests.hostile.events import event_requests
from tests.hostile.questions import export_requests, graphql_requests, page_requests
from tests.hostile.request import Request
from tests.own_loop import OwnLoop

SCHEMA = build_schema(Settings()).core_schema
REQUESTS = st.one_of(
    event_requests(), event_requests(), graphql_requests(SCHEMA), export_requests(SCHEMA), page_requests()
)
STRUCTURED = {"content-type": "application/cloudevents+json"}
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
"""Checks of Hypothesis that large requests do not pass."""
INSIDE = ("Traceback (most recent call last)", "Internal Server Error")
"""Texts that no response may have."""


@dataclass
class Door:
    """The API over one store; counts what it answered."""

    store: Store
    statuses: Counter[int] = field(default_factory=Counter[int])
    refused: set[str] = field(default_factory=set[str])
    """Single events that were refused."""

    def __post_init__(self) -> None:
        app = create_app(self.store, Settings(), now=lambda: NOW)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://test")
        self._loop = OwnLoop()

    def close(self) -> None:
        self._loop.run(self._client.aclose())
        self._loop.close()

    def send(self, request: Request) -> None:
        """Raises AssertionError where the answer is a defect: a status of 500, an internal error, a
        traceback, an event refused without a reason.
        """
        response = self._loop.run(
            self._client.request(
                request.method, request.path, headers=dict(request.headers), content=request.body
            )
        )
        self.statuses[response.status_code] += 1
        assert response.status_code < 500 or response.status_code in (501, 504), str(request)
        text = response.text if len(response.content) < 1_000_000 else ""
        assert not any(each in text for each in INSIDE), str(request)
        if response.headers.get("content-type", "").startswith(("application/json", "application/graphql")):
            self._check(request, orjson.loads(response.content or b"null"))

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

    def check_store(self) -> None:
        """What was refused is kept, and every question is still answered."""
        assert not self.refused - {event.text for event in self.store.quarantined(10**6)}
        for query in (
            "{about {orders watermark}}",
            "{blastRadius {headline totals {orders}}}",
            "{orders(first: 500) {edges {node {id timeline {at} diagnosis {headline}}}}}",
            "{overdue {totalCount} records {totalCount} payloadFindings {totalCount} drift {totalCount}}",
        ):
            body = orjson.dumps({"query": query})
            self.send(Request("POST", "/graphql", headers={"content-type": "application/json"}, body=body))
