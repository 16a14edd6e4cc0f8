"""Numbers of keys, and the events that a record has: found by hash in sorted runs.

Dictionaries of millions of texts would not fit into memory.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Ints
from impactgraph.columns.declare import Flags

Hashes = NDArray[np.uint64]

_MOST_RECENT = 65_536
_MANY = 1024


def id_hashes(ids: Sequence[str]) -> tuple[Hashes, Hashes]:
    """128 bits of each id in two halves, the same in every process: enough that two ids never share them."""
    both = np.frombuffer(b"".join([blake2b(id_.encode(), digest_size=16).digest() for id_ in ids]), np.uint64)
    return both[0::2].copy(), both[1::2].copy()


class SortedRuns:
    """Sorted arrays of keys with payloads, merged as they grow.

    Adding costs a logarithmic number of merges, finding a binary search in each run.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Hashes, NDArray[Any] | None]] = []

    def add(self, keys: Hashes, payload: NDArray[Any] | None = None) -> None:
        """Adds keys. `payload` has a row for each key; either all calls pass one or none does."""
        if not len(keys):
            return
        self._runs.append(_sorted_run(keys, payload))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            last_keys, last_payload = self._runs.pop()
            keys, payload = self._runs.pop()
            both = None
            if last_payload is not None and payload is not None:
                both = np.concatenate([last_payload, payload])
            self._runs.append(_sorted_run(np.concatenate([last_keys, keys]), both))

    def find(self, keys: Hashes) -> tuple[Flags, NDArray[Any] | None]:
        """Which keys there are, and the payload of each: any for a key that there is not, one for a repeated
        key.
        """
        is_present = np.zeros(len(keys), np.bool_)
        payload: NDArray[Any] | None = None
        for run, run_payload in self._runs:
            at = np.minimum(np.searchsorted(run, keys), len(run) - 1)
            is_match = run[at] == keys
            if run_payload is not None:
                payload = _choose(is_match, run_payload[at], payload)
            is_present |= is_match
        return is_present, payload


def _choose(is_match: Flags, values: NDArray[Any], default: NDArray[Any] | None) -> NDArray[Any]:
    if default is None:
        return values
    return np.where(is_match if values.ndim == 1 else is_match[:, None], values, default)


def _sorted_run(keys: Hashes, payload: NDArray[Any] | None) -> tuple[Hashes, NDArray[Any] | None]:
    if payload is None:
        return np.sort(keys), None
    order = np.argsort(keys)
    return keys[order], payload[order]


class KeyNumbers:
    """The number of each key, dense from 0."""

    def __init__(self) -> None:
        self.count = 0
        self._runs = SortedRuns()
        self._recent: dict[str, int] = {}

    def load(self, high: Hashes, low: Hashes, numbers: Codes) -> None:
        """Adds keys that a record holds, by the halves of their hashes."""
        self._runs.add(high, np.column_stack([low, numbers.astype(np.uint64)]))
        self.count = max(self.count, int(numbers.max()) + 1 if len(numbers) else 0)

    def find(self, keys: Sequence[str]) -> dict[str, int]:
        """Numbers of those keys that have one."""
        recent = self._recent
        numbers = {key: recent[key] for key in keys if key in recent}
        others = [key for key in keys if key not in numbers]
        if others:
            high, low = id_hashes(others)
            is_match, rows = self._runs.find(high)
            if rows is not None:
                is_match &= rows[:, 0] == low
                numbers.update((others[i], int(rows[i, 1])) for i in np.flatnonzero(is_match).tolist())
        return numbers

    def add(self, numbers: dict[str, int]) -> None:
        """Adds new keys with the numbers that follow."""
        self._recent.update(numbers)
        self.count += len(numbers)
        if len(self._recent) > _MOST_RECENT:
            keys = list(self._recent)
            high, low = id_hashes(keys)
            values = np.fromiter(self._recent.values(), np.uint64, len(keys))
            self._runs.add(high, np.column_stack([low, values]))
            self._recent = {}


class SeenEvents:
    """Sequence number by hash of the events in a record. Two events may share a hash: compare their names
    too.
    """

    def __init__(self) -> None:
        self._runs = SortedRuns()
        self._recent: dict[int, int] = {}

    def add(self, hashes: Hashes, seqs: Ints) -> None:
        if len(hashes) < _MANY and len(self._recent) < _MOST_RECENT:
            self._recent.update(zip(hashes.tolist(), seqs.tolist(), strict=True))
        else:
            self._runs.add(hashes, seqs)

    def find(self, hashes: Hashes) -> Ints:
        """Sequence number of an event with each hash, -1 where there is none."""
        is_present, payload = self._runs.find(hashes)
        seqs = np.full(len(hashes), -1) if payload is None else np.where(is_present, payload, -1)
        if self._recent:
            recent = np.fromiter(
                (self._recent.get(value, -1) for value in hashes.tolist()), np.int64, len(hashes)
            )
            seqs = np.where(recent >= 0, recent, seqs)
        return seqs
