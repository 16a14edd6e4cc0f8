"""What was rejected and replayed is late because of the failure."""

import pytest

from graph_models.enums import Band, Effect, FailureClass
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, Question
from graph_models.time import MINUTE
from graph_models.topology import Takes, Topology, Transition
from impactgraph.usecases.blast_radius import blast_radius
from tests.drawing import EIGHT, HOUR, drawn, queue, step
from tests.laws.inputs import moment_of, store_of
from tests.worlds import Journey, World, ask

LAW = "25-after-a-refusal"
NOW = moment_of("13:00")
NINE = EIGHT + HOUR
PICK = Takes(10 * MINUTE, round(10 * MINUTE * 1.02))


def test_a_replayed_order_is_exposed_and_late_by_the_wait_for_the_replay() -> None:
    store = store_of(LAW, "13:00", "events")
    with blast_radius(store, Question(failures=("F",), as_of=NOW), NOW) as answer:
        rows = {row.order: row for row in answer.orders().items}

    assert (rows["LOST"].band, rows["LOST"].expected_delay) == (Band.STUCK, None)
    replayed = rows["REPLAYED"]
    assert (replayed.band, replayed.effect, replayed.likelihood) == (Band.EXPOSED, Effect.REJECTED, 1.0)
    assert replayed.expected_delay is not None
    assert abs(replayed.expected_delay - 80 * MINUTE) < 2 * MINUTE
    assert replayed.misses_promise


def shop() -> Topology:
    return drawn(
        queue("hand", "oms", "wms", dead_letter="rejected"),
        step("release", takes=PICK, then=(Transition("pick", "integration:hand"),)),
        step("pick", "wms", takes=Takes(8 * HOUR)),
    )


def rows_of(what: FailureClass, until: int, left: int, now: int = 240) -> list[AffectedOrder]:
    """Of an order that entered at nine and left so many minutes later, with a failure from then `until`."""
    failure = Failure("F", "integration:hand", what, NINE, ended_at=NINE + until * MINUTE)
    if until > now:
        failure = Failure("F", "integration:hand", what, NINE, expected_end=NINE + until * MINUTE)
    journey = Journey("O-1", (("release", NINE), ("pick", NINE + left * MINUTE)))
    return list(ask(World(shop(), (failure,), (journey,), NINE + now * MINUTE)).orders().items)


@pytest.mark.parametrize("what", [FailureClass.SCHEMA_MISMATCH, FailureClass.BUSINESS_RULE])
@pytest.mark.parametrize(("until", "left"), [(60, 61), (60, 90), (60, 230), (600, 200)])
def test_a_replay_at_any_time_makes_it_as_late_as_it_is(what: FailureClass, until: int, left: int) -> None:
    """Also before the end of the failure."""
    (row,) = rows_of(what, until, left)

    assert (row.band, row.effect) == (Band.EXPOSED, Effect.REJECTED)
    assert row.expected_delay is not None
    assert abs(row.expected_delay - (left - 10) * MINUTE) < 10 * MINUTE


def test_what_went_through_in_time_was_not_rejected() -> None:
    assert rows_of(FailureClass.SCHEMA_MISMATCH, until=600, left=10) == []
