"""Keyset pages over lists in memory: a cursor holds the key of the last item, not its position."""

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar, cast

from graph_models.orders import Page
from impactgraph.errors import BadInputError

T = TypeVar("T")
Key: TypeAlias = tuple[int | str, ...]

DEFAULT_FIRST = 50
MOST = 500


def check_first(first: int | None) -> int:
    """Size of the page; None is the default. Raises BadInputError outside 1..500."""
    if first is None:
        return DEFAULT_FIRST
    if not 1 <= first <= MOST:
        raise BadInputError(
            f"first is {first}, but a page has 1 to {MOST}. Ask for at most {MOST} and go on with `after`."
        )
    return first


def page(items: Sequence[T], key: Callable[[T], Key], *, first: int | None, after: str | None) -> Page[T]:
    """The `first` items after the cursor. `items`: sorted by `key`, which is unique. Raises BadInputError."""
    size = check_first(first)
    start = _place(items, key, after) if after is not None else 0
    rows = tuple(items[start : start + size])
    return Page(
        rows,
        tuple(_encode(key(item)) for item in rows),
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


def _place(items: Sequence[T], key: Callable[[T], Key], after: str) -> int:
    last = _decode(after)
    if items and list(map(type, last)) != list(map(type, key(items[0]))):
        raise _bad_cursor(after)
    return bisect_right(items, last, key=key)


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
        parts: Any = json.loads(base64.urlsafe_b64decode(cursor.encode()))
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
