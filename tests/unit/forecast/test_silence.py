"""Durations are not learned from a time in which no event of a workflow came."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.time import DAY, HOUR, MINUTE, Millis
from graph_models.topology import Step, System, Takes, Topology, Workflow
from impactgraph.columns import Dictionaries, Visits, WorkflowDictionary
from impactgraph.forecast.durations import Distribution, learn_durations
from impactgraph.forecast.scenarios import Reals

START: Millis = 1_772_546_400_000
LAST_MOVE = START + 30 * HOUR
Stay = tuple[int, Millis, Millis]
"""Number of the workflow, entry, and departure or 0."""
TOPOLOGY = Topology(
    systems={"oms": System("oms", "oms")},
    workflows={
        key: Workflow(key, (Step("pick", key, "system:oms", Takes(30 * MINUTE, HOUR)),)) for key in "ab"
    },
)


def _stays() -> list[Stay]:
    """In the first workflow: twenty of half an hour, the last of which ends with LAST_MOVE, and five that
    last.
    """
    ended = [(0, LAST_MOVE - n * HOUR - 30 * MINUTE, LAST_MOVE - n * HOUR) for n in range(20)]
    return [*ended, *((0, LAST_MOVE - n * MINUTE, 0) for n in range(5))]


def learned(stays: Sequence[Stay], at: Millis) -> Distribution:
    words = Dictionaries()
    words.workflows.extend(WorkflowDictionary(key, ["pick"]) for key in "ab")
    workflow, entered_at, left_at = (np.array(values, np.int64) for values in zip(*stays, strict=True))
    nothing = np.zeros(len(stays), np.int32)
    visits = Visits(workflow.astype(np.int32), nothing, nothing, entered_at, left_at)
    return learn_durations(TOPOLOGY, words, visits, at)["a", "pick"]


def quantiles(stays: Sequence[Stay], at: Millis) -> Reals:
    return learned(stays, at).at


@given(st.integers(15, 14 * 24 * 60), st.integers(15, 14 * 24 * 60))
def test_a_longer_silence_changes_nothing(minutes: int, more: int) -> None:
    first, later = (quantiles(_stays(), LAST_MOVE + m * MINUTE) for m in (minutes, minutes + more))

    np.testing.assert_array_equal(first, later)


@pytest.mark.parametrize("silence", [2 * MINUTE, 2 * HOUR, DAY])
def test_orders_of_another_workflow_that_move_meanwhile_change_nothing(silence: Millis) -> None:
    others = [(1, LAST_MOVE + silence - MINUTE, 0)]
    at = LAST_MOVE + silence

    np.testing.assert_array_equal(quantiles(_stays(), at), quantiles([*_stays(), *others], at))


def test_stays_count_while_others_of_the_workflow_move() -> None:
    at = LAST_MOVE + 2 * HOUR
    moving = [(0, at - 20 * MINUTE, at)]

    assert learned([*_stays(), *moving], at).quantile(np.array([0.95])) > learned(_stays(), at).quantile(
        np.array([0.95])
    )
