"""What can be asked."""

from typing import Annotated, Any

import strawberry

from api.schema.about import About
from api.schema.blast_radius import BlastRadius
from api.schema.drift import Drift
from api.schema.element import Element, Info, show
from api.schema.enums import Dimension, ElementKind, OrderSort, PayloadKind, RecordEffect
from api.schema.failure import Failure
from api.schema.filters import FailureFilter, failure_filter_of, filter_of
from api.schema.node import Node
from api.schema.order import Order
from api.schema.overdue import OverdueReport, report
from api.schema.page import After, Connection, First
from api.schema.path import Path
from api.schema.payloads import PayloadFinding
from api.schema.question import (
    AsOf,
    Failures,
    Horizon,
    Likelihood,
    Limit,
    Recovery,
    Suppose,
    Tolerance,
    Where,
    question_of,
)
from api.schema.records import RecordFinding, RecordRate
from api.schema.scalars import Moment
from api.schema.search import SearchHit, shown_hits
from api.schema.topology import TopologyChange, TopologyVersion
from api.schema.topology_map import TopologyMap
from graph_models import enums
from graph_models.ids import key_of, split_id
from impactgraph.usecases import (
    about,
    compare_topologies,
    drift,
    elements,
    failures,
    orders,
    paths,
    payloads,
    records,
    search,
    topologies,
)

From = Annotated[strawberry.ID, strawberry.argument(name="from", description="Full id of where to begin.")]
To = Annotated[strawberry.ID, strawberry.argument(name="to", description="Full id of where to end.")]
Text = Annotated[
    str, strawberry.argument(description="An id or its beginning, a document number, a name, or words of it.")
]
Most = Annotated[int | None, strawberry.argument(description="How many to give at most, 1 to 500; null: 20.")]


@strawberry.type(description="What can be asked.")
class Query:
    @strawberry.field(
        description="Whatever has this id: an order, a failure, an element or a version of the topology; null where there is none."
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Full id.")]
    ) -> Node | None:
        kind, key = split_id(id)
        if kind == "order":
            return await _order(info, id, None)
        if kind == "fulfillment":
            hits = await shown_hits(info.context, await info.context.ask(search.find_fulfillment, key))
            return hits[0].node if hits else None
        if kind == "failure":
            found = await info.context.ask(failures.find_failure, key)
            return Failure.of(found, info.context.now, await info.context.landscape()) if found else None
        if kind == "topology":
            version = await info.context.ask(topologies.find_topology, key)
            return TopologyVersion.of(version) if version else None
        return await _element(info, id)

    @strawberry.field(
        description="What failures hit, now and in the hours to come: known ones, supposed ones, or both together."
    )
    async def blast_radius(
        self,
        info: Info,
        failures: Failures = None,
        suppose: Suppose = None,
        as_of: AsOf = None,
        horizon: Horizon = None,
        assume_recovery: Recovery = None,
        tolerance: Tolerance = None,
        min_likelihood: Likelihood = None,
        where: Where = None,
        limit: Limit = None,
    ) -> BlastRadius:
        question = question_of(
            failures, suppose, as_of, horizon, assume_recovery, tolerance, min_likelihood, where, limit
        )
        answer = await info.context.impact(question)
        return BlastRadius.of(answer, await info.context.landscape_of(answer.topology, as_of))

    @strawberry.field(description="The failures that are known, the newest first.")
    async def failures(
        self,
        info: Info,
        active: Annotated[
            bool | None,
            strawberry.argument(description="Only those that are active now, or only the others."),
        ] = None,
        where: Annotated[FailureFilter | None, strawberry.argument(description="These of them only.")] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Failure]:
        page = await info.context.ask(
            failures.list_failures,
            info.context.now,
            active=active,
            where=failure_filter_of(where),
            first=first,
            after=after,
        )
        landscape = await info.context.landscape()
        return Connection.of(
            info.context, page, [Failure.of(found, info.context.now, landscape) for found in page.items]
        )

    @strawberry.field(description="An order; null where there is none.")
    async def order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Full id or bare key.")],
        as_of: AsOf = None,
    ) -> Order | None:
        return await _order(info, id, as_of)

    @strawberry.field(
        description="Every order known, ended ones too. Bands, effects and missed promises are those of the failures active now."
    )
    async def orders(
        self,
        info: Info,
        where: Where = None,
        order_by: Annotated[
            OrderSort | None, strawberry.argument(description="In which order they come.")
        ] = enums.OrderSort.PLACED_ASC,
        first: First = 50,
        after: After = None,
    ) -> Connection[Order]:
        asked: Any = {
            "where": filter_of(where),
            "sort": order_by or enums.OrderSort.PLACED_ASC,
            "first": first,
            "after": after,
        }
        if orders.asks_for_impact(filter_of(where)):
            answer = await info.context.active_impact(None)
            page = await info.context.ask(orders.list_affected_orders, answer, info.context.now, **asked)
        else:
            page = await info.context.ask(orders.list_orders, info.context.now, **asked)
        landscape = await info.context.landscape()
        return Connection.of(info.context, page, [Order.of(found, landscape) for found in page.items])

    @strawberry.field(
        description="Orders, fulfillments, elements, failures: one box for all; a document number gives its order. The best fit first."
    )
    async def search(self, info: Info, text: Text, first: Most = None) -> list[Node]:
        return [
            hit.node
            for hit in await shown_hits(info.context, await info.context.ask(search.search, text, first))
        ]

    @strawberry.field(description="The same, with what of each fits.")
    async def search_hits(self, info: Info, text: Text, first: Most = None) -> list[SearchHit]:
        return await shown_hits(info.context, await info.context.ask(search.search, text, first))

    @strawberry.field(description="The moment it is here: clocks of browsers may be wrong.")
    def server_time(self, info: Info) -> Moment:
        return Moment(info.context.now)

    @strawberry.field(description="What answers, and the state of its data.")
    async def about(self, info: Info) -> About:
        return About.of(await info.context.ask(about.about), info.context.now)

    @strawberry.field(
        description="A version of the topology as a map is drawn from it: every element and edge in one answer."
    )
    async def topology_map(
        self,
        info: Info,
        version: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Full id of the version; null: the current one."),
        ] = None,
    ) -> TopologyMap:
        return await TopologyMap.of(
            info.context, key_of(version, "topology") if version is not None else None
        )

    @strawberry.field(
        description="Orders beyond their limit, whether a failure is known or not: what they share, and which elements would explain it."
    )
    async def overdue(
        self,
        info: Info,
        where: Where = None,
        by: Annotated[
            list[Dimension] | None,
            strawberry.argument(
                description="What to group them by; null: STEP. BAND, EFFECT and CAUSE are not of overdue orders."
            ),
        ] = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> OverdueReport:
        return await report(info.context, filter_of(where), by or [], as_of, first, after)

    @strawberry.field(
        description="What is no longer as it was within the last week: steps and hand-overs that take longer or fail more often, locations, modes and channels "
        "with more reroutes, refusals or cancellations; the most orders behind it first."
    )
    async def drift(
        self, info: Info, as_of: AsOf = None, first: First = 50, after: After = None
    ) -> Connection[Drift]:
        page = await info.context.ask(drift.list_drift, info.context.now, as_of, first, after)
        landscape = await info.context.landscape(as_of)
        return Connection.of(info.context, page, [Drift.of(found, landscape) for found in page.items])

    @strawberry.field(
        description="Records that are missing, late, doubled, wrong or out of sequence, found from the steps that were passed; the longest due first."
    )
    async def records(
        self,
        info: Info,
        where: Where = None,
        types: Annotated[
            list[str] | None, strawberry.argument(description="Of these types only, such as invoice.")
        ] = None,
        effects: Annotated[
            list[RecordEffect] | None, strawberry.argument(description="With one of these only.")
        ] = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[RecordFinding]:
        asked = records.RecordsQuestion(
            filter_of(where), records.tuple_or_none(types), records.tuple_or_none(effects), as_of
        )
        page = await info.context.ask(records.list_records, asked, info.context.now, first, after)
        landscape = await info.context.landscape(as_of)
        return Connection.of(info.context, page, [RecordFinding.of(found, landscape) for found in page.items])

    @strawberry.field(
        description="Hours of the last day in which a type of record came more often or less often than usual at that hour, the latest first."
    )
    async def record_rates(self, info: Info, as_of: AsOf = None) -> list[RecordRate]:
        found = await info.context.ask(records.list_rates, as_of, info.context.now)
        landscape = await info.context.landscape(as_of)
        info.context.count(len(found))
        return [RecordRate.of(each, landscape) for each in found]

    @strawberry.field(
        description="Orders sent twice, orders that lack something, stock figures that differ, errors that say the same; by kind, the most first."
    )
    async def payload_findings(
        self,
        info: Info,
        where: Where = None,
        kinds: Annotated[
            list[PayloadKind] | None, strawberry.argument(description="Of these kinds only.")
        ] = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[PayloadFinding]:
        asked = payloads.PayloadsQuestion(filter_of(where), records.tuple_or_none(kinds), as_of)
        page = await info.context.ask(payloads.list_payload_findings, asked, info.context.now, first, after)
        landscape = await info.context.landscape(as_of)
        return Connection.of(
            info.context, page, [PayloadFinding.of(found, landscape) for found in page.items]
        )

    @strawberry.field(description="An element of the current topology; null where there is none.")
    async def element(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Full id.")]
    ) -> Element | None:
        return await _element(info, id)

    @strawberry.field(description="Elements of the current topology, by kind and id.")
    async def elements(
        self,
        info: Info,
        kinds: Annotated[
            list[ElementKind] | None, strawberry.argument(description="Of these kinds only.")
        ] = None,
        search: Annotated[
            str | None,
            strawberry.argument(description="Text that is in the id or the name, whatever the case."),
        ] = None,
        owner: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Full id or bare key of the team that owns them."),
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Element]:
        landscape = await info.context.landscape()
        team = key_of(owner, "team") if owner is not None else None
        page = await info.context.run(
            elements.list_elements,
            landscape.topology,
            kinds=kinds,
            search=search,
            owner=team,
            first=first,
            after=after,
        )
        return Connection.of(info.context, page, [show(found, landscape) for found in page.items])

    @strawberry.field(
        description="How two elements hang together, the shortest way first; empty where they do not."
    )
    async def paths(self, info: Info, source: From, target: To, first: First = 50) -> list[Path]:
        landscape = await info.context.landscape()
        return [
            Path.of(path)
            for path in await info.context.run(
                paths.find_paths, landscape.topology, source, target, info.context.now, first
            )
        ]

    @strawberry.field(description="Versions of the topology, the newest first.")
    async def topologies(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[TopologyVersion]:
        page = await info.context.ask(topologies.list_topologies, first=first, after=after)
        return Connection.of(info.context, page, [TopologyVersion.of(version) for version in page.items])

    @strawberry.field(
        description="What is other in one version of the topology than in another, and what in flight it touches."
    )
    async def compare_topologies(self, info: Info, source: From, target: To) -> TopologyChange:
        return TopologyChange.of(
            await info.context.ask(compare_topologies.compare_topologies, source, target)
        )


async def _order(info: Info, identifier: str, as_of: Moment | None) -> Order | None:
    found = await info.context.ask(orders.find_order, identifier, info.context.now, as_of)
    return Order.of(found, await info.context.landscape(as_of)) if found else None


async def _element(info: Info, identifier: str) -> Element | None:
    landscape = await info.context.landscape()
    found = elements.find_element(landscape.topology, identifier)
    return show(found, landscape) if found is not None else None
