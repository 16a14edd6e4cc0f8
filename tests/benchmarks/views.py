"""`python -m tests.benchmarks.views`: a wide blast radius with a row filter beside one without.

The store is that of `million.py`, kept in IMPACTGRAPH_BENCH_STORE with IMPACTGRAPH_BENCH_ORDERS orders.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, process_time
from uuid import uuid4

from graph_models.access import RowFilter, View
from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.time import HOUR, MINUTE, Millis, moment
from impactgraph.bootstrap import suit_process
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.blast_radius import blast_radius
from tests.benchmarks.million import NOW, built

_HEAD = {"specversion": "1.0", "source": "/bench", "type": "fulfillment.failed"}
_ROUNDS = 5
_AT: Millis = NOW + 5 * MINUTE
"""The moment of the questions: within a quarter of an hour, so that new events change no baseline."""


def _wide(started: Millis) -> Question:
    failure = Failure("F", "system:broker", FailureClass.OUTAGE, started, expected_end=NOW + HOUR)
    return Question(suppose=(failure,))


@contextmanager
def _measured(what: str) -> Iterator[list[str]]:
    """Prints elapsed and CPU time, with the texts that are put into the list."""
    texts: list[str] = []
    wall, cpu = perf_counter(), process_time()
    yield texts
    wall, cpu = perf_counter() - wall, process_time() - cpu
    sys.stdout.write(f"{what}: {wall * 1000:.0f} ms, CPU {cpu * 1000:.0f} ms {' '.join(texts)}\n")
    sys.stdout.flush()


def _ask(store: Store, what: str, number: int) -> None:
    with _measured(what) as texts, blast_radius(store, _wide(NOW - HOUR - number * 1000), _AT) as answer:
        texts.append(f"({answer.totals.orders:,} orders)")


def _region_of_most(store: Store) -> str:
    with store.columns() as columns:
        codes = columns.orders.region
        return max(
            columns.dictionaries.regions.values[1:],
            key=lambda name: (codes == columns.dictionaries.regions.find(name)).sum(),
        )


def _fail(store: Store, whose: Store, number: int, *, without: Store | None = None) -> None:
    """An error of some order of `whose`, that `without` does not show."""
    with whose.columns() as columns:
        f, workflows = columns.fulfillments, columns.dictionaries.workflows
        rows = [row for row in range(len(f) - 2_000, len(f)) if f.step[row] >= 0]
        places = [
            (
                str(f.ids[row]),
                str(columns.orders.ids[f.order[row]]),
                workflows[f.workflow[row]].steps[f.step[row]],
            )
            for row in rows[number:]
        ]
    for key, order, step in places:
        if without is None or order not in without.orders([order]):
            data = {"order": order, "fulfillment": key, "step": step, "code": "E", "message": "bench"}
            event = _HEAD | {"id": str(uuid4()), "time": moment(_AT - MINUTE).isoformat(), "data": data}
            result = store.ingest([json.dumps(event).encode()])
            assert result.accepted_count, result
            return


def run() -> None:
    suit_process()
    store = EmbeddedStore.open(built(), now=lambda: _AT)
    _ask(store, "no filter, first", 0)
    for number in range(1, _ROUNDS):
        _ask(store, "no filter, next", number)
    view = store.view(View(RowFilter(regions=(_region_of_most(store),))))
    with _measured("filter, its state is cut down"), view.columns() as columns:
        shown = len(columns.orders)
    sys.stdout.write(f"{shown:,} orders are visible\n")
    _ask(view, "filter, first", _ROUNDS)
    for number in range(_ROUNDS + 1, 2 * _ROUNDS):
        _ask(view, "filter, next", number)
    for number in range(2 * _ROUNDS, 3 * _ROUNDS):
        _fail(store, store, number, without=view)
        _ask(view, "filter, after an event of a hidden order", number)
    for number in range(3 * _ROUNDS, 4 * _ROUNDS):
        _fail(store, view, number)
        _ask(view, "filter, after an event of a visible order", number)
    store.close()


if __name__ == "__main__":
    run()
