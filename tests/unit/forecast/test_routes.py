"""Visits of steps in scenarios: shares, joins and loops."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impactgraph.forecast.loops import strong_components
from impactgraph.forecast.routes import MOST_LAPS, Routes, Transit, routes_of
from impactgraph.forecast.scenarios import SCENARIOS

SETTINGS = settings(max_examples=200, deadline=None)


def routes(*steps: Sequence[tuple[int, float]]) -> Routes:
    """By step: (position of the next step, share)."""
    return routes_of(tuple((f"step:w/{n}", tuple(Transit(*t) for t in each)) for n, each in enumerate(steps)))


def path(found: Routes, start: int, scenario: int) -> list[int]:
    """Positions of the steps that a scenario passes."""
    visit, positions = start, [start]
    while not found.ends[visit][scenario]:
        [visit] = [leg.to for leg in found.legs[visit] if leg.scenarios[scenario]]
        positions.append(found.positions[visit])
    return positions


def mean_count(found: Routes, position: int) -> float:
    """How often a scenario that starts in the first step passes a step."""
    return sum(path(found, 0, k).count(position) for k in range(SCENARIOS)) / SCENARIOS


def test_a_step_without_transits_is_the_end() -> None:
    assert path(routes([(1, 1.0)], []), 0, 0) == [0, 1]


def test_branches_meet_again() -> None:
    joined = routes([(1, 0.5), (2, 0.5)], [(3, 1.0)], [(3, 1.0)], [])

    assert {tuple(path(joined, 0, k)) for k in range(SCENARIOS)} == {(0, 1, 3), (0, 2, 3)}
    assert len(joined.order) == 4


def test_who_takes_no_share_ends_there() -> None:
    assert mean_count(routes([(1, 0.25)], []), 1) == 0.25


def test_a_loop_is_taken_with_its_share_each_time() -> None:
    """Geometric: one visit, and again by half, by a quarter, ..."""
    assert mean_count(routes([(1, 1.0)], [(0, 0.5), (2, 0.5)], []), 1) == pytest.approx(2.0, abs=0.25)


def test_a_step_may_lead_to_itself() -> None:
    assert mean_count(routes([(0, 0.25), (1, 0.75)], []), 0) == pytest.approx(4 / 3, abs=0.1)


def test_after_a_loop_all_laps_come_to_the_same_visit() -> None:
    found = routes([(1, 1.0)], [(0, 0.5), (2, 0.5)], [])

    assert [found.laps[v] for v in found.order if found.positions[v] == 2] == [0]


def test_after_the_most_laps_the_rest_goes_on() -> None:
    found = routes([(0, 0.999), (1, 0.001)], [])

    for k in range(SCENARIOS):
        assert path(found, 0, k)[-1] == 1
        assert path(found, 0, k).count(0) <= MOST_LAPS + 1


def test_a_loop_that_nobody_can_leave_is_not_followed() -> None:
    assert path(routes([(1, 1.0)], [(0, 1.0)]), 0, 0) == [0, 1]


def test_who_is_in_a_loop_is_in_its_first_lap() -> None:
    found = routes([(1, 1.0)], [(0, 0.5), (2, 0.5)], [])

    assert all(found.laps[position] == 0 for position in range(3))


def test_a_chain_of_2000_steps_has_routes() -> None:
    found = routes(*([(n + 1, 1.0)] for n in range(1_999)), [])

    assert path(found, 0, 0) == list(range(2_000))
    assert found.leads_to(0, 1_999)
    assert not found.leads_to(1_999, 0)


@st.composite
def graphs(draw: Callable[..., Any], most: int = 7) -> list[list[tuple[int, float]]]:
    """Steps with up to three ways on to any of them, whose shares add up to at most 1."""
    count = draw(st.integers(1, most))
    steps: list[list[tuple[int, float]]] = []
    for _ in range(count):
        targets = draw(st.lists(st.integers(0, count - 1), max_size=3))
        parts = draw(st.lists(st.integers(0, 10), min_size=len(targets) + 1, max_size=len(targets) + 1))
        whole = max(sum(parts), 1)
        steps.append(sorted((to, part / whole) for to, part in zip(targets, parts, strict=False)))
    return steps


@SETTINGS
@given(graphs())
def test_from_each_visit_a_scenario_takes_one_way_or_ends(steps: list[list[tuple[int, float]]]) -> None:
    found = routes(*steps)
    reached = {n: np.ones(SCENARIOS, bool) for n in range(len(steps))}
    place = {visit: n for n, visit in enumerate(found.order)}

    assert sorted(found.order) == list(range(len(found.positions)))
    assert list(found.places) == [place[visit] for visit in range(len(found.positions))]
    for visit in found.order:
        ways = [leg.scenarios for leg in found.legs[visit]] + [found.ends[visit]]
        assert (np.sum(ways, axis=0) == reached[visit]).all()
        for leg in found.legs[visit]:
            assert place[leg.to] > place[visit]
            assert found.positions[leg.to] == steps[found.positions[visit]][leg.transit][0]
            reached[leg.to] = reached.get(leg.to, np.zeros(SCENARIOS, bool)) | leg.scenarios


@SETTINGS
@given(graphs())
def test_what_is_reached_is_what_transits_lead_to(steps: list[list[tuple[int, float]]]) -> None:
    found = routes(*steps)
    component, _ = strong_components([[to for to, share in each if share > 0] for each in steps])

    for start in range(len(steps)):
        reached, queue = {start}, [start]
        while queue:
            following = {to for to, share in steps[queue.pop()] if share > 0} - reached
            reached |= following
            queue += following
        assert {n for n in range(len(steps)) if found.leads_to(start, n)} == reached
    for a in range(len(steps)):
        for b in range(len(steps)):
            mutual = found.leads_to(a, b) and found.leads_to(b, a)
            assert (component[a] == component[b]) == mutual
