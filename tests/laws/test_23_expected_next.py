"""The next step of an order is expected at the same moment in all answers, and never in the past."""

import pytest

from graph_models.enums import OrderSort, OrderStatus
from graph_models.time import MINUTE
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.orders import OrderQuery, find_order, list_orders
from tests.asking import cases_of
from tests.demo_store import NOW, demo_store
from tests.laws.inputs import moment_of, store_of

LAW = "23-expected-next-in-the-past"


@pytest.mark.parametrize(("order", "expected"), [("BATCH", "12:00"), ("HELD", "15:00")])
def test_runs_and_known_failures_count(order: str, expected: str) -> None:
    store, at = store_of(LAW, "11:00", "events"), moment_of("11:00")

    found = find_order(store, order, at, at)
    diagnosis = cases_of(store, [order], at)[order].diagnosis

    assert found is not None
    (part,) = found.fulfillments
    assert part.expected_next == diagnosis.next_expected
    assert part.expected_next is not None
    assert abs(part.expected_next - moment_of(expected)) <= 5 * MINUTE


@pytest.fixture(scope="module")
def demo() -> EmbeddedStore:
    return demo_store(600)


@pytest.mark.parametrize("minutes", [0, 47])
def test_lists_say_what_diagnoses_say(demo: EmbeddedStore, minutes: int) -> None:
    now = NOW + minutes * MINUTE
    page = list_orders(demo, now, OrderQuery(sort=OrderSort.PLACED_ASC, first=500)).items
    cases = cases_of(demo, [order.key for order in page], now)

    single = [order for order in page if len(order.fulfillments) == 1]
    moving = [part for order in page for part in order.fulfillments if part.status is OrderStatus.IN_FLIGHT]

    assert len(single) > 100
    assert {order.key: order.fulfillments[0].expected_next for order in single} == {
        order.key: cases[order.key].diagnosis.next_expected for order in single
    }
    assert [part.key for part in moving if part.expected_next and part.expected_next < now] == []
