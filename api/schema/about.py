"""Version of the server and state of its data."""

import strawberry

from api.schema.scalars import Moment
from impactgraph.usecases.about import StoreState


@strawberry.type(description="Version of the server, and the state of its data.")
class About:
    version: str = strawberry.field(description="Version of impactgraph.")
    topology: strawberry.ID | None = strawberry.field(
        description="Full id of the current version of the topology; null before the first."
    )
    watermark: strawberry.ID = strawberry.field(description="Number of the last ingested event.")
    orders: int = strawberry.field(description="Orders, completed and cancelled ones included.")
    fulfillments: int = strawberry.field(description="Fulfillments, completed and cancelled ones included.")
    server_time: Moment = strawberry.field(description="The server's present time.")

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
