"""What answers: its version and the state of its data."""

import strawberry

from api.schema.scalars import Moment
from impactgraph.usecases.about import StoreState


@strawberry.type(description="What answers, and the state of the data that it answers from.")
class About:
    version: str = strawberry.field(description="Version of the product.")
    topology: strawberry.ID | None = strawberry.field(
        description="Full id of the current version of the topology; null before the first was applied."
    )
    watermark: strawberry.ID = strawberry.field(description="Number of the last event that is taken.")
    orders: int = strawberry.field(description="Orders known, ended ones too.")
    fulfillments: int = strawberry.field(description="Fulfillments known, ended ones too.")
    server_time: Moment = strawberry.field(description="The moment it is here.")

    @classmethod
    def of(cls, state: StoreState, now: int) -> "About":
        return cls(
            version=state.version,
            topology=strawberry.ID(f"topology:{state.topology}") if state.topology else None,
            watermark=strawberry.ID(str(state.watermark)),
            orders=state.orders,
            fulfillments=state.fulfillments,
            server_time=Moment(now),
        )
