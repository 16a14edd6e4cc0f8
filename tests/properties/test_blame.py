"""What each of several failures has of a joint answer: together all of it; nothing where none changes."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from impactgraph.impact.blame import CombinedAnswers, blame_by_order, combinations_to_ask
from impactgraph.impact.blast_radius import BlastRadius
from tests.listing import orders_of
from tests.properties.small_worlds import worlds
from tests.worlds import World, ask

SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
LEAST = 0.05


@SETTINGS
@given(worlds(most_failures=3))
def test_shares_add_up_and_a_failure_without_effect_has_none(world: World) -> None:
    world = distinct(world)
    every = [tuple(sorted(members)) for members in combinations_to_ask(len(world.failures))]
    answers = {members: asked(world, members) for members in every}

    blame = blame_by_order(
        CombinedAnswers(
            tuple((failure.key,) for failure in world.failures),
            {frozenset(members): answer for members, answer in answers.items()},
        )
    )

    rows = {members: {row.order: row for row in orders_of(answer)} for members, answer in answers.items()}
    listed = rows[tuple(range(len(world.failures)))]
    assert blame.keys() == listed.keys()
    for order, shares in blame.items():
        assert sum(each.share for each in shares) == pytest.approx(listed[order].likelihood, abs=2e-4)
        assert all(each.share >= 0 and 0 <= each.adds <= 1 and 0 <= each.alone <= 1 for each in shares)
        named = {key for each in shares for key in each.failures}
        for number, failure in enumerate(world.failures):
            if order in rows[number,]:
                assert failure.key in named
            elif failure.key not in named:
                for members in every:
                    if number in members and len(members) > 1:
                        without = rows[tuple(each for each in members if each != number)].get(order)
                        assert same(rows[members].get(order), without)


def asked(world: World, members: tuple[int, ...]) -> BlastRadius:
    return ask(world.with_failures(*(world.failures[number] for number in members)), min_likelihood=LEAST)


def distinct(world: World) -> World:
    """No two of its failures are the same one under two names."""
    seen: dict[object, Failure] = {}
    for failure in world.failures:
        seen.setdefault((failure.target, failure.failure_class, failure.scope), failure)
    return replace(world, failures=tuple(seen.values()))


def same(row: AffectedOrder | None, other: AffectedOrder | None) -> bool:
    """Whether two answers on an order agree: band, likelihood to half a per cent, delay, promise."""
    if row is None or other is None:
        return (row or other) is None or (row or other).likelihood <= LEAST + 0.006  # type: ignore[union-attr]
    told = (row.band, row.misses_promise) == (other.band, other.misses_promise)
    delays = row.expected_delay, other.expected_delay
    close = delays[0] == delays[1] or (
        None not in delays and abs((delays[0] or 0) - (delays[1] or 0)) <= 60_001
    )
    return told and close and abs(row.likelihood - other.likelihood) <= 0.006
