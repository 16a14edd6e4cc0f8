"""Random worlds for brute force: a line of steps, each with a link of its own, so that what is drawn of one
tells nothing of another; and an order that came to where it is by one of its possible lives.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, cast

from hypothesis import assume
from hypothesis import strategies as st

from graph_models.enums import FailureClass, RecordKind, Transport
from graph_models.failure import Failure
from graph_models.hours import PickupRule, Pickups
from graph_models.needs import Choice, Needs
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import (
    Emission,
    Integration,
    Location,
    Retry,
    Schedule,
    Step,
    Takes,
    Transition,
)
from tests.oracle import known_worlds as known
from tests.oracle.dice import Dice
from tests.oracle.troubles import Troubles
from tests.oracle.walk import Walk
from tests.worlds import Journey, World

C = FailureClass
CLASSES = (C.OUTAGE, C.TRANSIENT, C.LATENCY, C.SCHEMA_MISMATCH, C.DUPLICATE)
pickups = st.sampled_from([None, None, None, PickupRule()])
LOCATIONS = (
    Location("always", "store"),
    Location("early", "store", hours=known.daily((4, 13))),
    Location("split", "store", timezone="Europe/Berlin", hours=known.daily((6, 12), (14, 20))),
    Location("lorry", "dc", pickups=(("", Pickups(((10 * HOUR, 13 * HOUR, 17 * HOUR),) * 7, 15 * MINUTE)),)),
)
takes = st.sampled_from([Takes(5 * MINUTE), known.WIDE, Takes(HOUR, 2 * HOUR)])


@st.composite
def links(draw: Callable[..., Any], key: str, *transports: Transport) -> Integration:
    transport = draw(st.sampled_from(transports))
    return known.link(
        key,
        transport,
        retry=draw(st.sampled_from([Retry(), Retry(3, 10 * MINUTE)])),
        idempotent=draw(st.booleans()),
        schedule=Schedule(every=HOUR) if transport is Transport.BATCH else None,
    )


@st.composite
def lines(draw: Callable[..., Any]) -> tuple[list[Step], list[Integration]]:
    """Two to four steps with calls, hand-offs and records; the last takes an hour."""
    count = draw(st.integers(2, 4))
    steps: list[Step] = []
    used: list[Integration] = []
    for n in range(count):
        made = {
            kind: draw(links(f"{kind}{n}", *transports))
            for kind, transports in (
                ("call", (Transport.SYNC,)),
                ("other", (Transport.SYNC,)),
                ("hand", (Transport.QUEUE, Transport.BATCH)),
                ("book", (Transport.QUEUE, Transport.BATCH)),
            )
        }
        need = (f"integration:call{n}",)
        choice = Choice((need, (f"integration:other{n}",)))
        needs = draw(st.sampled_from([Needs(), Needs(need), Needs((choice,))]))
        over = draw(st.sampled_from([None, f"integration:hand{n}"]))
        posting = Emission(RecordKind.POSTING, f"posting{n}", f"integration:book{n}", 30 * MINUTE)
        steps.append(
            known.step(
                f"s{n}",
                draw(takes) if n < count - 1 else known.LONG,
                Transition(f"s{n + 1}", over, pickup=draw(pickups)) if n < count - 1 else None,
                needs=needs,
                when_open=draw(st.integers(0, 3)) == 0,
                emits=draw(st.sampled_from([(), (posting,)])) if n == count - 1 else (),
            )
        )
        used += made.values()
    return steps, used


@st.composite
def failures_of(draw: Callable[..., Any], link: Integration) -> Failure:
    """A drain is that of a queue."""
    since = draw(st.sampled_from([-3 * HOUR, -40 * MINUTE, 10 * MINUTE]))
    drains = [None, 30 * MINUTE] if link.transport is Transport.QUEUE else [None]
    return known.failing(
        f"integration:{link.key}",
        draw(st.sampled_from([each for each in CLASSES if each is not C.DUPLICATE or not link.schedule])),
        since,
        max(since, 0) + draw(st.sampled_from([40 * MINUTE, 5 * HOUR])),
        delay=draw(st.sampled_from([20 * MINUTE, 2 * HOUR])),
        error_rate=draw(st.sampled_from([0.2, 0.6])),
        drain=draw(st.sampled_from(drains)),
    )


@st.composite
def lived_worlds(draw: Callable[..., Any]) -> World:
    """An order on its way at noon, after one to four hours at most, in a world of one or two failures."""
    steps, used = draw(lines())
    mentioned = [link for link in used if _is_used(link, steps)]
    assume(mentioned)
    chosen = draw(
        st.lists(st.sampled_from(mentioned), min_size=1, max_size=2, unique_by=lambda link: link.key)
    )
    world = known.world(steps, used, [draw(failures_of(link)) for link in chosen], {})
    location = draw(st.sampled_from(LOCATIONS))
    world = replace(world, topology=replace(world.topology, locations={location.key: location}))
    journey = lived(world, draw(st.integers(0, 1000)), draw(st.integers(1, 240)) * MINUTE)
    assume(journey is not None)
    assert journey
    return World(world.topology, world.failures, (journey,), world.as_of)


def _is_used(link: Integration, steps: list[Step]) -> bool:
    return any(f"integration:{link.key}" in repr((step.needs, step.then, step.emits)) for step in steps)


def lived(world: World, seed: int, age: Millis) -> Journey | None:
    """What is seen now of an order that came so long ago, in one of its lives; None where it is done."""
    (location,) = world.topology.locations
    start = Journey("O", (("s0", world.as_of - age),), location=location)
    dice = Dice(seed)
    course = Walk(world, start, dice, Troubles(world, start, dice)).go_on("s0", float(world.as_of - age))
    stays = tuple((v.step, round(v.entered)) for v in course.visits if v.entered <= world.as_of)
    return None if course.finish <= world.as_of else Journey("O", stays, location=location)


_NAMES = re.compile(r"\b(ship|call|other|hand|book)(\d*)\b")


def renamed(world: World, mark: str) -> World:
    """The same world with other names of its workflow, links, systems and failures: they decide which
    scenarios a forecast samples, and nothing else.
    """
    return cast(World, _renamed(world, mark))


def _renamed(value: Any, mark: str) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return _NAMES.sub(rf"\1\2{mark}", value)
    if isinstance(value, Mapping):
        pairs = cast(Mapping[Any, Any], value).items()
        return {_renamed(key, mark): _renamed(each, mark) for key, each in pairs}
    if isinstance(value, tuple):
        return tuple(_renamed(each, mark) for each in cast(tuple[Any, ...], value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{f.name: _renamed(getattr(value, f.name), mark) for f in fields(value) if f.init}
        )
    return value
