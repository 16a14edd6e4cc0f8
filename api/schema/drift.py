"""What is no longer as it was."""

from typing import cast

import strawberry

from api.context import Landscape
from api.schema.element import Element, show
from api.schema.enums import DriftKind
from api.schema.money import Money
from api.schema.scalars import Moment
from graph_models import diagnosis
from impactgraph.usecases.drift import drift_sentence
from impactgraph.usecases.elements import find_element


@strawberry.type(description="Something that is no longer as it was, held against its own past.")
class Drift:
    kind: DriftKind = strawberry.field(description="What of it has moved.")
    dimension: str = strawberry.field(
        description="What it is: step, hand-over, record, location, mode or channel."
    )
    value: str = strawberry.field(
        description="Which one; a hand-over and a record by the step that they follow."
    )
    since: Moment = strawberry.field(description="From which hour on: the split that tells the most.")
    before: float = strawberry.field(
        description="Before: of DURATION the median in seconds, else how many for each chance (orders that entered the step, or were placed)."
    )
    after: float = strawberry.field(description="From then on, in the same measure.")
    p_value: float = strawberry.field(
        description="How likely chance alone makes such a difference, corrected for every split and series that was looked at."
    )
    orders: int = strawberry.field(description="Orders in flight there.")
    worth: list[Money] = strawberry.field(description="What these are worth, a sum for each currency.")
    sentence: str = strawberry.field(description="It in words.")
    landscape: strawberry.Private[Landscape]

    @strawberry.field(description="The step or the location; null for a mode or a channel.")
    def element(self) -> Element | None:
        kind = {"location": "location", "step": "step", "hand-over": "step", "record": "step"}.get(
            self.dimension
        )
        found = (
            find_element(self.landscape.topology, f"{kind}:{self.value.partition(' ')[0]}") if kind else None
        )
        return show(found, self.landscape) if found is not None else None

    @classmethod
    def of(cls, found: diagnosis.Drift, landscape: Landscape) -> "Drift":
        unit = 1000 if found.kind is diagnosis.DriftKind.DURATION else 1
        return cls(
            kind=cast(DriftKind, found.kind),
            dimension=found.dimension,
            value=found.value,
            since=Moment(found.since),
            before=found.before / unit,
            after=found.after / unit,
            p_value=found.p_value,
            orders=found.orders,
            worth=[Money.of(each) for each in found.worth],
            sentence=drift_sentence(found),
            landscape=landscape,
        )
