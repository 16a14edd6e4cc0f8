import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.stores.state.key_numbers import KeyNumbers, SeenEvents, SortedRuns, id_hashes


@given(
    st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=20), max_size=12),
    st.lists(st.integers(0, 2**64 - 1), max_size=10),
)
def test_runs_find_what_was_added_and_nothing_else(batches: list[list[int]], others: list[int]) -> None:
    runs, known = SortedRuns(), set[int]()
    for batch in batches:
        new = [key for key in dict.fromkeys(batch) if key not in known]
        runs.add(np.array(new, np.uint64), np.array([key % 1000 for key in new], np.int64))
        known.update(new)
    asked = [*known, *others]

    found, payload = runs.find(np.array(asked, np.uint64))

    assert found.tolist() == [key in known for key in asked]
    assert payload is None or [int(payload[i]) for i in range(len(asked)) if asked[i] in known] == [
        key % 1000 for key in asked if key in known
    ]


def test_ids_keep_their_numbers_however_many_there_are() -> None:
    numbering, ids = KeyNumbers(), [f"O-{n}" for n in range(200_000)]
    for start in range(0, len(ids), 30_000):
        part = ids[start : start + 30_000]
        numbering.add({id_: start + n for n, id_ in enumerate(part)})

    assert numbering.find(["O-0", "O-199999", "O-123456", "X"]) == {
        "O-0": 0,
        "O-199999": 199_999,
        "O-123456": 123_456,
    }


def test_numbers_that_were_loaded_go_on() -> None:
    numbering = KeyNumbers()
    high, low = id_hashes(["a", "b"])
    numbering.load(high, low, np.array([0, 1], np.int32))

    assert (numbering.count, numbering.find(["b", "c"])) == (2, {"b": 1})


def test_what_was_seen_is_found_whether_it_came_alone_or_with_many() -> None:
    seen = SeenEvents()
    seen.add(np.array([5], np.uint64), np.array([1], np.int64))
    seen.add(np.arange(10_000, 20_000, dtype=np.uint64), np.arange(2, 10_002, dtype=np.int64))

    assert seen.find(np.array([5, 6, 15_000, 9_999], np.uint64)).tolist() == [1, -1, 5_002, -1]
