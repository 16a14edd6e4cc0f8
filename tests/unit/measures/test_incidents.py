"""Figures on incidents, counted by hand."""

from typing import Any

import pytest

from graph_models.time import HOUR, MINUTE, parse_moment
from impactgraph.measures.forecasts import ForecastOrder, check_forecast
from impactgraph.measures.incidents import (
    Grouping,
    IncidentFacts,
    Spread,
    figures_by_period,
    figures_of,
    groups_of,
)
from impactgraph.measures.periods import PeriodUnit, periods_between

NOON = parse_moment("2026-03-02T12:00:00Z")


def facts(key: str = "F-1", minutes: int = 0, **fields: Any) -> IncidentFacts:
    """It began so many minutes after noon, and was reported five minutes later."""
    begun = NOON + minutes * MINUTE
    times: dict[str, Any] = {"started_at": begun, "signs_at": begun, "reported_at": begun + 5 * MINUTE}
    return IncidentFacts(key, **(times | fields))


def test_times_are_medians_of_what_is_known() -> None:
    figures = figures_of(
        [
            facts("a", acknowledged_at=NOON + 15 * MINUTE, healed_at=NOON + 65 * MINUTE),
            facts("b", acknowledged_at=NOON + 35 * MINUTE, healed_at=NOON + 125 * MINUTE),
            facts("c", signs_at=NOON - HOUR, healed_at=NOON + 185 * MINUTE),
        ]
    )

    assert figures.detect == Spread(3, 5 * MINUTE, 65 * MINUTE)
    assert figures.acknowledge == Spread(2, 10 * MINUTE, 30 * MINUTE)
    assert figures.mitigate == Spread(0)
    assert figures.heal == Spread(3, 2 * HOUR, 3 * HOUR)


def test_a_report_that_is_dated_at_the_start_does_not_say_how_long_it_went_unseen() -> None:
    assert figures_of([facts(reported_at=NOON)]).detect == Spread(0)


def test_what_somebody_did_before_the_report_took_no_time() -> None:
    assert figures_of([facts(acknowledged_at=NOON)]).acknowledge == Spread(1, 0, 0)


def test_alerts_are_counted_by_incident_with_the_share_of_quiet_ones() -> None:
    figures = figures_of([facts("a", alerts=6), facts("b", alerts=2, is_quiet=True), facts("c")])

    assert (figures.alerts, figures.quiet_alerts, figures.quiet_share) == (8, 2, 0.25)
    assert figures.alerts_per_incident == pytest.approx(8 / 3)


def test_nothing_has_no_shares() -> None:
    figures = figures_of([])

    assert (figures.incidents, figures.alerts_per_incident, figures.quiet_share) == (0, None, None)


def test_orders_are_those_of_incidents_that_were_asked_of() -> None:
    figures = figures_of([facts("a", orders=10.0, promises=2.5), facts("b")])

    assert (figures.orders, figures.promises, figures.counted, figures.incidents) == (10.0, 2.5, 1, 2)


def test_an_incident_counts_in_the_period_in_which_it_began() -> None:
    week = 7 * 24 * 60
    periods = periods_between(NOON, NOON + week * MINUTE, PeriodUnit.WEEK)

    by_period = figures_by_period([facts("a"), facts("b", week), facts("c", -week)], periods)

    assert [(period.key, each.incidents) for period, each in by_period] == [
        ("2026-W10", 1),
        ("2026-W11", 1),
    ]


def test_groups_are_by_cause_owner_and_each_failed_element() -> None:
    incidents = [
        facts("a", cause="system:oms", owner="orders", elements=("system:oms", "api:oms.v1", "system:oms")),
        facts("b", cause="system:erp", owner="orders", elements=("system:erp",)),
        facts("c"),
    ]

    groups = [(each.grouping, each.key, each.figures.incidents) for each in groups_of(incidents)]

    assert groups == [
        (Grouping.CAUSE, "system:erp", 1),
        (Grouping.CAUSE, "system:oms", 1),
        (Grouping.OWNER, "orders", 2),
        (Grouping.ELEMENT, "api:oms.v1", 1),
        (Grouping.ELEMENT, "system:erp", 1),
        (Grouping.ELEMENT, "system:oms", 1),
    ]


def test_a_forecast_is_compared_for_the_orders_whose_promise_is_over() -> None:
    orders = [ForecastOrder("O-1", 0.75), ForecastOrder("O-2", 0.5), ForecastOrder("O-3", 1.0)]

    check = check_forecast("F-1", "An outage", NOON, orders, {"O-1": True, "O-2": False})

    assert check is not None
    assert (check.orders, check.expected, check.happened) == (2, 1.25, 1)
    assert check_forecast("F-1", "An outage", NOON, orders, {}) is None
