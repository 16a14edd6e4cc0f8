"""Version of the server and state of its data."""

import strawberry

from api.schema.scalars import Moment, moment_of
from impactgraph.usecases.about import StoreState


@strawberry.type(description="Recorded events that are stamped ahead of the clock by more than a minute.")
class EventsAhead:
    count: int = strawberry.field(description="Number of them: they take effect when their time comes.")
    next_at: Moment | None = strawberry.field(description="When the next takes effect; null without any.")
    last_at: Moment | None = strawberry.field(description="When the last takes effect; null without any.")


@strawberry.type(description="Version of the server, and the state of its data.")
class About:
    version: str = strawberry.field(description="Version of impactgraph.")
    store: str = strawberry.field(
        description="Identity of the store: the same after its folder is moved, and after a restart."
    )
    topology: strawberry.ID | None = strawberry.field(
        description="Full id of the current version of the topology; null before the first."
    )
    watermark: strawberry.ID = strawberry.field(
        description="Number of the last ingested event; with a row filter, a number that changes with what "
        "is visible."
    )
    orders: int = strawberry.field(description="Orders, completed and cancelled ones included.")
    fulfillments: int = strawberry.field(description="Fulfillments, completed and cancelled ones included.")
    events_ahead: EventsAhead = strawberry.field(
        description="Events stamped ahead of the clock: answers about the present do not include them yet."
    )
    server_time: Moment = strawberry.field(description="The server's present time.")
    chat: str | None = strawberry.field(
        description="Address of a chat channel, with {channel} in place of its name; null where none is set."
    )

    @classmethod
    def of(cls, state: StoreState, now: int, chat: str | None) -> "About":
        return cls(
            version=state.version,
            store=state.store,
            topology=strawberry.ID(f"topology:{state.topology}") if state.topology else None,
            watermark=strawberry.ID(str(state.watermark)),
            orders=state.orders,
            fulfillments=state.fulfillments,
            events_ahead=EventsAhead(
                count=state.events_ahead.count,
                next_at=moment_of(state.events_ahead.next_at),
                last_at=moment_of(state.events_ahead.last_at),
            ),
            server_time=Moment(now),
            chat=chat,
        )
