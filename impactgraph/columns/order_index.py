"""Rows by name: which order is meant by its key, without a look at all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
_MANY = 20_000
"""Rows behind the index that are looked at one by one before it is made anew."""


@dataclass(frozen=True)
class OrderIndex:
    """Rows of the first `size` names in order of their hashes. Rows keep their place and their name; new ones come behind."""

    hashes: NDArray[np.int64]
    rows: Codes
    size: int

    @staticmethod
    def following(known: "OrderIndex | None", ids: NDArray[Any]) -> "OrderIndex":
        """Good for these names. Costs a look at all of them the first time, and again when many are new."""
        if known is not None and known.size <= len(ids) <= known.size + _MANY:
            return known
        hashes = np.fromiter(map(hash, ids.tolist()), np.int64, len(ids))
        order = np.argsort(hashes, kind="stable").astype(np.int32)
        return OrderIndex(hashes[order], order, len(ids))

    def find(self, ids: NDArray[Any], keys: Sequence[str]) -> Codes:
        """Row of each key, -1 where there is none. Costs a search for each, and a look at what is new."""
        fresh = (
            {str(name): self.size + n for n, name in enumerate(ids[self.size :].tolist())}
            if len(ids) > self.size
            else {}
        )
        return np.array(
            [fresh.get(key, -1) if (row := self._find(ids, key)) < 0 else row for key in keys], np.int32
        )

    def _find(self, ids: NDArray[Any], key: str) -> int:
        sought = hash(key)
        place = int(np.searchsorted(self.hashes, sought))
        while place < self.size and self.hashes[place] == sought:
            if ids[self.rows[place]] == key:
                return int(self.rows[place])
            place += 1
        return -1
