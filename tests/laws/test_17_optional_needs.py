"""An optional need: a longer outage never costs less than a shorter one, at most the time of the retries."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.enums import Effect, FailureClass, Transport
from graph_models.failure import Failure
from graph_models.needs import Needs
from graph_models.time import HOUR, MINUTE, SECOND, Millis
from graph_models.topology import Retry, System
from tests.drawing import call, drawn, failure, hit, step
from tests.laws.folders import at, checked, world
from tests.listing import orders_of
from tests.worlds import ask

FOLDER = "17-optional-short-outage-worse-than-long"
NOON = at("02 12:00")


def delay(until: str) -> Millis:
    """Of the orders, which come to the step a few minutes after twelve."""
    outage = Failure("F", "system:pay", FailureClass.OUTAGE, NOON, ended_at=at(until), is_supposed=True)
    topology = checked(FOLDER).require_topology()
    rows = orders_of(ask(world(FOLDER, topology, NOON), failures=(), suppose=(outage,)))
    return min(row.expected_delay or 0 for row in rows)


@pytest.mark.parametrize(
    ("until", "minutes"), [("02 12:30", 26), ("02 12:55", 51), ("02 13:05", 60), ("02 15:00", 60)]
)
def test_a_longer_outage_costs_up_to_the_hour_of_retries(until: str, minutes: int) -> None:
    assert delay(until) == pytest.approx(minutes * MINUTE, abs=2 * MINUTE)


POLICIES = st.builds(
    dict,
    transport=st.sampled_from(Transport),
    retry=st.builds(
        Retry,
        attempts=st.integers(1, 4),
        backoff=st.sampled_from([0, 10 * SECOND, 20 * MINUTE]),
        lasting=st.sampled_from([0, 5 * MINUTE, HOUR]),
    ),
    timeout=st.sampled_from([None, 3 * SECOND, 10 * MINUTE]),
)


def wait(policy: dict[str, object], owner: str, what: FailureClass, lasts: Millis) -> Millis:
    """How long the owner of the optional need waits for it at most."""
    needs = Needs(optional=("integration:link",))
    topology = drawn(
        call("link", "oms", "erp", **policy),  # pyright: ignore[reportArgumentType] - drawn policies
        System("wms", "wms", needs=needs if owner == "system" else Needs()),
        step("pick", "wms", optional=["integration:link"] if owner == "step" else ()),
    )
    element = "system:wms" if owner == "system" else "step:ship/pick"
    found = hit(topology, failure("system:erp", what, lasts=lasts)).by_element.get(element, ())
    return max((i.delay for i in found if i.effect in (Effect.DEGRADED, Effect.DELAYED)), default=0)


@settings(max_examples=150, deadline=None)
@given(
    POLICIES,
    st.sampled_from(["step", "system"]),
    st.sampled_from([FailureClass.OUTAGE, FailureClass.CAPACITY, FailureClass.TRANSIENT]),
    st.integers(1, 300),
    st.integers(1, 300),
)
def test_the_wait_grows_with_the_window_and_with_the_retries(
    policy: dict[str, object], owner: str, what: FailureClass, one: int, other: int
) -> None:
    shorter, longer = sorted((one * MINUTE, other * MINUTE))
    assert wait(policy, owner, what, shorter) <= wait(policy, owner, what, longer)
    retry = policy["retry"]
    assert isinstance(retry, Retry)
    patience = max(retry.lasting, (retry.attempts - 1) * retry.backoff + 10 * MINUTE * retry.attempts)
    assert wait(policy, owner, what, longer) <= min(longer, patience)
