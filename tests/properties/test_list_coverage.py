"""By which list an order would be missing, compared with a look at every list."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.columns.system_lists import SystemList, SystemLists

LISTS = st.builds(
    SystemList,
    key=st.just("a"),
    at=st.integers(1, 9),
    says_complete=st.booleans(),
    placed_from=st.integers(0, 9),
    part_count=st.integers(1, 2),
    parts=st.just(frozenset({1})),
)


@given(st.lists(LISTS, max_size=5), st.lists(st.integers(0, 10), max_size=4))
def test_the_latest_complete_list_that_covers_an_order_counts(
    lists: list[SystemList], placed: list[int]
) -> None:
    every = SystemLists("erp", tuple(sorted(lists, key=lambda each: each.at)))

    assert every.complete_at(np.array(placed, np.int64)).tolist() == [
        max((each.at for each in lists if each.complete and each.placed_from <= at), default=0)
        for at in placed
    ]
