"""Schedules of processes that share a record, with faults: the first of `python -m tests.simulation`."""

import pytest

from graph_models.time import MINUTE, Millis
from tests.simulation.database import Server
from tests.simulation.process import Process
from tests.simulation.schedule import run_seed
from tests.stores.events import DOCUMENTS, at, of, placed, topology


class NoFaults:
    def before(self, held: frozenset[str]) -> None: ...

    def at_commit(self) -> str:
        return "commit"


class SkewedProcess:
    """A process whose clock is so much ahead of the database's."""

    def __init__(self, server: Server, skew: Millis) -> None:
        self._process = Process(f"{skew}", server, NoFaults(), lambda: server.clock() + skew)
        self._process.start()
        assert self._process.store is not None
        self.store = self._process.store

    def lag(self, *, lags: bool) -> None:
        """Whether it gets nothing that others commit."""
        assert self._process.follower is not None
        self._process.follower.lags = lags

    def project(self) -> None:
        while self.store.graph.update():
            pass


@pytest.mark.parametrize("seed", range(10))
def test_processes_that_crash_and_lag_lose_and_double_nothing(seed: int) -> None:
    run_seed(seed)


def test_a_record_is_in_the_graph_once_where_the_next_process_has_a_clock_that_is_behind() -> None:
    time = at(10)
    server = Server(lambda: time)
    ahead, behind = SkewedProcess(server, 2 * MINUTE), SkewedProcess(server, 0)
    ahead.store.apply_topology(topology(), DOCUMENTS, at(-60))
    ahead.store.ingest([placed("O-1", 0), of("notification.sent", 11, "O-1/1", type="thanks")])
    ahead.project()

    behind.store.ingest([placed("O-2", 5)])
    behind.project()
    time = at(20)
    behind.project()

    assert len(server.state.graph.records) == 1
    assert set(server.state.graph.of("Order")) == {"order:O-1", "order:O-2"}


def test_a_record_is_in_the_graph_once_where_a_process_that_lags_has_an_event_that_waited() -> None:
    time = at(10)
    server = Server(lambda: time)
    current, late = SkewedProcess(server, 0), SkewedProcess(server, 0)
    current.store.apply_topology(topology(), DOCUMENTS, at(-60))
    current.store.ingest([placed("O-1", 0), of("notification.sent", 15, "O-1/1", type="thanks")])
    with late.store.columns():
        late.lag(lags=True)
    current.store.ingest([of("notification.sent", 9, "O-1/1", type="shipped")])
    current.project()

    time = at(20)
    late.project()
    assert len(server.state.graph.records) == 1, "it waits for a process that has everything"
    current.project()

    assert len(server.state.graph.records) == 2
    late.lag(lags=False)
    late.project()
    assert len(server.state.graph.records) == 2
