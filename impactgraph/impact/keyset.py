"""Pages of a long list by key: the cursor says after which row to go on, so that pages hold still while rows come and go."""

import base64
import json
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from impactgraph.errors import BadInputError

MAX_FIRST = 500


def encode(sort: str, key: float, identity: str) -> str:
    return (
        base64.urlsafe_b64encode(json.dumps([sort, key, identity], separators=(",", ":")).encode())
        .decode()
        .rstrip("=")
    )


def decode(cursor: str, sort: str) -> tuple[float, str]:
    """(key, identity). Raises BadInputError for a cursor of another list or another order."""
    try:
        found, key, identity = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if found != sort:
            raise BadInputError(
                f"The cursor is of another order ({found}); ask for the first page again without `after`."
            )
        return float(key), str(identity)
    except (ValueError, TypeError):
        raise BadInputError(
            f"{cursor!r} is not a cursor; take one from `endCursor` or an edge of the page before."
        ) from None


def checked_first(first: int) -> int:
    if not 1 <= first <= MAX_FIRST:
        raise BadInputError(f"`first` is {first}; it must be from 1 to {MAX_FIRST}.")
    return first


def page(
    keys: NDArray[np.float64],
    names: Callable[[NDArray[np.intp]], Sequence[str]],
    first: int,
    after: str | None,
    sort: str,
) -> tuple[NDArray[np.intp], list[str], bool, bool]:
    """Rows of a page in ascending order of (key, name), their cursors, and whether there is more behind and before.

    `names(rows)`: the identity of rows, asked only for those near the page. Costs O(rows), and a sort of the page and its ties.
    """
    first = checked_first(first)
    rows = np.arange(len(keys))
    keys = np.nan_to_num(keys, nan=1e300, posinf=1e300, neginf=-1e300)
    behind = False
    if after is not None:
        key, name = decode(after, sort)
        ties = rows[keys == key]
        tied = ties[[n > name for n in names(ties)]] if len(ties) else ties
        rows = np.concatenate([tied, rows[keys > key]])
        behind = len(rows) < len(keys)
    if len(rows) > first:
        limit = np.partition(keys[rows], first)[first]
        near = rows[keys[rows] <= limit]
    else:
        near = rows
    labels = list(names(near))
    order = sorted(range(len(near)), key=lambda i: (keys[near[i]], labels[i]))[:first]
    chosen = near[order]
    cursors = [encode(sort, float(keys[near[i]]), labels[i]) for i in order]
    return chosen, cursors, len(rows) > len(chosen), behind
