"""One verb a file: all that api and cli call. What they need of the ports to name types is given here too."""

from impactgraph.ports.store import Intake, OrderStory, Refused, Store, TopologyVersion

__all__ = ["Intake", "OrderStory", "Refused", "Store", "TopologyVersion"]
