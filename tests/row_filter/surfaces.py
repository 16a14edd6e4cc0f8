"""Every surface of the API, asked of two applications, and what is left of the answers for a comparison."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from random import Random
from typing import Any, cast

import httpx
import orjson
from graphql import parse, validate

from api.app import create_app
from api.audit import Auditing
from api.context import Contexts
from api.live.hub import Hub
from api.live.operation import OperationSchema
from api.live.stream import Subscriptions
from api.metrics import Metrics
from api.schema import build_schema
from api.workers import Workers
from graph_models.access import LOCAL, Principal
from graph_models.time import MINUTE, Millis, moment
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.access import Access, Credentials, NoAudit
from impactgraph.usecases.blast_radius import SHOWN_ONLY, answer_question
from impactgraph.usecases.list_cache import ListCache
from tests.functional.http.questions import everything_of, page_of
from tests.own_loop import OwnLoop
from tests.row_filter.small_shop import PERSONAL, TOPOLOGY

SCHEMA = build_schema(Settings()).core_schema
_APART = {"watermark", "cursor", "startCursor", "endCursor", "asOf", "serverTime"}
"""Fields that identify a state or a place in a list, and differ between stores."""
_ORDER = everything_of(SCHEMA, "Order", 2)
_FLAT_ORDER = everything_of(SCHEMA, "Order", 0)
_CONNECTIONS = (
    "orders",
    "failures",
    "records",
    "payloadFindings",
    "drift",
    "driftGroups",
    "incidents",
    "notices",
)
_OVER_TIME = (
    ("costOfDelay", "CostOfDelayPoint"),
    ('forecast(bucket:"PT1H")', "ForecastPoint"),
    ("contributions", "Contribution"),
)
_IMPACT = ("orders", "postings", "notifications", "tasks")
QUERIES: Mapping[str, str] = {
    "about": "{about{orders fulfillments topology eventsAhead{count nextAt lastAt}}}",
    "blast radius": "{blastRadius" + everything_of(SCHEMA, "BlastRadius", 1) + "}",
    **{
        f"blast radius: {name}": "{blastRadius{"
        + page_of(SCHEMA, "BlastRadius", name, first=20, levels=1)
        + "}}"
        for name in _IMPACT
    },
    "blast radius: explained": "{blastRadius{orders{edges{node{order{id}}}} toCome"
    + everything_of(SCHEMA, "ToCome", 2)
    + "".join(f" {name}{everything_of(SCHEMA, kind, 1)}" for name, kind in _OVER_TIME)
    + "}}",
    **{
        f"{name}": "{" + page_of(SCHEMA, "Query", name, first=20, levels=0 if name == "orders" else 1) + "}"
        for name in _CONNECTIONS
    },
    "overdue": "{overdue" + everything_of(SCHEMA, "OverdueReport", 2) + "}",
    "record list": "{recordList" + everything_of(SCHEMA, "RecordList", 1) + "}",
    "record totals": "{recordTotals" + everything_of(SCHEMA, "RecordTotal", 1) + "}",
    "record rates": "{recordRates" + everything_of(SCHEMA, "RecordRate", 1) + "}",
    "measures": "{measures" + everything_of(SCHEMA, "Measures", 2) + "}",
    "repair": "{repair" + everything_of(SCHEMA, "Repair", 2) + "}",
    "sources": "{sources" + everything_of(SCHEMA, "Source", 1) + "}",
    "topology map": "{topologyMap" + everything_of(SCHEMA, "TopologyMap", 1) + "}",
    "reconciliation": '{reconciliation(system:"system:erp")'
    + everything_of(SCHEMA, "Reconciliation", 2)
    + "}",
}
ORDER = f"query($id:ID!,$at:DateTime){{order(id:$id,asOf:$at){_ORDER} node(id:$id){{id}}}}"
NODE = "query($id:ID!){node(id:$id){id}}"
SEARCH = "query($text:String!){searchHits(text:$text){matched node{id}}}"
FIND = "query($text:String!){findOrder(text:$text){matched node{id}}}"
FILTER = (
    "query($where:OrderFilter){orders(where:$where){totalCount edges{node{id}}}"
    " overdue(where:$where){totalCount}}"
)
_SUMS = "{headline totals{orders stuck} assumptions}"
SCOPE = f"query($where:OrderFilter){{blastRadius(where:$where){_SUMS}}}"
WHAT_IF = f"query($suppose:[FailureInput!]){{blastRadius(suppose:$suppose){_SUMS}}}"
REPORT_TRIED = (
    "mutation($input:FailureInput!){reportFailure(input:$input,dryRun:true)"
    f"{{failure{{id}} problems{{message}} preview{{before{_SUMS} after{_SUMS}}}}}}}"
)
END_TRIED = (
    "mutation($id:ID!){resolveFailure(id:$id,dryRun:true)"
    f"{{problems{{message}} preview{{before{_SUMS} after{_SUMS}}}}}}}"
)
APPLY_TRIED = (
    "mutation($yaml:String!){applyTopology(yaml:$yaml,dryRun:true){problems{message} change"
    + everything_of(SCHEMA, "TopologyChange", 1)
    + "}}"
)
PAST = (
    "query($at:DateTime){blastRadius(asOf:$at)"
    "{headline assumptions orders{totalCount edges{node{order{id}}}}}"
    f" orders(asOf:$at){{totalCount edges{{node{_FLAT_ORDER}}}}}}}"
)
PAGES = (
    "query($a:String){blastRadius{orders(first:1,after:$a){totalCount pageInfo{hasNextPage endCursor}"
    " edges{node{order{id}}}}}}"
)
LISTED = (
    "query($a:String){orders(first:2,after:$a){totalCount pageInfo{hasNextPage endCursor} edges{node{id}}}}"
)
LIVE = (
    "subscription{blastRadius{headline totals{orders} assumptions orders{totalCount edges{node{order{id}}}}}}"
)
EXPORTS = tuple(
    f"/export?of={of}&format={form}"
    for of, form in (("orders", "csv"), ("postings", "ndjson"), ("notifications", "csv"))
) + tuple(f"/export/list?of={of}" for of in ("orders", "overdue.orders", "records", "payloadFindings"))
REPAIR_EXPORTS = tuple(f"/export/repair?of={of}" for of in ("replay", "messages", "first"))
TEXTS = ("D-1", "D-2", "X-1", "O-", "0", "secret-", "store-1", "F-0", "O-99")
for _document in (
    *QUERIES.values(),
    ORDER,
    NODE,
    SEARCH,
    FIND,
    FILTER,
    SCOPE,
    WHAT_IF,
    REPORT_TRIED,
    END_TRIED,
    APPLY_TRIED,
    PAST,
    PAGES,
    LISTED,
    LIVE,
):
    if _problems := validate(SCHEMA, parse(_document)):
        raise AssertionError(_problems[0])


class Switch:
    """Stands for the store that is asked at present."""

    store: Store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class OneTo:
    """Every request is of this principal."""

    principal: Principal = LOCAL

    async def verify(self, credentials: Credentials) -> Principal:
        return self.principal


@dataclass
class Clock:
    at: Millis = 0

    def __call__(self) -> Millis:
        return self.at


class Window:
    """The API of an application in this process; its store and its principal can be exchanged."""

    def __init__(self, clock: Clock) -> None:
        self.switch = Switch()
        self.verifier = OneTo()
        settings = Settings(max_cost=1_000_000)
        self.app = create_app(
            cast(Store, self.switch),
            settings,
            now=clock,
            access=Access(verifier=self.verifier, personal=frozenset(PERSONAL)),
        )
        schema = build_schema(settings)
        self._contexts = Contexts(
            cast(Store, self.switch),
            answer_question,
            Workers(),
            clock=clock,
            seconds=60.0,
            max_objects=settings.max_cost,
            lists=ListCache(0),
            auditing=Auditing(NoAudit(), clock, questions=False),
            personal=PERSONAL,
        )
        self._operations = OperationSchema(schema.core_schema, schema.execution_context_class, settings)
        self._loop = OwnLoop()
        transport = httpx.ASGITransport(self.app)
        self._client = httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers={"x-request-id": "the-same"}
        )

    def close(self) -> None:
        self._loop.run(self._client.aclose())
        self._loop.close()

    def use(self, store: Store, principal: Principal) -> None:
        self.switch.store, self.verifier.principal = store, principal

    def get(self, path: str) -> Any:
        response = self._loop.run(self._client.get(path))
        if response.headers["content-type"].startswith("application/json"):
            return response.status_code, response.json()
        return response.status_code, response.text

    def ask(self, query: str, **variables: Any) -> Any:
        body = orjson.dumps({"query": query, "variables": variables})
        response = self._loop.run(
            self._client.post("/graphql", content=body, headers={"content-type": "application/json"})
        )
        assert response.status_code != 421, "every answer would be this refusal"
        return response.json()

    def subscribe(self, query: str) -> Any:
        """The first update of a subscription."""
        return self._loop.run(self._first_update(query))

    async def _first_update(self, query: str) -> Any:
        hub = Hub(self._contexts, self._operations.execute, Metrics())
        context = self._contexts.new(self.verifier.principal)
        results = Subscriptions(self._operations, hub).subscribe(query, {}, None, context)
        assert results is not None
        async with aclosing(results) as updates:
            result = await anext(updates)
        await hub.close()
        return orjson.loads(
            orjson.dumps([result.data, [str(each) for each in result.errors or ()]], default=str)
        )

    def pages(self, query: str) -> Iterator[Any]:
        """Page after page, each without its cursors."""
        after: str | None = None
        while True:
            answer = self.ask(query, a=after)
            yield answer
            if answer["data"] is None:
                return
            (field,) = answer["data"].values()
            connection = field.get("orders", field)
            if not connection["pageInfo"]["hasNextPage"]:
                return
            after = connection["pageInfo"]["endCursor"]


@dataclass(frozen=True)
class Asked:
    """What is asked of a world, the same of both applications."""

    random: Random
    orders: Sequence[str]
    """Keys of all orders, hidden ones too."""
    now: Millis

    def surfaces(self, count: int) -> list[tuple[str, Callable[[Window], Any]]]:
        """Some of all surfaces, with what they are asked for."""
        return [(name, SURFACES[name](self)) for name in self.random.sample(sorted(SURFACES), count)]


Surface = Callable[[Asked], Callable[[Window], Any]]


def _query(query: str) -> Surface:
    return lambda asked: lambda window: window.ask(query)


def _get(path: str) -> Surface:
    return lambda asked: lambda window: window.get(path)


def _order(asked: Asked) -> Callable[[Window], Any]:
    key = asked.random.choice(asked.orders)
    return lambda window: (
        key,
        window.ask(ORDER, id=f"order:{key}"),
        window.ask(NODE, id=f"fulfillment:{key}/1"),
    )


def _search(asked: Asked) -> Callable[[Window], Any]:
    key = asked.random.choice(asked.orders)
    text = asked.random.choice((*TEXTS, key, f"{key}/1", f"{key.lower()}@example.com", f"secret-{key}"))
    return lambda window: (text, window.ask(SEARCH, text=text), window.ask(FIND, text=text))


def _where(asked: Asked) -> Callable[[Window], Any]:
    where = asked.random.choice(filters(asked.random.choice(asked.orders)))
    return lambda window: (where, window.ask(FILTER, where=where), window.ask(SCOPE, where=where))


def _what_if(asked: Asked) -> Callable[[Window], Any]:
    supposed = _failure(asked)
    return lambda window: (supposed, window.ask(WHAT_IF, suppose=[supposed]))


def _report_tried(asked: Asked) -> Callable[[Window], Any]:
    reported = _failure(asked)
    return lambda window: (reported, window.ask(REPORT_TRIED, input={"id": "T-1", **reported}))


def _end_tried(asked: Asked) -> Callable[[Window], Any]:
    key = asked.random.choice(("F-0", "F-1", "F-9"))
    return lambda window: (key, window.ask(END_TRIED, id=f"failure:{key}"))


def _apply_tried(asked: Asked) -> Callable[[Window], Any]:
    """A step that orders are in takes longer, or is gone."""
    step = asked.random.choice(
        (("takes: 10m, needs", "takes: 2h, needs"), ("{step: pick,", "{step: hand-over,"))
    )
    return lambda window: (step, window.ask(APPLY_TRIED, yaml=TOPOLOGY.replace(*step)))


def _failure(asked: Asked) -> dict[str, Any]:
    at = moment(asked.now - 30 * MINUTE).isoformat()
    attributes = asked.random.choice(
        ({"email": ["o-0@example.com"]}, {"brand": ["north"]}, {"brand": ["nort"]})
    )
    scope = asked.random.choice(
        (
            {},
            {"channels": ["web"]},
            {"regions": ["apac"]},
            {"currencies": ["JPY"]},
            {"attributes": attributes},
        )
    )
    return {"target": "system:wms", "class": "OUTAGE", "startedAt": at, "scope": scope}


def _past(asked: Asked) -> Callable[[Window], Any]:
    at = moment(asked.now + asked.random.choice((-100, -20, 0, 60)) * MINUTE).isoformat()
    return lambda window: (at, window.ask(PAST, at=at))


SURFACES: Mapping[str, Surface] = {
    **{name: _query(query) for name, query in QUERIES.items()},
    **{path: _get(path) for path in (*EXPORTS, *REPAIR_EXPORTS)},
    "order": _order,
    "search": _search,
    "where": _where,
    "what if": _what_if,
    "a report, tried": _report_tried,
    "an end, tried": _end_tried,
    "a topology, tried": _apply_tried,
    "past": _past,
    "pages of the answer": lambda asked: lambda window: list(window.pages(PAGES)),
    "pages of orders": lambda asked: lambda window: list(window.pages(LISTED)),
    "subscription": lambda asked: lambda window: window.subscribe(LIVE),
}


def filters(order: str) -> list[dict[str, Any]]:
    """Right and wrong ones, and such as name what only one order has."""
    return [
        {"channels": ["web"]},
        {"regions": ["emea"], "currencies": ["EUR"]},
        {"currencies": ["USDD"]},
        {"currencies": ["JPY"]},
        {"modes": [f"mode-{order}"]},
        {"modes": ["mode-"]},
        {"ids": [f"order:{order}"]},
        {"ids": ["order:O-77"]},
        {"locations": ["location:store-2"]},
        {"tiers": ["gold"]},
        {"carriers": ["none"]},
    ]


def comparable(answer: Any) -> Any:
    """The answer without what identifies a state or a place in a list."""
    if isinstance(answer, dict):
        found = cast("dict[str, Any]", answer)
        return {key: comparable(value) for key, value in found.items() if key not in _APART}
    if isinstance(answer, list | tuple):
        return [comparable(each) for each in cast("Sequence[Any]", answer) if each != SHOWN_ONLY]
    return re.sub(r"\b[0-9a-f]{16}~[^\s\"]*", "CURSOR", answer) if isinstance(answer, str) else answer
