"""What holds while time passes and nothing is heard, and of the failures that are blamed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from graph_models.enums import Band, FailureClass, RecordKind
from graph_models.impact import AffectedOrder
from graph_models.scope import Scope
from graph_models.time import DAY, HOUR, MINUTE, Millis
from impactgraph.ports.store import Store
from tests.asking import cases_of
from tests.listing import orders_of, records_of
from tests.properties.wide_worlds import wide_worlds
from tests.worlds import SmallStore, World, ask

SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
C = FailureClass
SURE = 0.95
STOPPING = (C.OUTAGE, C.BUSINESS_RULE, C.SCHEMA_MISMATCH)
"""What they hold they hold to the end; a slow call only for its delay."""
HOLDING = (*STOPPING, C.LATENCY, C.BACKLOG, C.CAPACITY)
PLACES = st.sampled_from(["system:oms", "system:wms", "integration:hand"])
"""Where the first failure is."""
PASSING = st.sampled_from([MINUTE, 20 * MINUTE, 2 * HOUR])


def rows(world: World) -> dict[str, AffectedOrder]:
    return {row.order: row for row in orders_of(ask(world, horizon=365 * DAY))}


def earliest_end(world: World) -> Millis:
    """Before this no failure is expected to end: a reported end is right within a fifth of the length."""
    return min(
        (f.expected_end or 0) - ((f.expected_end or 0) - f.started_at) // 5 - MINUTE for f in world.failures
    )


def lasting(world: World, where: str) -> World:
    """Its failures began before most orders came and last for a day more, everywhere; promises are made. Each
    order has one part: of several, another may be the worst one later.
    """
    failures = (
        replace(
            f,
            target=f.target if n else where,
            started_at=max(min(f.started_at, world.as_of - 3 * HOUR), world.as_of - DAY),
            expected_end=world.as_of + DAY,
            scope=Scope(),
        )
        for n, f in enumerate(world.failures)
    )
    journeys = (
        replace(j, promised_by=j.promised_by or world.as_of + 5 * HOUR) for j in world.journeys if j.part == 1
    )
    return replace(world, failures=tuple(failures), journeys=tuple(journeys))


def rows_after(world: World, passing: Millis) -> dict[str, AffectedOrder]:
    """Affected orders when some time has passed, but no failure can have ended."""
    return rows(replace(world, as_of=min(world.as_of + passing, earliest_end(world))))


def surely_stuck(
    world: World, passing: Millis, where: str
) -> Iterator[tuple[AffectedOrder, AffectedOrder | None]]:
    """Orders that a lasting failure surely holds: each with what is said of it when some time has passed."""
    world = lasting(world, where)
    after = rows_after(world, passing)
    for order, row in rows(world).items():
        if row.band is Band.STUCK and row.likelihood >= SURE:
            yield row, after.get(order)


@SETTINGS
@given(wide_worlds(most_failures=2, classes=STOPPING), PASSING, PLACES)
def test_a_stuck_order_stays_stuck_until_a_failure_may_end(world: World, passing: Millis, where: str) -> None:
    for _, later in surely_stuck(world, passing, where):
        event("stuck")
        assert later is not None
        assert later.band is Band.STUCK
        assert later.likelihood >= SURE - 0.035


@SETTINGS
@given(wide_worlds(most_failures=2, classes=HOLDING), PASSING, PLACES)
def test_the_missed_promise_of_a_stuck_order_stays_missed(world: World, passing: Millis, where: str) -> None:
    for row, later in surely_stuck(world, passing, where):
        if row.misses_promise:
            event("missed")
            assert later is not None and later.misses_promise


@SETTINGS
@given(wide_worlds(most_failures=2))
def test_nothing_is_expected_in_the_past(world: World) -> None:
    answer = ask(world, horizon=365 * DAY)

    for row in orders_of(answer):
        assert row.expected_completion is None or row.expected_completion >= world.as_of
    for kind in RecordKind:
        assert [
            row.order
            for row in records_of(answer, kind)
            if row.expected_at is not None and row.expected_at < world.as_of
        ] == []


@SETTINGS
@given(wide_worlds(most_failures=3))
def test_a_failure_that_changes_nothing_for_an_order_is_not_its_cause(world: World) -> None:
    """Neither alone nor together with the others."""
    active = tuple(f for f in world.failures if f.active_at(world.as_of))
    world = world.with_failures(*active)
    if not active:
        return
    together = rows(world)
    orders = tuple(dict.fromkeys(j.order for j in world.journeys))
    cases = cases_of(cast(Store, SmallStore(world)), orders, world.as_of)
    for failure in active:
        alone = rows(world.with_failures(failure))
        without = rows(world.with_failures(*(f for f in active if f is not failure))) if active[1:] else {}
        for order, case in cases.items():
            changed = without.get(order) != together.get(order)
            if order in alone or changed:
                continue
            event("spared")
            assert failure.key not in {cause.failure for cause in case.diagnosis.causes}
