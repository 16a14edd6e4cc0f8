"""Versions of the topology."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from graph_models.time import Millis
from graph_models.topology import Topology


@dataclass(frozen=True, slots=True)
class TopologyVersion:
    key: str
    applied_at: Millis
    elements: int
    current: bool


class TopologyVersions(Protocol):
    """All versions of the topology that were applied."""

    def topology(self, as_of: Millis | None = None) -> Topology:
        """The version current then; before the first was applied, the first.

        Raises:
            NotFoundError: no version was ever applied.
        """
        ...

    def topology_version(self, key: str) -> Topology:
        """Raises NotFoundError for an unknown key."""
        ...

    def topologies(self) -> Sequence[TopologyVersion]:
        """All versions, newest first."""
        ...

    def apply_topology(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> TopologyVersion:
        """Makes it the current version, and replays the quarantine.

        `documents` are its texts by file name, stored with it.
        """
        ...
