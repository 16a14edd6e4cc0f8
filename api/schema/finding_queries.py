"""GraphQL queries for what is not as expected: overdue orders, drift, records, lists of systems, messages."""

from typing import Annotated

import strawberry

from api.schema.blast_radius import Effects
from api.schema.drift import Drift, DriftGroup
from api.schema.element import Info
from api.schema.enums import Dimension, ListingKind, PayloadKind
from api.schema.filters import filter_of
from api.schema.overdue import OverdueReport, report
from api.schema.page import After, Connection, First
from api.schema.payloads import PayloadFinding
from api.schema.question import AsOf, Where
from api.schema.reconciliation import Reconciliation, SystemId
from api.schema.record_list import RecordList, RecordStates
from api.schema.records import RecordFinding, RecordRate, RecordTotal
from api.schema.scalars import TimeZone
from graph_models.zones import UTC
from impactgraph.usecases import (
    drift,
    payloads,
    reconcile,
    record_lists,
    records,
)
from impactgraph.usecases.overdue import OverdueQuestion

RecordTypes = Annotated[
    list[str] | None, strawberry.argument(description="Only these types, such as invoice.")
]


def _records_question(
    where: Where, types: RecordTypes, effects: Effects, as_of: AsOf, timezone: TimeZone = None
) -> records.RecordsQuestion:
    limits = (records.tuple_or_none(types), records.tuple_or_none(effects))
    return records.RecordsQuestion(filter_of(where), *limits, as_of, timezone or UTC)


@strawberry.type
class FindingQueries:
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
        topology_at = await info.context.topology_at(as_of)
        return Connection.of(info.context, page, [Drift.of(item, topology_at) for item in page.items])

    @strawberry.field(description="The findings of `drift`, similar ones of several places as one group.")
    async def drift_groups(
        self, info: Info, as_of: AsOf = None, first: First = 50, after: After = None
    ) -> Connection[DriftGroup]:
        page = await info.context.ask(drift.list_drift_groups, info.context.now, as_of, first, after)
        info.context.count(sum(len(group.members) for group in page.items))
        topology_at = await info.context.topology_at(as_of)
        return Connection.of(info.context, page, [DriftGroup.of(item, topology_at) for item in page.items])

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
        topology_at = await info.context.topology_at(as_of)
        return Connection.of(info.context, page, [RecordFinding.of(item, topology_at) for item in page.items])

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
        topology_at = await info.context.topology_at(as_of)
        info.context.count(len(rates))
        return [RecordRate.of(rate, topology_at) for rate in rates]

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
        topology_at = await info.context.topology_at(as_of)
        return Connection.of(
            info.context, page, [PayloadFinding.of(item, topology_at) for item in page.items]
        )
