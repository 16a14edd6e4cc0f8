"""GraphQL queries."""

from typing import Annotated, Any

import strawberry

from api.context import TopologyAt
from api.schema.about import About
from api.schema.audit import AuditQueries
from api.schema.blast_radius import BlastRadius
from api.schema.element import Info
from api.schema.enums import OrderSort
from api.schema.failure import Failure, find_failure
from api.schema.filters import FailureFilter, failure_filter_of, filter_of
from api.schema.finding_queries import FindingQueries
from api.schema.incident import AlertInput, Incident, alerts_of
from api.schema.ingest import Ingest
from api.schema.node import Node
from api.schema.operations import OperationQueries
from api.schema.order import Order
from api.schema.page import After, Connection, First, cursors_in
from api.schema.question import AsOf, QuestionArguments, Where, question_of, takes_question_arguments
from api.schema.repair import RepairQueries
from api.schema.scalars import Moment
from api.schema.search import SearchHit, search_hits
from api.schema.source import Source
from api.schema.topology import TopologyVersion
from api.schema.topology_queries import TopologyQueries, element_of_current
from api.schema.viewer import Viewer
from graph_models import enums
from graph_models.ids import key_of, split_id
from impactgraph.usecases import (
    about,
    failures,
    identify_order,
    incidents,
    ingests,
    orders,
    records,
    search,
    topologies,
)
from impactgraph.usecases.validation import element_id

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


@strawberry.type(description="Questions on orders, failures and the topology.")
class Query(AuditQueries, FindingQueries, OperationQueries, RepairQueries, TopologyQueries):
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
            return await find_failure(key, await info.context.current_topology(), info.context)
        if kind == "incident":
            report = await info.context.incident(key)
            return Incident.of(report, await info.context.topology_at()) if report is not None else None
        if kind == "topology":
            version = await info.context.ask(topologies.find_topology, key)
            return TopologyVersion.of(version) if version else None
        return await element_of_current(info, id)

    @strawberry.field(
        description="What failures affect, now and in the coming hours: reported ones, supposed ones, or "
        "both together."
    )
    @takes_question_arguments()
    async def blast_radius(self, info: Info, **arguments: Any) -> BlastRadius:
        question = question_of(QuestionArguments(**arguments))
        answer = await info.context.paged_impact(question, cursors_in(info))
        return BlastRadius.of(answer, TopologyAt(answer.topology, question.as_of))

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
        topology_at = await info.context.current_topology()
        return Connection.of(
            info.context, page, [Failure.of(item, info.context.now, topology_at) for item in page.items]
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
        topology_at = await info.context.topology_at(as_of)
        return Connection.of(info.context, page, [Incident.of(item, topology_at) for item in page.items])

    @strawberry.field(description="An incident of failures on record. Costs an answer.")
    async def incident(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID,
            strawberry.argument(
                description="Full id or bare key: of the incident, or of one of its failures."
            ),
        ],
        as_of: AsOf = None,
    ) -> Incident:
        report = await info.context.get_incident(key_of(id, "incident"), as_of)
        return Incident.of(report, await info.context.topology_at(as_of))

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
        topology_at = await info.context.topology_at(as_of)
        return Connection.of(
            info.context, page, [Order.of(item, topology_at, has_expectations=True) for item in page.items]
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

    @strawberry.field(description="The principal of the request, its permissions, and which orders it sees.")
    def viewer(self, info: Info) -> Viewer:
        return Viewer.of(info.context.principal)

    @strawberry.field(description="Version of the server, and the state of its data.")
    async def about(self, info: Info) -> About:
        context = info.context
        return About.of(await context.ask(about.about, context.now), context.now, context.chat)

    @strawberry.field(description="Ingests of files, newest first, with their import reports.")
    async def ingests(self, info: Info, first: First = 50, after: After = None) -> Connection[Ingest]:
        page = await info.context.ask(ingests.list_ingests, first=first, after=after)
        return Connection.of(info.context, page, [Ingest.of(ingest) for ingest in page.items])

    @strawberry.field(
        description="Live sources that the server follows: Kafka, PostgreSQL, folders, lists, webhooks, "
        "alerts."
    )
    async def sources(self, info: Info) -> list[Source]:
        return [Source.of(status) for status in info.context.sources.statuses()]


async def _order(info: Info, identifier: str, as_of: Moment | None) -> Order | None:
    order = await info.context.ask(orders.find_order, identifier, info.context.now, as_of)
    if order is None:
        return None
    return Order.of(order, await info.context.topology_at(as_of), has_expectations=True)
