"""Promises kept, exceptions and money in late postings, of orders that are drawn in a line or two."""

from decimal import Decimal

import numpy as np

from graph_models.money import Money
from graph_models.time import DAY, HOUR, parse_moment
from impactgraph.columns import CANCELLED, NO_AMOUNT
from impactgraph.measures.orders import (
    LatePostings,
    Postings,
    kept_at,
    late_postings,
    service_levels,
    step_errors,
)
from impactgraph.measures.periods import PeriodUnit, periods_between
from impactgraph.topology.load import parse_topology
from tests.worlds import MICROS, Erred, Journey, World, columns_of

MONDAY = parse_moment("2026-03-02T00:00:00Z")
TOPOLOGY = parse_topology(
    {
        "shop.yaml": """
systems: {oms: {}}
workflows:
  ship: {steps: {pick: {runs_on: oms, then: [pack]}, pack: {runs_on: oms}}}
  collect:
    steps:
      pick: {runs_on: oms, then: [wait-for-pickup], emits: {notifications: [{type: ready_for_pickup}]}}
      wait-for-pickup: {runs_on: oms}
"""
    }
)
WEEKS = periods_between(MONDAY, MONDAY + 8 * DAY, PeriodUnit.WEEK)


def world(*journeys: Journey) -> World:
    return World(TOPOLOGY, (), journeys, MONDAY + 8 * DAY)


def journey(order: str, hours: int = 0, *, promise: int = 24, **fields: object) -> Journey:
    """Picked so many hours after Monday's start."""
    stays = (("pick", MONDAY + hours * HOUR),)
    return Journey(order, stays, **({"promised_by": MONDAY + promise * HOUR} | fields))  # type: ignore[arg-type]


def test_promises_are_counted_by_period_and_channel_once_they_are_over() -> None:
    columns = columns_of(
        world(
            journey("O-1", ended=MONDAY + 20 * HOUR),
            journey("O-2", ended=MONDAY + 30 * HOUR),
            journey("O-3"),
            journey("O-4", channel="app", ended=MONDAY + 24 * HOUR),
            journey("O-5", promise=8 * 24, ended=MONDAY + HOUR),
            journey("O-6", promise=30 * 24),
            journey("O-7", promised_by=0),
        )
    )

    levels = service_levels(columns, kept_at(TOPOLOGY, columns), WEEKS, MONDAY + 8 * DAY)

    assert [(each.period, each.channel, each.promises, each.kept) for each in levels] == [
        ("2026-W10", "app", 1, 1),
        ("2026-W10", "web", 3, 1),
        ("2026-W11", "web", 1, 1),
    ]


def test_a_collection_is_kept_when_it_is_ready_and_an_order_when_all_its_parts_are() -> None:
    ready = (("pick", MONDAY), ("wait-for-pickup", MONDAY + 5 * HOUR))
    columns = columns_of(
        world(
            Journey("O-1", ready, workflow="collect"),
            journey("O-2", ended=MONDAY + HOUR),
            journey("O-2", part=2, ended=MONDAY + 3 * HOUR),
            journey("O-3", ended=MONDAY + HOUR),
            journey("O-3", part=2),
        )
    )
    kept = kept_at(TOPOLOGY, columns)

    assert kept[:2].tolist() == [MONDAY + 5 * HOUR, MONDAY + 3 * HOUR]
    assert kept[2] == np.iinfo(np.int64).max


def test_cancelled_parts_promise_nothing() -> None:
    columns = columns_of(world(journey("O-1", ended=MONDAY + HOUR), journey("O-1", part=2)))
    columns.fulfillments.status[1] = CANCELLED

    assert kept_at(TOPOLOGY, columns).tolist() == [MONDAY + HOUR]


def test_exceptions_are_those_of_fulfillments_that_entered_the_step_in_the_period() -> None:
    twice = (Erred("pick", MONDAY + HOUR), Erred("pick", MONDAY + 2 * HOUR))
    columns = columns_of(
        world(
            journey("O-1", errors=twice),
            journey("O-2", hours=7 * 24, errors=(Erred("pick", MONDAY + 7 * DAY + 1),)),
            journey("O-3", errors=(Erred("pack", MONDAY + HOUR),)),
            journey("O-4", hours=7 * 24 - 1, errors=(Erred("pick", MONDAY + 7 * DAY),)),
        )
    )

    assert [(each.period, each.step, each.entered, each.failed) for each in step_errors(columns, WEEKS)] == [
        ("2026-W10", "step:ship/pack", 1, 1),
        ("2026-W10", "step:ship/pick", 3, 2),
        ("2026-W11", "step:ship/pick", 1, 1),
    ]


def postings(*rows: tuple[int, int, int | None]) -> Postings:
    """(due, came) in days after Monday, and the amount."""
    zeros = np.zeros(len(rows), np.int64)
    return Postings(
        type=["invoice"],
        code=zeros,
        due=np.array([MONDAY + due * DAY for due, _, _ in rows], np.int64),
        came=np.array([MONDAY + came * DAY for _, came, _ in rows], np.int64),
        micros=np.array([NO_AMOUNT if each is None else each * MICROS for _, _, each in rows], np.int64),
        currency=["EUR"],
        of_currency=zeros,
    )


def test_money_is_late_from_when_a_posting_is_due_until_it_comes() -> None:
    found = late_postings(postings((1, 3, 100), (4, 2, 50), (6, 8, 10), (1, 2, None)), WEEKS)

    assert found == (
        LatePostings("2026-W10", "invoice", 2, (Money(Decimal("210.00"), "EUR"),)),
        LatePostings("2026-W11", "invoice", 1, (Money(Decimal("10.00"), "EUR"),)),
    )
