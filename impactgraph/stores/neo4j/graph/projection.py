"""The graph follows the log: what was touched since is brought into it, by whichever process has the lease."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from graph_models.time import Millis
from impactgraph.columns import Codes
from impactgraph.stores.local.copy import Copy
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.graph import cypher, failures, versions
from impactgraph.stores.neo4j.graph.migrations import LATEST, migrate
from impactgraph.stores.neo4j.graph.news import News, Window, known_parts, news_of, touched
from impactgraph.stores.neo4j.graph.nodes import RECORDS
from impactgraph.stores.neo4j.graph.orders import places
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

    Of an order the state that it has now is written, so it does not matter how far the copy is ahead; of a record each one once.
    """

    def __init__(self, database: Database, reading: Reading, holder: str, say: Say = _quiet) -> None:
        self._database, self._reading, self._say = database, reading, say
        self._lease = Lease(database, holder)
        self._stopped = False
        self._told_of, self._told = "", set[str]()
        """A log, and places that were seen to be in its graph."""

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
        for statement in cypher.clear():
            self._database.command(statement)
        began = Standing(identity, 0, 0, 0, "")
        self._lease.write(
            identity=identity, schema=0, watermark=0, topology=0, failures="", turnUntil=0, lastOrder=-1
        )
        return began

    def _follow(self, standing: Standing, now: Millis) -> Followed:
        migrate(self._database)
        brought = self._bring_versions(standing)
        news = self._bring_failures(standing, now)
        return Followed(self._bring_orders(standing), brought, news)

    def _bring_versions(self, standing: Standing) -> int:
        """Each version in turn, so that the graph tells what came and went with it."""
        with self._reading() as copy:
            listed = list(reversed(copy.topologies.listed()))
            missing = [
                (number, version, copy.topologies.version(version.key))
                for number, version in enumerate(listed, start=1)
                if number > standing.topology
            ]
        for number, version, topology in missing:
            for statement in versions.statements(version, number, topology):
                self._lease.write(statement)
            self._lease.write(topology=number)
        return len(missing)

    def _bring_orders(self, standing: Standing) -> int:
        """A turn that another process began is gone on with where it ended."""
        turn = standing if standing.turn_until else self._begin_turn(standing)
        with self._reading() as copy:
            if not turn.turn_until or copy.watermark < turn.turn_until:
                return 0
            window = Window(turn.watermark, turn.turn_until)
            numbers, named = touched(copy, window), places(copy)
        self._bring_places(turn.identity, named)
        left = numbers[numbers > turn.turn_done]
        done, last = len(numbers) - len(left), turn.last_order
        for part, news in self._batches(window, left, last):
            if self._stopped:
                raise LostError
            done, last = done + len(part), max(last, int(part[-1]))
            self._lease.write(*_statements(news), turnDone=int(part[-1]), lastOrder=last)
            if len(numbers) > MANY:
                self._say(f"Bringing orders into the graph: {done:,} of {len(numbers):,}")
        self._lease.write(watermark=turn.turn_until, turnUntil=0, turnDone=-1)
        return len(left)

    def _begin_turn(self, standing: Standing) -> Standing:
        with self._reading() as copy:
            until = copy.watermark
        if until <= standing.watermark:
            return standing
        self._lease.write(turnUntil=until, turnDone=-1)
        return replace(standing, turn_until=until, turn_done=-1)

    def _bring_places(self, identity: str, named: Mapping[str, Sequence[str]]) -> None:
        """Steps and locations that orders are at, by label, whether a topology lists them or not."""
        if self._told_of != identity:
            self._told_of, self._told = identity, set[str]()
        strangers = {
            label: [identifier for identifier in ids if identifier not in self._told]
            for label, ids in named.items()
        }
        if any(strangers.values()):
            self._lease.write(
                *((cypher.put_strangers(label), {"ids": ids}) for label, ids in strangers.items() if ids)
            )
            self._told.update(*strangers.values())

    def _batches(self, window: Window, numbers: Codes, last: int) -> Iterator[tuple[Codes, News]]:
        """Numbers of orders with their news; while a batch is written the next is read in another thread."""

        def read(part: Codes) -> News:
            with self._reading() as copy:
                known = known_parts(copy, window, part, last)
            lacking = (
                {row["id"] for row in self._database.read(cypher.LACKING_PARTS, ids=known)}
                if known
                else set[str]()
            )
            with self._reading() as copy:
                return news_of(copy, window, part, last, lacking)

        with ThreadPoolExecutor(1) as other:
            ahead: tuple[Codes, Future[News]] | None = None
            for start in range(0, len(numbers), ORDERS):
                part = numbers[start : start + ORDERS]
                following = part, other.submit(read, part)
                if ahead is not None:
                    yield ahead[0], ahead[1].result()
                ahead = following
            if ahead is not None:
                yield ahead[0], ahead[1].result()

    def _bring_failures(self, standing: Standing, now: Millis) -> bool:
        with self._reading() as copy:
            known, listed = copy.failures(None), copy.topologies.listed()
            topology = copy.topologies.version(listed[0].key) if listed else None
        print_ = failures.fingerprint(known, len(listed), now)
        if topology is None or print_ == standing.failures:
            return False
        self._lease.write(*failures.statements(topology, known, now), failures=print_)
        return True


def _statements(news: News) -> Iterator[tuple[str, dict[str, Any]]]:
    """Those that have something to say; orders before their parts, these before their records."""
    said = [
        (cypher.create_orders(), news.created),
        (cypher.renew_orders(), news.orders),
        (cypher.renew_parts(), news.parts),
    ]
    said += [(cypher.add_records(kind), news.records.get(word, [])) for word, kind in RECORDS.items()]
    return ((statement, {"rows": rows}) for statement, rows in said if rows)
