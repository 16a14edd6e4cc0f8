"""Orders are found by name, those that came last too, and a question about some of them is answered as if all had been asked about."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.orders import OrderFilter
from impactgraph.columns.order_index import OrderIndex
from tests.listing import orders_of
from tests.properties.small_worlds import worlds
from tests.worlds import World, ask, columns_of

TEXT = np.dtypes.StringDType()


@given(st.lists(st.text(max_size=5), unique=True, max_size=12), st.integers(0, 12))
def test_a_name_is_found_at_its_row_whether_it_was_indexed_or_is_new(names: list[str], indexed: int) -> None:
    ids = np.array(names, TEXT)
    known = OrderIndex.following(None, ids[:indexed])

    assert OrderIndex.following(known, ids).find(ids, names).tolist() == list(range(len(names)))
    assert known.find(ids, ["not there"]).tolist() == [-1]


def test_many_new_names_are_indexed_again() -> None:
    ids = np.array([f"O-{n}" for n in range(50_000)], TEXT)

    assert OrderIndex.following(OrderIndex.following(None, ids[:10]), ids).size == len(ids)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(worlds(), st.data())
def test_some_orders_are_told_as_they_are_among_all(world: World, data: st.DataObject) -> None:
    keys = sorted({j.order for j in world.journeys})
    asked = data.draw(st.lists(st.sampled_from([*keys, "O-unknown"]), min_size=1, max_size=12))

    alone = orders_of(ask(world, where=OrderFilter(ids=tuple(asked))))

    assert alone == [row for row in orders_of(ask(world)) if row.order in asked]


@given(worlds(), st.integers(0, 12))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_the_parts_of_orders_are_their_rows(world: World, count: int) -> None:
    columns = columns_of(world)
    keys = [str(key) for key in columns.orders.ids[:count]]

    found = columns.fulfillment_rows(columns.order_rows([*keys, "O-unknown"]))

    assert [str(key) for key in columns.fulfillments.ids[found]] == [
        j.fulfillment for j in world.journeys if j.order in keys
    ]
