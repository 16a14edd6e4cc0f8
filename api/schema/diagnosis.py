"""Why an order is where it is: the service desk's answer, and the words that findings about many orders share with it."""

from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry.scalars import JSON

from api.context import Landscape
from api.schema.element import Element, Info, show, shown
from api.schema.enums import DiagnosisState
from api.schema.failure import Failure
from api.schema.money import Money
from api.schema.organisation import Location, Playbook, Team
from api.schema.path import Path
from api.schema.scalars import Moment, Span, when
from api.schema.workflows import Step
from graph_models import diagnosis, topology
from impactgraph.usecases.elements import find_element

if TYPE_CHECKING:
    from api.schema.order import Order


@strawberry.type(description="What would explain a trouble.")
class Cause:
    kind: str = strawberry.field(description="failure, common_factor, element, error or normal.")
    likelihood: float = strawberry.field(description="How likely it is to be behind it, 0 to 1.")
    evidence: str = strawberry.field(description="What speaks for it, in words and counts.")
    model: strawberry.Private[diagnosis.Cause]
    landscape: strawberry.Private[Landscape]
    report: strawberry.Private[JSON | None] = None

    @strawberry.field(
        description="Of a suspect: the input of reportFailure, ready to be sent, that puts the suspicion on record; else null."
    )
    def failure_input(self) -> JSON | None:
        return self.report

    @strawberry.field(description="The failure, where it is one.")
    async def failure(self, info: Info) -> Failure | None:
        found = (
            await info.context.failure(self.model.failure, self.landscape.as_of)
            if self.model.failure
            else None
        )
        return (
            Failure.of(
                found,
                self.landscape.as_of if self.landscape.as_of is not None else info.context.now,
                self.landscape,
            )
            if found
            else None
        )

    @strawberry.field(description="The element that it lies in.")
    def element(self) -> Element | None:
        found = find_element(self.landscape.topology, self.model.element) if self.model.element else None
        return show(found, self.landscape) if found is not None else None

    @strawberry.field(description="How it gets to the order, hop by hop.")
    def path(self) -> Path | None:
        return Path.of(self.model.path) if self.model.path is not None else None

    @classmethod
    def of(cls, found: diagnosis.Cause, landscape: Landscape, report: JSON | None = None) -> "Cause":
        return cls(
            kind=found.kind,
            likelihood=found.likelihood,
            evidence=found.evidence,
            model=found,
            landscape=landscape,
            report=report,
        )


@strawberry.type(description="What the overdue share against those that are not.")
class CommonFactor:
    dimension: str = strawberry.field(
        description="Such as location or payload_version; of a pair, both with a + between them."
    )
    value: str = strawberry.field(
        description="The value that they share; of a pair, both with a + between them."
    )
    overdue_with: int = strawberry.field(description="Overdue ones that have it.")
    total_with: int = strawberry.field(description="All that have it.")
    overdue_without: int = strawberry.field(description="Overdue ones that have it not.")
    total_without: int = strawberry.field(description="All that have it not.")
    lift: float = strawberry.field(description="The share of overdue ones with it over the share without it.")
    p_value: float = strawberry.field(
        description="How likely chance makes such a difference, corrected for the number of factors tried."
    )

    @classmethod
    def of(cls, found: diagnosis.CommonFactor) -> "CommonFactor":
        return cls(
            dimension=found.dimension,
            value=found.value,
            overdue_with=found.overdue_with,
            total_with=found.total_with,
            overdue_without=found.overdue_without,
            total_without=found.total_without,
            lift=found.lift,
            p_value=found.p_value,
        )


@strawberry.type(
    description="A posting, message, task or supplier order that should have come, or came before one that it must follow."
)
class MissingRecord:
    kind: str = strawberry.field(description="posting, notification, task or supplier_order.")
    type: str = strawberry.field(description="Its type, such as invoice or shipped.")
    due: Moment = strawberry.field(description="Until when it was due.")
    late_by: Span = strawberry.field(description="For how long it has been due.")
    amount: Money | None = strawberry.field(description="What it should post.")

    @classmethod
    def of(cls, found: diagnosis.MissingRecord) -> "MissingRecord":
        amount = Money.of(found.amount) if found.amount is not None else None
        return cls(
            kind=found.kind.value,
            type=found.type,
            due=Moment(found.due),
            late_by=Span(found.late_by),
            amount=amount,
        )


@strawberry.type(description="Others in the same step, and at the same location where it is done on site.")
class PeerGroup:
    overdue: int = strawberry.field(description="How many of them are overdue.")
    total: int = strawberry.field(description="How many there are.")
    in_common: list[CommonFactor] = strawberry.field(
        description="What the overdue ones share against the others in that step, the surest first; it may be nothing."
    )
    model: strawberry.Private[diagnosis.PeerGroup]
    landscape: strawberry.Private[Landscape]

    @strawberry.field(description="The step.")
    def step(self) -> Step:
        return cast(Step, shown(self.model.step, self.landscape))

    @strawberry.field(description="The location.")
    def location(self) -> Location | None:
        key = self.model.location
        return (
            cast(
                Location,
                show(
                    self.landscape.topology.locations.get(key) or topology.Location(key=key, kind=""),
                    self.landscape,
                ),
            )
            if key
            else None
        )

    @strawberry.field(description="Overdue ones, the longest overdue first; at most five.")
    async def sample(self, info: Info) -> list[Annotated["Order", strawberry.lazy("api.schema.order")]]:
        from api.schema.order import Order

        info.context.count(len(self.model.sample))
        return [
            Order.of(await info.context.orders.load(key, self.landscape.as_of), self.landscape)
            for key in self.model.sample
        ]

    @classmethod
    def of(cls, found: diagnosis.PeerGroup, landscape: Landscape) -> "PeerGroup":
        return cls(
            overdue=found.overdue,
            total=found.total,
            in_common=[CommonFactor.of(each) for each in found.in_common],
            model=found,
            landscape=landscape,
        )


@strawberry.type(description="Why an order is where it is.")
class Diagnosis:
    state: DiagnosisState = strawberry.field(description="The verdict.")
    since: Moment | None = strawberry.field(description="Since when that holds.")
    headline: str = strawberry.field(description="The verdict in one plain sentence, with its evidence.")
    causes: list[Cause] = strawberry.field(description="What would explain it, the best first.")
    missing: list[MissingRecord] = strawberry.field(
        description="Postings, messages, tasks and supplier orders that should have come."
    )
    out_of_sequence: list[MissingRecord] = strawberry.field(
        description="Those that came before one that they must follow."
    )
    peers: PeerGroup | None = strawberry.field(description="Others in the same step.")
    next_expected: Moment | None = strawberry.field(
        description="When it is expected to move; null where nothing says when."
    )
    customer_message: str | None = strawberry.field(description="Words for the customer.")
    model: strawberry.Private[diagnosis.Diagnosis]
    landscape: strawberry.Private[Landscape]

    @strawberry.field(description="The team whose it is.")
    def owner(self) -> Team | None:
        key = self.model.owner
        return cast(Team, shown(f"team:{key}", self.landscape)) if key else None

    @strawberry.field(description="What to do.")
    def playbooks(self) -> list[Playbook]:
        return [cast(Playbook, shown(f"playbook:{key}", self.landscape)) for key in self.model.playbooks]

    @classmethod
    def of(cls, found: diagnosis.Diagnosis, landscape: Landscape) -> "Diagnosis":
        return cls(
            state=found.state,
            since=when(found.since),
            headline=found.headline,
            causes=[Cause.of(each, landscape) for each in found.causes],
            missing=[MissingRecord.of(each) for each in found.missing],
            out_of_sequence=[MissingRecord.of(each) for each in found.out_of_sequence],
            peers=PeerGroup.of(found.peers, landscape) if found.peers is not None else None,
            next_expected=when(found.next_expected),
            customer_message=found.customer_message,
            model=found,
            landscape=landscape,
        )
