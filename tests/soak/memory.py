"""Memory of the server over time, and whether it grows by more than the orders that are added."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import kendalltau, theilslopes

WARM_UP = 0.2
"""Share of the samples, the first ones, in which caches fill."""
_SURE = 0.01
"""Below this probability a slope is not taken for chance."""
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Sample:
    at: float
    """Seconds since the start."""
    resident: int
    """Bytes of the process in memory."""
    orders: int
    """Orders acknowledged by then."""


@dataclass(frozen=True, slots=True)
class Growth:
    """`per_order`: bytes that memory grew with each order that was added."""

    first: float
    last: float
    highest: float
    per_hour: float
    low: float
    high: float
    """Megabytes; the slope by Theil and Sen with the bounds of 95 %."""
    probability: float
    """Of so clear a trend by chance (Mann and Kendall)."""
    per_order: float

    @property
    def is_growing(self) -> bool:
        return self.probability < _SURE and self.low > 0


def resident(process: int) -> int:
    """Bytes of a process in memory (Linux)."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(process)


def growth(samples: Sequence[Sample]) -> Growth:
    """Of the samples after the warm-up."""
    rest = samples[int(len(samples) * WARM_UP) :]
    hours = np.array([sample.at for sample in rest]) / 3600
    megabytes = np.array([sample.resident for sample in rest]) / MEGABYTE
    slope, _, low, high = (float(value) for value in tuple[Any, ...](theilslopes(megabytes, hours)))
    trend: Any = kendalltau(hours, megabytes)
    added = rest[-1].orders - rest[0].orders
    span = hours[-1] - hours[0]
    return Growth(
        first=float(megabytes[0]),
        last=float(megabytes[-1]),
        highest=float(megabytes.max()),
        per_hour=slope,
        low=low,
        high=high,
        probability=float(trend.pvalue),
        per_order=float(slope * span * MEGABYTE / added) if added else 0.0,
    )


async def watch(process: int, every: float, orders: list[int], samples: list[Sample]) -> None:
    """Adds samples until it is cancelled; `orders` has the number of orders acknowledged."""
    start = time.monotonic()
    while True:
        samples.append(Sample(time.monotonic() - start, resident(process), orders[0]))
        await asyncio.sleep(every)
