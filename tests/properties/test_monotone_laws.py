"""What is worse hits no order less: a second failure, a longer, wider, stronger one, one precaution fewer.

An order is hit less if it is less likely to be. A likelihood is a share of 32 scenarios, so that a step of
one of them is no difference. Its delay is the median where it is hit: it counts where the order is no more
likely to be hit than before, since an order that is hit more often may be hit by less on average.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph_models.enums import Band, FailureClass, Transport
from graph_models.impact import AffectedOrder
from graph_models.needs import Choice, Needs
from graph_models.scope import Scope
from graph_models.time import DAY, HOUR, MINUTE, Millis
from graph_models.topology import Buffer, Integration, Retry, Topology
from tests.listing import orders_of
from tests.properties.wide_worlds import wide_worlds
from tests.worlds import World, ask

SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
STEP = 0.035
"""A scenario of 32, and the rounding of a likelihood."""
PROMISE_STEP = 2 * STEP
"""A promise is decided by fewer scenarios: those that explain for how long the order has stayed."""
LIKELY = 0.1
"""Where an order is hit in three scenarios at most, its median says little."""
NEARLY = 0.9
MARGIN: Millis = 2 * MINUTE
NARROW = (Scope.of(locations=["here"]), Scope.of(channels=["web"]), Scope.of(workflows=["ship"]))
GRADUAL = (FailureClass.LATENCY, FailureClass.CAPACITY, FailureClass.BACKLOG, FailureClass.STALE_DATA)
C = FailureClass
FAILING = (C.OUTAGE, C.TRANSIENT, C.BUSINESS_RULE)


def rows(world: World) -> dict[str, AffectedOrder]:
    return {row.order: row for row in orders_of(ask(world, horizon=365 * DAY))}


def relieved(milder: World, worse: World, *, delays: bool = True) -> dict[str, str]:
    """Orders that the worse world hits less, each with what it says."""
    after = rows(worse)
    found = {order: _less(row, after.get(order), delays) for order, row in rows(milder).items()}
    return {order: words for order, words in found.items() if words}


def _less(row: AffectedOrder, other: AffectedOrder | None, delays: bool) -> str:
    likelihood = other.likelihood if other else 0.0
    if likelihood < row.likelihood - STEP:
        return f"likelihood {row.likelihood} -> {likelihood}"
    if other is None or not delays or row.likelihood < LIKELY or likelihood > row.likelihood + STEP:
        return ""
    if row.band is Band.RECORDS_ONLY or other.band is Band.RECORDS_ONLY:
        return ""
    if delay(other) < delay(row) * NEARLY - MARGIN:
        return f"delay {delay(row) / MINUTE:.1f} -> {delay(other) / MINUTE:.1f} min"
    if other.miss_likelihood + other.late_anyway < row.miss_likelihood + row.late_anyway - PROMISE_STEP:
        return f"promise missed by {row.miss_likelihood} -> {other.miss_likelihood}"
    return ""


def delay(row: AffectedOrder) -> float:
    return float("inf") if row.expected_delay is None else float(row.expected_delay)


def just_come(world: World) -> World:
    """The same orders without what lies behind them: one that has passed meanwhile is evidence of what the
    failure was not, and fits a milder one better.
    """
    return replace(world, journeys=tuple(replace(j, stays=j.stays[-1:]) for j in world.journeys))


def come_since(world: World, at: Millis) -> World:
    """The orders that entered their step at that moment or later."""
    return replace(world, journeys=tuple(j for j in world.journeys if j.stays and j.stays[-1][1] >= at))


# ---- failures


@SETTINGS
@given(wide_worlds(most_failures=3).filter(lambda world: len(world.failures) > 1))
def test_one_more_failure_never_reduces_the_effect_on_an_order(world: World) -> None:
    """Of outages also by no less: what another failure holds back may come too late for a window in which
    things are lost or slow.
    """
    outages = all(f.failure_class is C.OUTAGE for f in world.failures)

    assert relieved(world.with_failures(*world.failures[1:]), world, delays=outages) == {}


@SETTINGS
@given(wide_worlds(most_failures=1), st.sampled_from([30 * MINUTE, 2 * HOUR, 20 * HOUR]))
def test_a_longer_failure_never_reduces_the_effect_on_an_order(world: World, later: Millis) -> None:
    failure = world.failures[0]
    assert failure.expected_end is not None
    assume(failure.expected_end > world.as_of)

    longer = world.with_failures(replace(failure, expected_end=failure.expected_end + later))

    assert relieved(world, longer) == {}


@SETTINGS
@given(wide_worlds(most_failures=1), st.sampled_from(NARROW))
def test_a_wider_scope_never_reduces_the_effect_on_an_order(world: World, narrow: Scope) -> None:
    failure = world.failures[0]
    narrower = world.with_failures(replace(failure, scope=failure.scope.intersection(narrow)))

    assert relieved(narrower, world) == {}


@SETTINGS
@given(wide_worlds(most_failures=1), st.sampled_from([0.05, 0.3, 0.6]), st.sampled_from([0.1, 0.35]))
def test_a_higher_error_rate_never_reduces_the_effect_on_an_order(
    world: World, rate: float, more: float
) -> None:
    failure = replace(world.failures[0], failure_class=C.TRANSIENT, error_rate=rate)
    worse = replace(failure, error_rate=rate + more)

    assert relieved(world.with_failures(failure), world.with_failures(worse)) == {}


@SETTINGS
@given(wide_worlds(most_failures=1), st.sampled_from(GRADUAL), st.sampled_from([2, 3]))
def test_a_longer_delay_never_reduces_the_effect_on_an_order(
    world: World, what: FailureClass, times: int
) -> None:
    """Without time-outs: a call that is given up works again at the end of the failure, which may come before
    a slow answer.
    """
    world = just_come(world)
    world = replace(world, topology=with_links(lambda link: replace(link, timeout=None))(world.topology))
    failure = replace(world.failures[0], failure_class=what)
    assert failure.delay is not None
    milder = replace(failure, delay=failure.delay // times)

    assert relieved(world.with_failures(milder), world.with_failures(failure)) == {}


@SETTINGS
@given(
    wide_worlds(most_failures=1),
    st.sampled_from([None, 20 * MINUTE]),
    st.sampled_from([30 * MINUTE, 3 * HOUR]),
)
def test_a_longer_drain_never_reduces_the_effect_on_an_order(
    world: World, drain: Millis | None, more: Millis
) -> None:
    milder = replace(world.failures[0], failure_class=C.OUTAGE, drain=drain)
    worse = replace(milder, drain=(drain or 0) + more)

    assert relieved(world.with_failures(milder), world.with_failures(worse)) == {}


@SETTINGS
@given(wide_worlds(most_failures=1))
def test_an_outage_affects_each_order_at_least_as_much_as_a_latency(world: World) -> None:
    """By an order's likelihood: shortly before its end an outage holds it for a moment only. Without
    alternatives: one that is slow is waited for, one that is out is left for the next. What came before the
    failure began was held by something else first, for which a longer delay stands in more often than a stop.
    """
    world = come_since(just_come(world), world.failures[0].started_at)
    world = replace(world, topology=with_needs(_without_alternatives)(world.topology))
    failure = world.failures[0]
    assert failure.delay is not None
    end = world.as_of + 6 * failure.delay
    slow = replace(failure, failure_class=C.LATENCY, expected_end=end)
    out = replace(failure, failure_class=C.OUTAGE, expected_end=end)

    assert relieved(world.with_failures(slow), world.with_failures(out), delays=False) == {}


# ---- precautions

Change = Callable[[Topology], Topology]


def with_links(change: Callable[[Integration], Integration]) -> Change:
    return lambda topology: replace(
        topology, integrations={key: change(link) for key, link in topology.integrations.items()}
    )


def with_needs(change: Callable[[Needs], Needs]) -> Change:
    def apply(topology: Topology) -> Topology:
        workflows = {
            key: replace(w, steps=tuple(replace(step, needs=change(step.needs)) for step in w.steps))
            for key, w in topology.workflows.items()
        }
        return replace(topology, workflows=workflows)

    return apply


def _without_alternatives(needs: Needs) -> Needs:
    first = (each.alternatives[0] if isinstance(each, Choice) else (each,) for each in needs.required)
    return replace(needs, required=tuple(key for keys in first for key in keys))


def retries(attempts: int) -> Change:
    return with_links(lambda link: replace(link, retry=Retry(attempts, link.retry.backoff)))


def buffers(buffer: Buffer) -> Change:
    return with_links(
        lambda link: (
            replace(link, buffer=buffer) if link.transport in (Transport.QUEUE, Transport.STREAM) else link
        )
    )


def _needs_call(*alternatives: str) -> Change:
    choice = Choice(tuple((each,) for each in alternatives))
    return with_needs(lambda needs: Needs((choice,)) if needs.required or needs.optional else needs)


PRECAUTIONS: dict[str, tuple[Change, Change]] = {
    "attempts": (retries(3), retries(2)),
    "a retry": (retries(2), retries(1)),
    "room": (buffers(Buffer(600, 200 / HOUR)), buffers(Buffer(200, 200 / HOUR))),
    "retention": (buffers(Buffer(retention=12 * HOUR)), buffers(Buffer(retention=HOUR))),
    "a buffer without limits": (buffers(Buffer()), buffers(Buffer(200, 200 / HOUR))),
    "a fallback": (_needs_call("integration:call", "system:erp"), _needs_call("integration:call")),
    "a second fallback": (
        _needs_call("integration:call", "system:erp", "system:mailer"),
        _needs_call("integration:call", "system:erp"),
    ),
}


@pytest.mark.parametrize(("milder", "worse"), PRECAUTIONS.values(), ids=PRECAUTIONS.keys())
@settings(SETTINGS, max_examples=10)
@given(world=wide_worlds(most_failures=2))
def test_removing_a_precaution_never_reduces_the_effect_on_an_order(
    milder: Change, worse: Change, world: World
) -> None:
    """Of orders without what lies behind them: one that has passed meanwhile was held by no outage that still
    lasts, but may have waited for the attempts before a fallback.
    """
    world = just_come(world)
    careful, bare = (replace(world, topology=change(world.topology)) for change in (milder, worse))

    assert relieved(careful, bare, delays=len(world.failures) == 1) == {}


# ---- what makes no difference


@SETTINGS
@given(wide_worlds(most_failures=2))
def test_a_failure_that_is_reported_twice_counts_once(world: World) -> None:
    """To the last digit where the first of them has the first id: an end is drawn for the id that stands."""
    twice = world.with_failures(*world.failures, replace(world.failures[0], key="Z-again"))

    assert told(twice) == told(world)


@SETTINGS
@given(wide_worlds(most_failures=3, classes=FAILING))
def test_the_order_of_alternatives_does_not_matter_where_none_costs_anything(world: World) -> None:
    """A slow alternative is waited for, a failing one is not: so it does matter which is slow."""
    one, other = ("integration:call", "system:erp"), ("system:erp", "integration:call")
    plain = retries(1)(with_links(lambda link: replace(link, timeout=None, schedule=None))(world.topology))
    plain = _all_synchronous(plain)
    first, second = (replace(world, topology=_needs_call(*each)(plain)) for each in (one, other))

    assert told(first) == told(second)


def _all_synchronous(topology: Topology) -> Topology:
    call = replace(topology.integrations["call"], transport=Transport.SYNC)
    return replace(
        topology,
        integrations={key: call if key == "call" else link for key, link in topology.integrations.items()},
    )


def told(world: World) -> dict[str, tuple[Any, ...]]:
    return {
        order: (row.band, row.likelihood, row.expected_delay, row.misses_promise)
        for order, row in rows(world).items()
    }
