"""Diagnosis of one order for the service desk, and the types that findings on many orders share with it."""

from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry.scalars import JSON

from api.context import TopologyAt
from api.schema.element import Element, Info, element_by_id, find_element_by_id
from api.schema.enums import DiagnosisState, MessageForm
from api.schema.failure import Failure, find_failure
from api.schema.money import Money
from api.schema.organisation import Location, Playbook, Team, location_of
from api.schema.path import Path
from api.schema.scalars import Moment, Span, moment_of
from api.schema.workflows import Step
from graph_models import customer_message, diagnosis
from impactgraph.usecases.why import Case, CustomerMessages

if TYPE_CHECKING:
    from api.schema.order import Order


@strawberry.type(description="A possible cause of a problem.")
class Cause:
    kind: str = strawberry.field(description="failure, common_factor, element, error or normal.")
    likelihood: float = strawberry.field(description="The probability that it is the cause, 0 to 1.")
    evidence: str = strawberry.field(description="The evidence for it, in words and counts.")
    model: strawberry.Private[diagnosis.Cause]
    topology_at: strawberry.Private[TopologyAt]
    report: strawberry.Private[JSON | None] = None

    @strawberry.field(
        description="For a suspect: the input of reportFailure that reports it as a failure; else null."
    )
    def failure_input(self) -> JSON | None:
        return self.report

    @strawberry.field(description="The failure, if the cause is one.")
    async def failure(self, info: Info) -> Failure | None:
        return await find_failure(self.model.failure, self.topology_at, info.context)

    @strawberry.field(description="Full ids of other reports of the same failure.")
    def also_reported_as(self) -> list[strawberry.ID]:
        return [strawberry.ID(f"failure:{key}") for key in self.model.also_reported_as]

    @strawberry.field(description="The element where the cause lies.")
    def element(self) -> Element | None:
        return find_element_by_id(self.model.element, self.topology_at)

    @strawberry.field(description="How the cause reaches the order, hop by hop.")
    def path(self) -> Path | None:
        return Path.of(self.model.path) if self.model.path is not None else None

    @classmethod
    def of(cls, model: diagnosis.Cause, topology_at: TopologyAt, report: JSON | None = None) -> "Cause":
        return cls(
            kind=model.kind,
            likelihood=model.likelihood,
            evidence=model.evidence,
            model=model,
            topology_at=topology_at,
            report=report,
        )


@strawberry.type(description="A property that overdue orders share more often than others.")
class CommonFactor:
    dimension: str = strawberry.field(
        description="Such as location or payload_version; a pair is joined by +."
    )
    value: str = strawberry.field(description="The shared value; a pair is joined by +.")
    overdue_with: int = strawberry.field(description="Overdue ones with this value.")
    total_with: int = strawberry.field(description="All with this value.")
    overdue_without: int = strawberry.field(description="Overdue ones without it.")
    total_without: int = strawberry.field(description="All without it.")
    lift: float = strawberry.field(
        description="Share of overdue ones with the value, divided by the share without it."
    )
    p_value: float = strawberry.field(
        description="The probability of such a difference by chance, corrected for the number of factors "
        "tested."
    )

    @classmethod
    def of(cls, model: diagnosis.CommonFactor) -> "CommonFactor":
        return cls(
            dimension=model.dimension,
            value=model.value,
            overdue_with=model.overdue_with,
            total_with=model.total_with,
            overdue_without=model.overdue_without,
            total_without=model.total_without,
            lift=model.lift,
            p_value=model.p_value,
        )


@strawberry.type(description="A posting, message, task or supplier order that is missing or out of sequence.")
class MissingRecord:
    kind: str = strawberry.field(description="posting, notification, task or supplier_order.")
    type: str = strawberry.field(description="Its type, such as invoice or shipped.")
    due: Moment = strawberry.field(description="When it was due.")
    late_by: Span = strawberry.field(
        description="For how long it has been overdue, or how late it arrived; zero where it was not late."
    )
    amount: Money | None = strawberry.field(description="The amount that it should post.")
    arrived_at: Moment | None = strawberry.field(description="When it arrived; null while it is missing.")
    follows: str | None = strawberry.field(
        description="Out of sequence: the type of the posting that it must follow and that it came before."
    )
    sentence: str | None = strawberry.field(
        description="What the list of a system lacks: `not in ERP finance as of 15:33 UTC`; null of a record."
    )

    @classmethod
    def of(cls, model: diagnosis.MissingRecord) -> "MissingRecord":
        amount = Money.of(model.amount) if model.amount is not None else None
        return cls(
            kind=model.kind.value,
            type=model.type,
            due=Moment(model.due),
            late_by=Span(model.late_by),
            amount=amount,
            arrived_at=moment_of(model.arrived_at),
            follows=model.follows,
            sentence=model.sentence,
        )


@strawberry.type(
    description="Orders in the same step, the order itself included, and at the same location if the step is "
    "done on site."
)
class PeerGroup:
    overdue: int = strawberry.field(description="How many of them are overdue.")
    total: int = strawberry.field(description="How many orders there are.")
    in_common: list[CommonFactor] = strawberry.field(
        description="What the overdue ones share more often than the others in that step, most certain "
        "first; may be empty."
    )
    model: strawberry.Private[diagnosis.PeerGroup]
    topology_at: strawberry.Private[TopologyAt]

    @strawberry.field(description="The step.")
    def step(self) -> Step:
        return cast(Step, element_by_id(self.model.step, self.topology_at))

    @strawberry.field(description="The location.")
    def location(self) -> Location | None:
        return location_of(self.model.location, self.topology_at)

    @strawberry.field(description="Overdue orders, the longest overdue first; at most five.")
    async def sample(self, info: Info) -> list[Annotated["Order", strawberry.lazy("api.schema.order")]]:
        from api.schema.order import Order

        info.context.count(len(self.model.sample))
        return [
            Order.of(await info.context.orders.load(key, self.topology_at.as_of), self.topology_at)
            for key in self.model.sample
        ]

    @classmethod
    def of(cls, model: diagnosis.PeerGroup, topology_at: TopologyAt) -> "PeerGroup":
        return cls(
            overdue=model.overdue,
            total=model.total,
            in_common=[CommonFactor.of(each) for each in model.in_common],
            model=model,
            topology_at=topology_at,
        )


@strawberry.type(description="A message that may be sent to the customer.")
class CustomerMessage:
    language: str = strawberry.field(description="Its language, such as de or es-MX.")
    form: MessageForm = strawberry.field(description="Its form.")
    timezone: str = strawberry.field(description="IANA name of the zone of its times: the customer's.")
    text: str = strawberry.field(description="The message.")

    @classmethod
    def of(cls, model: customer_message.CustomerMessage) -> "CustomerMessage":
        return cls(language=model.language, form=model.form, timezone=model.timezone, text=model.text)


@strawberry.type(description="Why an order is where it is, and what to do.")
class Diagnosis:
    state: DiagnosisState = strawberry.field(description="The verdict.")
    since: Moment | None = strawberry.field(description="Since when the verdict holds.")
    headline: str = strawberry.field(description="The verdict in one sentence, with its evidence.")
    causes: list[Cause] = strawberry.field(description="Possible causes, most likely first.")
    missing: list[MissingRecord] = strawberry.field(
        description="Postings, messages, tasks and supplier orders that are missing."
    )
    out_of_sequence: list[MissingRecord] = strawberry.field(
        description="Records that came before one that they must follow."
    )
    peers: PeerGroup | None = strawberry.field(
        description="Orders in the same step, the order itself included."
    )
    next_expected: Moment | None = strawberry.field(
        description="When the next step is expected; null where unknown."
    )
    customer_message: str | None = strawberry.field(
        description="Message to the customer in the customer's language and time zone, in the normal form."
    )
    left_out: list[str] = strawberry.field(
        description="Failures that do not count as they were reported, since no order and no element has a "
        "value of their scope."
    )
    model: strawberry.Private[diagnosis.Diagnosis]
    messages: strawberry.Private[CustomerMessages]
    topology_at: strawberry.Private[TopologyAt]

    @strawberry.field(
        description="Messages to the customer in every language and form, the customer's language first."
    )
    def customer_messages(
        self,
        language: Annotated[
            str | None,
            strawberry.argument(description="Only in this language, such as de or es-MX."),
        ] = None,
        form: Annotated[MessageForm | None, strawberry.argument(description="Only in this form.")] = None,
    ) -> list[CustomerMessage]:
        return [CustomerMessage.of(message) for message in self.messages.all(language, form)]

    @strawberry.field(
        description="What the message says, as values: kind, stage, moments in the customer's time zone, "
        "promise, amounts, late notices, parts."
    )
    def customer_facts(self) -> JSON:
        return JSON(self.messages.facts_json())

    @strawberry.field(description="The owning team.")
    def owner(self) -> Team | None:
        key = self.model.owner
        return cast(Team, element_by_id(f"team:{key}", self.topology_at)) if key else None

    @strawberry.field(description="Playbooks for the causes.")
    def playbooks(self) -> list[Playbook]:
        return [
            cast(Playbook, element_by_id(f"playbook:{key}", self.topology_at)) for key in self.model.playbooks
        ]

    @classmethod
    def of(cls, case: Case, topology_at: TopologyAt) -> "Diagnosis":
        model = case.diagnosis
        return cls(
            state=model.state,
            since=moment_of(model.since),
            headline=model.headline,
            causes=[Cause.of(each, topology_at) for each in model.causes],
            missing=[MissingRecord.of(each) for each in model.missing],
            out_of_sequence=[MissingRecord.of(each) for each in model.out_of_sequence],
            peers=PeerGroup.of(model.peers, topology_at) if model.peers is not None else None,
            next_expected=moment_of(model.next_expected),
            customer_message=model.customer_message,
            left_out=list(model.left_out),
            model=model,
            messages=case.messages,
            topology_at=topology_at,
        )
