"""A question about some orders is answered as if it were about all."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph_models.orders import OrderFilter
from impactgraph.errors import NotFoundError
from tests.listing import orders_of
from tests.properties.small_worlds import worlds
from tests.worlds import World, ask


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(worlds(), st.data())
def test_some_orders_are_reported_as_they_are_among_all(world: World, data: st.DataObject) -> None:
    keys = sorted({j.order for j in world.journeys})
    assume(keys)
    asked = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=12))

    alone = orders_of(ask(world, where=OrderFilter(ids=tuple(asked))))

    assert alone == [row for row in orders_of(ask(world)) if row.order in asked]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_an_order_that_is_not_on_record_is_an_error(world: World) -> None:
    with pytest.raises(NotFoundError, match="O-unknown"):
        ask(world, where=OrderFilter(ids=("O-unknown",)))
