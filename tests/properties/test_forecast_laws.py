"""What holds of every blast radius: milder failures never hit more, nothing out of reach is touched, and all parts of an answer agree."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph_models.enums import Band, Dimension, FailureClass, OrderSort, RecordKind
from graph_models.impact import AffectedOrder, AffectedRecord, Path
from graph_models.impairment import Impairment
from graph_models.money import total
from graph_models.orders import OrderFilter, Page
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.impact.answer import BlastRadius
from tests.properties.small_worlds import CHANNELS, PLACES, worlds
from tests.worlds import Journey, World, ask

SETTINGS = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
PLAIN = (Dimension.CHANNEL, Dimension.BAND, Dimension.EFFECT, Dimension.CAUSE, Dimension.CURRENCY, Dimension.REGION)
NARROW = (Scope.of(locations=["here"]), Scope.of(channels=["web"]), Scope.of(workflows=["ship"]))
RECORDS = tuple(RecordKind)


def orders_of(answer: BlastRadius, first: int = 500, **asked: Any) -> list[AffectedOrder]:
    """All of them, page after page."""
    found: list[AffectedOrder] = []
    after: str | None = None
    while True:
        page: Page[AffectedOrder] = answer.orders(first=first, after=after, **asked)
        found += page.items
        if not page.has_next:
            return found
        after = page.cursors[-1]


def records_of(answer: BlastRadius, kind: RecordKind, first: int = 500) -> list[AffectedRecord]:
    found: list[AffectedRecord] = []
    after: str | None = None
    while True:
        page: Page[AffectedRecord] = answer.records(kind, first=first, after=after)
        found += page.items
        if not page.has_next:
            return found
        after = page.cursors[-1]


def affected(world: World, **question: Any) -> set[str]:
    return {row.order for row in orders_of(ask(world, **question))}


def told(answer: BlastRadius) -> tuple[Any, ...]:
    """All that an answer says of orders and records."""
    return answer.totals, orders_of(answer), [records_of(answer, kind) for kind in RECORDS]


# ---- what does not matter


@SETTINGS
@given(worlds(most_failures=3), st.randoms(use_true_random=False))
def test_the_order_of_failures_and_of_rows_does_not_matter(world: World, dice: Any) -> None:
    failures, journeys = list(world.failures), list(world.journeys)
    dice.shuffle(failures)
    dice.shuffle(journeys)
    shuffled = replace(world, failures=tuple(failures), journeys=tuple(journeys))

    assert without_ties(ask(shuffled)) == without_ties(ask(world))


def without_ties(answer: BlastRadius) -> tuple[Any, ...]:
    """All but which of two fulfillments that are hit alike stands for their order."""
    totals, orders, records = told(answer)
    return totals, [replace(row, fulfillment="") for row in orders], records


@SETTINGS
@given(worlds())
def test_the_same_question_has_the_same_answer(world: World) -> None:
    assert told(ask(world)) == told(ask(world))


# ---- milder failures


@SETTINGS
@given(worlds(most_failures=1), st.sampled_from(NARROW))
def test_a_narrower_scope_never_adds_an_order(world: World, narrow: Scope) -> None:
    failure = world.failures[0]
    narrower = world.with_failures(replace(failure, scope=failure.scope.narrowed(narrow)))

    assert affected(narrower) <= affected(world)


@SETTINGS
@given(worlds(most_failures=2))
def test_one_failure_less_never_adds_an_order(world: World) -> None:
    assert affected(world, failures=tuple(f.key for f in world.failures[1:]), suppose=()) <= affected(world) or len(world.failures) == 1


@SETTINGS
@given(worlds(most_failures=1), st.sampled_from([30 * MINUTE, 2 * HOUR]))
def test_a_shorter_window_never_adds_an_order(world: World, earlier: Millis) -> None:
    failure = world.failures[0]
    assume(failure.failure_class is not FailureClass.BACKLOG)  # the same backlog in less time grows faster
    assert failure.expected_end is not None
    end = max(failure.expected_end - earlier, failure.started_at + MINUTE)
    assume(end > world.as_of)

    assert affected(world.with_failures(replace(failure, expected_end=end))) <= affected(world)


@SETTINGS
@given(
    worlds(most_failures=1),
    st.sampled_from([FailureClass.LATENCY, FailureClass.TRANSIENT, FailureClass.CAPACITY, FailureClass.BACKLOG, FailureClass.STALE_DATA]),
)
def test_a_milder_failure_of_the_same_class_never_adds_an_order(world: World, what: FailureClass) -> None:
    worse = replace(world.failures[0], failure_class=what, drain=None)
    assert worse.delay is not None
    assert worse.error_rate is not None
    milder = replace(worse, delay=worse.delay // 3, error_rate=worse.error_rate / 3)

    assert affected(world.with_failures(milder)) <= affected(world.with_failures(worse))


@SETTINGS
@given(worlds(most_failures=1))
def test_a_latency_never_hits_more_than_an_outage(world: World) -> None:
    """Of orders that were not there before: one that has passed meanwhile tells that it was no outage."""
    world = replace(world, journeys=tuple(replace(j, stays=j.stays[-1:]) for j in world.journeys))
    outage = replace(world.failures[0], failure_class=FailureClass.OUTAGE)
    assert outage.expected_end is not None
    late = replace(outage, failure_class=FailureClass.LATENCY, delay=min(outage.delay or MINUTE, (outage.expected_end - outage.started_at) // 10))

    assert affected(world.with_failures(late)) <= affected(world.with_failures(outage))


# ---- out of reach


@SETTINGS
@given(worlds(most_failures=2))
def test_nothing_outside_the_scope_is_touched(world: World) -> None:
    answer = ask(world)
    inside = {j.order for j in world.journeys if any(within(f.scope, j) for f in world.failures)}

    assert {row.order for row in orders_of(answer)} <= inside
    assert {row.order for kind in RECORDS for row in records_of(answer, kind)} <= inside


def within(scope: Scope, journey: Journey) -> bool:
    values = {"locations": journey.location, "channels": journey.channel, "workflows": journey.workflow}
    return all(values[name] in allowed for name, allowed in scope.limits)


@SETTINGS
@given(worlds(most_failures=2))
def test_what_was_done_before_the_failure_began_is_not_touched(world: World) -> None:
    over = replace(world, failures=tuple(replace(f, started_at=world.as_of - MINUTE, expected_end=world.as_of + HOUR) for f in world.failures))
    ended = replace(
        over, journeys=tuple(replace(j, ended=max(j.stays[-1][1], world.as_of - 2 * HOUR)) for j in world.journeys if j.stays[-1][1] < world.as_of - 2 * MINUTE)
    )
    done = {j.fulfillment for j in ended.journeys}
    found = orders_of(ask(ended))

    assert [row.order for row in found if row.band is not Band.RECORDS_ONLY and row.fulfillment in done] == []


@SETTINGS
@given(worlds(most_failures=2))
def test_no_order_is_hit_before_the_failure_that_hits_it(world: World) -> None:
    answer = ask(world)
    begun = min(f.started_at for f in world.failures)

    flow = [row for row in orders_of(answer) if row.band is not Band.RECORDS_ONLY]  # a record is hit on its way, after the moment that is told
    assert [row.order for row in flow if row.hit_at < begun] == []


# ---- all parts agree


@SETTINGS
@given(worlds(), st.sampled_from([0.0, 0.05, 0.5]))
def test_totals_are_the_sums_of_the_pages(world: World, least: float) -> None:
    answer = ask(world, min_likelihood=least)
    listed = orders_of(answer)
    bands = Counter(row.band for row in listed)
    totals = answer.totals

    assert totals.orders == len(listed) == len({row.order for row in listed})
    assert (totals.stuck, totals.exposed, totals.upcoming, totals.records_only) == tuple(bands[band] for band in Band)
    assert totals.value == total(row.value for row in listed)
    assert totals.will_miss_promise == sum(row.misses_promise for row in listed)
    assert abs(totals.expected_orders - sum(row.likelihood for row in listed)) <= 1e-4 * (1 + len(listed))


@SETTINGS
@given(worlds(), st.sampled_from([0.0, 0.5]))
def test_totals_of_records_are_the_sums_of_their_pages(world: World, least: float) -> None:
    answer = ask(world, min_likelihood=least)

    for kind, totals in ((RecordKind.POSTING, answer.totals.postings), (RecordKind.NOTIFICATION, answer.totals.notifications)):
        listed = records_of(answer, kind)
        counts = Counter((row.type, row.effect) for row in listed)
        assert {(row.type, row.effect): row.count for row in totals} == counts
        assert total(money for row in totals for money in row.amount) == total(row.amount for row in listed if row.amount is not None)
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

    assert affected(world, min_likelihood=least) <= {order for order, likelihood in rows.items() if likelihood >= least - 1e-4}


# ---- explanations


@SETTINGS
@given(worlds(most_failures=2))
def test_the_path_of_an_affected_order_goes_from_its_failure_hop_by_hop_to_its_own_effect(world: World) -> None:
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
    return path.hops[0].source in {f.id for f in world.failures} and all(before.target == after.source for before, after in pairwise(path.hops))


def replays(path: Path, impairments: Sequence[Impairment]) -> bool:
    """Whether the hops are an impairment and its causes, the nearest to the failure first; behind them come a step, perhaps, and the order."""
    elements = [(hop.target, hop.rule, hop.effect) for hop in path.hops]
    return any([(hop.element, hop.rule, hop.effect) for hop in each.hops] in (elements[:-1], elements[:-2]) for each in impairments)


@SETTINGS
@given(worlds(most_failures=2))
def test_an_order_that_is_not_affected_is_told_what_stopped_the_failure(world: World) -> None:
    answer = ask(world)
    spared = {j.order for j in world.journeys} - {row.order for row in orders_of(answer)}

    for order in spared:
        explanation = answer.explain(order)
        assert not explanation.affected
        assert explanation.paths == ()
        assert explanation.stopped_by
        assert f"order:{order} is not affected" in explanation.sentence
