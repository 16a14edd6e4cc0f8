"""Expected totals: sums of what every order says, that hold across failures, ends and parts of an answer."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.enums import Dimension, FailureClass, RecordKind
from graph_models.estimates import Estimate, Estimates, converted_amount, exact_amounts
from graph_models.rates import ExchangeRates
from graph_models.time import DAY, HOUR
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.impact.estimates import estimate_difference
from tests.listing import orders_of
from tests.properties.wide_worlds import SCENARIO, wide_worlds
from tests.worlds import World, ask

SETTINGS = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
BANDS = ("stuck", "exposed", "upcoming", "records_only")
COUNTS = ("orders", *BANDS, "promises_missed", "postings", "notifications", "tasks", "supplier_orders")


def asked(world: World) -> BlastRadius:
    return ask(world, horizon=365 * DAY, min_likelihood=0.0)


def expected(estimates: Estimates, name: str) -> float:
    estimate: Estimate = getattr(estimates, name)
    return estimate.expected


def told(likelihoods: Iterable[float]) -> Any:
    """The sum of likelihoods that rows give to four digits."""
    every = list(likelihoods)
    return pytest.approx(sum(every), abs=5.1e-5 * len(every) + 1e-6)


@SETTINGS
@given(wide_worlds(most_failures=3))
def test_totals_are_the_sums_of_what_each_order_and_record_says(world: World) -> None:
    answer = asked(world)
    estimates = answer.estimates
    orders = orders_of(answer)

    assert estimates.orders.expected == told(row.likelihood for row in orders)
    assert estimates.orders.possible == len(orders) == answer.totals.orders
    assert estimates.orders.expected == pytest.approx(answer.totals.expected_orders, abs=1e-6)
    assert estimates.promises_missed.expected == told(row.miss_likelihood for row in orders)
    assert answer.totals.will_miss_promise == round(estimates.promises_missed.expected)
    assert sum(expected(estimates, band) for band in BANDS) == pytest.approx(estimates.orders.expected)
    for kind, of_kind in (
        (RecordKind.POSTING, estimates.postings),
        (RecordKind.NOTIFICATION, estimates.notifications),
    ):
        listed = answer.records(kind, first=500)
        assert of_kind.possible == listed.total_count
        assert of_kind.expected == told(row.likelihood for row in listed.items)
    for name in COUNTS:
        each: Estimate = getattr(estimates, name)
        assert 0 <= each.low <= each.expected <= each.high <= each.possible
    for amount in (*estimates.value, *estimates.refunds_at_risk):
        assert 0 <= amount.low <= amount.expected <= amount.high


RATES = ExchangeRates("EUR", 0, {"USD": Decimal("1.08"), "JPY": Decimal(171)})


def in_currencies(world: World, currencies: Sequence[str]) -> World:
    """Its orders have these currencies in turn, and its topology has rates."""
    orders = list(dict.fromkeys(journey.order for journey in world.journeys))
    currency_of = {order: currencies[n % len(currencies)] for n, order in enumerate(orders)}
    journeys = tuple(replace(each, currency=currency_of[each.order]) for each in world.journeys)
    return replace(world, journeys=journeys, topology=replace(world.topology, rates=RATES))


@SETTINGS
@given(
    wide_worlds(most_failures=2).filter(lambda world: world.failures),
    st.lists(st.sampled_from(["EUR", "USD", "JPY", "GBP"]), min_size=1, max_size=4),
)
def test_a_converted_amount_is_that_of_all_currencies_or_the_assumptions_say_why_not(
    world: World, currencies: list[str]
) -> None:
    answer = asked(in_currencies(world, currencies))

    parts = (answer.estimates, *answer.group_estimates((Dimension.CHANNEL,)), *answer.forecast_estimates(DAY))
    for amounts in (amounts for part in parts for amounts in (part.value, part.refunds_at_risk)):
        exact, converted = exact_amounts(amounts), converted_amount(amounts)
        has_rates = all(RATES.has(each.currency) for each in exact)
        assert (converted is not None) == (has_rates and any(each.currency != "EUR" for each in exact))
        if converted is not None:
            by_hand = sum((each.expected / RATES.of(each.currency) for each in exact), Decimal(0))
            assert converted == amounts[-1]
            assert abs(converted.expected - by_hand) < Decimal("0.02")
            assert 0 <= converted.low <= converted.expected <= converted.high
    sentences = [each for each in answer.assumptions if "1970-01-01" in each]
    occurring = {each.currency for each in answer.estimates.value}
    assert len(sentences) == bool(occurring - {"EUR"})
    assert all(("GBP" in each) == ("GBP" in occurring) for each in sentences)


@SETTINGS
@given(wide_worlds(most_failures=3))
def test_parts_of_an_answer_add_up_to_the_whole(world: World) -> None:
    answer = asked(world)

    parts = [
        answer.group_estimates((Dimension.CHANNEL,)),
        answer.group_estimates((Dimension.BAND, Dimension.REGION)),
        answer.forecast_estimates(HOUR * 6),
    ]

    for estimates in parts:
        for name in COUNTS:
            total = sum(expected(each, name) for each in estimates)
            assert total == pytest.approx(expected(answer.estimates, name), abs=1e-6), name


@SETTINGS
@given(wide_worlds(most_failures=3).filter(lambda world: len(world.failures) > 1))
def test_a_joint_total_lies_between_the_greatest_single_one_and_their_sum(world: World) -> None:
    """Of promises only for outages: what one failure holds back may miss the window of another class."""
    joint = asked(world)
    alone = [asked(world.with_failures(failure)) for failure in world.failures]
    slack = SCENARIO * len(world.journeys) + 1e-6

    singles = [expected(each.estimates, "orders") for each in alone]
    assert max(singles) - slack <= expected(joint.estimates, "orders") <= sum(singles) + slack
    if all(failure.failure_class is FailureClass.OUTAGE for failure in world.failures):
        missed = max(expected(each.estimates, "promises_missed") for each in alone)
        assert expected(joint.estimates, "promises_missed") >= missed - slack


@SETTINGS
@given(wide_worlds(most_failures=3).filter(lambda world: len(world.failures) > 1))
def test_what_a_failure_adds_is_the_joint_answer_less_the_one_without_it(world: World) -> None:
    joint = asked(world)
    without = asked(world.with_failures(*world.failures[1:]))

    adds = estimate_difference(joint.sums, without.sums)

    for name in COUNTS:
        difference = expected(joint.estimates, name) - expected(without.estimates, name)
        assert expected(adds, name) == pytest.approx(difference, abs=1e-6)
        each: Estimate = getattr(adds, name)
        assert each.low <= each.expected <= each.high <= max(each.possible, 0)


@SETTINGS
@given(wide_worlds(most_failures=1))
def test_a_later_end_costs_no_less(world: World) -> None:
    slack = SCENARIO * len(world.journeys) + 1e-6
    ends = [world.as_of + hours * HOUR for hours in (0, 1, 4, 20)]

    costs = [
        asked(
            world.with_failures(
                *(replace(f, ended_at=max(end, f.started_at), expected_end=None) for f in world.failures)
            )
        ).estimates
        for end in ends
    ]

    for name in ("orders", "promises_missed"):
        numbers = [expected(each, name) for each in costs]
        assert all(later >= earlier - slack for earlier, later in pairwise(numbers))
