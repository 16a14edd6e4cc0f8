"""Load of a queue, from visits drawn by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.time import HOUR, MINUTE
from impactgraph.columns import Dictionaries, Visits, WorkflowDictionary
from impactgraph.forecast.queue_load import QueueLoad
from impactgraph.topology.load import check_documents

TOPOLOGY = """
impactgraph: 1
systems: {oms: {}, wms: {}}
integrations:
  releases: {from: oms, to: wms, transport: queue, buffer: {capacity: 1000, rate: 2/min}}
workflows:
  ship:
    steps:
      promise: {runs_on: oms, takes: 1m, then: [{step: pick, via: releases}]}
      pick: {runs_on: wms, takes: 1h}
"""
BEGAN = 100 * HOUR


def load(before: int, since: int) -> float:
    """Of a queue since 100 h, asked an hour later: so many orders were released in the two hours before, a
    minute after they came, and so many came in the hour since, which still wait.
    """
    topology = check_documents({"topology.yaml": TOPOLOGY}).require_topology()
    vocabulary = Dictionaries()
    vocabulary.workflows.append(WorkflowDictionary("ship", ["promise", "pick"], []))
    passed = BEGAN - 2 * HOUR + MINUTE * (1 + np.arange(before, dtype=np.int64)) * 118 // max(before, 1)
    waiting = BEGAN + MINUTE * (1 + np.arange(since, dtype=np.int64)) * 59 // max(since, 1)
    entered_at = np.concatenate([passed, passed + MINUTE, waiting])
    left_at = np.concatenate([passed + MINUTE, np.zeros(before + since, np.int64)])
    step = np.repeat([0, 1, 0], [before, before, since]).astype(np.int32)
    visits = Visits(
        workflow=np.zeros(len(step), np.int32),
        step=step,
        location=np.zeros(len(step), np.int32),
        entered_at=entered_at,
        left_at=left_at,
    )
    return QueueLoad(topology, vocabulary, visits, until=BEGAN + HOUR).at("integration:releases", BEGAN)


def test_the_load_is_that_of_the_two_hours_before() -> None:
    assert load(before=60, since=30) == pytest.approx(60 / 120 / 2, rel=0.02)


def test_orders_that_come_more_often_since_raise_it() -> None:
    assert load(before=120, since=120) == pytest.approx(2 * 120 / 120 / 2, rel=0.1)


def test_orders_that_come_less_often_may_be_held_up_elsewhere() -> None:
    assert load(before=60, since=0) == load(before=60, since=20)


@given(before=st.integers(0, 80), since=st.integers(0, 80), more=st.integers(0, 40))
def test_more_orders_never_lower_the_load(before: int, since: int, more: int) -> None:
    assert load(before, since) <= load(before, since + more)
