"""GraphQL queries."""

from typing import Annotated, Any

import strawberry

from api.context import Landscape
from api.schema.about import About
from api.schema.blast_radius import BlastRadius, Effects
from api.schema.drift import Drift, DriftGroup
from api.schema.element import Element, Info, element_of, find_element_by_id
from api.schema.enums import Dimension, ElementKind, ListingKind, OrderSort, PayloadKind
from api.schema.failure import Failure, find_failure
from api.schema.filters import FailureFilter, failure_filter_of, filter_of
from api.schema.incident import AlertInput, Incident, alerts_of
from api.schema.ingest import Ingest
from api.schema.node import Node
from api.schema.order import Order
from api.schema.overdue import OverdueReport, report
from api.schema.page import After, Connection, First, cursors_in
from api.schema.path import Path
from api.schema.payloads import PayloadFinding
from api.schema.question import AsOf, QuestionArguments, Where, question_of, takes_question_arguments
from api.schema.reconciliation import Reconciliation, SystemId
from api.schema.record_list import RecordList, RecordStates
from api.schema.records import RecordFinding, RecordRate, RecordTotal
from api.schema.scalars import Moment, TimeZone
from api.schema.search import SearchHit, search_hits
from api.schema.source import Source
from api.schema.topology import TopologyChange, TopologyVersion
from api.schema.topology_map import TopologyMap
from graph_models import enums
from graph_models.ids import key_of, split_id
from graph_models.zones import UTC
from impactgraph.usecases import (
    about,
    compare_topologies,
    drift,
    elements,
    failures,
    identify_order,
    incidents,
    ingests,
    orders,
    paths,
    payloads,
    reconcile,
    record_lists,
    records,
    search,
    topologies,
)
from impactgraph.usecases.overdue import OverdueQuestion
from impactgraph.usecases.validation import element_id

From = Annotated[strawberry.ID, strawberry.argument(name="from", description="Full id of the start.")]
To = Annotated[strawberry.ID, strawberry.argument(name="to", description="Full id of the end.")]
Text = Annotated[
    str,
    strawberry.argument(
        description="An id or its beginning, the number of an order, a document number, an external id, a "
        "name, or words of a name; also a phrase or an address of the explorer that has one."
    ),
]
Most = Annotated[
    int | None, strawberry.argument(description="Maximum number of results, 1 to 500; null: 20.")
]
RecordTypes = Annotated[
    list[str] | None, strawberry.argument(description="Only these types, such as invoice.")
]


def _records_question(
    where: Where, types: RecordTypes, effects: Effects, as_of: AsOf, timezone: TimeZone = None
) -> records.RecordsQuestion:
    limits = (records.tuple_or_none(types), records.tuple_or_none(effects))
    return records.RecordsQuestion(filter_of(where), *limits, as_of, timezone or UTC)


@strawberry.type(description="Questions on orders, failures and the topology.")
class Query:
    @strawberry.field(
        description="The order, fulfillment, failure, incident, element or version of the topology with this "
        "id; null if unknown."
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Full id.")]
    ) -> Node | None:
        kind, key = split_id(id)
        if kind == "order":
            return await _order(info, id, None)
        if kind == "fulfillment":
            hits = await search_hits(info.context, await info.context.ask(search.find_fulfillment, key))
            return hits[0].node if hits else None
        if kind == "failure":
            return await find_failure(key, await info.context.current_landscape(), info.context)
        if kind == "incident":
            report = await info.context.incident(key)
            return Incident.of(report, await info.context.landscape()) if report is not None else None
        if kind == "topology":
            version = await info.context.ask(topologies.find_topology, key)
            return TopologyVersion.of(version) if version else None
        return await _element(info, id)

    @strawberry.field(
        description="What failures affect, now and in the coming hours: reported ones, supposed ones, or "
        "both together."
    )
    @takes_question_arguments()
    async def blast_radius(self, info: Info, **arguments: Any) -> BlastRadius:
        question = question_of(QuestionArguments(**arguments))
        answer = await info.context.paged_impact(question, cursors_in(info))
        return BlastRadius.of(answer, Landscape(answer.topology, question.as_of))

    @strawberry.field(description="The reported failures, newest first.")
    async def failures(
        self,
        info: Info,
        active: Annotated[
            bool | None,
            strawberry.argument(description="true: only those active now; false: only the others."),
        ] = None,
        where: Annotated[FailureFilter | None, strawberry.argument(description="Only these.")] = None,
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
        landscape = await info.context.current_landscape()
        return Connection.of(
            info.context, page, [Failure.of(item, info.context.now, landscape) for item in page.items]
        )

    @strawberry.field(
        description="Failures on record, and given alerts, that have one cause, most costly first. Costs an "
        "answer for each."
    )
    async def incidents(
        self,
        info: Info,
        active: Annotated[
            bool | None,
            strawberry.argument(
                description="true: with a failure or alert that has not ended; false: only the others; null: "
                "all of the last week."
            ),
        ] = True,
        alerts: Annotated[
            list[AlertInput] | None,
            strawberry.argument(description="Alerts that are not on record; they are not stored."),
        ] = None,
        monitors: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description="Elements that have a monitor: where they should have raised an alert and did "
                "not, that speaks against a cause."
            ),
        ] = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Incident]:
        question = incidents.IncidentsQuestion(
            as_of=as_of,
            active=active,
            alerts=alerts_of(alerts or ()),
            monitors=frozenset(element_id(each) for each in monitors or ()),
        )
        reports = await info.context.incidents(question)
        page = incidents.page_of(reports, first, after)
        landscape = await info.context.landscape(as_of)
        return Connection.of(info.context, page, [Incident.of(item, landscape) for item in page.items])

    @strawberry.field(description="An order; null if unknown.")
    async def order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Full id or bare key.")],
        as_of: AsOf = None,
    ) -> Order | None:
        return await _order(info, id, as_of)

    @strawberry.field(
        description="All orders, completed and cancelled ones included. Bands, effects and missed promises "
        "refer to the active failures."
    )
    async def orders(
        self,
        info: Info,
        where: Where = None,
        order_by: Annotated[
            OrderSort | None, strawberry.argument(description="Sort order.")
        ] = enums.OrderSort.PLACED_ASC,
        missing: Annotated[
            list[str] | None,
            strawberry.argument(
                description="Only orders of which a record of one of these types is missing; the key of a "
                "system: which its list lacks."
            ),
        ] = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Order]:
        query = orders.OrderQuery(
            where=filter_of(where),
            sort=order_by or enums.OrderSort.PLACED_ASC,
            first=first,
            after=after,
            as_of=as_of,
            missing=records.tuple_or_none(missing),
        )
        if orders.asks_for_impact(query.where):
            answer = await info.context.active_impact(as_of)
            page = await info.context.ask(orders.list_affected_orders, answer, info.context.now, query)
        else:
            page = await info.context.ask(orders.list_orders, info.context.now, query)
        landscape = await info.context.landscape(as_of)
        return Connection.of(
            info.context, page, [Order.of(item, landscape, has_expectations=True) for item in page.items]
        )

    @strawberry.field(
        description="Searches orders, fulfillments, elements and failures, best match first; a document "
        "number finds its order."
    )
    async def search(self, info: Info, text: Text, first: Most = None) -> list[Node]:
        return [
            hit.node
            for hit in await search_hits(info.context, await info.context.ask(search.search, text, first))
        ]

    @strawberry.field(description="Like `search`, with the matching text of each result.")
    async def search_hits(self, info: Info, text: Text, first: Most = None) -> list[SearchHit]:
        return await search_hits(info.context, await info.context.ask(search.search, text, first))

    @strawberry.field(
        description="The one order that a typed or pasted text names: by its id or number, a fulfillment, a "
        "document or an external id. An error where there is none (NOT_FOUND), or where several fit "
        "(BAD_INPUT, which lists them)."
    )
    async def find_order(self, info: Info, text: Text) -> SearchHit:
        result = await info.context.ask(identify_order.identify_order, text)
        return (await search_hits(info.context, [result]))[0]

    @strawberry.field(description="The server's present time, since clocks of browsers may be wrong.")
    def server_time(self, info: Info) -> Moment:
        return Moment(info.context.now)

    @strawberry.field(description="Version of the server, and the state of its data.")
    async def about(self, info: Info) -> About:
        context = info.context
        return About.of(await context.ask(about.about, context.now), context.now, context.chat)

    @strawberry.field(
        description="A version of the topology for drawing a map: all elements and edges in one answer."
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
        description="Overdue orders, with and without a known failure: what they have in common, and likely "
        "causes."
    )
    async def overdue(
        self,
        info: Info,
        where: Where = None,
        by: Annotated[
            list[Dimension] | None,
            strawberry.argument(
                description="Dimensions to group by; null: STEP. BAND, EFFECT and CAUSE are not available."
            ),
        ] = None,
        as_of: AsOf = None,
        timezone: TimeZone = None,
        first: First = 50,
        after: After = None,
    ) -> OverdueReport:
        question = OverdueQuestion(filter_of(where), as_of, timezone or UTC)
        return await report(info.context, question, by or [], first, after)

    @strawberry.field(
        description="Drift within the last week: steps, locations, modes and channels whose duration, "
        "error rate, reroutes, rejections or cancellations changed. Most orders first."
    )
    async def drift(
        self, info: Info, as_of: AsOf = None, first: First = 50, after: After = None
    ) -> Connection[Drift]:
        page = await info.context.ask(drift.list_drift, info.context.now, as_of, first, after)
        landscape = await info.context.landscape(as_of)
        return Connection.of(info.context, page, [Drift.of(item, landscape) for item in page.items])

    @strawberry.field(description="The findings of `drift`, similar ones of several places as one group.")
    async def drift_groups(
        self, info: Info, as_of: AsOf = None, first: First = 50, after: After = None
    ) -> Connection[DriftGroup]:
        page = await info.context.ask(drift.list_drift_groups, info.context.now, as_of, first, after)
        info.context.count(sum(len(group.members) for group in page.items))
        landscape = await info.context.landscape(as_of)
        return Connection.of(info.context, page, [DriftGroup.of(item, landscape) for item in page.items])

    @strawberry.field(
        description="Records that are missing, late, duplicate, wrong or out of sequence after the steps "
        "that were passed, the longest overdue first."
    )
    async def records(
        self,
        info: Info,
        where: Where = None,
        types: RecordTypes = None,
        effects: Effects = None,
        as_of: AsOf = None,
        timezone: TimeZone = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[RecordFinding]:
        question = _records_question(where, types, effects, as_of, timezone)
        page = await info.context.ask(records.list_records, question, info.context.now, first, after)
        landscape = await info.context.landscape(as_of)
        return Connection.of(info.context, page, [RecordFinding.of(item, landscape) for item in page.items])

    @strawberry.field(
        description="Every record that passed steps cause, by type and state: also those that are as they "
        "should be, and those that are due."
    )
    async def record_list(
        self,
        info: Info,
        where: Where = None,
        types: RecordTypes = None,
        states: RecordStates = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> RecordList:
        question = record_lists.RecordListQuestion(
            filter_of(where), records.tuple_or_none(types), records.tuple_or_none(states), as_of
        )
        page, counts = await info.context.ask(
            record_lists.record_state_page, question, info.context.now, first, after
        )
        return await RecordList.of(info.context, page, counts, as_of)

    @strawberry.field(description="Numbers of `records` with the same arguments, by type and effect.")
    async def record_totals(
        self,
        info: Info,
        where: Where = None,
        types: RecordTypes = None,
        effects: Effects = None,
        as_of: AsOf = None,
    ) -> list[RecordTotal]:
        question = _records_question(where, types, effects, as_of)
        totals = await info.context.ask(records.count_records, question, info.context.now)
        info.context.count(len(totals))
        return [RecordTotal.of(total) for total in totals]

    @strawberry.field(
        description="Hours of the last day with more or fewer records of a type than usual at that hour, "
        "latest first."
    )
    async def record_rates(self, info: Info, as_of: AsOf = None) -> list[RecordRate]:
        rates = await info.context.ask(records.list_rates, as_of, info.context.now)
        landscape = await info.context.landscape(as_of)
        info.context.count(len(rates))
        return [RecordRate.of(rate, landscape) for rate in rates]

    @strawberry.field(
        description="The list of a system, compared with what should be there by then: what is missing "
        "there, unknown here, or has another amount, currency or state. An error without a list by then."
    )
    async def reconciliation(
        self,
        info: Info,
        system: SystemId,
        list_: Annotated[
            strawberry.ID | None,
            strawberry.argument(name="list", description="Key of the list; null: the latest."),
        ] = None,
        kinds: Annotated[
            list[ListingKind] | None, strawberry.argument(description="Only these findings.")
        ] = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> Reconciliation:
        question = reconcile.ReconcileQuestion(system, as_of, records.tuple_or_none(kinds), list_)
        result, page = await info.context.ask(
            reconcile.list_reconciliation, question, info.context.now, first, after
        )
        return await Reconciliation.of(info.context, result, page, as_of)

    @strawberry.field(
        description="Duplicate orders, incomplete orders, differing stock figures, recurring errors: by "
        "kind, most frequent first."
    )
    async def payload_findings(
        self,
        info: Info,
        where: Where = None,
        kinds: Annotated[
            list[PayloadKind] | None, strawberry.argument(description="Only these kinds.")
        ] = None,
        as_of: AsOf = None,
        timezone: TimeZone = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[PayloadFinding]:
        question = payloads.PayloadsQuestion(
            filter_of(where), records.tuple_or_none(kinds), as_of, timezone or UTC
        )
        page = await info.context.ask(
            payloads.list_payload_findings, question, info.context.now, first, after
        )
        landscape = await info.context.landscape(as_of)
        return Connection.of(info.context, page, [PayloadFinding.of(item, landscape) for item in page.items])

    @strawberry.field(description="An element of the current topology; null if unknown.")
    async def element(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Full id.")]
    ) -> Element | None:
        return await _element(info, id)

    @strawberry.field(description="Elements of the current topology, sorted by kind and id.")
    async def elements(
        self,
        info: Info,
        kinds: Annotated[
            list[ElementKind] | None, strawberry.argument(description="Only these kinds.")
        ] = None,
        search: Annotated[
            str | None,
            strawberry.argument(description="Text in the id or the name; case does not matter."),
        ] = None,
        owner: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Full id or bare key of the owning team."),
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Element]:
        landscape = await info.context.current_landscape()
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
        return Connection.of(info.context, page, [element_of(item, landscape) for item in page.items])

    @strawberry.field(description="Paths between two elements, shortest first; empty without any.")
    async def paths(self, info: Info, source: From, target: To, first: First = 50) -> list[Path]:
        landscape = await info.context.current_landscape()
        return [
            Path.of(path)
            for path in await info.context.run(
                paths.find_paths, landscape.topology, source, target, info.context.now, first
            )
        ]

    @strawberry.field(description="Versions of the topology, newest first.")
    async def topologies(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[TopologyVersion]:
        page = await info.context.ask(topologies.list_topologies, first=first, after=after)
        return Connection.of(info.context, page, [TopologyVersion.of(version) for version in page.items])

    @strawberry.field(description="Ingests of files, newest first, with their import reports.")
    async def ingests(self, info: Info, first: First = 50, after: After = None) -> Connection[Ingest]:
        page = await info.context.ask(ingests.list_ingests, first=first, after=after)
        return Connection.of(info.context, page, [Ingest.of(ingest) for ingest in page.items])

    @strawberry.field(
        description="Live sources that the server follows: Kafka, PostgreSQL, folders, webhooks."
    )
    async def sources(self, info: Info) -> list[Source]:
        return [Source.of(status) for status in info.context.sources.statuses()]

    @strawberry.field(
        description="What changed between two versions of the topology, and how many orders in flight that "
        "affects."
    )
    async def compare_topologies(self, info: Info, source: From, target: To) -> TopologyChange:
        return TopologyChange.of(
            await info.context.ask(compare_topologies.compare_topologies, source, target)
        )


async def _order(info: Info, identifier: str, as_of: Moment | None) -> Order | None:
    order = await info.context.ask(orders.find_order, identifier, info.context.now, as_of)
    if order is None:
        return None
    return Order.of(order, await info.context.landscape(as_of), has_expectations=True)


async def _element(info: Info, identifier: str) -> Element | None:
    """Of the current topology, else a former one that orders in flight need."""
    element = find_element_by_id(identifier, await info.context.current_landscape())
    return element or find_element_by_id(identifier, await info.context.landscape())
