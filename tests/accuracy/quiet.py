"""Quiet moments: nothing has failed, so nobody may be blamed.

The days of fixtures/accuracy/quiet at the moment of their question, and the demo without its failures, loaded
at every second hour of a day.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from api.app import create_app
from graph_models.time import HOUR, Millis, moment, parse_moment
from impactgraph.demo.load import load_demo
from impactgraph.settings import Settings
from impactgraph.stores.embedded import EmbeddedStore
from tests.accuracy.scoring import HOME
from tests.accuracy.withheld import ask_overdue, suspected_in
from tests.own_loop import run_apart

BLAMED = 0.5
"""Likelihood from which on a suspect is blamed."""
MOST_BLAMED = 1 / 20
"""Of the quiet moments, on which somebody may be blamed."""
DAYS = tuple(sorted(folder.name for folder in (HOME / "quiet").iterdir() if folder.is_dir()))
SEEDS = (1, 2, 3)
ORDERS = (3_000, 20_000)
HOURS = range(0, 24, 2)
_MIDNIGHT: Millis = parse_moment("2026-03-03T00:00:00Z")


@dataclass(frozen=True)
class Quiet:
    """The first suspect of a quiet moment; `element` is empty where there is none."""

    when: str
    element: str
    likelihood: float

    @property
    def is_blamed(self) -> bool:
        return self.likelihood >= BLAMED


def day(name: str) -> Quiet:
    """A day of the fixtures."""
    return _first(name, suspected_in(HOME / "quiet" / name))


@cache
def demo_hour(orders: int, seed: int, hour: int) -> Quiet:
    """The demo without its failures, with so many orders in flight."""
    at = _MIDNIGHT + hour * HOUR
    store = EmbeddedStore.in_memory(now=lambda: at)
    try:
        load_demo(store, orders, at, seed, has_failures=False)
        transport = httpx.ASGITransport(create_app(store, Settings(deadline=120), now=lambda: at))
        found = run_apart(ask_overdue(transport, moment(at).isoformat()))
    finally:
        store.close()
    return _first(f"{hour:02}:00", found)


def _first(when: str, found: dict[str, Any]) -> Quiet:
    for suspect in found["suspects"]:
        return Quiet(when, suspect["element"]["id"], suspect["likelihood"])
    return Quiet(when, "", 0.0)


def moments() -> dict[str, list[Quiet]]:
    """Every quiet moment, by what it is of."""
    found = {name: [day(name)] for name in DAYS}
    for orders in ORDERS:
        for seed in SEEDS:
            name = f"demo, {orders:,} orders, seed {seed}"
            found[name] = [demo_hour(orders, seed, hour) for hour in HOURS]
    return found


def rows(found: dict[str, list[Quiet]]) -> list[str]:
    """Of the report: a line for each day and each seed of the demo, and one of all."""
    lines = [
        "| quiet | moments | somebody blamed (50 % or more) | likeliest suspect |",
        "| --- | ---: | ---: | --- |",
    ]
    every = [each for own in found.values() for each in own]
    for name, own in (*found.items(), ("**all**", every)):
        likeliest = max(own, key=lambda each: each.likelihood)
        suspect = (
            f"{likeliest.element}, {likeliest.likelihood:.0%} ({likeliest.when})"
            if likeliest.element
            else "none"
        )
        lines.append(f"| {name} | {len(own)} | {sum(each.is_blamed for each in own)} | {suspect} |")
    return lines


def misses(found: dict[str, list[Quiet]]) -> list[str]:
    """The target, in words, where it is not met."""
    every = [each for own in found.values() for each in own]
    blamed = sum(each.is_blamed for each in every)
    if blamed <= MOST_BLAMED * len(every):
        return []
    return [f"Somebody is blamed at {blamed} of {len(every)} quiet moments, more than {MOST_BLAMED:.0%}."]
