"""Random small topologies with cycles, and failures of their elements."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from graph_models.enums import FailureClass, RecordKind, Transport
from graph_models.failure import Failure
from graph_models.needs import Choice, Need, Needs
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE, SECOND
from graph_models.topology import (
    Api,
    Buffer,
    Data,
    Emission,
    Integration,
    Location,
    Retry,
    Schedule,
    Step,
    System,
    Topology,
    Workflow,
)
from tests.drawing import EIGHT

SYSTEMS = tuple(f"s{n}" for n in range(4))
APIS = ("a0", "a1")
LINKS = tuple(f"i{n}" for n in range(5))
DATA = ("d0", "d1")
PLACES = ("here", "there")
TYPES = ("release", "invoice")
CALLABLE = tuple(f"system:{key}" for key in SYSTEMS) + tuple(f"api:{key}" for key in APIS)
NEEDED = CALLABLE + tuple(f"integration:{key}" for key in LINKS)


@st.composite
def integrations(draw: Callable[..., Any], key: str) -> Integration:
    transport = draw(st.sampled_from(Transport))
    return Integration(
        key,
        draw(st.sampled_from(CALLABLE)),
        draw(st.sampled_from(CALLABLE)),
        transport,
        via=draw(st.sampled_from([(), ("system:s0",), ("system:s1", "system:s2")])),
        carries=draw(st.sampled_from([(), ("release",), TYPES])),
        retry=draw(st.sampled_from([Retry(), Retry(3, 20 * SECOND), Retry(2, MINUTE, 90 * MINUTE)])),
        timeout=draw(st.sampled_from([None, 5 * SECOND, HOUR])),
        dead_letter=draw(st.sampled_from([None, "rejected"])),
        buffer=draw(st.sampled_from([Buffer(), Buffer(600, 600 / HOUR), Buffer(retention=2 * HOUR)])),
        schedule=Schedule(every=15 * MINUTE) if transport in (Transport.BATCH, Transport.FILE) else None,
        idempotent=draw(st.booleans()),
    )


def needs(choices: bool) -> st.SearchStrategy[Needs]:
    alternative = st.lists(st.sampled_from(NEEDED), min_size=1, max_size=2, unique=True).map(tuple)
    choice = st.builds(
        Choice, st.lists(alternative, min_size=2, max_size=3).map(tuple), st.sampled_from([None, 10 * MINUTE])
    )
    need: st.SearchStrategy[Need] = (
        st.one_of(st.sampled_from(NEEDED), choice) if choices else st.sampled_from(NEEDED)
    )
    return st.builds(
        Needs, st.lists(need, max_size=2).map(tuple), st.lists(st.sampled_from(NEEDED), max_size=1).map(tuple)
    )


@st.composite
def steps(draw: Callable[..., Any], workflow: str, key: str, choices: bool) -> Step:
    emits = draw(st.sampled_from([(), (Emission(RecordKind.POSTING, "invoice", "integration:i0"),)]))
    reads = draw(st.sampled_from([(), ("data:d0",), ("data:d0", "data:d1")]))
    return Step(
        key,
        workflow,
        f"system:{draw(st.sampled_from(SYSTEMS))}",
        needs=draw(needs(choices)),
        reads=reads,
        emits=emits,
    )


@st.composite
def topologies(
    draw: Callable[..., Any], *, step_choices: bool = False, system_choices: bool = False
) -> Topology:
    """Four systems, two apis, five integrations, two data, three steps of two workflows, two locations."""
    systems = {
        key: System(key, key, per_location=draw(st.booleans()), needs=draw(needs(system_choices)))
        for key in SYSTEMS
    }
    feeds = st.lists(st.sampled_from(LINKS), max_size=2, unique=True).map(
        lambda keys: tuple(f"integration:{key}" for key in keys)
    )
    workflow = {
        "w": Workflow("w", (draw(steps("w", "x", step_choices)), draw(steps("w", "y", step_choices))))
    }
    return Topology(
        locations={key: Location(key, "store") for key in PLACES},
        systems=systems,
        apis={key: Api(key, draw(st.sampled_from(SYSTEMS))) for key in APIS},
        integrations={key: draw(integrations(key)) for key in LINKS},
        data={
            key: Data(
                key,
                draw(st.sampled_from(SYSTEMS)),
                draw(feeds),
                draw(st.sampled_from([0, 10 * MINUTE, 2 * HOUR])),
                0.25,
            )
            for key in DATA
        },
        workflows={**workflow, "v": Workflow("v", (draw(steps("v", "z", step_choices)),))},
    )


TARGETS = (
    NEEDED
    + tuple(f"data:{key}" for key in DATA)
    + tuple(f"location:{key}" for key in PLACES)
    + ("workflow:w", "step:w/x")
)
SCOPES = (
    Scope(),
    Scope.of(locations=["here"]),
    Scope.of(locations=["here", "there"]),
    Scope.of(message_types=["invoice"]),
    Scope.of(workflows=["v"]),
    Scope.of(locations=["there"], channels=["web"]),
)


@st.composite
def failures(draw: Callable[..., Any], key: str = "F") -> Failure:
    """Of any class and element, within four hours from eight."""
    since = EIGHT + draw(st.sampled_from([0, 30 * MINUTE, HOUR]))
    return Failure(
        key,
        draw(st.sampled_from(TARGETS)),
        draw(st.sampled_from(FailureClass)),
        since,
        expected_end=since + draw(st.sampled_from([5 * MINUTE, HOUR, 3 * HOUR])),
        delay=draw(st.sampled_from([2 * SECOND, 20 * MINUTE, 2 * HOUR])),
        error_rate=draw(st.sampled_from([0.1, 0.5])),
        drain=draw(st.sampled_from([None, 30 * MINUTE])),
        scope=draw(st.sampled_from(SCOPES)),
    )


def several_failures(most: int = 3) -> st.SearchStrategy[list[Failure]]:
    return st.lists(failures(), min_size=1, max_size=most).map(
        lambda found: [replace(each, key=f"F{n}") for n, each in enumerate(found)]
    )
