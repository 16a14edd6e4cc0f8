"""Inputs of the laws in fixtures/laws: the topology and the orders of a folder as a small world."""

from collections.abc import Mapping
from pathlib import Path

import orjson

from graph_models.failure import Failure
from graph_models.time import Millis, parse_moment
from graph_models.topology import Topology
from impactgraph.topology.load import CheckedDocuments, check_documents
from tests.worlds import Journey, World

LAWS = Path(__file__).parents[2] / "fixtures" / "laws"


def at(text: str) -> Millis:
    """A moment of 2026-03, such as "02 12:00"."""
    day, clock = text.split()
    return parse_moment(f"2026-03-{day}T{clock}:00Z")


def checked(folder: str, replacements: Mapping[str, str] | None = None) -> CheckedDocuments:
    """The topology of a folder, with texts replaced."""
    text = (LAWS / folder / "topology.yaml").read_text()
    for old, new in (replacements or {}).items():
        text = text.replace(old, new)
    return check_documents({"topology.yaml": text})


def journeys(folder: str) -> tuple[Journey, ...]:
    """The orders of a folder that have entered a step; each has one fulfillment."""
    workflows: dict[str, str] = {}
    stays: dict[str, list[tuple[str, Millis]]] = {}
    for line in (LAWS / folder / "events.ndjson").read_bytes().splitlines():
        event = orjson.loads(line)
        data = event["data"]
        if event["type"] == "order.placed":
            workflows[data["order"]] = data["fulfillments"][0]["workflow"]
        elif event["type"] == "fulfillment.entered":
            stays.setdefault(data["order"], []).append((data["step"], parse_moment(event["time"])))
    return tuple(Journey(order, tuple(each), workflows[order]) for order, each in stays.items())


def world(folder: str, topology: Topology, as_of: Millis, *failures: Failure) -> World:
    return World(topology, failures, journeys(folder), as_of)
