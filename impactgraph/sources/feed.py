"""Interface that reads a live source of any kind."""

from dataclasses import dataclass, field
from typing import Protocol

from impactgraph.errors import ImpactGraphError
from impactgraph.ports.sources import Positions
from impactgraph.sources.documents import Translation


class SourceUnavailableError(ImpactGraphError):
    """The source cannot be read now; it is tried again."""

    code = "SOURCE_UNAVAILABLE"


@dataclass(slots=True)
class Delivery:
    """What was read of a source, and how far it is read then."""

    translation: Translation = field(default_factory=Translation)
    positions: dict[str, str] = field(default_factory=dict[str, str])
    """New positions, of the parts that moved."""
    is_caught_up: bool = False
    """Whether all that was there is read with it."""
    note: str = ""
    """What it waits for, where it does."""
    problem: str = ""
    """What has to be corrected, where what came was refused as a whole, or nothing came that should have."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return not (self.positions or self.translation.lines or self.translation.refused)


class Feed(Protocol):
    """Reads one source on from its positions. Methods raise ImpactGraphError where it cannot be read."""

    def open(self, positions: Positions) -> None: ...

    def poll(self) -> Delivery:
        """What came next; waits a second or so where nothing did."""
        ...

    def after_commit(self) -> None:
        """What was polled last is durable."""
        ...

    def close(self) -> None: ...
