"""Costs of delay of one answer, which several fields of an answer ask for."""

from collections.abc import Sequence
from typing import cast

import pytest

from graph_models.impact import CostOfDelayPoint
from graph_models.time import HOUR, Millis
from impactgraph.usecases import cost_of_delay
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.snapshot import Snapshot

SNAPSHOT = cast(Snapshot, None)


def test_the_costs_of_the_same_ends_are_calculated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calculated: list[tuple[Millis, ...] | None] = []

    def points(_s: Snapshot, _answer: Answer, ends: Sequence[Millis] | None) -> tuple[CostOfDelayPoint, ...]:
        calculated.append(None if ends is None else tuple(ends))
        return ()

    monkeypatch.setattr(cost_of_delay, "cost_of_delay", points)
    costs = cost_of_delay.DelayCosts(cast(Answer, None))

    assert costs.points(SNAPSHOT, None) == costs.points(SNAPSHOT, None)
    assert costs.points(SNAPSHOT, [0, HOUR]) == costs.points(SNAPSHOT, (0, HOUR))
    assert calculated == [None, (0, HOUR)]
