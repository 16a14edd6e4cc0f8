"""Latencies in buckets that are each 1 % wider than the one before: an hour of them takes a few kilobytes."""

import math
from collections import Counter
from dataclasses import dataclass, field

_SMALLEST = 1e-5
"""Seconds; shorter ones count as that."""
_GROWTH = math.log(1.01)
SHARES = (50, 95, 99, 99.9)


@dataclass
class Histogram:
    buckets: Counter[int] = field(default_factory=Counter[int])
    longest: float = 0.0

    def add(self, seconds: float) -> None:
        self.buckets[math.ceil(math.log(max(seconds, _SMALLEST) / _SMALLEST) / _GROWTH)] += 1
        self.longest = max(self.longest, seconds)

    def merge(self, other: "Histogram") -> None:
        self.buckets.update(other.buckets)
        self.longest = max(self.longest, other.longest)

    @property
    def count(self) -> int:
        return self.buckets.total()

    def percentile(self, share: float) -> float:
        """Seconds that `share` % of the values do not exceed, at most 1 % too many; NaN without values."""
        left = self.count * share / 100
        for bucket in sorted(self.buckets):
            left -= self.buckets[bucket]
            if left <= 1e-9:
                return min(_SMALLEST * math.exp(bucket * _GROWTH), self.longest)
        return math.nan

    def shares(self) -> dict[str, float]:
        """Milliseconds by percentile, and of the longest."""
        values = {f"p{share:g}": 1000 * self.percentile(share) for share in SHARES} if self.count else {}
        return {name: round(value, 1) for name, value in values.items()} | {
            "max": round(1000 * self.longest, 1)
        }
