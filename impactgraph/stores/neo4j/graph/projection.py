"""Projects the log into the graph: topology versions, changed orders and failures, by the process with the
lease.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from graph_models.time import Millis
from impactgraph.columns import Codes
from impactgraph.stores.local.replica import Replica
from impactgraph.stores.local.waiting import EVER
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.graph import cypher, failures, versions
from impactgraph.stores.neo4j.graph.lease import CONSTRAINT, Lease, LeaseLostError, ProjectionState
from impactgraph.stores.neo4j.graph.migrations import LATEST, migrate
from impactgraph.stores.neo4j.graph.nodes import RECORDS
from impactgraph.stores.neo4j.graph.order_changes import (
    OrderChanges,
    Window,
    order_changes,
    touched_fulfillment_ids,
    touched_orders,
)
from impactgraph.stores.neo4j.graph.orders import places

ORDERS = 2_000
"""Of one transaction: some 12,000 nodes."""
MANY_ORDERS = 20_000
"""From this many on, progress is reported."""
Reading: TypeAlias = Callable[[], AbstractContextManager[Replica]]
Say: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class GraphUpdate:
    """What one turn wrote."""

    orders: int = 0
    versions: int = 0
    failures: bool = False

    def __bool__(self) -> bool:
        return bool(self.orders or self.versions or self.failures)


def _quiet(_: str) -> None: ...


class Projection:
    """One process's part in the projection.

    `reading` gives the process's replica, which does not change while it is open; `holder` identifies the
    process. Orders are written in their present state, so the replica may be ahead of the turn; each record
    is written once.
    """

    def __init__(self, database: Database, reading: Reading, holder: str, say: Say = _quiet) -> None:
        self._database = database
        self._reading = reading
        self._say = say
        self._lease = Lease(database, holder)
        self._is_stopping = False
        self._places_identity = ""
        self._written_places = set[str]()
        """Steps and locations that are in the graph of the log `_places_identity`."""

    def stop(self) -> None:
        """Ends a running turn after its present transaction; no other can be started."""
        self._is_stopping = True

    def update(self, identity: str, now: Millis) -> GraphUpdate | None:
        """Brings the graph up to the replica of the log `identity`; None where another process has the lease.

        Costs one small query where there is nothing to do.

        Raises:
            StoreUnavailableError: the database cannot be reached.
        """
        state = self._lease.state()
        if state is not None and state.identity == identity and not self._is_behind(state, now):
            return GraphUpdate()
        if state is None:
            self._database.command(CONSTRAINT)
        state = self._lease.acquire(identity)
        if state is None:
            return None
        try:
            if state.identity != identity:
                state = self._start_over(identity)
            return self._project(state, now)
        except LeaseLostError:
            return None
        finally:
            self._lease.release()

    def _is_behind(self, state: ProjectionState, now: Millis) -> bool:
        with self._reading() as replica:
            if _lags(replica, state):
                return False
            if state.schema < LATEST or replica.watermark > state.watermark:
                return True
            if _due_events(replica, state, _present(replica, state, now)):
                return True
            if replica.topologies.count > state.topology:
                return True
            fingerprint = failures.fingerprint(replica.failures(None), state.topology, now)
            return fingerprint != state.failures

    def _start_over(self, identity: str) -> ProjectionState:
        """Removes the graph of another log."""
        for statement in cypher.clear():
            self._database.command(statement)
        self._lease.write(
            identity=identity,
            schema=0,
            watermark=0,
            present=0,
            topology=0,
            failures="",
            turnUntil=0,
            lastOrder=-1,
        )
        return ProjectionState(identity)

    def _project(self, state: ProjectionState, now: Millis) -> GraphUpdate:
        with self._reading() as replica:
            if _lags(replica, state):
                return GraphUpdate()
        migrate(self._database)
        version_count = self._project_versions(state)
        has_new_failures = self._project_failures(state, now)
        return GraphUpdate(self._project_orders(state, now), version_count, has_new_failures)

    def _project_versions(self, state: ProjectionState) -> int:
        """Projects each version in turn, so that elements carry the versions that added and retired them."""
        with self._reading() as replica:
            oldest_first = list(reversed(replica.topologies.versions(replica.present)))
            missing = [
                (number, version, replica.topologies.version(version.key))
                for number, version in enumerate(oldest_first, start=1)
                if number > state.topology
            ]
        for number, version, topology in missing:
            for statement in versions.statements(version, number, topology):
                self._lease.write(statement)
            self._lease.write(topology=number)
        return len(missing)

    def _project_orders(self, state: ProjectionState, now: Millis) -> int:
        """Projects the changed orders; a turn that another process began is continued where it ended."""
        turn = state if state.turn_until else self._begin_turn(state, now)
        with self._reading() as replica:
            if not turn.turn_until or replica.watermark < turn.turn_until:
                return 0
            if replica.waiting.horizon < turn.turn_present:
                return 0
            window = Window(turn.watermark, turn.turn_until, turn.present, turn.turn_present)
            numbers = touched_orders(replica, window)
            place_ids = places(replica)
        self._project_places(turn.identity, place_ids)
        remaining = numbers[numbers > turn.turn_done]
        done_count = len(numbers) - len(remaining)
        last_order = turn.last_order
        for batch, changes in self._batches(window, remaining, last_order):
            if self._is_stopping:
                raise LeaseLostError
            done_count += len(batch)
            last_in_batch = int(batch[-1])
            last_order = max(last_order, last_in_batch)
            self._lease.write(*_statements(changes), turnDone=last_in_batch, lastOrder=last_order)
            if len(numbers) > MANY_ORDERS:
                self._say(f"Bringing orders into the graph: {done_count:,} of {len(numbers):,}")
        self._lease.write(watermark=turn.turn_until, present=turn.turn_present, turnUntil=0, turnDone=-1)
        return len(remaining)

    def _begin_turn(self, state: ProjectionState, now: Millis) -> ProjectionState:
        with self._reading() as replica:
            until = replica.watermark
            present = _present(replica, state, now)
            if present < state.present < EVER:  # what lies between would be projected twice
                return state
            if until <= state.watermark and not _due_events(replica, state, present):
                return state
        self._lease.write(turnUntil=until, turnPresent=present, turnDone=-1)
        return replace(state, turn_until=until, turn_present=present, turn_done=-1)

    def _project_places(self, identity: str, ids_by_label: Mapping[str, Sequence[str]]) -> None:
        """Creates steps and locations of orders, whether a topology lists them or not."""
        if self._places_identity != identity:
            self._places_identity = identity
            self._written_places = set[str]()
        missing = {
            label: [identifier for identifier in ids if identifier not in self._written_places]
            for label, ids in ids_by_label.items()
        }
        statements = [(cypher.put_placeholders(label), {"ids": ids}) for label, ids in missing.items() if ids]
        if statements:
            self._lease.write(*statements)
            self._written_places.update(*missing.values())

    def _batches(
        self, window: Window, numbers: Codes, last_order: int
    ) -> Iterator[tuple[Codes, OrderChanges]]:
        """Batches of order numbers with their changes; a thread reads one while the caller writes the one
        before.
        """

        def read(batch: Codes) -> OrderChanges:
            with self._reading() as replica:
                ids = touched_fulfillment_ids(replica, window, batch, last_order)
            missing = self._database.read(cypher.MISSING_FULFILLMENTS, ids=ids) if ids else []
            missing_ids = {row["id"] for row in missing}
            with self._reading() as replica:
                return order_changes(replica, window, batch, last_order, missing_ids)

        with ThreadPoolExecutor(1) as executor:
            pending: tuple[Codes, Future[OrderChanges]] | None = None
            for start in range(0, len(numbers), ORDERS):
                batch = numbers[start : start + ORDERS]
                following = batch, executor.submit(read, batch)
                if pending is not None:
                    yield pending[0], pending[1].result()
                pending = following
            if pending is not None:
                yield pending[0], pending[1].result()

    def _project_failures(self, state: ProjectionState, now: Millis) -> bool:
        with self._reading() as replica:
            all_failures = replica.failures(None)
            versions = replica.topologies.versions(replica.present)
            topology = replica.topologies.version(versions[0].key) if versions else None
        fingerprint = failures.fingerprint(all_failures, len(versions), now)
        if topology is None or fingerprint == state.failures:
            return False
        self._lease.write(*failures.statements(topology, all_failures, now), failures=fingerprint)
        return True


def _lags(replica: Replica, state: ProjectionState) -> bool:
    """Whether the graph has more of the log than the replica, which could only write what is in the graph
    already: records a second time, failures as they were before.
    """
    return replica.watermark < state.watermark


def _present(replica: Replica, state: ProjectionState, now: Millis) -> Millis:
    """The moment up to which the replica has every event. It is before that of the graph where this process's
    clock is behind that of another: the graph then waits for it, or for another process.
    """
    return min(replica.waiting.horizon, now if state.present >= EVER else max(now, state.present))


def _due_events(replica: Replica, state: ProjectionState, present: Millis) -> int:
    """Number of events that the graph lacks as they were ahead of the clock, and whose time has come."""
    return len(replica.record.seqs_between(state.present, present, state.watermark))


def _statements(changes: OrderChanges) -> Iterator[tuple[str, dict[str, Any]]]:
    """Statements that have rows: orders before their fulfillments, these before their records."""
    rows_by_statement = [
        (cypher.create_orders(), changes.created),
        (cypher.update_orders(), changes.orders),
        (cypher.update_fulfillments(), changes.parts),
    ]
    for word, kind in RECORDS.items():
        rows_by_statement.append((cypher.add_records(kind), changes.records.get(word, [])))
    return ((statement, {"rows": rows}) for statement, rows in rows_by_statement if rows)
