"""The fast forecast against a slow one that walks an order at a time, one future after the other."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings

from graph_models.time import MINUTE
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.forecast.scenarios import SCENARIOS
from impactgraph.impact.blast_radius import BlastRadius
from tests.oracle.basics import INF, Verdict
from tests.oracle.slow import Oracle
from tests.properties.small_worlds import worlds
from tests.worlds import Journey, World, ask

SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
TOLERANCE = 5.0 * MINUTE


def unheld(world: World) -> World:
    """One fulfillment an order, each of an age of its own; what lies behind them lies before every
    failure.
    """
    begun = min(f.started_at for f in world.failures)
    found: list[Journey] = []
    for n, journey in enumerate(j for j in world.journeys if j.part == 1):
        here, entered = journey.stays[-1]
        before = [
            (step, begun - (len(journey.stays) - m) * 17 * MINUTE)
            for m, (step, _) in enumerate(journey.stays[:-1])
        ]
        early = entered < begun or not before
        moved = replace(journey, stays=(*(before if early else ()), (here, entered - n * 31 * 1000)))
        found.append(
            moved
            if not before or moved.stays[-1][1] > before[-1][1]
            else replace(moved, stays=moved.stays[-1:])
        )
    return replace(world, journeys=tuple(found))


def fast(answer: BlastRadius, order: str) -> tuple[float, object, float]:
    """(likelihood, band, delay) as the answer has them; (0, None, 0) where it is not affected."""
    rows, ids = answer.affected_orders, answer.columns.orders.ids
    for n in range(len(rows)):
        if str(ids[rows.order[n]]) == order:
            return float(rows.likelihood[n]), BANDS[int(rows.band[n])], float(rows.delay[n])
    return 0.0, None, 0.0


def within(delay: float, slow: Verdict) -> bool:
    """Whether a delay is the slow one, or between those beside it."""
    near = any(
        delay == other == INF or delay == pytest.approx(other, rel=0.02, abs=2000)
        for other in (slow.delay, *slow.delay_between)
    )
    return near or slow.delay_between[0] < delay < slow.delay_between[1]


@SETTINGS
@given(worlds(most_failures=2, most_orders=4))
def test_the_fast_forecast_is_the_slow_one(world: World) -> None:
    world = unheld(world)
    answer = ask(world, horizon=365 * 24 * 60 * MINUTE)
    oracle = Oracle(world, answer.impairments, TOLERANCE)

    for journey in world.journeys:
        likelihood, band, delay = fast(answer, journey.order)
        slow = oracle.verdict(journey)
        event("affected" if slow.likelihood else "spared")
        assert likelihood == pytest.approx(slow.likelihood, abs=1 / SCENARIOS + 1e-6)
        if min(likelihood, slow.likelihood) > 1 / SCENARIOS:
            assert band is slow.band
            assert within(delay, slow)
