"""The groups of a breakdown come in the order of the figure that is shown of them."""

from collections.abc import Iterator

import pytest

from graph_models.enums import Dimension
from graph_models.impact import Question
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.usecases.blast_radius import blast_radius
from tests.demo_store import NOW, demo_store


@pytest.fixture(scope="module")
def answer() -> Iterator[BlastRadius]:
    """Of the demo's failures: many orders are affected with a low likelihood."""
    store = demo_store(1_500)
    with blast_radius(store, Question(), NOW) as answer:
        yield answer
    store.close()


@pytest.mark.parametrize("by", [Dimension.STEP, Dimension.LOCATION, Dimension.REGION])
def test_the_most_expected_orders_come_first(answer: BlastRadius, by: Dimension) -> None:
    expected = [each.orders.expected for each in answer.group_estimates([by])]
    possible = [group.orders for group in answer.breakdown([by])]

    assert expected == sorted(expected, reverse=True)
    assert len(possible) == len(expected) > 1


def test_many_unlikely_orders_come_after_few_likely_ones(answer: BlastRadius) -> None:
    possible = [group.orders for group in answer.breakdown([Dimension.LOCATION])]

    assert possible != sorted(possible, reverse=True)
