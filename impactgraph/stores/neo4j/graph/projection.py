"""The graph follows the log: what was touched since is brought into it, by whichever process has the lease."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

from graph_models.time import Millis
from impactgraph.impact.columns import Codes
from impactgraph.stores.local.copy import Copy
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.graph import cypher, failures, versions
from impactgraph.stores.neo4j.graph.migrations import LATEST, migrate
from impactgraph.stores.neo4j.graph.orders import order_rows, places, touched
from impactgraph.stores.neo4j.graph.standing import CONSTRAINT, Lease, LostError, Standing

ORDERS = 2_000
"""Of one transaction: some 12,000 nodes."""
MANY = 20_000
"""Orders from which on it is told how far it is."""
Reading: TypeAlias = Callable[[], AbstractContextManager[Copy]]
Say: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Followed:
    """What was done in one turn."""

    orders: int = 0
    versions: int = 0
    failures: bool = False

    def __bool__(self) -> bool:
        return bool(self.orders or self.versions or self.failures)


def _quiet(_: str) -> None: ...


class Projection:
    """One process's part in it. `reading` gives its copy of the log, not changed while it is open; `holder` tells processes apart.

    What is written is the state that an order has now, so it does not matter how far the copy is ahead, nor whether it is written twice.
    """

    def __init__(self, database: Database, reading: Reading, holder: str, say: Say = _quiet) -> None:
        self._database, self._reading, self._say = database, reading, say
        self._lease = Lease(database, holder)
        self._stopped = False
        self._told = set[str]()
        """Places that were seen to be in the graph."""

    def stop(self) -> None:
        """Ends a turn that is going on after its present transaction; there is no other."""
        self._stopped = True

    def follow(self, identity: str, now: Millis) -> Followed | None:
        """Brings the graph to where the copy of the log `identity` is; None where another process is at it.

        Costs one small query where there is nothing to do. Raises StoreUnavailableError where the database cannot be reached.
        """
        standing = self._lease.standing()
        if standing is not None and standing.identity == identity and not self._behind(standing, now):
            return Followed()
        if standing is None:
            self._told.clear()
            self._database.command(CONSTRAINT)
        standing = self._lease.take(identity)
        if standing is None:
            return None
        try:
            if standing.identity != identity:
                standing = self._begin_anew(identity)
            return self._follow(standing, now)
        except LostError:
            return None
        finally:
            self._lease.let_go()

    def _behind(self, standing: Standing, now: Millis) -> bool:
        with self._reading() as copy:
            known = standing.schema, standing.watermark, standing.topology
            ahead = known[0] < LATEST or copy.watermark > known[1] or len(copy.topologies.listed()) > known[2]
            return ahead or failures.fingerprint(copy.failures(None), known[2], now) != standing.failures

    def _begin_anew(self, identity: str) -> Standing:
        """The graph of another log goes."""
        self._told.clear()
        for statement in cypher.clear():
            self._database.command(statement)
        began = Standing(identity, 0, 0, 0, "")
        self._lease.write(identity=identity, schema=0, watermark=0, topology=0, failures="")
        return began

    def _follow(self, standing: Standing, now: Millis) -> Followed:
        migrate(self._database)
        brought = self._bring_versions(standing)
        orders = self._bring_orders(standing)
        return Followed(orders, brought, self._bring_failures(standing, now))

    def _bring_versions(self, standing: Standing) -> int:
        """Each version in turn, so that the graph tells what came and went with it."""
        with self._reading() as copy:
            listed = list(reversed(copy.topologies.listed()))
            missing = [(number, version, copy.topologies.version(version.key)) for number, version in enumerate(listed, start=1) if number > standing.topology]
        for number, version, topology in missing:
            for statement in versions.statements(version, number, topology):
                self._lease.write(statement)
            self._lease.write(topology=number)
        return len(missing)

    def _bring_orders(self, standing: Standing) -> int:
        with self._reading() as copy:
            until = copy.watermark
            numbers = touched(copy, standing.watermark, until)
            named = places(copy)
        if until <= standing.watermark:
            return 0
        new = not standing.watermark and not self._database.read(cypher.ANY_ORDER)
        statement = cypher.create_orders() if new else cypher.renew_orders()
        strangers = {label: [identifier for identifier in ids if identifier not in self._told] for label, ids in named.items()}
        self._lease.write(*((cypher.put_strangers(label), {"ids": ids}) for label, ids in strangers.items() if ids))
        self._told.update(*strangers.values())
        for start in range(0, len(numbers), ORDERS):
            if self._stopped:
                raise LostError
            self._lease.write((statement, {"rows": self._rows(numbers[start : start + ORDERS])}))
            if len(numbers) > MANY:
                self._say(f"Bringing orders into the graph: {min(start + ORDERS, len(numbers)):,} of {len(numbers):,}")
        self._lease.write(watermark=until)
        return len(numbers)

    def _rows(self, numbers: Codes) -> list[dict[str, object]]:
        with self._reading() as copy:
            return order_rows(copy, numbers)

    def _bring_failures(self, standing: Standing, now: Millis) -> bool:
        with self._reading() as copy:
            known, listed = copy.failures(None), copy.topologies.listed()
            topology = copy.topologies.version(listed[0].key) if listed else None
        print_ = failures.fingerprint(known, len(listed), now)
        if topology is None or print_ == standing.failures:
            return False
        self._lease.write(*failures.statements(topology, known, now), failures=print_)
        return True
