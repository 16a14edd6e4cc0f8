"""How far the graph has followed the log, on a node of its own, and which process is at work on it.

One process at a time writes the graph: it holds a lease, by the database's clock, which every transaction of its renews. Each takes that node's lock first,
so a process that was away for longer than its lease, and lost it to another, cannot write what it had in mind.
"""

from dataclasses import dataclass
from typing import Any

from neo4j import ManagedTransaction

from impactgraph.stores.neo4j.database import Database, rows

LEASE_SECONDS = 60
LABEL = "Graph"

CONSTRAINT = f"create constraint graph_key if not exists for (n:{LABEL}) require n.key is unique"
_MATCH = f"match (g:{LABEL} {{key: 'graph'}})"
_GIVE = """
return g.identity as identity, g.schema as schema, g.watermark as watermark, g.topology as topology, g.failures as failures,
  coalesce(g.turnUntil, 0) as turn_until, coalesce(g.turnDone, -1) as turn_done,
  coalesce(g.lastOrder, case when g.watermark > 0 or g.turnUntil > 0 then 2147483647 else -1 end) as last_order
"""
_READ = f"{_MATCH} {_GIVE}"
_TAKE = f"""
merge (g:{LABEL} {{key: 'graph'}})
on create set g.schema = 0, g.watermark = 0, g.topology = 0, g.failures = '', g.identity = $identity
set g.asked = timestamp()
with g where g.holder is null or g.holder = $holder or g.heldUntil < timestamp()
set g.holder = $holder, g.heldUntil = timestamp() + $lease
{_GIVE}
"""
_HOLD = f"{_MATCH} set g.asked = timestamp() with g where g.holder = $holder set g.heldUntil = timestamp() + $lease, g += $changes return g.key as key"
_LET_GO = f"{_MATCH} where g.holder = $holder remove g.holder, g.heldUntil"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the graph shows."""

    identity: str
    """Of the log that it follows."""
    schema: int
    """Number of the last migration."""
    watermark: int
    """Sequence number of the last event that is in it, with all before."""
    topology: int
    """Number of the last version of the topology, 0 where there is none."""
    failures: str
    """Fingerprint of what was written of failures."""
    turn_until: int = 0
    """Of a turn that has begun and not ended: the watermark that it leads to. 0: there is none."""
    turn_done: int = -1
    """Of such a turn: number of the last order that it has brought in, in ascending order."""
    last_order: int = -1
    """Greatest number of an order that was ever brought in; beyond all of them where the graph was begun before that was kept."""


class LostError(Exception):
    """Another process has the lease."""


class Lease:
    """The right of one process to write the graph. `holder` tells processes apart."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database, self._holder = database, holder

    def standing(self) -> Standing | None:
        """None where there is no graph."""
        found = self._database.read(_READ)
        return Standing(**found[0]) if found else None

    def take(self, identity: str) -> Standing | None:
        """None while another process has it. A graph is begun where there is none."""
        found = self._database.change(
            _TAKE, identity=identity, holder=self._holder, lease=LEASE_SECONDS * 1000
        )
        return Standing(**found[0]) if found else None

    def let_go(self) -> None:
        self._database.change(_LET_GO, holder=self._holder)

    def write(self, *statements: tuple[str, dict[str, Any]], **changes: Any) -> None:
        """The statements in one transaction, with changes of the standing. Raises LostError where the lease was lost."""

        def work(tx: ManagedTransaction) -> None:
            if not rows(tx, _HOLD, holder=self._holder, lease=LEASE_SECONDS * 1000, changes=changes):
                raise LostError
            for statement, values in statements:
                tx.run(statement, values).consume()  # pyright: ignore[reportArgumentType] - made from the declarations

        self._database.write(work)
