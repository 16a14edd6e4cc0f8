"""Shares below one: the other orders end there, and are not hit by what comes after."""

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from tests.laws.folders import at, checked, world
from tests.listing import orders_of
from tests.worlds import ask

FOLDER = "19-shares-below-one"
OUTAGE = Failure("F", "integration:cap", FailureClass.OUTAGE, at("02 11:00"), expected_end=at("02 23:00"))


@pytest.mark.parametrize("order", ["ONE", "TWO"])
def test_as_many_orders_come_to_the_next_step_as_its_share_says(order: str) -> None:
    topology = checked(FOLDER).require_topology()

    found = {row.order: row for row in orders_of(ask(world(FOLDER, topology, at("02 12:00"), OUTAGE)))}

    assert found[order].likelihood == pytest.approx(0.3, abs=1 / 32)


def test_validate_warns_that_no_step_takes_the_rest() -> None:
    assert [each.message for each in checked(FOLDER).warnings] == [
        "step:one/a: the shares of `then` add up to 0.3, and no next step takes the rest.",
        "step:two/a: the shares of `then` add up to 0.6, and no next step takes the rest.",
    ]


@pytest.mark.parametrize(
    ("then", "share"),
    [
        ("[{step: b, share: 0.3}, {step: c, share: 0.7}]", 0.3),
        ("[{step: c, share: 0.7}, {step: b, share: 0.3}]", 0.3),
        ("[{step: b, share: 0.3}, c]", 0.3),
        ("[c, {step: b, share: 0.3}]", 0.3),
        ("[b, c]", 0.5),
        ("[b]", 1.0),
        ("[{step: b, share: 1}]", 1.0),
        ("[{step: b, share: 0}, c]", 0.0),
        ("[{step: b, share: 0}]", 0.0),
        ("[{step: b, share: 0.25}, {step: b, share: 0.25, via: again}, c]", 0.5),
        ("[{step: b, when: {channels: [web]}, share: 0.1}, c]", 1.0),
    ],
)
def test_shares_are_what_they_say(then: str, share: float) -> None:
    topology = checked(
        FOLDER,
        {
            "then: [{step: b, share: 0.3}, {step: c, share: 0.3}]": f"then: {then}",
            "integrations:": "integrations:\n  again: {from: oms, to: oms, transport: queue}",
        },
    ).require_topology()

    answer = orders_of(ask(world(FOLDER, topology, at("02 12:00"), OUTAGE)))
    found = {row.order: row.likelihood for row in answer}

    assert found.get("TWO", 0.0) == pytest.approx(share, abs=1 / 32)
