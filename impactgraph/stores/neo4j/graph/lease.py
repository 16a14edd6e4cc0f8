"""State of the graph's projection, on a node of its own, and the lease of the process that updates it.

One process at a time writes the graph: it holds a lease, timed by the database's clock, which each of its
transactions renews. Each transaction locks that node first, so a process that lost its lease to another while
it was suspended cannot write what it had prepared. A lease that ends later than one that begins now was given
before the clock was set back: nobody waits for that.
"""

from dataclasses import dataclass
from typing import Any

from neo4j import ManagedTransaction

from graph_models.time import Millis
from impactgraph.stores.local.waiting import EVER
from impactgraph.stores.neo4j.database import Database, rows

LEASE_SECONDS = 60
LABEL = "Graph"

CONSTRAINT = f"create constraint graph_key if not exists for (n:{LABEL}) require n.key is unique"
_MATCH = f"match (g:{LABEL} {{key: 'graph'}})"
_RETURN_STATE = f"""
return g.identity as identity, g.schema as schema, g.watermark as watermark, g.topology as topology,
  g.failures as failures,
  coalesce(g.present, {EVER}) as present,
  coalesce(g.turnUntil, 0) as turn_until, coalesce(g.turnPresent, {EVER}) as turn_present,
  coalesce(g.turnDone, -1) as turn_done,
  coalesce(
    g.lastOrder, case when g.watermark > 0 or g.turnUntil > 0 then 2147483647 else -1 end
  ) as last_order
"""
_READ = f"{_MATCH} {_RETURN_STATE}"
_ACQUIRE = f"""
merge (g:{LABEL} {{key: 'graph'}})
on create set g.schema = 0, g.watermark = 0, g.topology = 0, g.failures = '', g.identity = $identity
set g.asked = timestamp()
with g where g.holder is null or g.holder = $holder or g.heldUntil < timestamp()
  or g.heldUntil > timestamp() + $lease
set g.holder = $holder, g.heldUntil = timestamp() + $lease
{_RETURN_STATE}
"""
_RENEW = f"""
{_MATCH} set g.asked = timestamp() with g where g.holder = $holder
set g.heldUntil = timestamp() + $lease, g += $changes return g.key as key
"""
_RELEASE = f"{_MATCH} where g.holder = $holder remove g.holder, g.heldUntil"


@dataclass(frozen=True, slots=True)
class ProjectionState:
    """What is projected into the graph so far."""

    identity: str
    """Of the log that is projected."""
    schema: int = 0
    """Number of the last migration."""
    watermark: int = 0
    """Sequence number of the last event projected, with all before it."""
    present: Millis = EVER
    """Moment up to which events are projected; later than all in graphs older than this property."""
    topology: int = 0
    """Number of the last topology version projected, 0: none."""
    failures: str = ""
    """Fingerprint of the failures and impairments projected."""
    turn_until: int = 0
    """Watermark that an unfinished turn leads to; 0: no turn is unfinished."""
    turn_present: Millis = EVER
    """The `present` that an unfinished turn leads to."""
    turn_done: int = -1
    """Number of the last order that the unfinished turn has projected; orders come in ascending order."""
    last_order: int = -1
    """Greatest number of an order ever projected; above all numbers in graphs older than this property."""


class LeaseLostError(Exception):
    """Another process has the lease."""


class Lease:
    """The right of one process to write the graph. `holder` identifies the process."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder

    def state(self) -> ProjectionState | None:
        """None where there is no graph."""
        rows = self._database.read(_READ)
        return ProjectionState(**rows[0]) if rows else None

    def acquire(self, identity: str) -> ProjectionState | None:
        """Takes the lease, and creates the graph's node where there is none; None while another process has
        it.
        """
        rows = self._database.change(
            _ACQUIRE, identity=identity, holder=self._holder, lease=LEASE_SECONDS * 1000
        )
        return ProjectionState(**rows[0]) if rows else None

    def release(self) -> None:
        self._database.change(_RELEASE, holder=self._holder)

    def write(self, *statements: tuple[str, dict[str, Any]], **changes: Any) -> None:
        """Runs the statements in one transaction, with changes of the projection's state.

        Raises:
            LeaseLostError: another process has taken the lease.
        """

        def work(tx: ManagedTransaction) -> None:
            if not rows(tx, _RENEW, holder=self._holder, lease=LEASE_SECONDS * 1000, changes=changes):
                raise LeaseLostError
            for statement, values in statements:
                tx.run(statement, values).consume()  # pyright: ignore[reportArgumentType] - no literal string

        self._database.write(work)
