"""One verb a file: all that api and cli call. What they need of the ports to name types is given here too."""

from impactgraph.ports.store import (
    EventsAhead,
    IngestResult,
    OrderTimeline,
    QuarantinedEvent,
    Store,
    TopologyVersion,
)

__all__ = ["EventsAhead", "IngestResult", "OrderTimeline", "QuarantinedEvent", "Store", "TopologyVersion"]
