"""Keyset pagination: a cursor names the last row by key, so pages hold still while rows come and go."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from impactgraph.errors import BadInputError

MAX_FIRST = 500
_LARGEST = 1e300
"""Stands for an infinite key: JSON has none."""


class KeysetPage(NamedTuple):
    """Rows of one page in order, the cursor of each, and whether there are rows after and before the page."""

    rows: NDArray[np.intp]
    cursors: list[str]
    has_next: bool
    has_previous: bool


def encode(sort: str, key: float, identity: str) -> str:
    """The cursor of a row of a list in this sort order."""
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, key, identity])).rstrip(b"=").decode()


def decode(cursor: str, sort: str) -> tuple[float, str]:
    """(key, identity) of the row. Raises: BadInputError for a cursor of another list or sort order."""
    try:
        place = cursor.rpartition(".")[2]  # without the answer that it belongs to
        own_sort, key, identity = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
        if own_sort != sort:
            raise BadInputError(
                f"The cursor is of another order ({own_sort}); ask for the first page again without `after`."
            )
        return float(key), str(identity)
    except (ValueError, TypeError):
        raise BadInputError(
            f"{cursor!r} is not a cursor; take one from `endCursor` or an edge of the page before."
        ) from None


def finite(keys: NDArray[np.float64]) -> NDArray[np.float64]:
    """The keys as JSON can hold them; an unknown one is the largest."""
    return np.nan_to_num(keys, nan=_LARGEST, posinf=_LARGEST, neginf=-_LARGEST)


def checked_first(first: int) -> int:
    """`first`, where a page may have so many rows. Raises: BadInputError."""
    if not 1 <= first <= MAX_FIRST:
        raise BadInputError(f"`first` is {first}; it must be from 1 to {MAX_FIRST}.")
    return first


def page(
    keys: NDArray[np.float64],
    names: Callable[[NDArray[np.intp]], Sequence[str]],
    first: int,
    after: str | None,
    sort: str,
) -> KeysetPage:
    """The page of at most `first` rows after the cursor `after`, ascending by (key, name).

    `names(rows)` gives the identity of rows and is called only for rows near the page. Raises: BadInputError.
    Costs O(rows), and a sort of the page and its ties.
    """
    first = checked_first(first)
    keys = finite(keys)
    rows = np.arange(len(keys))
    if after is not None:
        rows = _after(keys, names, *decode(after, sort))
    near = rows
    if len(rows) > first:
        limit = np.partition(keys[rows], first)[first]
        near = rows[keys[rows] <= limit]
    labels = list(names(near))
    order = sorted(range(len(near)), key=lambda i: (keys[near[i]], labels[i]))[:first]
    return KeysetPage(
        rows=near[order],
        cursors=[encode(sort, float(keys[near[i]]), labels[i]) for i in order],
        has_next=len(rows) > len(order),
        has_previous=len(rows) < len(keys),
    )


def _after(
    keys: NDArray[np.float64], names: Callable[[NDArray[np.intp]], Sequence[str]], key: float, name: str
) -> NDArray[np.intp]:
    """Rows after (key, name)."""
    ties = np.flatnonzero(keys == key)
    if len(ties):
        ties = ties[[own_name > name for own_name in names(ties)]]
    return np.concatenate([ties, np.flatnonzero(keys > key)])
