"""Keyset pages over lists in memory: a cursor holds the key of the last item, not its position."""

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar, cast, overload

from graph_models.orders import Page
from impactgraph.errors import BadInputError

T = TypeVar("T")
Key: TypeAlias = tuple[int | str, ...]

DEFAULT_FIRST = 50
MOST = 500


def is_page_size(count: int) -> bool:
    """Whether one answer may list so many items."""
    return 1 <= count <= MOST


def check_first(first: int | None) -> int:
    """Size of the page; None is the default. Raises BadInputError outside 1..500."""
    if first is None:
        return DEFAULT_FIRST
    if not is_page_size(first):
        raise BadInputError(
            f"first is {first}, but a page has 1 to {MOST}. Ask for at most {MOST} and continue with `after`."
        )
    return first


def page(items: Sequence[T], key: Callable[[T], Key], *, first: int | None, after: str | None) -> Page[T]:
    """The `first` items after the cursor. `items`: sorted by `key`, which is unique. Raises BadInputError."""
    return page_of_keys(items, _Keys(items, key), first=first, after=after)


def page_of_keys(items: Sequence[T], keys: Sequence[Key], *, first: int | None, after: str | None) -> Page[T]:
    """As `page`, where the key of each item is at hand."""
    size = check_first(first)
    start = _place(keys, after) if after is not None else 0
    rows = tuple(items[start : start + size])
    return Page(
        rows,
        tuple(_encode(keys[at]) for at in range(start, start + len(rows))),
        len(items),
        has_next=start + size < len(items),
        has_previous=start > 0,
    )


def page_in_order(items: Sequence[str], *, first: int | None, after: str | None) -> Page[str]:
    """As `page`, for distinct ids in an arbitrary order; the cursor is the last id."""
    places = {item: index for index, item in enumerate(items)}
    if after is None:
        return _slice(items, 0, check_first(first))
    last = _decode(after)
    if len(last) != 1 or last[0] not in places:
        raise _bad_cursor(after)
    return _slice(items, places[str(last[0])] + 1, check_first(first))


class _Keys(Sequence[Key], Generic[T]):
    """The key of each item, computed when it is read."""

    def __init__(self, items: Sequence[T], key: Callable[[T], Key]) -> None:
        self._items = items
        self._key = key

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> Key: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Key]: ...
    def __getitem__(self, at: int | slice) -> Key | Sequence[Key]:
        return (
            [self._key(item) for item in self._items[at]]
            if isinstance(at, slice)
            else self._key(self._items[at])
        )


def _place(keys: Sequence[Key], after: str) -> int:
    last = _decode(after)
    if len(keys) and list(map(type, last)) != list(map(type, keys[0])):
        raise _bad_cursor(after)
    return bisect_right(keys, last)


def _slice(items: Sequence[str], start: int, size: int) -> Page[str]:
    rows = tuple(items[start : start + size])
    return Page(
        rows,
        tuple(_encode((item,)) for item in rows),
        len(items),
        has_next=start + size < len(items),
        has_previous=start > 0,
    )


def _encode(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode()


def _decode(cursor: str) -> Key:
    try:
        place = cursor.rpartition(".")[2]  # without the answer that it belongs to
        parts: Any = json.loads(base64.urlsafe_b64decode(place.encode()))
    except (binascii.Error, ValueError):
        raise _bad_cursor(cursor) from None
    if not isinstance(parts, list):
        raise _bad_cursor(cursor)
    return tuple(part for part in cast(list[object], parts) if isinstance(part, int | str))


def _bad_cursor(cursor: str) -> BadInputError:
    return BadInputError(
        f"after is {cursor!r}, which is no cursor of this list. Pass an endCursor of the page before, as it "
        "is."
    )
