"""Small worlds whose figures can be worked out: at noon, with every failure and every order in a line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graph_models.enums import FailureClass, RecordKind, Transport
from graph_models.failure import Failure
from graph_models.hours import OpeningHours, PickupRule, Pickups
from graph_models.needs import Choice, Needs
from graph_models.time import DAY, HOUR, MINUTE, Millis, parse_moment
from graph_models.topology import (
    Buffer,
    Data,
    Emission,
    Integration,
    Location,
    Retry,
    Schedule,
    Step,
    System,
    Takes,
    Topology,
    Transition,
    Workflow,
)
from tests.worlds import Journey, World

NOON: Millis = parse_moment("2026-03-02T12:00:00Z")
SHORT, LONG = Takes(10 * MINUTE, 11 * MINUTE), Takes(HOUR, 70 * MINUTE)
WIDE = Takes(20 * MINUTE, HOUR)
C = FailureClass


def link(key: str, transport: Transport = Transport.SYNC, **policy: Any) -> Integration:
    """From the OMS to a system of its own."""
    return Integration(key, "system:oms", f"system:{key}", transport, **policy)


def step(key: str, takes: Takes = SHORT, to: str | Transition | None = None, **fields: Any) -> Step:
    way = Transition(to) if isinstance(to, str) else to
    return Step(key, "ship", "system:oms", takes, then=(way,) if way else (), **fields)


def failing(
    target: str, what: FailureClass = C.OUTAGE, since: Millis = -HOUR, until: Millis = 8 * HOUR, **fields: Any
) -> Failure:
    """Times from noon; its end is only an estimate."""
    fields = {"expected_end": NOON + until, **fields}
    return Failure(f"F-{target.partition(':')[2]}", target, what, NOON + since, **fields)


def fixed(target: str, since: Millis, until: Millis, what: FailureClass = C.OUTAGE, **fields: Any) -> Failure:
    """One whose end is known."""
    return failing(
        target, what, since, until, expected_end=None, ended_at=NOON + until, is_supposed=True, **fields
    )


def world(
    steps: Sequence[Step],
    links: Sequence[Integration],
    failures: Sequence[Failure],
    stays: Mapping[str, Sequence[tuple[str, Millis]]],
    data: Sequence[Data] = (),
) -> World:
    """`stays`: by order the steps that it entered, and how long ago."""
    systems = {key: System(key, key) for key in ("oms", *(each.key for each in links))}
    topology = Topology(
        systems=systems,
        integrations={each.key: each for each in links},
        data={each.key: each for each in data},
        workflows={"ship": Workflow("ship", tuple(steps))},
    )
    journeys = (
        Journey(order, tuple((key, NOON - ago) for key, ago in visits)) for order, visits in stays.items()
    )
    return World(topology, tuple(failures), tuple(journeys), NOON)


def ages(key: str, *minutes: int) -> dict[str, list[tuple[str, Millis]]]:
    """Orders in a step for so long, each named after it."""
    return {f"{key}-{ago}": [(key, ago * MINUTE)] for ago in minutes}


def lognormal_step() -> World:
    steps = [step("pick", WIDE, "ship"), step("ship", LONG, needs=Needs(("integration:call",)))]
    outage = fixed("integration:call", 10 * MINUTE, 50 * MINUTE)
    return world(steps, [link("call")], [outage], ages("pick", 1, 15, 40))


def batch() -> World:
    hourly = link("hand", Transport.BATCH, schedule=Schedule(every=HOUR))
    steps = [step("pick", WIDE, Transition("ship", "integration:hand")), step("ship", LONG)]
    outage = fixed("integration:hand", 30 * MINUTE, 90 * MINUTE)
    return world(steps, [hourly], [outage], ages("pick", 1, 20, 45))


def slow_batch() -> World:
    hourly = link("hand", Transport.BATCH, schedule=Schedule(every=HOUR))
    steps = [step("pick", WIDE, Transition("ship", "integration:hand")), step("ship", LONG)]
    slow = failing("integration:hand", C.LATENCY, delay=20 * MINUTE)
    return world(steps, [hourly], [slow], ages("pick", 1, 20))


def queue_with_drain() -> World:
    steps = [step("pick", WIDE, Transition("ship", "integration:hand")), step("ship", LONG)]
    outage = failing("integration:hand", until=HOUR, drain=HOUR)
    return world(steps, [link("hand", Transport.QUEUE)], [outage], ages("pick", 1, 20, 50))


def full_queue() -> World:
    """It takes what comes in the first ninety minutes."""
    buffer = Buffer(capacity=90, rate=1 / MINUTE)
    steps = [step("pick", WIDE, Transition("ship", "integration:hand")), step("ship", LONG)]
    outage = fixed("integration:hand", -HOUR, 3 * HOUR)
    return world(steps, [link("hand", Transport.QUEUE, buffer=buffer)], [outage], ages("pick", 1, 10))


def attempts_with_backoff() -> World:
    many = link("call", retry=Retry(20, 10 * MINUTE))
    few = link("pay", retry=Retry(3, 10 * MINUTE))
    steps = [
        step("pick", SHORT, "ship"),
        step("ship", SHORT, "pay", needs=Needs(("integration:call",))),
        step("pay", LONG, needs=Needs(("integration:pay",))),
    ]
    failures = [
        failing("integration:call", C.TRANSIENT, until=12 * HOUR, error_rate=0.5),
        failing("integration:pay", C.TRANSIENT, until=12 * HOUR, error_rate=0.3),
    ]
    return world(steps, [many, few], failures, ages("pick", 1) | ages("ship", 2))


def wait_for_a_person() -> World:
    steps = [step("pick", SHORT, "ship"), step("ship", LONG, needs=Needs(("integration:call",)))]
    errors = failing("integration:call", C.TRANSIENT, error_rate=0.3)
    return world(steps, [link("call")], [errors], ages("pick", 1))


def stale_read() -> World:
    stock = Data("stock", "oms", ("integration:feed",), fresh_within=30 * MINUTE, decision_risk=0.3)
    steps = [
        step("accept", WIDE, "route"),
        step("route", SHORT, "pick", reads=("data:stock",), surfaces_at="pick"),
        step("pick", Takes(20 * MINUTE, 22 * MINUTE), "ship"),
        step("ship", LONG),
    ]
    outage = failing("integration:feed", since=-2 * HOUR, until=4 * HOUR)
    return world(
        steps,
        [link("feed", Transport.QUEUE)],
        [outage],
        ages("accept", 1) | {"routed": [("route", 25 * MINUTE), ("pick", 15 * MINUTE)]},
        [stock],
    )


def two_fallbacks() -> World:
    first, second, third = link("one", timeout=MINUTE), link("two", retry=Retry(2, 7 * MINUTE)), link("three")
    choice = Choice((("integration:one",), ("integration:two",), ("integration:three",)))
    steps = [step("pick", SHORT, "ship"), step("ship", LONG, needs=Needs((choice,)))]
    failures = [
        failing("integration:one"),
        failing("integration:two", C.TRANSIENT, error_rate=0.5),
        failing("integration:three", C.TRANSIENT, error_rate=0.6),
    ]
    return world(steps, [first, second, third], failures, ages("pick", 1))


def two_alternatives() -> World:
    choice = Choice((("integration:one",), ("integration:two",)))
    steps = [step("pick", SHORT, "ship"), step("ship", LONG, needs=Needs((choice,)))]
    failures = [failing(f"integration:{key}", C.TRANSIENT, error_rate=0.5) for key in ("one", "two")]
    return world(steps, [link("one"), link("two")], failures, ages("pick", 1))


def fallback_that_fails_later() -> World:
    """How long the first alternative is out is an estimate, and the second is slow from a known moment on."""
    choice = Choice((("integration:one",), ("integration:two",)))
    steps = [step("pick", WIDE, "ship"), step("ship", LONG, needs=Needs((choice,)))]
    failures = [
        failing("integration:one", until=5 * HOUR),
        failing("integration:two", C.LATENCY, 10 * MINUTE, 6 * HOUR, delay=2 * HOUR),
    ]
    links = [link("one", retry=Retry(2, 6 * MINUTE)), link("two")]
    return world(steps, links, failures, ages("pick", 1, 25))


def first_choice_that_comes_back() -> World:
    """Near the end of the outage its attempts outlast it."""
    choice = Choice((("integration:one",), ("integration:two",)))
    steps = [step("pick", WIDE, "ship"), step("ship", LONG, needs=Needs((choice,)))]
    outage = fixed("integration:one", -HOUR, 35 * MINUTE)
    return world(
        steps, [link("one", retry=Retry(3, 10 * MINUTE)), link("two")], [outage], ages("pick", 1, 20, 60)
    )


def two_needs() -> World:
    steps = [
        step("pick", SHORT, "pack"),
        step("pack", SHORT, "ship", needs=Needs(("integration:one",))),
        step("ship", LONG, needs=Needs(("integration:two",))),
    ]
    failures = [failing(f"integration:{key}", C.TRANSIENT, error_rate=0.3) for key in ("one", "two")]
    return world(steps, [link("one"), link("two")], failures, ages("pick", 1))


def two_needs_of_one_step() -> World:
    needs = Needs(("integration:one", "integration:two"))
    steps = [step("pick", WIDE, "ship"), step("ship", LONG, needs=needs)]
    failures = [
        failing("integration:one", C.TRANSIENT, error_rate=0.4),
        fixed("integration:two", -HOUR, 45 * MINUTE),
    ]
    return world(steps, [link("one"), link("two")], failures, ages("pick", 1, 25))


def shares() -> World:
    ways = (Transition("ship", share=0.3), Transition("pack", share=0.3))
    steps = [
        Step("pick", "ship", "system:oms", SHORT, then=ways),
        step("pack", LONG),
        step("ship", LONG, needs=Needs(("integration:call",))),
    ]
    return world(steps, [link("call")], [failing("integration:call")], ages("pick", 1))


def chained_records() -> World:
    """The issue is held in its queue; the invoice, which must follow it, is not."""
    issue = Emission(RecordKind.POSTING, "issue", "integration:goods", HOUR)
    invoice = Emission(RecordKind.POSTING, "invoice", "integration:books", HOUR, ("issue",))
    steps = [step("pick", WIDE, "ship", emits=(issue, invoice)), step("ship", LONG)]
    outage = fixed("integration:goods", -HOUR, HOUR)
    links = [link("goods", Transport.QUEUE), link("books", Transport.QUEUE)]
    return world(steps, links, [outage], ages("pick", 1, 30))


def long_behind_errors() -> World:
    takes = Takes(10 * MINUTE, 20 * MINUTE)
    steps = [
        step("pick", takes, Transition("pack", "integration:hand")),
        step("pack", takes, "ship", needs=Needs(("integration:call",))),
        step("ship", LONG),
    ]
    links = [link("hand", Transport.QUEUE, dead_letter="refused"), link("call")]
    failures = [
        failing("integration:hand", C.TRANSIENT, since=-DAY, error_rate=0.2),
        failing("integration:call", C.TRANSIENT, since=-DAY, error_rate=0.2),
    ]
    return world(steps, links, failures, ages("pick", 5, 20, 30) | ages("pack", 5, 20, 35))


def at_location(drawn: World, location: Location) -> World:
    """The world with all orders at a location."""
    topology = replace(drawn.topology, locations={location.key: location})
    journeys = tuple(replace(each, location=location.key) for each in drawn.journeys)
    return replace(drawn, topology=topology, journeys=journeys)


def daily(*spans: tuple[Millis, Millis]) -> OpeningHours:
    """Open every day at these times, in hours from midnight UTC."""
    return OpeningHours((tuple((since * HOUR, until * HOUR) for since, until in spans),) * 7)


def opening_hours() -> World:
    """A call that fails before closing: who is late for that is done the next morning."""
    steps = [
        step("route", SHORT, "pick"),
        step("pick", WIDE, "ship", when_open=True, needs=Needs(("integration:call",))),
        step("ship", LONG),
    ]
    outage = fixed("integration:call", -MINUTE, 65 * MINUTE)
    drawn = world(steps, [link("call")], [outage], ages("route", 1) | ages("pick", 20, 60))
    return at_location(drawn, Location("shop", "store", hours=daily((9, 13))))


def closed_at_night() -> World:
    """The outage is over when the location opens: nobody is late."""
    steps = [
        step("pick", WIDE, "ship", when_open=True, needs=Needs(("integration:call",))),
        step("ship", LONG),
    ]
    outage = fixed("integration:call", -HOUR, 3 * HOUR)
    drawn = world(steps, [link("call")], [outage], ages("pick", 1, 100))
    return at_location(drawn, Location("shop", "store", hours=daily((5, 9), (16, 20))))


def missed_pickup() -> World:
    """What is late for the pick-up at 13:00 leaves with that at 18:00."""
    pickups = Pickups(((13 * HOUR, 18 * HOUR),) * 7, 10 * MINUTE)
    steps = [
        step("pick", WIDE, "pack", needs=Needs(("integration:call",))),
        step("pack", SHORT, Transition("ship", pickup=PickupRule())),
        step("ship", LONG),
    ]
    slow = failing("integration:call", C.LATENCY, delay=20 * MINUTE)
    drawn = world(steps, [link("call")], [slow], ages("pick", 1, 10) | ages("pack", 2))
    return at_location(drawn, Location("shop", "store", pickups=(("", pickups),)))


KNOWN = (
    opening_hours,
    closed_at_night,
    missed_pickup,
    lognormal_step,
    batch,
    slow_batch,
    queue_with_drain,
    full_queue,
    attempts_with_backoff,
    wait_for_a_person,
    stale_read,
    two_fallbacks,
    two_alternatives,
    fallback_that_fails_later,
    first_choice_that_comes_back,
    two_needs,
    two_needs_of_one_step,
    shares,
    chained_records,
    long_behind_errors,
)
