"""Random small worlds: a topology in which every kind of edge occurs, workflows with branches and
hand-offs, orders on their way, failures.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from graph_models.enums import FailureClass, RecordKind, Transport
from graph_models.failure import Failure
from graph_models.needs import Choice, Needs
from graph_models.scope import Scope
from graph_models.time import DAY, HOUR, MINUTE, SECOND, Millis
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
    When,
    Workflow,
)
from tests.drawing import EIGHT
from tests.worlds import Journey, World

PLACES = ("here", "there")
CHANNELS = ("web", "app")
LINKS = ("call", "hand", "book", "tell", "feed")
SYSTEMS = ("oms", "wms", "erp", "mailer")
TARGETS = (
    *(f"integration:{key}" for key in LINKS),
    *(f"system:{key}" for key in SYSTEMS),
    "data:stock",
    "step:ship/pick",
    "location:here",
    "workflow:fetch",
)
SCOPES = (
    Scope(),
    Scope.of(locations=["here"]),
    Scope.of(channels=["web"]),
    Scope.of(workflows=["ship"]),
    Scope.of(locations=["there"], channels=["app"]),
)
AS_OF: Millis = EIGHT + 2 * HOUR
"""Ten o'clock."""

takes = st.sampled_from([Takes(5 * MINUTE), Takes(20 * MINUTE, HOUR), Takes(HOUR, 3 * HOUR)])
any_transport = st.sampled_from(list(Transport))


@st.composite
def integrations(
    draw: Callable[..., Any],
    key: str,
    source: str,
    target: str,
    transport: st.SearchStrategy[Transport] = any_transport,
) -> Integration:
    kind = draw(transport)
    return Integration(
        key,
        f"system:{source}",
        f"system:{target}",
        kind,
        retry=draw(st.sampled_from([Retry(), Retry(3, 30 * SECOND)])),
        timeout=draw(st.sampled_from([None, 10 * MINUTE])),
        dead_letter=draw(st.sampled_from([None, "rejected"])),
        buffer=draw(st.sampled_from([Buffer(), Buffer(200, 200 / HOUR), Buffer(retention=2 * HOUR)]))
        if kind in (Transport.QUEUE, Transport.STREAM)
        else Buffer(),
        schedule=Schedule(every=draw(st.sampled_from([15 * MINUTE, HOUR])))
        if kind in (Transport.BATCH, Transport.FILE)
        else None,
        idempotent=draw(st.booleans()),
    )


@st.composite
def topologies(draw: Callable[..., Any]) -> Topology:
    """`ship`: release -> pick -> (pack ->) send, with a call, a hand-off over `hand`, postings over
    `book`, messages over `tell`; `fetch`: release -> ready.
    """
    choice = Choice((("integration:call",), ("integration:book",)))
    needs = draw(
        st.sampled_from(
            [Needs(), Needs(("integration:call",)), Needs((choice,)), Needs((), ("integration:call",))]
        )
    )
    reads = draw(st.sampled_from([(), ("data:stock",)]))
    invoice = Emission(RecordKind.POSTING, "invoice", "integration:book", HOUR, ("issue",), 1.0)
    issue = Emission(
        RecordKind.POSTING, "issue", "integration:book", draw(st.sampled_from([None, 30 * MINUTE])), (), 0.5
    )
    sent = Emission(RecordKind.NOTIFICATION, "sent", "integration:tell", 10 * MINUTE)
    picked = draw(st.sampled_from([(), (Emission(RecordKind.TASK, "picked"),)]))
    onward = draw(
        st.sampled_from(
            [
                (Transition("pack", "integration:hand"),),
                (Transition("pack", "integration:hand", share=0.25), Transition("send", share=0.75)),
                (Transition("send", when=When(channels=("app",))), Transition("pack", "integration:hand")),
            ]
        )
    )
    ship = (
        Step(
            "release",
            "ship",
            "system:oms",
            draw(takes),
            reads=reads,
            surfaces_at="pick" if reads else None,
            then=(Transition("pick", draw(st.sampled_from([None, "integration:hand"]))),),
        ),
        Step("pick", "ship", "system:wms", draw(takes), needs=needs, then=onward, emits=picked),
        Step("pack", "ship", "system:wms", draw(takes), then=(Transition("send"),)),
        Step("send", "ship", "system:oms", draw(takes), emits=(issue, invoice, sent)),
    )
    fetch = (
        Step(
            "release",
            "fetch",
            "system:oms",
            draw(takes),
            then=(Transition("ready", draw(st.sampled_from([None, "integration:hand"]))),),
        ),
        Step(
            "ready",
            "fetch",
            "system:oms",
            draw(takes),
            needs=draw(st.sampled_from([Needs(), Needs(("integration:call",))])),
            emits=(sent,),
        ),
    )
    return Topology(
        locations={key: Location(key, "store", "emea") for key in PLACES},
        systems={key: System(key, key) for key in SYSTEMS},
        integrations={
            "call": draw(
                integrations("call", "wms", "erp", st.sampled_from([Transport.SYNC, Transport.BATCH]))
            ),
            "hand": draw(integrations("hand", "oms", "wms")),
            "book": draw(integrations("book", "oms", "erp")),
            "tell": draw(
                integrations("tell", "oms", "mailer", st.sampled_from([Transport.QUEUE, Transport.SYNC]))
            ),
            "feed": draw(
                integrations("feed", "wms", "oms", st.sampled_from([Transport.QUEUE, Transport.BATCH]))
            ),
        },
        data={
            "stock": Data(
                "stock",
                "oms",
                ("integration:feed",),
                draw(st.sampled_from([0, 10 * MINUTE])),
                draw(st.sampled_from([0.3, 1.0])),
            )
        },
        workflows={"ship": Workflow("ship", ship), "fetch": Workflow("fetch", fetch)},
    )


ROUTES = {"ship": ("release", "pick", "pack", "send"), "fetch": ("release", "ready")}


ages = st.one_of(
    st.integers(0, 150).map(lambda minutes: minutes * MINUTE),
    st.integers(0, 150).map(lambda minutes: minutes * MINUTE),
    st.integers(150, 3 * 24 * 60).map(lambda minutes: minutes * MINUTE),
    st.integers(3, 25).map(lambda days: days * DAY),
)
"""Of the present step, more of them recent."""


@st.composite
def journeys(draw: Callable[..., Any], order: str, part: int = 1) -> Journey:
    """Somewhere on its way at ten, after stays of minutes to weeks; each stay began a while before the
    next.
    """
    workflow = draw(st.sampled_from(list(ROUTES)))
    route = ROUTES[workflow][: draw(st.integers(1, len(ROUTES[workflow])))]
    at = AS_OF - draw(ages) - draw(st.integers(1, 59)) * SECOND
    stays: list[tuple[str, Millis]] = []
    for step in reversed(route):
        stays.insert(0, (step, at))
        at -= draw(st.sampled_from([3, 22, 65, 65, 5 * 60])) * MINUTE
    return Journey(
        order,
        tuple(stays),
        workflow,
        part,
        location=draw(st.sampled_from(PLACES)),
        channel=draw(st.sampled_from(CHANNELS)),
        value=draw(st.integers(1, 500)),
        promised_by=draw(st.sampled_from([0, AS_OF + HOUR, AS_OF + 4 * HOUR])),
    )


@st.composite
def failures(
    draw: Callable[..., Any], key: str = "F", classes: st.SearchStrategy[FailureClass] | None = None
) -> Failure:
    """Of any class and element, begun between eight and half past ten, or days ago."""
    today = st.sampled_from([0, 30, 100, 150]).map(lambda minutes: EIGHT + minutes * MINUTE)
    since = draw(st.one_of(today, today, st.sampled_from([AS_OF - 30 * HOUR, AS_OF - 9 * DAY])))
    return Failure(
        key,
        draw(st.sampled_from(TARGETS)),
        draw(classes or st.sampled_from(list(FailureClass))),
        since,
        expected_end=since + draw(st.sampled_from([20 * MINUTE, 2 * HOUR, 6 * HOUR])),
        delay=draw(st.sampled_from([20 * MINUTE, 2 * HOUR])),
        error_rate=draw(st.sampled_from([0.2, 0.7])),
        drain=draw(st.sampled_from([None, 30 * MINUTE])),
        scope=draw(st.sampled_from(SCOPES)),
    )


@st.composite
def worlds(draw: Callable[..., Any], most_failures: int = 2, most_orders: int = 8) -> World:
    """Orders `O-0` on; every third has two fulfillments."""
    count = draw(st.integers(1, most_orders))
    found = [draw(journeys(f"O-{n}")) for n in range(count)]
    found += [
        replace(draw(journeys(f"O-{n}", 2)), channel=found[n].channel, promised_by=found[n].promised_by)
        for n in range(0, count, 3)
    ]
    reported = draw(st.lists(failures(), min_size=1, max_size=most_failures))
    return World(
        draw(topologies()),
        tuple(replace(f, key=f"F{n}") for n, f in enumerate(reported)),
        tuple(found),
        AS_OF,
    )
