"""What each of several failures has of a joint answer: together all of it; nothing where none changes."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from impactgraph.impact.blame import FailureAnswers, blame_by_order
from tests.listing import orders_of
from tests.properties.small_worlds import worlds
from tests.worlds import World, ask

SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
LEAST = 0.05


def without(world: World, failure: Failure) -> World:
    return world.with_failures(*(each for each in world.failures if each.key != failure.key))


def rows(world: World) -> dict[str, AffectedOrder]:
    if not world.failures:
        return {}
    return {row.order: row for row in orders_of(ask(world, min_likelihood=LEAST))}


@SETTINGS
@given(worlds(most_failures=3))
def test_shares_add_up_and_who_changes_nothing_has_none(world: World) -> None:
    world = distinct(world)
    joint = ask(world, min_likelihood=LEAST)
    answers = [
        FailureAnswers(
            (failure.key,),
            ask(world.with_failures(failure), min_likelihood=LEAST),
            ask(without(world, failure), min_likelihood=LEAST, failures=keys(without(world, failure))),
        )
        for failure in world.failures
        if len(world.failures) > 1
    ]

    blame = blame_by_order(joint, answers)

    listed = rows(world)
    assert blame.keys() == (listed.keys() if answers else set())
    for order, shares in blame.items():
        assert sum(each.share for each in shares) == pytest.approx(listed[order].likelihood, abs=2e-4)
        assert all(each.share >= 0 and 0 <= each.adds <= 1 and 0 <= each.alone <= 1 for each in shares)
    for failure in world.failures if answers else ():
        alone, others = rows(world.with_failures(failure)), rows(without(world, failure))
        for order in blame:
            named = {key for each in blame[order] for key in each.failures}
            if order in alone:
                assert failure.key in named
            elif failure.key not in named:
                assert same(listed[order], others.get(order))


def distinct(world: World) -> World:
    """No two of its failures are the same one under two names."""
    seen: dict[object, Failure] = {}
    for failure in world.failures:
        seen.setdefault((failure.target, failure.failure_class, failure.scope), failure)
    return replace(world, failures=tuple(seen.values()))


def keys(world: World) -> tuple[str, ...]:
    return tuple(failure.key for failure in world.failures)


def same(row: AffectedOrder, other: AffectedOrder | None) -> bool:
    """To an order, as far as its answer is told: band, likelihood to half a per cent, delay, promise."""
    if other is None:
        return False
    told = (row.band, row.misses_promise) == (other.band, other.misses_promise)
    delays = row.expected_delay, other.expected_delay
    close = delays[0] == delays[1] or (
        None not in delays and abs((delays[0] or 0) - (delays[1] or 0)) <= 60_001
    )
    return told and close and abs(row.likelihood - other.likelihood) <= 0.006
