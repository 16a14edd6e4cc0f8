"""What holds of the parts of every answer: totals, pages, breakdowns and explanations agree, and narrower
questions only remove.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.enums import Band, Dimension, OrderSort, RecordKind
from graph_models.impact import Path
from graph_models.impairment import Impairment
from graph_models.money import total
from graph_models.orders import OrderFilter
from graph_models.time import HOUR, MINUTE, Millis
from tests.listing import orders_of, records_of
from tests.properties.small_worlds import CHANNELS, PLACES, worlds
from tests.worlds import World, ask

SETTINGS = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
PLAIN = (
    Dimension.CHANNEL,
    Dimension.BAND,
    Dimension.EFFECT,
    Dimension.CAUSE,
    Dimension.CURRENCY,
    Dimension.REGION,
)
RECORDS = tuple(RecordKind)


def affected(world: World, **question: Any) -> set[str]:
    return {row.order for row in orders_of(ask(world, **question))}


# ---- all parts agree


@SETTINGS
@given(worlds(), st.sampled_from([0.0, 0.05, 0.5]))
def test_totals_are_the_sums_of_the_pages(world: World, least: float) -> None:
    answer = ask(world, min_likelihood=least)
    listed = orders_of(answer)
    bands = Counter(row.band for row in listed)
    totals = answer.totals

    assert totals.orders == len(listed) == len({row.order for row in listed})
    assert (totals.stuck, totals.exposed, totals.upcoming, totals.records_only) == tuple(
        bands[band] for band in Band
    )
    assert totals.value == total(row.value for row in listed)
    assert abs(totals.will_miss_promise - sum(row.miss_likelihood for row in listed)) <= 0.5 + 1e-4 * len(
        listed
    )
    for row in listed:
        assert row.misses_promise == (row.miss_likelihood >= 0.5)
        assert 0 <= row.miss_likelihood <= row.likelihood + 1e-4
        assert row.miss_likelihood + row.late_anyway <= 1 + 1e-4
    assert abs(totals.expected_orders - sum(row.likelihood for row in listed)) <= 1e-4 * (1 + len(listed))


@SETTINGS
@given(worlds(), st.sampled_from([0.0, 0.5]))
def test_totals_of_records_are_the_sums_of_their_pages(world: World, least: float) -> None:
    answer = ask(world, min_likelihood=least)

    for kind, totals in (
        (RecordKind.POSTING, answer.totals.postings),
        (RecordKind.NOTIFICATION, answer.totals.notifications),
    ):
        listed = records_of(answer, kind)
        counts = Counter((row.type, row.effect) for row in listed)
        assert {(row.type, row.effect): row.count for row in totals} == counts
        assert total(money for row in totals for money in row.amount) == total(
            row.amount for row in listed if row.amount is not None
        )
    assert answer.totals.tasks == len(records_of(answer, RecordKind.TASK))


@SETTINGS
@given(
    worlds(),
    st.lists(st.sampled_from(PLAIN), min_size=1, max_size=3),
)
def test_the_groups_of_a_breakdown_add_up_to_the_totals(world: World, by: Sequence[Dimension]) -> None:
    answer = ask(world)
    groups = answer.breakdown(by)

    assert sum(group.orders for group in groups) == answer.totals.orders
    assert sum(group.stuck for group in groups) == answer.totals.stuck
    assert sum(group.will_miss_promise for group in groups) == answer.totals.will_miss_promise
    assert total(money for group in groups for money in group.value) == answer.totals.value


@SETTINGS
@given(worlds(), st.sampled_from([Dimension.LOCATION, Dimension.STEP, Dimension.WORKFLOW]))
def test_an_order_counts_in_each_group_that_a_fulfillment_of_it_is_in(world: World, by: Dimension) -> None:
    answer = ask(world)
    groups = answer.breakdown([by])
    parts = Counter(j.order for j in world.journeys)
    split = sum(count - 1 for count in parts.values())

    assert answer.totals.orders <= sum(group.orders for group in groups) <= answer.totals.orders + split


@SETTINGS
@given(worlds(), st.sampled_from([15 * MINUTE, HOUR]))
def test_the_forecast_adds_up_to_the_totals(world: World, bucket: Millis) -> None:
    answer = ask(world)
    points = answer.forecast(bucket)

    assert sum(point.orders_hit for point in points) == answer.totals.orders
    assert sum(point.promises_missed for point in points) == answer.totals.will_miss_promise
    assert all(later.at - earlier.at == bucket for earlier, later in pairwise(points))


@SETTINGS
@given(worlds(most_orders=12), st.integers(1, 5), st.sampled_from(OrderSort))
def test_pages_of_any_size_make_the_same_list(world: World, first: int, sort: OrderSort) -> None:
    answer = ask(world)

    assert orders_of(answer, first, sort=sort) == orders_of(answer, sort=sort)
    assert all(records_of(answer, kind, first) == records_of(answer, kind) for kind in RECORDS)


# ---- narrower questions


FILTERS = (
    OrderFilter(channels=(CHANNELS[0],)),
    OrderFilter(locations=(PLACES[0],)),
    OrderFilter(workflows=("ship",)),
    OrderFilter(steps=("ship/pick", "fetch/release")),
    OrderFilter(min_value=Decimal(200)),
    OrderFilter(bands=(Band.STUCK, Band.UPCOMING)),
    OrderFilter(will_miss_promise=True),
)


@SETTINGS
@given(worlds(), st.sampled_from(FILTERS))
def test_a_filter_only_removes(world: World, where: OrderFilter) -> None:
    asked, shown = ask(world), ask(world, where=where)

    assert {row.order for row in orders_of(shown)} <= affected(world)
    assert {row.order for row in orders_of(asked, where=where)} <= affected(world)


@SETTINGS
@given(worlds(), st.sampled_from([MINUTE, HOUR, 4 * HOUR]))
def test_a_shorter_horizon_only_removes(world: World, horizon: Millis) -> None:
    whole = ask(world)
    near = ask(world, horizon=horizon)
    late = {row.order for row in orders_of(whole)} - {row.order for row in orders_of(near)}

    assert {row.order for row in orders_of(near)} <= {row.order for row in orders_of(whole)}
    assert [row.order for row in orders_of(whole) if row.order in late and row.hit_at < world.as_of] == []


@SETTINGS
@given(worlds(), st.sampled_from([0.05, 0.3, 0.9]))
def test_a_higher_threshold_only_removes(world: World, least: float) -> None:
    rows = {row.order: row.likelihood for row in orders_of(ask(world))}

    assert affected(world, min_likelihood=least) <= {
        order for order, likelihood in rows.items() if likelihood >= least - 1e-4
    }


# ---- explanations


@SETTINGS
@given(worlds(most_failures=2))
def test_the_path_of_an_affected_order_goes_from_its_failure_hop_by_hop_to_its_own_effect(
    world: World,
) -> None:
    answer = ask(world)

    for row in orders_of(answer):
        explanation = answer.explain(row.order)
        assert explanation.affected
        assert row.path in explanation.paths
        assert row.path.hops[-1].target == f"order:{row.order}"
        assert row.path.hops[-1].effect is row.effect
        assert all(connected(path, world) for path in explanation.paths)
        assert any(replays(path, answer.impairments) for path in explanation.paths)


def connected(path: Path, world: World) -> bool:
    return path.hops[0].source in {f.id for f in world.failures} and all(
        before.target == after.source for before, after in pairwise(path.hops)
    )


def replays(path: Path, impairments: Sequence[Impairment]) -> bool:
    """Whether the hops are an impairment and its causes, the nearest to the failure first; behind them
    come a step, perhaps, and the order.
    """
    elements = [(hop.target, hop.rule, hop.effect) for hop in path.hops]
    return any(
        [(hop.element, hop.rule, hop.effect) for hop in each.hops] in (elements[:-1], elements[:-2])
        for each in impairments
    )


@SETTINGS
@given(worlds(most_failures=2))
def test_the_explanation_of_an_unaffected_order_says_what_stopped_the_failure(world: World) -> None:
    answer = ask(world)
    spared = {j.order for j in world.journeys} - {row.order for row in orders_of(answer)}

    for order in spared:
        explanation = answer.explain(order)
        assert not explanation.affected
        assert explanation.paths == ()
        assert explanation.stopped_by
        assert f"Order {order} is not affected" in explanation.sentence
