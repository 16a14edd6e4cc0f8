"""How long after its acknowledgement an event is in the update of each subscriber."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.soak.histogram import Histogram

SETTLE = 5.0
"""Seconds that subscribers are given after the last event."""


@dataclass
class Updates:
    """What the subscribers saw."""

    late: Histogram = field(default_factory=Histogram)
    errors: Counter[str] = field(default_factory=Counter[str])
    updates: int = 0
    missing: int = 0
    """Subscribers whose last update lacks acknowledged events."""


@asynccontextmanager
async def subscribers(address: str, count: int) -> AsyncIterator[list[dict[str, Any]]]:
    """A list that has what each saw once the context has ended."""
    command = (sys.executable, "-m", "tests.soak.subscribers", address, str(count))
    limit = 2**30
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=limit
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    seen = list[dict[str, Any]]()
    try:
        yield seen
        await asyncio.sleep(SETTLE)
    finally:
        out, _ = await process.communicate(b"")
    seen += json.loads(out)


def judge(
    seen: Sequence[dict[str, Any]], acknowledged: Sequence[tuple[float, int]], watermark: int
) -> Updates:
    """`watermark` before the load. An update has an acknowledged batch for sure where its watermark is at
    least that of all batches acknowledged by then.
    """
    result = Updates()
    times = np.array([at for at, _ in acknowledged])
    marks = watermark + np.cumsum([events for _, events in acknowledged])
    for subscriber in seen:
        result.errors.update(subscriber["errors"])
        result.updates += len(subscriber["updates"])
        if not len(times):
            continue
        when = np.array([at for at, _ in subscriber["updates"]])
        highest = np.maximum.accumulate([mark for _, mark in subscriber["updates"]])
        places = np.searchsorted(highest, marks)
        result.missing += bool((places >= len(when)).any())
        for at, place in zip(times, places, strict=True):
            if place < len(when):
                result.late.add(max(0.0, float(when[place] - at)))
    return result
