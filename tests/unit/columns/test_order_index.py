"""Orders and their fulfillments are found by key, whether they are in the index or new."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from impactgraph.columns.declare import TEXT
from impactgraph.columns.order_index import OrderIndex
from tests.properties.small_worlds import worlds
from tests.worlds import World, columns_of


@given(st.lists(st.text(max_size=5), unique=True, max_size=12), st.integers(0, 12))
def test_a_key_has_its_row_whether_it_is_in_the_index_or_new(keys: list[str], size: int) -> None:
    ids = np.array(keys, TEXT)
    index = OrderIndex.following(None, ids[:size])

    assert OrderIndex.following(index, ids).find(ids, keys).tolist() == list(range(len(keys)))
    assert index.find(ids, ["unknown key"]).tolist() == [-1]


def test_many_new_keys_are_indexed_again() -> None:
    ids = np.array([f"O-{n}" for n in range(50_000)], TEXT)

    assert OrderIndex.following(OrderIndex.following(None, ids[:10]), ids).size == len(ids)


@given(worlds(), st.integers(0, 12))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_fulfillment_rows_are_those_of_the_orders(world: World, count: int) -> None:
    columns = columns_of(world)
    keys = [str(key) for key in columns.orders.ids[:count]]

    rows = columns.fulfillment_rows(columns.order_rows([*keys, "O-unknown"]))

    assert [str(key) for key in columns.fulfillments.ids[rows]] == [
        j.fulfillment for j in world.journeys if j.order in keys
    ]
