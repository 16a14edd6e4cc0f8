"""A record that waits for a run when a failure begins is affected by what happens to that run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.enums import FailureClass, RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.impact import AffectedRecord
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.topology.load import check_documents
from tests.laws.inputs import moment_of
from tests.listing import records_of
from tests.worlds import Came, Journey, World, ask

TOPOLOGY = """
impactgraph: 1
systems: {oms: {}, erp: {}}
integrations:
  posts: {from: oms, to: erp, transport: batch, every: 15m}
workflows:
  ship:
    steps:
      pack:
        runs_on: oms
        takes: 10m
        then: [deliver]
        emits: {postings: [{type: invoice, via: posts, due: 30m}]}
      deliver:
        runs_on: oms
        takes: 20h
        emits: {postings: [{type: settlement, via: posts, due: 30m}]}
"""
NOON = moment_of("12:00")
BEGAN = moment_of("11:09")
"""Between the runs of 11:00 and 11:15."""


def records(what: FailureClass, completed_at: Millis, *came: Came) -> list[AffectedRecord]:
    """Of an order that completed `pack` then; the failure of the batch began at 11:09 and ends at 14:00."""
    stays = (("pack", completed_at - 10 * MINUTE), ("deliver", completed_at))
    return records_in(what, Journey("O-1", stays, came=came))


def records_in(what: FailureClass, journey: Journey) -> list[AffectedRecord]:
    topology = check_documents({"topology.yaml": TOPOLOGY}).require_topology()
    failure = Failure("F", "integration:posts", what, BEGAN, ended_at=NOON + 2 * HOUR)
    return records_of(ask(World(topology, (failure,), (journey,), NOON)), RecordKind.POSTING)


@pytest.mark.parametrize("what", [FailureClass.OUTAGE, FailureClass.MISSED_RUN])
def test_what_misses_its_run_is_late(what: FailureClass) -> None:
    [record] = records(what, moment_of("11:05"))

    assert (record.effect, record.likelihood) == (RecordEffect.LATE, 1.0)


def test_what_left_with_the_run_before_is_not() -> None:
    assert records(FailureClass.OUTAGE, moment_of("10:58")) == []


def test_what_leaves_with_a_run_that_duplicates_is_duplicated() -> None:
    came = Came(RecordKind.POSTING, "invoice", moment_of("11:15"))

    [record] = records(FailureClass.DUPLICATE, moment_of("11:05"), came)

    assert (record.effect, record.likelihood) == (RecordEffect.DUPLICATED, 1.0)


def test_the_last_record_of_an_order_that_is_over_is_late_as_well() -> None:
    stays = (("pack", BEGAN - 21 * HOUR), ("deliver", BEGAN - 20 * HOUR))
    invoice = Came(RecordKind.POSTING, "invoice", BEGAN - 19 * HOUR)

    [record] = records_in(
        FailureClass.OUTAGE, Journey("O-1", stays, ended=moment_of("11:05"), came=(invoice,))
    )

    assert (record.type, record.effect, record.likelihood) == ("settlement", RecordEffect.LATE, 1.0)


@given(minute=st.integers(0, 59))
def test_a_record_that_waits_for_a_run_is_affected_at_the_time_of_the_run(minute: int) -> None:
    """Runs leave at 11:00, 11:15, ...; that of 11:15 is the first in the failure."""
    found = records(FailureClass.OUTAGE, moment_of(f"11:{minute:02}"))

    assert bool(found) == (minute > 0)
