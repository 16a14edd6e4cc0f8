"""Loads the demo into a store, as a user's topology and events would be."""

from collections.abc import Callable
from dataclasses import dataclass

from graph_models.time import HOUR, Millis
from impactgraph.demo.failures import live_failures
from impactgraph.demo.feed import Feed
from impactgraph.demo.generate import generate
from impactgraph.demo.orders import LOOKBACK
from impactgraph.ports.ingest import IngestResult
from impactgraph.ports.store import Store
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.topology.load import parse_topology


@dataclass(frozen=True, slots=True)
class LiveFailure:
    """A live failure with its description."""

    failure: str
    """Bare key."""
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class LoadedDemo:
    """What was loaded into the store."""

    as_of: Millis
    version: TopologyVersion
    orders_in_flight: int
    events: int
    """Number of accepted events, failure events included."""
    quarantined: int
    live: tuple[LiveFailure, ...]
    feed: Feed
    """The events after `as_of`."""


def load_demo(
    store: Store,
    orders: int,
    now: Millis,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
    *,
    has_failures: bool = True,
) -> LoadedDemo:
    """Fills an empty store with `orders` orders in flight at `now`.

    Without failures it is a quiet day. Calls `progress` with (blocks loaded, total blocks). The topology is
    applied as of a moment before the first order.
    Raises StoreUnavailableError as the store does.
    """
    demo = generate(orders, now, seed, has_failures=has_failures)
    version = store.apply_topology(parse_topology(demo.documents), demo.documents, now - LOOKBACK - HOUR)
    result = IngestResult()
    for number, block in enumerate(demo.events, start=1):
        result.extend(store.ingest(block.splitlines()))
        if progress is not None:
            progress(number, demo.blocks)
    result.extend(store.ingest(demo.failures))
    return LoadedDemo(
        as_of=now,
        version=version,
        orders_in_flight=orders,
        events=result.accepted_count,
        quarantined=len(result.quarantined),
        live=_live_failures(now) if has_failures else (),
        feed=Feed(demo.future),
    )


def _live_failures(now: Millis) -> tuple[LiveFailure, ...]:
    adjustments, queues = live_failures(now)
    return (
        LiveFailure(
            adjustments.key,
            "Store inventory adjustments have stopped in the middleware",
            "Order management promises stock that is no longer there. It is discovered at the empty shelf: "
            "orders to collect in store are cancelled then, orders to ship from store are rerouted to "
            "another store.",
        ),
        LiveFailure(
            queues.key,
            "The queues of ship from store are saturated at peak",
            "Reservations are late, so allocation decides on stale figures: picks are rejected, "
            "alternatives come late, "
            "promises and refunds are at risk. Goods issues reach finance after their invoices.",
        ),
    )
