"""A list that was sorted once gives the pages that a sort for each page gives, in any order of reading."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.enums import OrderSort
from impactgraph.impact import keyset
from impactgraph.impact.sorted_keys import SortedKeys

_SORT = OrderSort.PROMISE_ASC.value
_KEYS = st.one_of(st.integers(0, 4).map(float), st.just(float("inf")), st.just(float("nan")))


@settings(max_examples=300, deadline=None)
@given(st.lists(_KEYS, max_size=40), st.integers(1, 7), st.data())
def test_pages_of_a_sorted_list_are_those_of_the_list(
    keys: list[float], first: int, data: st.DataObject
) -> None:
    names = data.draw(st.permutations([f"O-{n}" for n in range(len(keys))]))

    def names_of(rows: np.ndarray) -> list[str]:
        return [names[row] for row in rows]

    every = np.array(keys, np.float64)
    kept = SortedKeys(every, names_of)
    cursors: list[str | None] = [None]
    while True:
        page = keyset.page(every, names_of, first, cursors[-1], _SORT)
        if not page.cursors:
            break
        cursors.append(page.cursors[-1])

    for cursor in data.draw(st.permutations(cursors)):
        expected = keyset.page(every, names_of, first, cursor, _SORT)
        page = kept.page(first, cursor, _SORT)
        assert (page.rows.tolist(), *page[1:]) == (expected.rows.tolist(), *expected[1:])
