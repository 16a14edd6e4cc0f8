"""Which way an order took, and whether its message or record was lost, follows from how long it stays, from
the records that came, and from those that did not.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.enums import Band, Effect, FailureClass, RecordEffect, RecordKind, Transport
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, AffectedRecord
from graph_models.time import DAY, HOUR, MINUTE, Millis
from graph_models.topology import Emission, Schedule, Takes, Topology, Transition
from impactgraph.impact.blast_radius import BlastRadius
from tests.drawing import EIGHT, call, drawn, queue, step
from tests.listing import orders_of, records_of
from tests.worlds import Came, Erred, Journey, World, ask

NINE = EIGHT + HOUR
NOON = EIGHT + 4 * HOUR
PICK = Takes(10 * MINUTE, 20 * MINUTE)
INVOICE = Emission(RecordKind.POSTING, "invoice", "integration:book", 10 * MINUTE, (), 1.0)
SENT = Emission(RecordKind.NOTIFICATION, "sent", "integration:tell", 10 * MINUTE)
C = FailureClass


def shop(
    *emits: Emission,
    share: float | None = None,
    hand: Transport = Transport.QUEUE,
    schedule: Schedule | None = None,
) -> Topology:
    """`release` hands over to `pick`; with a `share`, the rest goes to `pack`, which nothing leads to."""
    rest = () if share is None else (Transition("pack", share=1 - share),)
    return drawn(
        call("hand", "oms", "wms", hand, **({"schedule": schedule} if schedule else {})),
        queue("book", "oms", "erp"),
        queue("tell", "oms", "mailer"),
        step(
            "release",
            takes=PICK,
            emits=emits,
            then=(Transition("pick", "integration:hand", share=share), *rest),
        ),
        step("pick", "wms", takes=Takes(6 * HOUR, 9 * HOUR)),
        step("pack", takes=Takes(HOUR)),
    )


NIGHTLY: dict[str, Any] = {"hand": Transport.BATCH, "schedule": Schedule(every=DAY)}


def failing(
    target: str, what: FailureClass, since: Millis = NINE, until: Millis = NOON + DAY, **more: Any
) -> Failure:
    return Failure(f"F-{target}-{since}", f"integration:{target}", what, since, ended_at=until, **more)


def journey(entered: Millis, **more: Any) -> Journey:
    return Journey("O-1", (("release", entered),), **more)


def invoice(at: Millis) -> Came:
    return Came(RecordKind.POSTING, "invoice", at, 100_000_000, "EUR")


def answer(topology: Topology, order: Journey, *failures: Failure, at: Millis = NOON) -> BlastRadius:
    return ask(World(topology, failures, (order,), at), horizon=30 * DAY)


def row(topology: Topology, order: Journey, *failures: Failure, at: Millis = NOON) -> AffectedOrder:
    """The order, which is affected."""
    (found,) = orders_of(answer(topology, order, *failures, at=at))
    return found


def likelihood(topology: Topology, order: Journey, *failures: Failure, at: Millis = NOON) -> float:
    return sum(found.likelihood for found in orders_of(answer(topology, order, *failures, at=at)))


def postings(topology: Topology, order: Journey, *failures: Failure, at: Millis) -> list[AffectedRecord]:
    return records_of(answer(topology, order, *failures, at=at), RecordKind.POSTING)


# ---- which way it took


@pytest.mark.parametrize(
    ("what", "figures"),
    [
        (C.OUTAGE, {}),
        (C.SCHEMA_MISMATCH, {}),
        (C.LATENCY, {"delay": 3 * HOUR}),
        (C.TRANSIENT, {"error_rate": 0.5}),
    ],
)
def test_who_stays_took_the_way_that_is_held_up(what: FailureClass, figures: dict[str, Any]) -> None:
    """The other way would have taken it away an hour ago."""
    found = row(shop(share=0.4), journey(NOON - 75 * MINUTE), failing("hand", what, **figures))

    assert found.band is Band.STUCK
    assert found.likelihood > 0.98


def test_who_has_just_come_takes_it_with_its_share() -> None:
    just_come = journey(NOON - 2 * MINUTE)

    assert likelihood(shop(share=0.4), just_come, failing("hand", C.OUTAGE)) == pytest.approx(0.4, abs=0.04)


def test_what_lies_in_the_dead_letter_queue_was_on_the_way_that_rejects() -> None:
    error = Erred("release", NOON - 20 * MINUTE, "integration:hand", "DEAD_LETTERED")
    found = row(
        shop(share=0.4), journey(NOON - 40 * MINUTE, errors=(error,)), failing("hand", C.SCHEMA_MISMATCH)
    )

    assert (found.band, found.expected_completion) == (Band.STUCK, None)
    assert found.likelihood > 0.98


WINDOW = {"since": NOON - 33 * MINUTE, "until": NOON - 23 * MINUTE}


@pytest.mark.parametrize("minutes", [60, 50, 40, 35, 30])
@pytest.mark.parametrize(("what", "figures"), [(C.SCHEMA_MISMATCH, {}), (C.TRANSIENT, {"error_rate": 0.5})])
def test_who_stays_came_to_the_way_on_while_that_rejected(
    minutes: int, what: FailureClass, figures: dict[str, Any]
) -> None:
    """Before or after these ten minutes it would have passed."""
    rejecting = failing("hand", what, **WINDOW, **figures)
    found = row(shop(), journey(NOON - minutes * MINUTE), rejecting)

    assert (found.band, found.effect) == (Band.STUCK, Effect.REJECTED)
    assert found.likelihood > 0.9


def test_who_came_later_is_affected_as_if_that_had_never_been() -> None:
    late = failing("hand", C.LATENCY, NOON - 5 * MINUTE, delay=20 * MINUTE)
    order = journey(NOON - 16 * MINUTE)

    both = row(shop(), order, late, failing("hand", C.SCHEMA_MISMATCH, **WINDOW))
    assert both.likelihood == row(shop(), order, late).likelihood


# ---- the record that would show it is missing


@pytest.mark.parametrize(("what", "figures"), [(C.SCHEMA_MISMATCH, {}), (C.TRANSIENT, {"error_rate": 0.6})])
@pytest.mark.parametrize("until", [NOON - HOUR, NOON + HOUR])
def test_who_can_no_longer_be_at_work_waits_although_its_record_is_missing(
    what: FailureClass, figures: dict[str, Any], until: Millis
) -> None:
    found = row(shop(INVOICE), journey(NINE + 10 * MINUTE), failing("hand", what, until=until, **figures))

    assert (found.band, found.effect) == (Band.STUCK, Effect.REJECTED)
    assert found.likelihood > 0.95
    assert (
        postings(shop(INVOICE), journey(NINE + 10 * MINUTE), failing("hand", what, **figures), at=NOON) == []
    )


def test_who_may_still_be_at_work_waits_nowhere() -> None:
    found = row(shop(INVOICE), journey(NOON - 20 * MINUTE), failing("hand", C.TRANSIENT, error_rate=0.3))

    assert found.band is Band.UPCOMING
    assert found.likelihood == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize("days", [1, 20])
@pytest.mark.parametrize("what", [C.OUTAGE, C.LATENCY, C.TRANSIENT])
def test_who_has_stayed_for_days_is_delayed_by_no_more_than_the_failure_lasts(
    days: int, what: FailureClass
) -> None:
    """What kept it until the failure began was something else."""
    begun = failing(
        "hand",
        what,
        NOON - 2 * HOUR,
        NOON + HOUR,
        delay=30 * MINUTE if what is C.LATENCY else None,
        error_rate=0.5 if what is C.TRANSIENT else None,
    )
    for found in orders_of(answer(shop(hand=Transport.SYNC), journey(NOON - days * DAY), begun)):
        assert found.expected_delay is not None
        assert found.expected_delay <= 4 * HOUR


# ---- what is completed, and not gone


@pytest.mark.parametrize("what", [C.LATENCY, C.BACKLOG])
def test_what_is_completed_is_held_for_as_long_as_it_stays(what: FailureClass) -> None:
    """A delay of an hour was reported."""
    order = journey(NINE, came=(invoice(NINE + 12 * MINUTE),), promised_by=NINE + 9 * HOUR)
    slow = failing("hand", what, EIGHT, delay=HOUR)
    rows = {
        hours: row(shop(INVOICE), order, slow, at=NINE + 12 * MINUTE + hours * HOUR) for hours in (2, 5, 11)
    }

    for hours, found in rows.items():
        assert (found.band, found.effect, found.likelihood) == (Band.STUCK, Effect.DELAYED, 1.0)
        assert hours * HOUR <= (found.expected_delay or 0) <= (hours + 2) * HOUR
        assert (found.expected_completion or 0) > NINE + hours * HOUR
    assert rows[11].miss_likelihood + rows[11].late_anyway == pytest.approx(1.0)
    assert rows[11].miss_likelihood > 0.5


def test_what_left_a_dead_letter_in_an_outage_is_late_because_of_it() -> None:
    error = Erred("release", NINE + 20 * MINUTE, "integration:hand", "DEAD_LETTERED")
    order = journey(NINE, errors=(error,), promised_by=NINE + 12 * HOUR)
    outage = failing("hand", C.OUTAGE, EIGHT, NINE + 2 * HOUR)
    found = row(shop(), order, outage)

    assert (found.band, found.expected_completion) == (Band.STUCK, None)
    assert found.miss_likelihood > 0.9
    by_default = ask(World(shop(), (outage,), (order,), NOON), failures=())
    assert [each.failure for each in by_default.awaiting_replay] == [outage.key]


# ---- records


@pytest.mark.parametrize("what", [C.OUTAGE, C.LATENCY, C.TRANSIENT, C.SCHEMA_MISMATCH])
@pytest.mark.parametrize("emits", [(INVOICE,), (INVOICE, SENT)])
def test_a_record_that_has_come_is_not_affected(what: FailureClass, emits: tuple[Emission, ...]) -> None:
    order = journey(
        NOON - HOUR,
        came=(invoice(NOON - 48 * MINUTE), Came(RecordKind.NOTIFICATION, "sent", NOON - 47 * MINUTE)),
    )
    failure = failing(
        "book",
        what,
        delay=2 * HOUR if what is C.LATENCY else None,
        error_rate=0.5 if what is C.TRANSIENT else None,
    )

    assert orders_of(answer(shop(*emits, **NIGHTLY), order, failure)) == []


def test_a_record_that_may_be_lost_is_the_likelier_lost_the_longer_it_is_overdue() -> None:
    """The order waits for a run: it left nothing but the record."""
    lossy = failing("book", C.TRANSIENT, error_rate=0.3)

    def lost(minutes: int) -> float:
        (found,) = postings(shop(INVOICE, **NIGHTLY), journey(NINE), lossy, at=NINE + minutes * MINUTE)
        assert found.effect is RecordEffect.MISSING
        return found.likelihood

    assert lost(5) == pytest.approx(0.3, abs=0.05)
    assert lost(5) < lost(30) < lost(60)
    assert lost(60) > 0.95


@pytest.mark.parametrize("seconds", [1, 50])
def test_a_record_of_work_that_was_done_just_before_the_failure_began_is_caught_by_it(seconds: int) -> None:
    """Its message came: the invoice, which was sent at the same moment, would be here as well."""
    order = journey(NINE, came=(Came(RecordKind.NOTIFICATION, "sent", NINE + 12 * MINUTE),))
    blocked = failing("book", C.OUTAGE, NINE + 12 * MINUTE + seconds * 1000)
    (found,) = postings(shop(INVOICE, SENT, **NIGHTLY), order, blocked, at=NOON)

    assert (found.effect, found.likelihood) == (RecordEffect.LATE, 1.0)
    later = failing("book", C.OUTAGE, NINE + 15 * MINUTE)
    assert postings(shop(INVOICE, SENT, **NIGHTLY), order, later, at=NOON) == []


# ---- any of it

FIGURES: dict[FailureClass, dict[str, Any]] = {
    C.OUTAGE: {},
    C.SCHEMA_MISMATCH: {},
    C.DUPLICATE: {},
    C.STALE_DATA: {},
    C.TRANSIENT: {"error_rate": 0.5},
    C.LATENCY: {"delay": HOUR},
    C.BACKLOG: {"delay": 20 * MINUTE},
}
classes = st.sampled_from(sorted(FIGURES))
minutes = st.integers(1, 300)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    entered=minutes,
    done=st.none() | st.floats(0.1, 1.0),
    come=st.sets(st.sampled_from(["invoice", "sent"])),
    failures=st.lists(
        st.tuples(st.sampled_from(["hand", "book", "tell"]), classes, minutes, st.integers(-200, 200)),
        min_size=1,
        max_size=3,
        unique_by=lambda each: each[0],
    ),
    is_nightly=st.booleans(),
)
def test_an_order_of_which_only_records_are_affected_has_one_and_nothing_lies_in_the_past(
    entered: int,
    done: float | None,
    come: set[str],
    failures: list[tuple[str, FailureClass, int, int]],
    is_nightly: bool,
) -> None:
    at = NOON - round(entered * MINUTE * (1 - (done or 0.5)))
    kinds = {"invoice": RecordKind.POSTING, "sent": RecordKind.NOTIFICATION}
    came = tuple(Came(kinds[each], each, at) for each in sorted(come)) if done is not None else ()
    found = answer(
        shop(INVOICE, SENT, **(NIGHTLY if is_nightly else {})),
        journey(NOON - entered * MINUTE, came=came),
        *(
            failing(target, what, NOON - age * MINUTE, NOON + max(end, 1 - age) * MINUTE, **FIGURES[what])
            for target, what, age, end in failures
        ),
    )
    records = [each for kind in RecordKind for each in records_of(found, kind)]

    for each in orders_of(found):
        assert each.band is not Band.RECORDS_ONLY or records
        assert each.expected_completion is None or each.expected_completion >= NOON
        assert all(record.likelihood <= each.likelihood + 1e-6 for record in records)
    assert all(record.expected_at is None or record.expected_at >= NOON for record in records)
