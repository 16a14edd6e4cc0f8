"""The demo into a store, by the same way as a user's topology and events."""

from collections.abc import Callable
from dataclasses import dataclass

from graph_models.time import HOUR, Millis
from impactgraph.demo.failures import live_failures
from impactgraph.demo.feed import Feed
from impactgraph.demo.generate import HISTORY, generate
from impactgraph.demo.orders import LOOKBACK
from impactgraph.ports.store import Store, TopologyVersion
from impactgraph.topology.load import parse_topology


@dataclass(frozen=True, slots=True)
class LiveStory:
    """A failure that is live, and what to look for in its answer."""

    failure: str
    """Bare key."""
    title: str
    plot: str


@dataclass(frozen=True, slots=True)
class DemoStory:
    """What was loaded."""

    as_of: Millis
    version: TopologyVersion
    orders_in_flight: int
    events: int
    """Taken, failures included."""
    rejected: int
    live: tuple[LiveStory, ...]
    feed: Feed
    """What happens after `as_of`."""


def load_demo(
    store: Store,
    orders: int,
    now: Millis,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
    *,
    history: float = HISTORY,
) -> DemoStory:
    """Fills an empty store with `orders` orders in flight at `now`; `progress` is told (blocks done, blocks in all).

    The topology is applied as of the time before the first order. Raises StoreUnavailableError as the store does.
    """
    demo = generate(orders, now, seed, history=history)
    version = store.apply_topology(parse_topology(demo.documents), demo.documents, now - LOOKBACK - HOUR)
    taken = rejected = 0
    for done, block in enumerate(demo.events, start=1):
        intake = store.ingest(block.splitlines())
        taken, rejected = taken + intake.accepted_count, rejected + len(intake.quarantined)
        if progress is not None:
            progress(done, demo.blocks)
    intake = store.ingest(demo.failures)
    return DemoStory(
        now,
        version,
        orders,
        taken + intake.accepted_count,
        rejected + len(intake.quarantined),
        _stories(now),
        Feed(demo.future),
    )


def _stories(now: Millis) -> tuple[LiveStory, ...]:
    adjustments, queues = live_failures(now)
    return (
        LiveStory(
            adjustments.key,
            "Store inventory adjustments have stopped in the middleware",
            "Order management promises stock that is no longer there. It comes to light when somebody stands before the empty shelf: "
            "orders to collect in store are cancelled then, orders to ship from store go to another store.",
        ),
        LiveStory(
            queues.key,
            "The queues of ship from store are saturated at peak",
            "Reservations are late, so allocation decides on stale figures: picks are rejected, alternatives come late, promises and refunds are at risk. "
            "Goods issues reach finance after their invoices.",
        ),
    )
