"""Keyset pages over lists in memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.errors import BadInputError
from impactgraph.usecases.pages import page, page_in_order


def by_itself(item: str) -> tuple[int | str, ...]:
    return len(item), item


def walk(items: list[str], size: int) -> list[str]:
    """All items, page by page."""
    seen: list[str] = []
    after = None
    while True:
        found = page(items, by_itself, first=size, after=after)
        seen += found.items
        if not found.has_next:
            return seen
        after = found.cursors[-1]


WORDS = st.lists(st.text(max_size=4), unique=True, max_size=30).map(
    lambda words: sorted(words, key=by_itself)
)


@given(WORDS, st.integers(1, 7))
def test_pages_of_any_size_give_every_item_once_and_in_order(items: list[str], size: int) -> None:
    assert walk(items, size) == items


@given(WORDS, st.text(max_size=4), st.integers(1, 7))
def test_an_item_that_comes_while_someone_reads_moves_no_other(
    items: list[str], newcomer: str, size: int
) -> None:
    first = page(items, by_itself, first=size, after=None)
    grown = sorted({*items, newcomer}, key=by_itself)

    if first.has_next:
        second = page(grown, by_itself, first=len(grown), after=first.cursors[-1])

        assert [item for item in second.items if item != newcomer] == [
            item for item in items[size:] if item != newcomer
        ]


def test_a_page_says_what_lies_before_and_after_it() -> None:
    items = ["a", "b", "c"]
    first = page(items, by_itself, first=1, after=None)
    second = page(items, by_itself, first=1, after=first.cursors[0])
    third = page(items, by_itself, first=1, after=second.cursors[0])

    assert [(each.has_previous, each.has_next, each.total_count) for each in (first, second, third)] == [
        (False, True, 3),
        (True, True, 3),
        (True, False, 3),
    ]


@pytest.mark.parametrize("first", [0, 501, -5])
def test_a_size_out_of_range_is_bad_input(first: int) -> None:
    with pytest.raises(BadInputError, match="1 to 500"):
        page(["a"], by_itself, first=first, after=None)


@pytest.mark.parametrize("cursor", ["", "nonsense", "e30=", "WzFd", "WyJhIl0=", "WzEsIDJd", "\u00e9"])
def test_a_cursor_of_another_list_is_bad_input(cursor: str) -> None:
    with pytest.raises(BadInputError, match="no cursor"):
        page(["a"], by_itself, first=1, after=cursor)


def test_a_list_with_an_order_of_its_own_goes_on_behind_the_last_seen() -> None:
    items = ["z", "a", "m"]
    first = page_in_order(items, first=2, after=None)

    assert page_in_order(items, first=2, after=first.cursors[-1]).items == ("m",)


def test_a_last_seen_that_is_gone_is_bad_input() -> None:
    first = page_in_order(["z", "a"], first=1, after=None)

    with pytest.raises(BadInputError, match="no cursor"):
        page_in_order(["a"], first=1, after=first.cursors[-1])
