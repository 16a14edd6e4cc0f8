"""One verb a file: all that api and cli call. What they need of the ports to name types is given here too."""

from impactgraph.ports.ingest import IngestResult, QuarantinedEvent
from impactgraph.ports.state import EventsAhead, OrderTimeline
from impactgraph.ports.store import Store
from impactgraph.ports.topologies import TopologyVersion

__all__ = ["EventsAhead", "IngestResult", "OrderTimeline", "QuarantinedEvent", "Store", "TopologyVersion"]
