"""Sends requests by a schedule that waits for no answer, and counts what came of each."""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.alert_payloads import SECRET, alertmanager
from tests.soak.histogram import Histogram
from tests.soak.ledger import Ledger
from tests.soak.plan import Plan

SECONDS = 30.0
"""After which nobody waits for an answer any more."""
CONNECTIONS = 400
_ALERTS = 10
_CHANGES_EVERY = 100
"""Deliveries of one alert, after which it begins or ends: the others repeat it."""
CALM, SPIKE = "calm", "spike"
_BLAST_RADIUS = """query ($where: OrderFilter) { blastRadius(where: $where) { asOf headline
  totals { orders stuck willMissPromise value { amount currency } } failures { id }
  orders(first: 20) { totalCount edges { node { band hitAt missesPromise order { id region } } } } } }"""
_FILTERS: tuple[dict[str, Any] | None, ...] = (
    None,
    {"regions": ["uk"]},
    {"channels": ["web"]},
    {"willMissPromise": True},
    {"minValue": "100"},
)
_ORDER = "query ($id: ID!) { order(id: $id) { id status fulfillments { id step { id } } } }"


class Refused(Exception):
    """The server says that it has too much to do, and when to come again."""


class Failed(Exception):
    """An answer that is an error; the text is its code."""


@dataclass
class Outcomes:
    """Of one kind of request in one phase."""

    answers: Histogram = field(default_factory=Histogram)
    """How long answers took, from when the request was due."""
    refusals: Histogram = field(default_factory=Histogram)
    errors: Counter[str] = field(default_factory=Counter[str])


@dataclass
class Load:
    address: str
    plan: Plan
    ledger: Ledger
    orders_here: list[str]
    """Ids of orders that are in the store from the beginning."""
    outcomes: dict[tuple[str, str], Outcomes] = field(default_factory=lambda: defaultdict(Outcomes))
    """By kind of request and phase."""
    late: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    """When a request was due and how long it took (infinite: refused or failed), by kind, around spikes."""
    acknowledged: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    """When batches were acknowledged, and how many events of them were new."""
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    orders: list[int] = field(default_factory=lambda: [0])
    """How many orders were acknowledged, in its only place: what memory is compared with."""

    async def run(self) -> None:
        """Sends everything, and waits for the last answers."""
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        async with httpx.AsyncClient(base_url=self.address, limits=limits, timeout=SECONDS) as http:
            kinds: dict[str, Callable[[httpx.AsyncClient, int], Awaitable[None]]] = {
                "events": self._events,
                "blast radius": self._blast_radius,
                "order": self._order,
                "webhook": self._webhook,
            }
            start = time.monotonic()
            await asyncio.gather(*(self._kind(kind, send, http, start) for kind, send in kinds.items()))

    async def _kind(
        self,
        kind: str,
        send: Callable[[httpx.AsyncClient, int], Awaitable[None]],
        http: httpx.AsyncClient,
        start: float,
    ) -> None:
        async with asyncio.TaskGroup() as tasks:
            for number, at in enumerate(self.plan.arrivals(kind)):
                await asyncio.sleep(max(0.0, start + at - time.monotonic()))
                tasks.create_task(self._one(kind, at, start + at, send(http, number)))

    async def _one(self, kind: str, at: float, due: float, request: Awaitable[None]) -> None:
        outcomes = self.outcomes[kind, SPIKE if self.plan.is_in_spike(at) else CALM]
        took = float("inf")
        try:
            await request
        except Refused:
            outcomes.refusals.add(time.monotonic() - due)
        except Failed as error:
            outcomes.errors[str(error)] += 1
        except httpx.HTTPError as error:
            outcomes.errors[type(error).__name__] += 1
        else:
            took = time.monotonic() - due
            outcomes.answers.add(took)
        if any(at >= spike.start for spike in self.plan.spikes):
            self.late[kind].append((at, took))

    async def _events(self, http: httpx.AsyncClient, _: int) -> None:
        first, body = self.ledger.batch(datetime.now(UTC))
        self.ledger.unclear[first] = body
        await self.send_batch(http, first, body)

    async def send_batch(self, http: httpx.AsyncClient, first: int, body: bytes) -> None:
        """Sends a batch, and notes it as acknowledged where it is. Raises Refused, Failed."""
        headers = {"content-type": "application/cloudevents-batch+json"}
        answer = _checked(await http.post("/events", content=body, headers=headers))
        if answer["rejected"]:
            raise Failed("rejected")
        self.ledger.acknowledge(first, answer["taken"])
        self.acknowledged.append((time.time(), answer["taken"]))
        self.orders[0] += answer["taken"] // 4

    async def _blast_radius(self, http: httpx.AsyncClient, number: int) -> None:
        await _ask(http, _BLAST_RADIUS, {"where": _FILTERS[number % len(_FILTERS)]})

    async def _order(self, http: httpx.AsyncClient, number: int) -> None:
        await _ask(http, _ORDER, {"id": self.orders_here[number % len(self.orders_here)]})

    async def _webhook(self, http: httpx.AsyncClient, number: int) -> None:
        body = _alert(number, self.began)
        headers = {"authorization": f"Bearer {SECRET}"}
        answer = await http.post("/webhooks/alertmanager/prod", json=body, headers=headers)
        _checked(answer)
        self.ledger.webhooks += 1


async def _ask(http: httpx.AsyncClient, query: str, variables: dict[str, Any]) -> None:
    answer = _checked(await http.post("/graphql", json={"query": query, "variables": variables}))
    for error in answer.get("errors", ()):
        raise Failed(error["extensions"]["code"])


def _checked(answer: httpx.Response) -> Any:
    if answer.status_code in (429, 503) and "retry-after" in answer.headers:
        raise Refused
    if answer.status_code >= 300:
        raise Failed(str(answer.status_code))
    return json.loads(answer.content)


def _alert(number: int, began: datetime) -> dict[str, Any]:
    """One of a few alerts, which begin and end in turn; most deliveries repeat the one before."""
    episode, is_ended = divmod(number // _ALERTS // _CHANGES_EVERY, 2)
    group = alertmanager("resolved" if is_ended else "firing")
    starts = began + timedelta(seconds=episode)
    group["alerts"][0] |= {
        "fingerprint": f"soak-{number % _ALERTS}",
        "startsAt": starts.isoformat(),
        "endsAt": (starts + timedelta(seconds=1)).isoformat() if is_ended else "0001-01-01T00:00:00Z",
    }
    return group
