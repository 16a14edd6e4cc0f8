"""Orders still to come: of an outage that no known order meets, in words, and where there is no history."""

from dataclasses import replace

import pytest

from graph_models.orders import OrderFilter
from graph_models.topology import Topology, Transition
from tests.drawing import EIGHT, HOUR, MINUTE, drawn, failure, step
from tests.worlds import Journey, World, ask

SHOP: Topology = drawn(step("pay", "payments", then=(Transition("pick"),)), step("pick", "wms"))
DAYS = tuple(
    Journey(
        f"O-{n}",
        (("pay", at), ("pick", at + 5 * MINUTE)),
        channel="web" if n % 3 else "app",
        promised_by=at + 30 * MINUTE,
        ended=at + 6 * MINUTE,
    )
    for n, at in enumerate(range(EIGHT - 47 * HOUR, EIGHT, 3 * MINUTE))
)
"""Twenty orders an hour, all of which are done."""
OUTAGE = replace(failure("system:payments"), expected_end=None, ended_at=EIGHT + 2 * HOUR)
WORLD = World(SHOP, (OUTAGE,), DAYS, EIGHT)


def test_an_outage_that_no_known_order_meets_affects_those_that_are_placed_until_its_end() -> None:
    to_come = ask(WORLD).to_come

    assert to_come.until == EIGHT + 2 * HOUR
    assert to_come.placed.expected == pytest.approx(40, rel=0.1)
    assert to_come.affected.expected == pytest.approx(to_come.placed.expected, rel=0.1)
    assert 0 < to_come.promises_missed.expected < to_come.affected.expected
    assert to_come.affected.low < 40 < to_come.affected.high
    assert [each.currency for each in to_come.value] == ["EUR"]
    assert float(to_come.value[0].expected) == pytest.approx(100 * to_come.affected.expected, rel=0.01)


def test_the_headline_says_that_none_is_affected_yet() -> None:
    answer = ask(WORLD)

    assert answer.totals.orders == 0
    assert "affects no order yet; about 40 orders (" in answer.headline
    assert "are expected to be placed and affected by 18:00 UTC." in answer.headline


def test_a_first_step_that_is_down_is_one_that_customers_may_not_get_to() -> None:
    assert any("where customers cannot order" in each for each in ask(WORLD).to_come.assumptions)


def test_an_ended_failure_has_no_orders_to_come() -> None:
    to_come = ask(WORLD.with_failures(replace(OUTAGE, ended_at=EIGHT))).to_come

    assert (to_come.placed.expected, to_come.assumptions) == (0, ())


def test_without_any_order_before_the_answer_says_that_it_cannot_tell() -> None:
    to_come = ask(replace(WORLD, journeys=DAYS[-1:])).to_come

    assert to_come.affected.high == 0
    assert to_come.assumptions == (
        "No order was placed in the hours before, so those to come cannot be estimated.",
    )


@pytest.mark.parametrize(
    ("where", "share"),
    [
        (OrderFilter(channels=("app",)), 1 / 3),
        (OrderFilter(ids=("order:O-1",)), 0),
        (OrderFilter(steps=("ship/pay",)), 0),
        (OrderFilter(placed_to=EIGHT), 0),
        (OrderFilter(placed_from=EIGHT + HOUR), 1 / 2),
        (OrderFilter(promised_before=EIGHT + 90 * MINUTE), 1 / 2),
    ],
)
def test_a_filter_leaves_the_orders_to_come_that_meet_it(where: OrderFilter, share: float) -> None:
    whole, part = ask(WORLD).to_come, ask(WORLD, where=where).to_come

    assert part.placed.expected == pytest.approx(share * whole.placed.expected, rel=0.12)


def test_missed_promises_alone_are_those_to_come_that_miss_theirs() -> None:
    whole = ask(WORLD).to_come

    missed = ask(WORLD, where=OrderFilter(will_miss_promise=True)).to_come
    kept = ask(WORLD, where=OrderFilter(will_miss_promise=False)).to_come

    assert missed.affected.expected == pytest.approx(whole.promises_missed.expected)
    assert missed.affected.expected + kept.affected.expected == pytest.approx(whole.affected.expected)
