"""GraphQL type of drift, as `impactgraph.diagnosis.drift` finds it."""

from typing import cast

import strawberry

from api.context import TopologyAt
from api.schema.element import Element, find_element_by_id
from api.schema.enums import DriftKind
from api.schema.money import Money
from api.schema.scalars import Moment
from graph_models import diagnosis
from impactgraph.usecases.drift import drift_sentence, place_name, places_text

ELEMENT_KINDS = {"location": "location", "step": "step", "hand-over": "step", "record": "step"}
"""Kind of the element that a dimension's value begins with."""


@strawberry.type(
    description="A step, location, mode or channel whose duration, error rate, reroutes, rejections or "
    "cancellations changed, compared with its own past."
)
class Drift:
    kind: DriftKind = strawberry.field(description="What changed.")
    dimension: str = strawberry.field(description="step, hand-over, record, location, mode or channel.")
    value: str = strawberry.field(description="Which one; a hand-over or record by the step before it.")
    name: str = strawberry.field(description="Display name of `value`.")
    since: Moment = strawberry.field(description="The hour of the change: the most significant split.")
    before: float = strawberry.field(
        description="Before the change: for DURATION the median in seconds, else the rate per order that "
        "entered the step or was placed."
    )
    after: float = strawberry.field(description="After the change, in the same unit.")
    p_value: float = strawberry.field(
        description="The probability of such a difference by chance, corrected for all splits and series "
        "tested."
    )
    orders: int = strawberry.field(description="Orders in flight there.")
    order_value: list[Money] = strawberry.field(description="Total value of these orders, per currency.")
    sentence: str = strawberry.field(description="The change in one sentence.")
    topology_at: strawberry.Private[TopologyAt]

    @strawberry.field(description="The former name of `orderValue`.", deprecation_reason="Use `orderValue`.")
    def worth(self) -> list[Money]:
        return self.order_value

    @strawberry.field(description="The step or the location; null for a mode or a channel.")
    def element(self) -> Element | None:
        kind = ELEMENT_KINDS.get(self.dimension)
        return find_element_by_id(
            f"{kind}:{self.value.partition(' ')[0]}" if kind else None, self.topology_at
        )

    @classmethod
    def of(cls, model: diagnosis.Drift, topology_at: TopologyAt) -> "Drift":
        unit = 1000 if model.kind is diagnosis.DriftKind.DURATION else 1
        return cls(
            kind=cast(DriftKind, model.kind),
            dimension=model.dimension,
            value=model.value,
            since=Moment(model.since),
            before=model.before / unit,
            after=model.after / unit,
            p_value=model.p_value,
            orders=model.orders,
            order_value=[Money.of(amount) for amount in model.worth],
            sentence=drift_sentence(topology_at.topology, model),
            name=place_name(topology_at.topology, model),
            topology_at=topology_at,
        )


@strawberry.type(
    description="Changes of one kind and dimension that began at about the same time and have the same "
    "direction."
)
class DriftGroup:
    kind: DriftKind = strawberry.field(description="What changed.")
    dimension: str = strawberry.field(description="step, hand-over, record, location, mode or channel.")
    places: str = strawberry.field(description="Those with the most orders, and how many others there are.")
    size: int = strawberry.field(description="Number of its members.")
    since: Moment = strawberry.field(description="The hour of the earliest change.")
    before: float = strawberry.field(description="Median of the members before the change, as in Drift.")
    after: float = strawberry.field(description="Median of the members after the change.")
    p_value: float = strawberry.field(description="The smallest of the members.")
    orders: int = strawberry.field(
        description="Orders in flight there; an order at several places counts once for each."
    )
    order_value: list[Money] = strawberry.field(description="Total value of these orders, per currency.")
    members: list[Drift] = strawberry.field(description="The changes, most orders first.")

    @classmethod
    def of(cls, model: diagnosis.DriftGroup, topology_at: TopologyAt) -> "DriftGroup":
        unit = 1000 if model.kind is diagnosis.DriftKind.DURATION else 1
        return cls(
            kind=cast(DriftKind, model.kind),
            dimension=model.dimension,
            places=places_text(topology_at.topology, model),
            size=len(model.members),
            since=Moment(model.since),
            before=model.before / unit,
            after=model.after / unit,
            p_value=model.p_value,
            orders=model.orders,
            order_value=[Money.of(each) for each in model.worth],
            members=[Drift.of(each, topology_at) for each in model.members],
        )
