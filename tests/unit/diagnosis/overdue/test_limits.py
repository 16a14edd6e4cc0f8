"""How long a fulfillment may stay, and what is usual."""

from dataclasses import replace

import numpy as np
import pytest

from graph_models.time import FOREVER, HOUR, MINUTE
from graph_models.topology import Step, System, Takes, Topology, Transition, Workflow
from impactgraph.columns import Columns
from impactgraph.diagnosis.overdue import learn_dwell_baseline, limit_of, limits, overdue_rows, peers_of
from impactgraph.forecast.durations import Durations
from tests.worlds import Journey, World, columns_of

NOW = 1_772_546_400_000
PICK = Step("pick", "ship", "system:wms", Takes(20 * MINUTE), then=(Transition("pack"),))
PACK = Step("pack", "ship", "system:wms", Takes(10 * MINUTE), within=HOUR)
SYSTEMS = {"wms": System("wms", "wms", per_location=True)}
TOPOLOGY = Topology("v", systems=SYSTEMS, workflows={"ship": Workflow("ship", (PICK, PACK))})
NOTHING = Durations({})


def past(
    count: int, *, ago: int = 30 * HOUR, every: int = 10 * MINUTE, lasted: int = 30 * MINUTE
) -> list[Journey]:
    """Done long ago: picks of 1 to 2 times `lasted`, evenly spread."""
    return [
        Journey(
            f"P{n}", (("pick", start), ("pack", start + lasted + lasted * n // count)), ended=start + 4 * HOUR
        )
        for n in range(count)
        if (start := NOW - ago + n * every)
    ]


def columns(*journeys: Journey) -> Columns:
    return columns_of(World(TOPOLOGY, (), journeys, NOW))


def test_a_declared_limit_holds_whatever_was_seen() -> None:
    usual = learn_dwell_baseline(TOPOLOGY, columns(*past(100)), NOW)

    assert limit_of(PACK, usual) == HOUR


def test_without_one_it_is_what_nearly_all_took_before() -> None:
    usual = learn_dwell_baseline(TOPOLOGY, columns(*past(100)), NOW)

    assert limit_of(PICK, usual) == pytest.approx(58.5 * MINUTE, rel=0.03)


def test_a_trouble_that_nobody_reported_does_not_pass_for_usual() -> None:
    slow = [
        replace(each, order=f"S{n}")
        for n, each in enumerate(past(200, ago=5 * HOUR, every=MINUTE, lasted=90 * MINUTE))
    ]

    assert limit_of(PICK, learn_dwell_baseline(TOPOLOGY, columns(*past(100), *slow), NOW)) == pytest.approx(
        58.5 * MINUTE, rel=0.03
    )


def test_what_a_known_failure_held_is_not_learned_from() -> None:
    held = [
        replace(each, order=f"S{n}")
        for n, each in enumerate(past(100, ago=60 * HOUR, every=MINUTE, lasted=5 * HOUR))
    ]
    span = (NOW - 60 * HOUR, NOW - 50 * HOUR)

    usual = learn_dwell_baseline(TOPOLOGY, columns(*past(100), *held), NOW, lambda workflow, step: (span,))

    assert limit_of(PICK, usual) == pytest.approx(58.5 * MINUTE, rel=0.1)


def test_until_enough_was_seen_the_documented_figure_holds() -> None:
    assert limit_of(PICK, learn_dwell_baseline(TOPOLOGY, columns(*past(3)), NOW)) == pytest.approx(
        20 * MINUTE * np.exp(0.3 * 1.645), rel=0.01
    )


def test_a_slow_location_has_more_time_where_the_limit_is_learned() -> None:
    at_slow = [
        Journey("A", (("pick", NOW - 70 * MINUTE),), location="slow"),
        Journey("B", (("pack", NOW - 70 * MINUTE),), location="slow"),
    ]
    made = columns(*past(100), *at_slow)
    usual, pace = learn_dwell_baseline(TOPOLOGY, made, NOW), np.array([0, 1], np.int8)

    late = overdue_rows(made, limits(TOPOLOGY, made, usual, Durations({}, pace)), NOW)
    usual_late = overdue_rows(made, limits(TOPOLOGY, made, usual, NOTHING), NOW)

    assert [str(made.fulfillments.ids[row]) for row in late] == ["B/1"]
    assert [str(made.fulfillments.ids[row]) for row in usual_late] == ["A/1", "B/1"]


def test_a_step_that_the_topology_does_not_have_has_no_limit() -> None:
    made = columns(Journey("A", (("pick", NOW - 900 * HOUR),)))
    without = Topology("v2", systems=SYSTEMS, workflows={"ship": Workflow("ship", (PACK,))})

    assert limits(without, made, learn_dwell_baseline(without, made, NOW), NOTHING).tolist() == [FOREVER]


def test_peers_are_those_at_the_location_or_where_they_are_few_all_of_the_step() -> None:
    here = [Journey(f"H{n}", (("pack", NOW - (30 + 10 * n) * MINUTE),), location="here") for n in range(6)]
    made = columns(*here, Journey("A", (("pack", NOW - 3 * HOUR),), location="alone"))
    limit = limits(TOPOLOGY, made, learn_dwell_baseline(TOPOLOGY, made, NOW), NOTHING)

    near, far = (peers_of(made, lambda rows: limit[rows], row, NOW) for row in (0, 6))

    assert near is not None and far is not None
    assert (near.location, near.overdue, near.total, near.sample) == ("here", 2, 6, ("H5", "H4"))
    assert (far.location, far.overdue, far.total, far.sample) == (None, 3, 7, ("A", "H5", "H4"))
