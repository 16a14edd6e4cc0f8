"""Condition of a store, without a look at its orders: for metrics and readiness."""

from dataclasses import dataclass
from typing import Literal

from graph_models.time import Millis


@dataclass(frozen=True, slots=True)
class StoreCondition:
    """Known to the process itself: it can be had while a database cannot be reached."""

    kind: str
    """`folder` or `neo4j`."""
    size: int
    """Bytes on the disk of this process; 0 in memory."""
    quarantined: int
    """Events and documents in the quarantine."""
    lag: Millis | None = None
    """For how long something that other processes wrote may be missing here; None where no other process can
    write.
    """


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """Result of one check of a store.

    `warn` deserves a look, `fail` keeps something from working.
    """

    check: str
    state: Literal["ok", "warn", "fail"]
    detail: str
