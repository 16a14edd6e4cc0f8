"""Learns the baselines while a server starts, so that the first question need not wait for them."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import structlog

from graph_models.time import Millis
from impactgraph.errors import ImpactGraphError
from impactgraph.ports.store import Store
from impactgraph.usecases.snapshot import snapshot

log = structlog.get_logger("impactgraph.usecases")


@contextmanager
def learning_ahead(store: Store, now: Callable[[], Millis]) -> Generator[None]:
    """Learns in a thread of its own; leaving the context waits for it, since a store must not be closed under
    it.
    """
    thread = threading.Thread(target=_try_to_learn, args=(store, now), name="learning", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def learn(store: Store, now: Millis) -> None:
    """Learns what the questions of this quarter of an hour need; before a topology is applied, nothing.

    Costs 1.4 s of CPU time with a million orders. A question that needs it meanwhile waits for it.
    """
    with snapshot(store, None, now) as s:
        if s.topology.version:
            _ = s.graph, s.column_index, s.forecast_baseline, s.diagnosis_baseline


def _try_to_learn(store: Store, now: Callable[[], Millis]) -> None:
    try:
        learn(store, now())
    except ImpactGraphError as error:  # the first question tells it to whom it asks
        log.warning("what is usual could not be learned ahead", reason=str(error))
    except Exception as error:
        log.error("what is usual could not be learned ahead", exc_info=error)
