"""One schedule: processes that write, read, lag, crash and restart in an order that a seed decides.

A process acts inside a call that another one makes of the database, as long as it would not have to wait for
a lock; so their actions interleave, in one thread and always in the same way for a seed.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from graph_models.time import HOUR, MINUTE
from impactgraph.errors import BadInputError, StoreUnavailableError
from impactgraph.ports.ingest import IngestedFile
from impactgraph.ports.sources import PositionMovedError, SourceBatch
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.simulation.database import Server
from tests.simulation.events import Lines
from tests.simulation.model import Content, Model, content_of
from tests.simulation.process import Crash, Process
from tests.stores.events import DOCUMENTS, MORE, at, topology

SOURCE = "shop"
PROCESSES = 3
STEPS = 24
DEEPEST = 2
"""How many processes act inside a call of one another."""


@dataclass
class Rates:
    """How likely each fault is at one call; a schedule draws its own."""

    breaks: float
    dies: float
    commit: float
    interleaves: float

    @staticmethod
    def drawn(random: Random) -> "Rates":
        calm = random.random() < 0.2
        return Rates(
            breaks=0 if calm else random.choice((0, 0.01, 0.05)),
            dies=0 if calm else random.choice((0, 0.003, 0.02)),
            commit=0 if calm else random.choice((0, 0.05, 0.2)),
            interleaves=random.choice((0, 0.05, 0.2)),
        )


class Schedule:
    """Runs the processes of one seed. Raises AssertionError where a promise of the store is broken."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = Random(seed)
        self.rates = Rates.drawn(self.random)
        self.time = at(0)
        self.server = Server(lambda: self.time)
        self.model = Model()
        self.lines = Lines(self.random)
        self.trace: list[str] = []
        self._active: list[Process] = []
        """Those that are in the middle of an action, the outermost first."""
        self._outcomes: dict[str, str] = {}
        """By process: what became of its latest commit."""
        self._is_healed = True
        self.processes = [self._process(number, folder) for number in range(PROCESSES)]

    def _process(self, number: int, folder: Path) -> Process:
        skew = self.random.choice((0, 0, 2 * MINUTE, -2 * MINUTE))
        disk = folder / f"disk-{number}" if self.random.random() < 0.3 else None

        def now() -> int:
            return self.time if self._is_healed else self.time + skew

        return Process(f"P{number}", self.server, self, now, disk=disk, dies=self._dies)

    # ---- faults, as `Faults` asks for them

    def before(self, held: frozenset[str]) -> None:
        if self._is_healed or not self._active:
            return
        if self._dies():
            raise Crash
        if self._happens(self.rates.breaks):
            raise StoreUnavailableError("The connection broke.")
        if len(self._active) < DEEPEST and self._happens(self.rates.interleaves):
            self._act_inside(held)

    def at_commit(self) -> str:
        if self._is_healed or not self._happens(self.rates.commit):
            outcome = "commit"
        else:
            outcome = self.random.choice(("again", "refused", "lost", "unheard"))
        if self._active:
            self._outcomes[self._active[-1].name] = outcome
        return outcome

    def _dies(self) -> bool:
        return not self._is_healed and self._happens(self.rates.dies)

    def _happens(self, rate: float) -> bool:
        return rate > 0 and self.random.random() < rate

    def _act_inside(self, held: frozenset[str]) -> None:
        idle = [each for each in self.processes if each not in self._active]
        process = self.random.choice(idle)
        actions: list[Callable[[Process], None]] = [self._read]
        if "log" not in held:
            actions += [self._ingest, self._ingest, self._ingest_source, self._replay]
        if "graph" not in held:
            actions.append(self._keep_graph)
        self._act(process, self.random.choice(actions))

    # ---- the schedule

    def run(self) -> None:
        self.processes[0].start()
        assert self.processes[0].store is not None
        self.processes[0].store.apply_topology(topology(), DOCUMENTS, at(-60))
        self._is_healed = False
        for _ in range(STEPS):
            process = self.random.choice(self.processes)
            self._act(process, self._drawn_action())
            self.time += self.random.choice((0, 1_000, 10_000, MINUTE, 2 * MINUTE))
        self._heal()

    def _drawn_action(self) -> Callable[[Process], None]:
        actions = {
            self._ingest: 10,
            self._read: 5,
            self._keep_graph: 4,
            self._ingest_source: 3,
            self._resend: 3,
            self._ingest_files: 2,
            self._undo: 1,
            self._apply: 2,
            self._replay: 1,
            self._lag: 1,
            self._stop: 1,
            self._kill: 1,
        }
        return self.random.choices(list(actions), list(actions.values()))[0]

    def _act(self, process: Process, action: Callable[[Process], None]) -> None:
        """The action, after a start where the process is down; its death ends it."""
        self._active.append(process)
        self.trace.append(f"{'  ' * len(self._active)}{process.name} {action.__name__.strip('_')}")
        try:
            if not process.is_up:
                process.start()
            action(process)
        except Crash:
            self.trace.append(f"{'  ' * len(self._active)}{process.name} dies")
            process.die()
        except StoreUnavailableError as error:
            self.trace.append(f"{'  ' * len(self._active)}{process.name}: {error}")
        finally:
            self._active.pop()

    # ---- actions

    def _ingest(self, process: Process) -> None:
        self._send(process, self.lines.batch(self.time))

    def _resend(self, process: Process) -> None:
        """What was sent before is sent again, to any process, as a client does that got no answer."""
        self._send(process, self.lines.again())

    def _send(self, process: Process, lines: Sequence[bytes], ingest: int = 0) -> None:
        assert process.store is not None
        with self._noting(process, lambda: self.model.bring(lines, ingest)):
            process.store.ingest(lines, ingest=ingest)

    @contextmanager
    def _noting(self, process: Process, note: Callable[[], None]) -> Generator[None]:
        """Notes in the model what a process did: where it returned, or where its block was committed although
        it did not return.
        """
        before = self.server.blocks_by[process.name]
        try:
            yield
        except (StoreUnavailableError, Crash) as error:
            if self.server.blocks_by[process.name] > before:
                note()
            has_come_through = self._outcomes.get(process.name) in ("commit", "unheard")
            assert not (has_come_through and "did not come through" in str(error)), "it did come through"
            raise
        note()

    def _ingest_source(self, process: Process) -> None:
        """Reads on in a source that all processes follow."""
        assert process.store is not None
        progress = process.store.source_progress().get(SOURCE)
        position = int(progress.positions["all"]) if progress else 0
        lines = self.lines.of_source(position, self.time)
        batch = SourceBatch(
            SOURCE, {"all": str(position + len(lines))}, {"all": str(position)} if progress else {}
        )
        with suppress(PositionMovedError), self._noting(process, lambda: self._read_on(position, lines)):
            process.store.ingest_source(batch, lines)

    def _read_on(self, position: int, lines: Sequence[bytes]) -> None:
        assert position == self.model.position, "a part of the source was read twice, or passed over"
        self.model.position += len(lines)
        self.model.bring(lines, 0)

    def _ingest_files(self, process: Process) -> None:
        assert process.store is not None
        number = process.store.begin_ingest([IngestedFile("orders.ndjson")], self.time)
        self._send(process, [*self.lines.batch(self.time), *self.lines.again()], number)
        self.model.finished.append(number)
        process.store.end_ingest(number, {"files": 1}, self.time)

    def _undo(self, process: Process) -> None:
        assert process.store is not None
        if not self.model.finished:
            return
        number = self.random.choice(self.model.finished)
        with suppress(BadInputError), self._noting(process, lambda: self.model.take_back(number)):
            process.store.undo_ingest(number, self.time)

    def _apply(self, process: Process) -> None:
        assert process.store is not None
        with self._noting(process, self.model.apply):
            process.store.apply_topology(topology(MORE), MORE, self.time)

    def _replay(self, process: Process) -> None:
        assert process.store is not None
        process.store.replay_quarantined()

    def _read(self, process: Process) -> None:
        """An answer has all that was committed before the question, and all that an earlier one had."""
        assert process.store is not None and process.follower is not None
        committed = self._last()
        with process.store.columns() as columns:
            watermark = columns.watermark
        assert watermark >= process.seen, "an answer has less than an earlier one"
        assert watermark <= self._last(), "an answer has what nobody committed"
        if not process.follower.lags:
            assert watermark >= committed, "an answer lacks what was committed"
        process.seen = watermark

    def _last(self) -> int:
        log = self.server.state.log
        return log["last"] if log else 0

    def _keep_graph(self, process: Process) -> None:
        assert process.store is not None
        process.store.graph.update()

    def _lag(self, process: Process) -> None:
        assert process.follower is not None
        process.follower.lags = not process.follower.lags

    def _stop(self, process: Process) -> None:
        process.stop()

    def _kill(self, process: Process) -> None:
        raise Crash

    # ---- the end

    def _heal(self) -> None:
        """All is well again, and time goes by: all processes must agree with the model."""
        self._is_healed = True
        self.time += 3 * HOUR
        for process in self.processes:
            if not process.is_up:
                process.start()
            assert process.follower is not None
            process.follower.lags = False
        stores = [process.store for process in self.processes if process.store is not None]
        stores[0].replay_quarantined()
        expected = self.model.content(self.time)
        for process, store in zip(self.processes, stores, strict=True):
            assert content_of(store) == expected, f"{process.name} differs from the model"
        self._check_restart(expected)
        self._check_graph(stores[0])
        for process in self.processes:
            process.stop()

    def _check_restart(self, expected: Content) -> None:
        """A process without a disk builds the same from the log."""
        process = Process("new", self.server, self, lambda: self.time)
        process.start()
        assert process.store is not None
        assert content_of(process.store) == expected, "a new process differs from the model"
        process.stop()

    def _check_graph(self, store: Neo4jStore) -> None:
        """The graph is the one that would be made of the log at once."""
        while store.graph.update():
            pass
        server = self.server.without_graph()
        process = Process("new", server, self, lambda: self.time)
        process.start()
        assert process.store is not None
        while process.store.graph.update():
            pass
        process.stop()
        kept, made = self.server.state.graph.content(), server.state.graph.content()
        for name, content in made.items():
            assert kept[name] == content, f"{name} of the graph differ from those made of the log at once"


def run_seed(seed: int) -> None:
    """Raises AssertionError with the trace of the schedule where a promise is broken."""
    with TemporaryDirectory(prefix="simulation-") as folder:
        schedule = Schedule(seed, Path(folder))
        try:
            schedule.run()
        except BaseException as error:
            trace = "\n".join(schedule.trace)
            raise AssertionError(f"seed {seed}: {error!r}\n{trace}") from error
