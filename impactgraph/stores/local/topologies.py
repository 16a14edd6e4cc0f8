"""Applied versions of the topology, each parsed from its stored documents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from hashlib import blake2b

import msgspec
import numpy as np

from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.errors import NotFoundError, NoTopologyError
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.stores.local.block import Block, Table
from impactgraph.stores.local.record import Record
from impactgraph.topology.load import parse_topology
from impactgraph.topology.schedules import with_anchor


class Topologies:
    """A version is parsed from its documents when it is first asked for, and then kept."""

    def __init__(self, record: Record) -> None:
        self._record = record
        rows = record.rows("select key, applied_at, elements from topologies order by number")
        self._versions = [(str(key), int(at), int(elements)) for key, at, elements in rows]
        self._topologies: dict[str, Topology] = {}

    @property
    def count(self) -> int:
        return len(self._versions)

    def versions(self, now: Millis) -> Sequence[TopologyVersion]:
        """Newest first."""
        current = self._number_at(now)
        return [
            TopologyVersion(key, at, elements, number == current)
            for number, (key, at, elements) in reversed(list(enumerate(self._versions)))
        ]

    @property
    def current_key(self) -> str:
        """Of the newest version; empty before the first was applied."""
        return self._versions[-1][0] if self._versions else ""

    def current(self) -> Topology | None:
        """The newest version, by which events are read."""
        return self.version(self._versions[-1][0]) if self._versions else None

    def at(self, as_of: Millis) -> Topology:
        """The version current at `as_of`; before the first one, the first.

        Raises:
            NoTopologyError: no version was ever applied.
        """
        if not self._versions:
            raise NoTopologyError
        return self.version(self._versions[self._number_at(as_of)][0])

    def _number_at(self, as_of: Millis) -> int:
        """Index of the version current at `as_of`."""
        earlier = [(at, number) for number, (_, at, _) in enumerate(self._versions) if at <= as_of]
        return max(earlier)[1] if earlier else 0

    def version(self, key: str) -> Topology:
        """Raises NotFoundError for an unknown key."""
        if key not in self._topologies:
            rows = self._record.rows("select documents from topologies where key = ?", [key])
            if not rows:
                near = get_close_matches(key, [key for key, _, _ in self._versions])
                raise NotFoundError(f"topology:{key}", near=[f"topology:{key}" for key in near])
            documents = msgspec.json.decode(rows[0][0], type=dict[str, str])
            topology = replace(parse_topology(documents), version=key)
            self._topologies[key] = with_anchor(topology, self._versions[0][1])
        return self._topologies[key]

    def is_current(self, documents: Mapping[str, str]) -> bool:
        """Whether these are the documents of the current version."""
        return bool(self._versions) and self._versions[-1][0].endswith(f"-{_digest(documents)}")

    def next_key(self, documents: Mapping[str, str]) -> str:
        return f"{len(self._versions) + 1}-{_digest(documents)}"

    def new_version(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> Topology:
        """The topology as the next version, applied at a moment."""
        version = replace(topology, version=self.next_key(documents))
        return with_anchor(version, self._versions[0][1] if self._versions else at)

    def row(self, key: str, at: Millis, topology: Topology, documents: Mapping[str, str]) -> Table:
        """Row of the table `topologies` for the next version."""
        values = {
            "number": len(self._versions) + 1,
            "key": key,
            "applied_at": at,
            "elements": len(topology.elements),
        }
        text = msgspec.json.encode(dict(documents)).decode()
        return {
            name: np.array([value], np.object_ if isinstance(value, str) else np.int64)
            for name, value in (values | {"documents": text}).items()
        }

    def apply(self, block: Block) -> None:
        """Follows the commit of a block."""
        if rows := block.rows.get("topologies"):
            self._versions += zip(
                rows["key"].tolist(), rows["applied_at"].tolist(), rows["elements"].tolist(), strict=True
            )

    def adopt(self, topology: Topology) -> None:
        """Keeps a version that was parsed already."""
        self._topologies[topology.version] = topology


def _digest(documents: Mapping[str, str]) -> str:
    return blake2b(msgspec.json.encode(sorted(documents.items())), digest_size=4).hexdigest()
