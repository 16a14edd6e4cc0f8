"""A demo of a few thousand orders, read once."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import pytest

from graph_models.time import Millis, parse_moment
from graph_models.topology import Topology
from impactgraph.demo.generate import generate
from impactgraph.demo.topology import documents
from impactgraph.ingest.events import Event, OrderPlaced
from impactgraph.ingest.read import read_event
from impactgraph.topology.load import parse_topology

NOW = parse_moment("2026-03-02T18:00:00Z")
IN_FLIGHT = 12_000


@dataclass
class Told:
    """The events of a demo."""

    now: Millis
    in_flight: int
    events: list[Event]

    @cached_property
    def placed(self) -> list[OrderPlaced]:
        return [event for event in self.events if isinstance(event, OrderPlaced)]

    @cached_property
    def workflow_of(self) -> dict[str, str]:
        return {part.fulfillment: part.workflow for order in self.placed for part in order.data.fulfillments}

    def by_fulfillment(self, *types: str) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            key = getattr(event.data, "fulfillment", None)
            if event.type in types and isinstance(key, str):
                found[key].append(event)
        return found


def step_of(event: Event) -> str:
    step = getattr(event.data, "step", None)
    assert isinstance(step, str)
    return step


@pytest.fixture(scope="session")
def topology() -> Topology:
    return parse_topology(documents())


@pytest.fixture(scope="session")
def lines() -> list[bytes]:
    return [line for block in generate(IN_FLIGHT, NOW, seed=7).events for line in block.splitlines()]


@pytest.fixture(scope="session")
def told(lines: list[bytes]) -> Told:
    return Told(NOW, IN_FLIGHT, [read_event(line)[0] for line in lines])
