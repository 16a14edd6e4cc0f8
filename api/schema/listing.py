"""Entry of an order in the list of a system, and its differences from the order here."""

from typing import cast

import strawberry

from api.schema.enums import ListingKind
from api.schema.money import Money
from api.schema.scalars import Moment, moment_of
from graph_models import diagnosis


@strawberry.type(
    description="What the list of a system says of an order, a fulfillment or a document, where that differs "
    "from what is recorded here."
)
class Listing:
    kind: ListingKind = strawberry.field(description="How it differs.")
    system: strawberry.ID = strawberry.field(description="Full id of the system.")
    listed_id: strawberry.ID | None = strawberry.field(
        description="The id as the list has it; null where the list lacks it."
    )
    at: Moment = strawberry.field(description="The moment as of which the list says so.")
    amount: Money | None = strawberry.field(description="The amount that the list states.")
    state: str | None = strawberry.field(description="The state that the list states, in the system's word.")
    expected_state: str | None = strawberry.field(description="Its state here, where that is another.")
    step: strawberry.ID | None = strawberry.field(
        description="Full id of the step that brings it to the system, where the list lacks it."
    )
    record: str | None = strawberry.field(
        description="Type of the record that brings it to the system, where one does and the list lacks it."
    )
    recorded_at: Moment | None = strawberry.field(
        description="When an event before the list showed that it was brought there."
    )
    changed_at: Moment | None = strawberry.field(description="When the order was last changed, if it was.")
    sentence: str = strawberry.field(
        description="The finding in words, such as `not in ERP finance as of 15:33 UTC`."
    )

    @classmethod
    def of(cls, model: diagnosis.Listing) -> "Listing":
        return cls(
            kind=cast(ListingKind, model.kind),
            system=strawberry.ID(f"system:{model.system}"),
            listed_id=strawberry.ID(model.listed_id) if model.listed_id is not None else None,
            at=Moment(model.at),
            amount=Money.of(model.amount) if model.amount is not None else None,
            state=model.state,
            expected_state=model.expected_state,
            step=strawberry.ID(model.step) if model.step is not None else None,
            record=model.record,
            recorded_at=moment_of(model.recorded_at),
            changed_at=moment_of(model.changed_at),
            sentence=model.sentence,
        )
