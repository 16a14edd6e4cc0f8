"""The records watch over a million orders in flight.

Prints what it measured, as processor time beside the clock; no assertion on time.
"""

import sys
from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from impactgraph.columns import Columns
from impactgraph.diagnosis.records import RecordSearch, find_rates, find_records, learn_transports
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.payloads import PayloadsQuestion, find_payload_findings
from impactgraph.usecases.records import RecordsQuestion, list_records
from impactgraph.usecases.snapshot import snapshot
from tests.benchmarks.measuring import measured
from tests.benchmarks.million import NOW


def _floor(columns: Columns) -> None:
    """The least that could be done: the workflow of each record, and a count by workflow, kind and type."""
    r = columns.records
    workflow = columns.fulfillments.workflow[r.fulfillment]
    np.bincount((workflow.astype(np.int64) * 4 + r.kind) * len(columns.dictionaries.types) + r.type)


def test_records_of_a_million_orders(
    benchmark: BenchmarkFixture, store: EmbeddedStore, capsys: pytest.CaptureFixture[str]
) -> None:
    with snapshot(store, None, NOW) as s:
        topology, columns, durations = s.topology, s.columns, s.durations
        transports = learn_transports(topology, columns)
        found = find_records(topology, columns, durations, NOW)
        one = found.rows.row[:1]
        questions: dict[str, Callable[[], object]] = {
            "floor: a count of the records by workflow, kind and type": lambda: _floor(columns),
            f"{len(found):,} findings among {len(columns.records):,} records": lambda: find_records(
                topology, columns, durations, NOW
            ),
            "of one fulfillment": lambda: find_records(
                topology, columns, durations, NOW, RecordSearch(one), transports=transports
            ),
            "unusual hours": lambda: find_rates(columns, NOW),
            "first page, filtered, with likely causes": lambda: list_records(
                store, RecordsQuestion(), NOW, 50
            ),
            "trouble in messages": lambda: find_payload_findings(store, PayloadsQuestion(), NOW),
        }
        figures = {name: measured(work) for name, work in questions.items()}
        benchmark.pedantic(lambda: find_records(topology, columns, durations, NOW), rounds=3)
        size = sum(getattr(columns.records, name).nbytes for name in columns.records.__dataclass_fields__)
    with capsys.disabled():
        for name, (clock, processor) in figures.items():
            sys.stdout.write(f"\n{name}: {clock:,.0f} ms ({processor:,.0f} ms of processor)")
        sys.stdout.write(f"\nrecords in memory: {size / 2**20:,.0f} MiB\n")
