"""Numbers of ids, and which events were seen: found by hash in sorted runs, since dictionaries of millions of texts would not fit."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Ints

Hashes = NDArray[np.uint64]

_FLUSH = 65_536


def id_hashes(ids: Sequence[str]) -> tuple[Hashes, Hashes]:
    """128 bits of each id in two halves, the same in every process: enough that two ids never share them."""
    both = np.frombuffer(b"".join([blake2b(id_.encode(), digest_size=16).digest() for id_ in ids]), np.uint64)
    return both[0::2].copy(), both[1::2].copy()


class Runs:
    """Sorted arrays that are merged when they are of a size: adding costs a logarithm of merges, finding one search a run."""

    def __init__(self) -> None:
        self._runs: list[tuple[Hashes, NDArray[Any] | None]] = []

    def add(self, keys: Hashes, payload: NDArray[Any] | None = None) -> None:
        """`payload` has a row a key; with or without one, but always the same."""
        if not len(keys):
            return
        self._runs.append(_sorted(keys, payload))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            (a, x), (b, y) = self._runs.pop(), self._runs.pop()
            self._runs.append(
                _sorted(np.concatenate([a, b]), None if x is None or y is None else np.concatenate([x, y]))
            )

    def find(self, keys: Hashes) -> tuple[NDArray[np.bool_], NDArray[Any] | None]:
        """Which keys are there, and the payload of each (of one with that key; any where it is not there)."""
        found, payload = np.zeros(len(keys), np.bool_), None
        for run, rows in self._runs:
            at = np.minimum(np.searchsorted(run, keys), len(run) - 1)
            hit = run[at] == keys
            if rows is not None:
                payload = (
                    rows[at]
                    if payload is None
                    else np.where(hit if rows.ndim == 1 else hit[:, None], rows[at], payload)
                )
            found |= hit
        return found, payload


def _sorted(keys: Hashes, payload: NDArray[Any] | None) -> tuple[Hashes, NDArray[Any] | None]:
    if payload is None:
        return np.sort(keys), None
    order = np.argsort(keys)
    return keys[order], payload[order]


class Numbering:
    """The number of each id, dense from 0."""

    def __init__(self) -> None:
        self.count = 0
        self._runs = Runs()
        self._recent: dict[str, int] = {}

    def load(self, high: Hashes, low: Hashes, numbers: NDArray[np.int32]) -> None:
        self._runs.add(high, np.column_stack([low, numbers.astype(np.uint64)]))
        self.count = max(self.count, int(numbers.max()) + 1 if len(numbers) else 0)

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """Of those that have one."""
        recent = self._recent
        found = {id_: recent[id_] for id_ in ids if id_ in recent}
        missing = [id_ for id_ in ids if id_ not in found]
        if missing:
            high, low = id_hashes(missing)
            hit, rows = self._runs.find(high)
            if rows is not None:
                hit &= rows[:, 0] == low
                found.update((missing[i], int(rows[i, 1])) for i in np.flatnonzero(hit).tolist())
        return found

    def add(self, numbers: dict[str, int]) -> None:
        """New ids with the numbers that follow."""
        self._recent.update(numbers)
        self.count += len(numbers)
        if len(self._recent) > _FLUSH:
            ids = list(self._recent)
            high, low = id_hashes(ids)
            self._runs.add(
                high, np.column_stack([low, np.fromiter(self._recent.values(), np.uint64, len(ids))])
            )
            self._recent = {}


class Seen:
    """Hashes of events that were taken, and the sequence number of each. A hit is to be proved by the names themselves."""

    def __init__(self) -> None:
        self._runs = Runs()
        self._recent: dict[int, int] = {}

    def add(self, hashes: Hashes, seqs: Ints) -> None:
        if len(hashes) < 1024 and len(self._recent) < _FLUSH:
            self._recent.update(zip(hashes.tolist(), seqs.tolist(), strict=True))
        else:
            self._runs.add(hashes, seqs)

    def find(self, hashes: Hashes) -> Ints:
        """Sequence number of an event with each hash, -1 where there is none."""
        hit, seqs = self._runs.find(hashes)
        found = np.where(hit, seqs, -1) if seqs is not None else np.full(len(hashes), -1)
        if self._recent:
            recent = np.fromiter(
                (self._recent.get(value, -1) for value in hashes.tolist()), np.int64, len(hashes)
            )
            found = np.where(recent >= 0, recent, found)
        return found
