"""With a row filter, every surface shows what a store shows that never had the other orders."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.row_filter.compare import Comparison


@pytest.fixture(scope="module")
def comparison() -> Iterator[Comparison]:
    made = Comparison()
    yield made
    made.close()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_a_row_filter_shows_the_world_cut_down_to_its_orders(comparison: Comparison, seed: int) -> None:
    assert list(comparison.differences(seed)) == []
