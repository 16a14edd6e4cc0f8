"""Positions of live sources in a store, with counts of their results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from graph_models.time import Millis
from impactgraph.errors import ImpactGraphError

Positions: TypeAlias = Mapping[str, str]
"""How far each part of a source was read: the offset of a partition, the value of a column, of a file how
much. Only the kind of the source knows what the texts mean.
"""

NO_POSITIONS: Positions = {}


class PositionMovedError(ImpactGraphError):
    """Another process read the source further in the meantime; nothing of the batch was stored."""

    code = "POSITION_MOVED"


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document of a source that became no event, with its reason and place."""

    text: bytes
    reason: str
    place: str
    number: int = 0
    """Of the quarantine entry that it is retried from; 0: it is a new one."""


@dataclass(frozen=True, slots=True)
class SourceBatch:
    """What one block of events stands for: the progress of its source."""

    source: str
    """Key of the live source."""
    positions: Positions = field(default_factory=lambda: NO_POSITIONS)
    """New positions, of the parts that moved."""
    before: Positions = field(default_factory=lambda: NO_POSITIONS)
    """The position that each of these parts had when it was read; without one, it had none."""
    refused: Sequence[RefusedDocument] = ()
    passed: int = 0
    """Documents that the mapping does not ask for."""
    releases: Sequence[int] = ()
    """Quarantine entries that leave, as their documents are events now."""


@dataclass(frozen=True, slots=True)
class SourceProgress:
    """How far a source was read, and what came of it since it was first read."""

    positions: Positions = field(default_factory=lambda: NO_POSITIONS)
    taken: int = 0
    """Events."""
    repeated: int = 0
    """Events that were there."""
    quarantined: int = 0
    """Events and documents that were quarantined, also those that have left the quarantine."""
    passed: int = 0
    """Documents that the mapping does not ask for."""
    last_event_at: Millis | None = None
    """Time of the latest event that was taken."""
