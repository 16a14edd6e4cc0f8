"""Index of orders by key: hashes in order, so that a key is found without a look at all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns.declare import Codes, Texts

_MOST_NEW = 20_000
"""Rows after the index that are searched one by one before it is built anew."""


@dataclass(frozen=True)
class OrderIndex:
    """The first `size` rows in order of the hashes of their keys. Rows keep their position and key; new ones
    follow.
    """

    hashes: NDArray[np.int64]
    rows: Codes
    size: int

    @staticmethod
    def following(index: "OrderIndex | None", ids: Texts) -> "OrderIndex":
        """The index if it still serves these ids, else a new one, which costs a hash of each id."""
        if index is not None and index.size <= len(ids) <= index.size + _MOST_NEW:
            return index
        hashes = np.fromiter(map(hash, ids.tolist()), np.int64, len(ids))
        order = np.argsort(hashes, kind="stable").astype(np.int32)
        return OrderIndex(hashes[order], order, len(ids))

    def find(self, ids: Texts, keys: Sequence[str]) -> Codes:
        """Row of each key, -1 where there is none. Costs a search for each, and a look at the new rows."""
        new_rows: dict[str, int] = {}
        if len(ids) > self.size:
            new_rows = {str(id_): row for row, id_ in enumerate(ids[self.size :].tolist(), self.size)}
        rows = [self._find(ids, key) for key in keys]
        return np.array(
            [new_rows.get(key, -1) if row < 0 else row for key, row in zip(keys, rows, strict=True)], np.int32
        )

    def _find(self, ids: Texts, key: str) -> int:
        key_hash = hash(key)
        place = int(np.searchsorted(self.hashes, key_hash))
        while place < self.size and self.hashes[place] == key_hash:
            if ids[self.rows[place]] == key:
                return int(self.rows[place])
            place += 1
        return -1
