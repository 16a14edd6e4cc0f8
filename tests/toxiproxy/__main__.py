"""`python -m tests.toxiproxy [ROUNDS] [SEED] [--minutes M]`: a process ingests into Neo4j and another reads,
both over a real Toxiproxy, which does to the network what it can, one thing after another.

Nothing that was acknowledged may be lost, nothing be there twice, no answer be wrong, no call wait for more
than a minute, and both processes must go on by themselves once the network is sound. The exit status is 1
otherwise. It needs Go (the program is built once) and what tests of Neo4j need.
"""

import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from urllib.parse import urlsplit

from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.long_runs import options, trials
from tests.neo4j_jars import installed
from tests.neo4j_server import Neo4jAddress, Neo4jServer
from tests.stores.events import DOCUMENTS, at, topology
from tests.stores.seen import everything
from tests.toxiproxy.processes import Said, Shared, events_of, read, write
from tests.toxiproxy.proxy import Proxy, Toxic, proxy

TOXICS = (
    Toxic("latency", {"latency": 150, "jitter": 100}),
    Toxic("latency", {"latency": 400, "jitter": 0}, "upstream"),
    Toxic("bandwidth", {"rate": 20}),
    Toxic("bandwidth", {"rate": 5}, "upstream"),
    Toxic("slow_close", {"delay": 1_000}),
    Toxic("slow_close", {"delay": 1_000}, "upstream"),
    Toxic("timeout", {"timeout": 0}),
    Toxic("timeout", {"timeout": 0}, "upstream"),
    Toxic("timeout", {"timeout": 300}),
    Toxic("reset_peer", {"timeout": 0}),
    Toxic("reset_peer", {"timeout": 50}, "upstream"),
    *(Toxic("limit_data", {"bytes": size}) for size in (40, 900, 6_000)),
    *(Toxic("limit_data", {"bytes": size}, "upstream") for size in (300, 2_500)),
    Toxic("slicer", {"average_size": 20, "size_variation": 10, "delay": 1_000}),
    "down",
)
"""`down`: the proxy itself is away."""
SICK, SOUND = (1.0, 4.0), 20.0
"""Seconds that the network is sick (a range); after which both must have gone on, once it is sound."""
LONGEST = 60.0
"""Seconds of a call."""


class Run:
    """Counts what the processes say; raises AssertionError for what may not be."""

    def __init__(self, said: "Queue[Said]") -> None:
        self._said = said
        self.counts: Counter[str] = Counter()
        self.longest: dict[str, float] = defaultdict(float)

    def hear(self, seconds: float, until: "set[str] | None" = None) -> None:
        """For so many seconds, or until each of these processes was answered."""
        end, left = time.monotonic() + seconds, set(until or ())
        while (rest := end - time.monotonic()) > 0 and (until is None or left):
            try:
                each = self._said.get(timeout=rest)
            except Empty:
                break
            assert not each.wrong, f"{each.who}: {each.wrong}"
            assert each.seconds < LONGEST, f"{each.who} waited for {each.seconds:.1f} s"
            self.counts[f"{each.who} {each.error or 'answered'}"] += 1
            self.longest[each.who] = max(self.longest[each.who], each.seconds)
            if not each.error:
                left.discard(each.who)
        assert not left, f"{left} did not go on within {seconds:.0f} s"

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {number:,}" for name, number in sorted(self.counts.items()))
        longest = ", ".join(f"{who} {seconds:.1f} s" for who, seconds in sorted(self.longest.items()))
        return f"{counts}; longest calls: {longest}"


def run(rounds: int, first_seed: int, minutes: float) -> None:
    home = Path(tempfile.mkdtemp(prefix="impactgraph-toxiproxy-"))
    server = Neo4jServer(home / "neo4j", installed())
    try:
        server.start()
        parts = urlsplit(server.address.uri)
        with proxy(f"{parts.hostname}:{parts.port}") as way:
            _run(way, server.address, home, (rounds, first_seed, minutes))
    finally:
        server.kill()
        shutil.rmtree(home, ignore_errors=True)


def _run(way: Proxy, behind: Neo4jAddress, home: Path, plan: tuple[int, int, float]) -> None:
    rounds, first_seed, minutes = plan
    _apply_topology(behind, home)
    context = get_context("spawn")
    shared = Shared(context.Value("i", 0), context.Value("i", 0), context.Value("i", 0))
    said: Queue[Said] = context.Queue()
    url = behind._replace(uri=f"bolt://127.0.0.1:{way.port}").url
    processes = [
        context.Process(target=work, args=(url, home / work.__name__, shared, said), daemon=True)
        for work in (write, read)
    ]
    heard = Run(said)
    for each in processes:
        each.start()
    heard.hear(5 * LONGEST, until={"writer", "reader"})
    for number in trials(range(rounds), minutes, lambda: f"{shared.acknowledged.value:,} orders; {heard}"):
        _round(way, heard, random.Random(f"{first_seed} {number}"))
    shared.is_over.value = 1
    for each in processes:
        each.join(LONGEST)
        assert each.exitcode == 0, f"a process ended with {each.exitcode}"
    _compare(behind, home, shared.acknowledged.value, shared.begun.value)


def _round(way: Proxy, heard: Run, chance: random.Random) -> None:
    """Each of the toxics once, in any order."""
    for toxic in chance.sample(TOXICS, len(TOXICS)):
        before = heard.counts.copy()
        if isinstance(toxic, Toxic):
            way.add(toxic)
        else:
            way.down()
        heard.hear(chance.uniform(*SICK))
        way.heal()
        try:
            heard.hear(SOUND + LONGEST, until={"writer", "reader"})
        except AssertionError as error:
            raise AssertionError(f"after {toxic}: {error}") from None
        sys.stdout.write(f"{toxic}: {dict(heard.counts - before)}\n")
        sys.stdout.flush()


def _apply_topology(behind: Neo4jAddress, home: Path) -> None:
    with closing(_opened(behind, home / "first")) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))


def _opened(behind: Neo4jAddress, cache: Path) -> Neo4jStore:
    return Neo4jStore.open(
        read_address(behind.url), now=lambda: at(600), cache=cache, freshness=0, graph=False
    )


def _compare(behind: Neo4jAddress, home: Path, acknowledged: int, begun: int) -> None:
    """A store that never was behind the proxy has what one has that took the same orders once."""
    with closing(_opened(behind, home / "last")) as store:
        found = everything(store)
        totals = store.totals().counts
    count = len(found["orders"])
    assert acknowledged <= count <= begun, f"{acknowledged} acknowledged, {count} there, {begun} begun"
    with closing(EmbeddedStore.in_memory(now=lambda: at(600))) as model:
        model.apply_topology(topology(), DOCUMENTS, at(-60))
        for number in range(count):
            model.ingest(events_of(number))
        assert found == everything(model), "the state is another than that of the same orders, taken once"
        assert totals == model.totals().counts, f"{totals}, not {model.totals().counts}"
    sys.stdout.write(f"{count:,} orders, {acknowledged:,} of them acknowledged: nothing lost or doubled.\n")


if __name__ == "__main__":
    arguments = options(__doc__, "ROUNDS", 5, seed=0).parse_args()
    try:
        run(arguments.count, arguments.seed, arguments.minutes)
    except AssertionError as error:
        sys.stderr.write(f"A promise was broken: {error}\n")
        raise SystemExit(1) from None
