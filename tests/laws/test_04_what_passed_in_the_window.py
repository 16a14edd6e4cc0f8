"""Who went through a window before now is hit as the failure's class says, until what heals it is seen."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from graph_models.enums import Band, Effect, FailureClass, RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, AffectedRecord, Question
from graph_models.time import DAY, MINUTE, Millis
from graph_models.topology import Emission, Takes, Topology, Transition
from impactgraph.usecases.blast_radius import blast_radius
from tests.drawing import EIGHT, HOUR, call, drawn, queue, step
from tests.laws.inputs import moment_of, store_of
from tests.listing import orders_of, records_of
from tests.worlds import Came, Journey, World, ask

LAW = "04-what-passed-in-the-window-is-forgotten"
NOW = moment_of("12:00")


def asked(target: str, what: FailureClass, **more: Any) -> tuple[list[AffectedOrder], list[AffectedRecord]]:
    failure = Failure(
        "F",
        f"integration:{target}",
        what,
        moment_of("11:00"),
        ended_at=moment_of("13:00"),
        is_supposed=True,
        **more,
    )
    store = store_of(LAW, "12:00", "events", "postings")
    with blast_radius(store, Question(suppose=(failure,), as_of=NOW), NOW) as answer:
        return orders_of(answer), records_of(answer, RecordKind.POSTING)


def test_orders_whose_hand_over_was_doubled_are_exposed() -> None:
    rows, _ = asked("hand", FailureClass.DUPLICATE)

    assert len(rows) == 20
    assert {(row.band, row.effect, row.likelihood) for row in rows} == {
        (Band.EXPOSED, Effect.DUPLICATED, 1.0)
    }
    assert {row.expected_delay for row in rows} <= {0, None}
    assert all(row.expected_completion and row.expected_completion > NOW for row in rows)
    assert not any(row.misses_promise for row in rows)
    assert all(moment_of("11:30") <= row.hit_at < moment_of("11:31") for row in rows)


@pytest.mark.parametrize(
    ("what", "effect"),
    [(FailureClass.DUPLICATE, RecordEffect.DUPLICATED), (FailureClass.STALE_DATA, RecordEffect.WRONG)],
)
def test_records_that_came_and_that_are_to_come_are_doubled_or_wrong(
    what: FailureClass, effect: RecordEffect
) -> None:
    rows, records = asked("book", what)

    assert {row.band for row in rows} == {Band.RECORDS_ONLY}
    assert len(rows) == len(records) == 20
    assert {(record.effect, record.likelihood) for record in records} == {(effect, 1.0)}


@pytest.mark.parametrize("rate", [0.9, 0.3])
def test_records_that_are_overdue_were_lost_by_chance(rate: float) -> None:
    """Ten invoices came; ten are due since 11:40, and one that is not lost would be there."""
    _, records = asked("book", FailureClass.TRANSIENT, error_rate=rate)

    assert {record.order for record in records} == {f"O{n}" for n in range(10, 20)}
    assert {record.effect for record in records} == {RecordEffect.MISSING}
    assert min(record.likelihood for record in records) > 0.95


# ---- the kind

NINE = EIGHT + HOUR
PICK = Takes(10 * MINUTE, round(10 * MINUTE * 1.02))
INVOICE = Emission(RecordKind.POSTING, "invoice", "integration:book", 30 * MINUTE, (), 1.0)


def shop() -> Topology:
    return drawn(
        queue("hand", "oms", "wms"),
        queue("book", "oms", "erp", dead_letter="rejected"),
        step("release", takes=PICK, then=(Transition("pick", "integration:hand"),), emits=(INVOICE,)),
        step("pick", "wms", takes=Takes(90 * DAY)),
    )


def past(target: str, what: FailureClass, until: Millis, **more: Any) -> Failure:
    return Failure("F", target, what, NINE, ended_at=until, is_supposed=True, **more)


def answer(failure: Failure, now: Millis, *came: Came, left: Millis = NINE + 10 * MINUTE) -> Any:
    journey = Journey("O-1", (("release", NINE), ("pick", left)), came=came)
    return ask(World(shop(), (), (journey,), now), failures=(), suppose=(failure,))


@pytest.mark.parametrize("age", [HOUR, 30 * HOUR, 20 * DAY])
@pytest.mark.parametrize("target", ["integration:hand", "step:ship/release"])
def test_what_was_doubled_is_exposed_as_long_as_it_is_in_flight(age: Millis, target: str) -> None:
    (row,) = answer(past(target, FailureClass.DUPLICATE, NINE + 40 * MINUTE), NINE + age).orders().items

    assert (row.band, row.effect, row.likelihood) == (Band.EXPOSED, Effect.DUPLICATED, 1.0)


def test_what_left_before_or_after_the_window_is_not_doubled() -> None:
    late = past("integration:hand", FailureClass.DUPLICATE, NINE + 40 * MINUTE)

    assert answer(late, NINE + 3 * HOUR, left=NINE + 41 * MINUTE).orders().items == ()
    early = Failure("F", "integration:hand", FailureClass.DUPLICATE, NINE + 11 * MINUTE, is_supposed=True)
    assert answer(early, NINE + 3 * HOUR).orders().items == ()


def came(at: int, amount: int = 100) -> Came:
    return Came(RecordKind.POSTING, "invoice", NINE + at * MINUTE, amount * 1_000_000, "EUR")


@pytest.mark.parametrize(
    ("what", "records", "effects"),
    [
        (FailureClass.DUPLICATE, (came(11),), [RecordEffect.DUPLICATED]),
        (FailureClass.DUPLICATE, (came(11), came(12)), [RecordEffect.DUPLICATED]),
        # One of the two was taken back.
        (FailureClass.DUPLICATE, (came(11), came(12), came(100, -100)), []),
        (FailureClass.STALE_DATA, (came(11),), [RecordEffect.WRONG]),
        # A corrected one came when the way was in order again.
        (FailureClass.STALE_DATA, (came(11), came(90)), []),
        (FailureClass.STALE_DATA, (came(11), came(30)), [RecordEffect.WRONG]),
    ],
)
def test_records_that_came_stay_doubled_or_wrong_until_they_are_corrected(
    what: FailureClass, records: tuple[Came, ...], effects: list[RecordEffect]
) -> None:
    failure = past("integration:book", what, NINE + 40 * MINUTE)

    found = records_of(answer(failure, NINE + 3 * HOUR, *records), RecordKind.POSTING)

    assert [record.effect for record in found] == effects


def lost(minutes: int, *records: Came, rate: float = 0.3) -> float:
    """How likely the invoice of 9:10 is missing so many minutes later."""
    failure = past("integration:book", FailureClass.TRANSIENT, NINE + 9 * HOUR, error_rate=rate)
    now = NINE + (10 + minutes) * MINUTE
    found = records_of(answer(failure, now, *records), RecordKind.POSTING)
    assert {record.effect for record in found} <= {RecordEffect.MISSING}
    return found[0].likelihood if found else 0.0


def test_a_record_is_the_likelier_lost_the_longer_it_is_overdue() -> None:
    chances = [lost(minutes) for minutes in (1, 10, 30, 45, 90, 600)]

    assert chances == sorted(chances)
    assert 0.3 <= chances[0] < 0.4
    assert chances[-1] > 0.99
    assert lost(90, came(12)) == 0.0


def test_the_chance_that_a_record_is_lost_grows_with_the_error_rate() -> None:
    chances = [lost(10, rate=rate) for rate in (0.05, 0.2, 0.5, 0.9)]

    assert chances == sorted(chances)


def held(left: int, **more: Any) -> list[AffectedOrder]:
    """Of an order that was in a step of ten minutes for so long, whose call fails with a chance of 0.3."""
    topology = drawn(
        call("pay", "oms", "psp"),
        step("release", "oms", "integration:pay", takes=PICK, then=(Transition("pick"),)),
        step("pick", "wms", takes=Takes(8 * HOUR)),
    )
    failure = past("integration:pay", FailureClass.TRANSIENT, NINE + 40 * MINUTE, error_rate=0.3)
    journey = Journey("O-1", (("release", NINE), ("pick", NINE + left * MINUTE)), **more)
    world = World(topology, (), (journey,), NINE + 4 * HOUR)
    return orders_of(ask(world, failures=(), suppose=(failure,), min_likelihood=0.05))


@pytest.mark.parametrize("left", [45, 60, 100])
def test_who_stayed_too_long_where_a_call_failed_by_chance_was_held_and_is_late_since(left: int) -> None:
    (row,) = held(left)

    assert row.band is Band.EXPOSED
    assert row.likelihood > 0.9
    assert row.expected_delay is not None
    assert 20 * MINUTE < row.expected_delay < (left - 5) * MINUTE


def test_who_left_in_time_was_not_held() -> None:
    assert held(10) == []


@pytest.mark.parametrize("what", [FailureClass.LATENCY, FailureClass.CAPACITY])
@pytest.mark.parametrize("delay", [20, 60, 180])
def test_who_left_a_slow_hand_off_sooner_than_was_reported_was_held_for_less(
    what: FailureClass, delay: int
) -> None:
    """The longer it stayed the likelier it was held, and the longer, but never for longer than it stayed."""
    stays = (10, 12, 15, 18, 22, 26, 33, 40, 50)
    journeys = [Journey(f"O-{n}", (("release", NINE), ("pick", NINE + n * MINUTE))) for n in stays]
    failure = past("integration:hand", what, NINE + 5 * HOUR, delay=delay * MINUTE)
    world = World(shop(), (), tuple(journeys), NINE + 2 * HOUR)

    rows = {row.order: row for row in orders_of(ask(world, failures=(), suppose=(failure,)))}

    chances = [rows[key].likelihood if key in rows else 0.0 for key in (f"O-{n}" for n in stays)]
    assert chances == sorted(chances)
    assert chances[0] < 0.05 and min(chances[4:]) > 0.9
    for stay in stays[4:]:
        late = rows[f"O-{stay}"].expected_delay or 0
        assert min(stay - 12, delay - 2) * MINUTE < late < min(stay - 8, delay + 2) * MINUTE


def test_a_slow_hand_off_that_also_fails_by_chance_leaves_no_figure_undefined() -> None:
    journeys = [Journey(f"O-{n}", (("release", NINE), ("pick", NINE + n * MINUTE))) for n in (10, 26, 50)]
    slow = past("integration:hand", FailureClass.LATENCY, NINE + 5 * HOUR, delay=HOUR)
    failing = replace(slow, key="G", failure_class=FailureClass.TRANSIENT, delay=None)
    world = World(shop(), (), tuple(journeys), NINE + 2 * HOUR)

    with np.errstate(invalid="raise"):
        rows = {row.order: row for row in orders_of(ask(world, failures=(), suppose=(slow, failing)))}

    assert rows.keys() == {"O-26", "O-50"}
    shorter, longer = (rows[key].expected_delay or 0 for key in ("O-26", "O-50"))
    assert 0 < shorter < longer < 42 * MINUTE
