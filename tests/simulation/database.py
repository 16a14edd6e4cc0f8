"""A database that understands the statements of the store: transactions, locks and commits, with the faults
that a schedule asks for.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.waiting import EVER
from impactgraph.stores.neo4j import log
from impactgraph.stores.neo4j.database import CommitUnknownError
from impactgraph.stores.neo4j.graph import cypher, lease, migrations
from tests.simulation.graph import HANDLERS, SimulatedGraph

T = TypeVar("T")
Row = dict[str, Any]
_IGNORED = {*log.CONSTRAINTS, lease.CONSTRAINT}
_LAST_ORDER = 2_147_483_647


class Faults(Protocol):
    """What a schedule decides at each call of the database."""

    def before(self, held: frozenset[str]) -> None:
        """Called before each statement, with the locks that are held: other processes may act in it. Raises
        StoreUnavailableError where the connection breaks, Crash where the process dies.
        """
        ...

    def at_commit(self) -> str:
        """ "commit", "again" (a transient error), "refused" (not committed, and said so), "lost" (not
        committed, the answer is lost), "unheard" (committed, the answer is lost).
        """
        ...


class NoFaults:
    def before(self, held: frozenset[str]) -> None: ...

    def at_commit(self) -> str:
        return "commit"


@dataclass
class State:
    """What is committed."""

    log: Row | None = None
    blocks: dict[int, Row] = field(default_factory=dict[int, Row])
    keeper: Row | None = None
    """The node with the state of the projection."""
    graph: SimulatedGraph = field(default_factory=SimulatedGraph)

    def copy(self) -> "State":
        """For one transaction; blocks do not change."""
        return State(
            dict(self.log) if self.log else None,
            dict(self.blocks),
            dict(self.keeper) if self.keeper else None,
            self.graph.copy(),
        )


class Server:
    """The database that all processes share. `clock` is its own, in milliseconds."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.state = State()
        self.clock = clock
        self.locks: set[str] = set()
        self.blocks_by: Counter[str] = Counter()
        """How many blocks each process has committed."""

    def without_graph(self) -> "Server":
        """Another one with the same log."""
        server = Server(self.clock)
        server.state = replace(self.state.copy(), keeper=None, graph=SimulatedGraph())
        return server


class LockedError(AssertionError):
    """A process of the schedule would wait for another one: the schedule must not let it act then."""


class Result(list[Row]):
    def consume(self) -> None: ...


class Transaction:
    """One transaction: reads what is committed and what it wrote itself."""

    def __init__(self, server: Server, faults: Faults, owner: str) -> None:
        self._server = server
        self._owner = owner
        self._faults = faults
        self._held: set[str] = set()
        self._writes: list[tuple[str, Mapping[str, Any]]] = []

    def run(self, query: str, values: Mapping[str, Any] | None = None) -> Result:
        self._faults.before(frozenset(self._server.locks))
        values = values or {}
        if lock := _LOCKS.get(query):
            if lock in self._server.locks and lock not in self._held:
                raise LockedError(lock)
            self._server.locks.add(lock)
            self._held.add(lock)
        state = self._server.state
        if self._writes or query not in _READS:
            state = state.copy()
            for each in self._writes:
                _execute(state, self._server, *each)
        result = _execute(state, self._server, query, values)
        if query not in _READS:
            self._writes.append((query, values))
        return Result(dict(row) for row in result)

    def commit(self) -> None:
        blocks = len(self._server.state.blocks)
        state = self._server.state.copy()
        for each in self._writes:
            _execute(state, self._server, *each)
        self._server.state = state
        self._server.blocks_by[self._owner] += len(state.blocks) - blocks

    def end(self) -> None:
        self._server.locks -= self._held


class SimulatedDatabase:
    """One process's connection; has the methods of `impactgraph.stores.neo4j.database.Database`."""

    address = "neo4j://simulated"

    def __init__(self, server: Server, faults: Faults, owner: str) -> None:
        self.server = server
        self.faults = faults
        self.owner = owner

    def read(self, query: str, **values: Any) -> list[Row]:
        transaction = Transaction(self.server, self.faults, self.owner)
        try:
            return list(transaction.run(query, values))
        finally:
            transaction.end()

    def read_once(self, query: str, **values: Any) -> list[Row]:
        try:
            return self.read(query, **values)
        except StoreUnavailableError:
            return self.read(query, **values)

    def stream(self, query: str, **values: Any) -> Iterator[Row]:
        for row in self.read(query, **values):
            yield row
            self.faults.before(frozenset(self.server.locks))

    def write(self, work: Callable[[Any], T]) -> T:
        while True:
            transaction = Transaction(self.server, self.faults, self.owner)
            try:
                result = work(transaction)
                outcome = self.faults.at_commit()
                if outcome in ("commit", "unheard"):
                    transaction.commit()
            finally:
                transaction.end()
            match outcome:
                case "commit":
                    return result
                case "again":
                    continue
                case "refused":
                    raise StoreUnavailableError("The database has stopped.")
                case _:
                    raise CommitUnknownError("The connection broke while a change was committed.")

    def change(self, query: str, **values: Any) -> list[Row]:
        return self.write(lambda tx: list(tx.run(query, values)))

    def command(self, query: str, **values: Any) -> list[Row]:
        return self.change(query, **values)

    def close(self) -> None: ...


def _execute(state: State, server: Server, query: str, values: Mapping[str, Any]) -> Sequence[Row]:
    if query in _IGNORED:
        return []
    if own := _OWN.get(query):
        return own(state, server, values)
    return HANDLERS[query](state.graph, values)


# The log


def _end(state: State, _: Server, __: Mapping[str, Any]) -> Sequence[Row]:
    return [state.log] if state.log else []


def _set_up(state: State, _: Server, values: Mapping[str, Any]) -> Sequence[Row]:
    state.log = state.log or {**values, "block": 0, "last": 0, "token": ""}
    return []


def _blocks(state: State, _: Server, values: Mapping[str, Any]) -> Sequence[Row]:
    numbers = range(values["after"] + 1, values["until"] + 1)
    return [state.blocks[number] for number in numbers if number in state.blocks]


def _block(state: State, _: Server, values: Mapping[str, Any]) -> Sequence[Row]:
    return [state.blocks[values["number"]]] if values["number"] in state.blocks else []


def _append(state: State, _: Server, values: Mapping[str, Any]) -> Sequence[Row]:
    assert state.log is not None and values["number"] not in state.blocks
    state.blocks[values["number"]] = dict(values)
    state.log |= {"block": values["number"]} | {name: values[name] for name in ("last", "token", "format")}
    return []


def _lock(*_: Any) -> Sequence[Row]:
    return []


# The keeper of the graph


def _keeper(state: State, *_: Any) -> Sequence[Row]:
    keeper = state.keeper
    if keeper is None:
        return []
    has_begun = keeper["watermark"] > 0 or keeper.get("turnUntil", 0) > 0
    names = ("identity", "schema", "watermark", "topology", "failures")
    return [
        {name: keeper[name] for name in names}
        | {
            "present": keeper.get("present", EVER),
            "turn_until": keeper.get("turnUntil", 0),
            "turn_present": keeper.get("turnPresent", EVER),
            "turn_done": keeper.get("turnDone", -1),
            "last_order": keeper.get("lastOrder", _LAST_ORDER if has_begun else -1),
        }
    ]


def _acquire(state: State, server: Server, values: Mapping[str, Any]) -> Sequence[Row]:
    empty = {"schema": 0, "watermark": 0, "topology": 0, "failures": "", "identity": values["identity"]}
    keeper = state.keeper = state.keeper or empty
    if keeper.get("holder") not in (None, values["holder"]) and keeper["heldUntil"] >= server.clock():
        return []
    keeper |= {"holder": values["holder"], "heldUntil": server.clock() + values["lease"]}
    return _keeper(state)


def _renew(state: State, server: Server, values: Mapping[str, Any]) -> Sequence[Row]:
    if state.keeper is None or state.keeper.get("holder") != values["holder"]:
        return []
    state.keeper |= {"heldUntil": server.clock() + values["lease"]} | values["changes"]
    return [{"key": "graph"}]


def _release(state: State, _: Server, values: Mapping[str, Any]) -> Sequence[Row]:
    if state.keeper is not None and state.keeper.get("holder") == values["holder"]:
        del state.keeper["holder"], state.keeper["heldUntil"]
    return []


def _schema(state: State, *_: Any) -> Sequence[Row]:
    return [{"schema": state.keeper["schema"]}] if state.keeper else []


def _set_schema(state: State, _: Server, values: Mapping[str, Any]) -> Sequence[Row]:
    if state.keeper and state.keeper["schema"] < values["number"]:
        state.keeper["schema"] = values["number"]
    return []


_HOLDS = "match (b:Block {number: $number}) return b.token as token"
_OWN: dict[str, Callable[[State, Server, Mapping[str, Any]], Sequence[Row]]] = {
    log._END: _end,
    log._SET_UP: _set_up,
    log._LOCK: _lock,
    log._BLOCKS: _blocks,
    log._APPEND: _append,
    _HOLDS: _block,
    lease._READ: _keeper,
    lease._ACQUIRE: _acquire,
    lease._RENEW: _renew,
    lease._RELEASE: _release,
    migrations._READ_SCHEMA: _schema,
    migrations._SET_SCHEMA: _set_schema,
}
_READS = {
    log._END,
    log._BLOCKS,
    _HOLDS,
    lease._READ,
    migrations._READ_SCHEMA,
    cypher.MISSING_FULFILLMENTS,
}
_LOCKS = {log._LOCK: "log", lease._ACQUIRE: "graph", lease._RENEW: "graph", lease._RELEASE: "graph"}
