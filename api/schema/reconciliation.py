"""The list of a system, compared with what should be there."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from api.context import Context, TopologyAt
from api.schema.diagnosis import Cause
from api.schema.element import Info
from api.schema.enums import ListingKind
from api.schema.listing import Listing
from api.schema.money import Money
from api.schema.order import Order
from api.schema.page import Connection
from api.schema.scalars import Moment, Span, moment_of, span_of
from api.schema.topology import Problem
from graph_models import reconciliation as models
from graph_models.orders import Page
from impactgraph.errors import BadInputError
from impactgraph.usecases.check_listing import check_system, listing_problems, steps_of
from impactgraph.usecases.reconcile import ReconcileQuestion, list_reconciliation
from impactgraph.usecases.report_list import SystemListing, consistent_rows, report_list

SystemId = Annotated[
    strawberry.ID, strawberry.argument(description="Full id or bare key of the system whose list it is.")
]


@strawberry.type(
    description="The outcome of each row of the list: total is the sum of matched, differing, unknown, "
    "repeated and refused."
)
class ListedRows:
    total: int = strawberry.field(description="Rows of the list.")
    matched: int = strawberry.field(description="Rows that match what is recorded here.")
    differing: int = strawberry.field(
        description="Rows that differ from what is recorded here in amount, currency or state."
    )
    unknown: int = strawberry.field(description="Rows whose id is unknown here.")
    repeated: int = strawberry.field(description="Rows with an id that an earlier row has.")
    refused: int = strawberry.field(description="Rows that could not be read.")


@strawberry.type(description="Findings of one kind.")
class ReconcileTotal:
    kind: ListingKind = strawberry.field(description="The kind.")
    count: int = strawberry.field(description="How many.")
    amount: list[Money] = strawberry.field(
        description="What they are worth here, per currency; of what is unknown here, as listed."
    )
    listed_amount: list[Money] = strawberry.field(description="Amounts that the list states, per currency.")
    explained: int = strawberry.field(description="How many of them a reported failure explains.")


@strawberry.type(description="A word for a state that means nothing here.")
class UnreadState:
    word: str = strawberry.field(description="The word.")
    count: int = strawberry.field(description="Rows with it: they are compared without their state.")


@strawberry.type(description="A row of a list that could not be read.")
class RefusedRow:
    place: str = strawberry.field(description="Its place in the list.")
    reason: str = strawberry.field(description="Why it could not be read.")


@strawberry.type(description="One difference between the list of a system and what is here.")
class ReconcileFinding:
    listing: Listing = strawberry.field(description="What the list says, and how that differs.")
    fulfillment: strawberry.ID | None = strawberry.field(
        description="Full id of the fulfillment, of an order with several the first one; null: unknown here."
    )
    due: Moment | None = strawberry.field(description="When it should have been there; null: it is there.")
    late_by: Span | None = strawberry.field(description="How long it has been due.")
    amount: Money | None = strawberry.field(description="What it is worth here.")
    likely_cause: Cause | None = strawberry.field(
        description="A failure on its way there, the element that missing records share, or why an id is "
        "unknown here."
    )
    order_key: strawberry.Private[str | None]
    topology_at: strawberry.Private[TopologyAt]

    @strawberry.field(description="Its order; null: unknown here.")
    async def order(self, info: Info) -> Order | None:
        if self.order_key is None:
            return None
        order = await info.context.orders.load(self.order_key, self.topology_at.as_of)
        return Order.of(order, self.topology_at)

    @classmethod
    def of(cls, model: models.ReconcileFinding, topology_at: TopologyAt) -> "ReconcileFinding":
        cause = model.likely_cause
        return cls(
            listing=Listing.of(model.listing),
            fulfillment=strawberry.ID(f"fulfillment:{model.fulfillment}") if model.fulfillment else None,
            due=moment_of(model.due),
            late_by=span_of(model.late_by),
            amount=Money.of(model.amount) if model.amount is not None else None,
            likely_cause=Cause.of(cause, topology_at) if cause is not None else None,
            order_key=model.order,
            topology_at=topology_at,
        )


@strawberry.type(description="The list of a system, compared with what should be there by then.")
class Reconciliation:
    system: strawberry.ID = strawberry.field(description="Full id of the system.")
    system_name: str = strawberry.field(description="Its name.")
    key: strawberry.ID = strawberry.field(description="Key of the list.")
    at: Moment = strawberry.field(description="The moment as of which the list says what is there.")
    as_of: Moment = strawberry.field(
        description="The moment of the answer: what arrived in between is no longer a finding."
    )
    complete: bool = strawberry.field(description="Whether what the list lacks is missing there.")
    placed_from: Moment | None = strawberry.field(
        description="The list is complete for orders placed from then on; null: for all."
    )
    missing_parts: int = strawberry.field(
        description="Parts of the list that have not come: until then it is not complete."
    )
    rows: ListedRows = strawberry.field(description="The outcome of each row.")
    not_due: int = strawberry.field(description="Orders on their way there that were not due by then.")
    not_due_amount: list[Money] = strawberry.field(description="What they are worth, per currency.")
    totals: list[ReconcileTotal] = strawberry.field(description="Numbers of findings, by kind.")
    unread_states: list[UnreadState] = strawberry.field(
        description="Words for states that mean nothing here, the most frequent first."
    )
    refused: list[RefusedRow] = strawberry.field(description="Rows that could not be read.")
    findings: Connection[ReconcileFinding] = strawberry.field(
        description="By kind: what is missing, the longest due first; then the rows in their order."
    )

    @classmethod
    async def of(
        cls,
        context: Context,
        model: models.Reconciliation,
        page: Page[models.ReconcileFinding],
        as_of: int | None,
    ) -> "Reconciliation":
        topology_at = await context.topology_at(as_of)
        context.count(len(model.refused) + len(model.unread_states))
        rows = model.rows
        return cls(
            system=strawberry.ID(f"system:{model.system}"),
            system_name=model.system_name,
            key=strawberry.ID(model.key),
            at=Moment(model.at),
            as_of=Moment(model.as_of),
            complete=model.complete,
            placed_from=moment_of(model.placed_from),
            missing_parts=model.missing_parts,
            rows=ListedRows(
                total=rows.total,
                matched=rows.matched,
                differing=rows.differing,
                unknown=rows.unknown,
                repeated=rows.repeated,
                refused=rows.refused,
            ),
            not_due=model.not_due,
            not_due_amount=Money.each(model.not_due_amount),
            totals=[_total(each) for each in model.totals],
            unread_states=[UnreadState(word=each.word, count=each.count) for each in model.unread_states],
            refused=[RefusedRow(place=each.place, reason=each.reason) for each in model.refused],
            findings=Connection.of(
                context, page, [ReconcileFinding.of(item, topology_at) for item in page.items]
            ),
        )


def _total(model: models.ReconcileTotal) -> ReconcileTotal:
    return ReconcileTotal(
        kind=ListingKind(model.kind),
        count=model.count,
        amount=Money.each(model.amount),
        listed_amount=Money.each(model.listed_amount),
        explained=model.explained,
    )


@strawberry.input(description="One row of the list of a system.")
class ListRowInput:
    id: strawberry.ID = strawberry.field(
        description="Id of an order or a fulfillment, or the number of a posting's document."
    )
    state: str | None = strawberry.field(default=None, description="Its state, in the system's word.")
    amount: Decimal | None = strawberry.field(
        default=None, description="Its amount: of an order its value, of a document what it posts."
    )
    currency: str | None = strawberry.field(
        default=None, description="Three capital letters; null: that of the order."
    )


@strawberry.input(description="What a system says it has.")
class SystemListInput:
    system: strawberry.ID = strawberry.field(description="Full id or bare key of the system.")
    rows: list[ListRowInput] = strawberry.field(description="What it has.")
    as_of: Moment | None = strawberry.field(
        default=None, description="The moment as of which it has that; null: now."
    )
    complete: bool = strawberry.field(
        default=True, description="Whether what the list lacks is missing there."
    )
    placed_from: Moment | None = strawberry.field(
        default=None, description="It is complete for orders placed from then on; null: for all."
    )
    states: JSON | None = strawberry.field(
        default=None,
        description="What words for states mean, by word: in_flight, completed, cancelled or a step.",
    )


@strawberry.type(description="Result of a list.")
class ReconcilePayload:
    reconciliation: Reconciliation | None = strawberry.field(
        description="The comparison; null where there are problems."
    )
    repeated: bool = strawberry.field(description="Whether the same list was there before.")
    problems: list[Problem] = strawberry.field(
        description="Everything that is wrong with the list; empty on success."
    )


async def reconciled(context: Context, listing: SystemListInput, first: int | None) -> ReconcilePayload:
    """Stores a list and compares it. Raises NotFoundError for an unknown system."""
    topology_at = await context.current_topology()
    key = check_system(topology_at.topology.systems, listing.system)
    at = context.now if listing.as_of is None else listing.as_of
    rows, refused = consistent_rows([_row(row) for row in listing.rows])
    model = SystemListing(
        key,
        at,
        rows,
        refused,
        complete=listing.complete,
        placed_from=listing.placed_from,
        states=_states(listing.states),
    )
    if problems := listing_problems(model, steps_of(topology_at.topology), context.now):
        return _refused(problems)
    report = await context.change(report_list, model, None, context.now)
    if report.problems:
        return _refused(report.problems)
    question = ReconcileQuestion(key, listing.as_of, None, report.key)
    result, page = await context.ask(list_reconciliation, question, context.now, first)
    answer = await Reconciliation.of(context, result, page, listing.as_of)
    return ReconcilePayload(reconciliation=answer, repeated=report.repeated, problems=[])


def _refused(problems: Sequence[str]) -> ReconcilePayload:
    return ReconcilePayload(
        reconciliation=None,
        repeated=False,
        problems=[Problem(message=each, file=None, line=None) for each in problems],
    )


def _row(row: ListRowInput) -> dict[str, str]:
    amount = f"{row.amount:f}" if row.amount is not None else None
    values = {"id": str(row.id), "state": row.state, "amount": amount, "currency": row.currency}
    return {name: value for name, value in values.items() if value is not None}


def _states(states: object) -> dict[str, str] | None:
    """Raises BadInputError for what is no object of texts."""
    if states is None:
        return None
    if not isinstance(states, dict):
        raise BadInputError('states is not an object such as {"CLSD": "completed"}.')
    meanings: dict[str, str] = {}
    for word, meaning in states.items():  # pyright: ignore[reportUnknownVariableType] - any JSON
        if not isinstance(meaning, str):
            raise BadInputError(f"states.{word} is {meaning!r}; it must be a text such as completed.")
        meanings[str(word)] = meaning  # pyright: ignore[reportUnknownArgumentType] - any JSON
    return meanings
