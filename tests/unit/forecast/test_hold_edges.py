"""A hold of records begins now: it divides no bins of orders."""

import numpy as np

from graph_models.enums import Effect
from graph_models.impairment import Impairment
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.forecast.barrier_edges import barrier_edges, catching_edges
from impactgraph.forecast.barriers import barriers
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.hold import HOLD
from impactgraph.forecast.impairment_forecast import ImpairmentForecast
from impactgraph.impact.bins import MomentBins

NOW: Millis = 1_772_560_800_000
MOMENTS = NOW - np.arange(0, 10 * MINUTE, 997)


def test_a_hold_has_no_edges() -> None:
    hold = Impairment("integration:book", Effect.BLOCKED, NOW, until=NOW + 2 * MINUTE, rule=HOLD)
    (barrier,) = barriers([(0, hold)], ImpairmentForecast((hold,)), "book")

    assert not len(barrier.window_edges)
    assert list(barrier_edges(barrier, 5.0 * MINUTE)) == []
    assert list(catching_edges(Gate((barrier,)))) == []


def test_what_begins_now_divides_no_bin() -> None:
    plain, divided = MomentBins(NOW), MomentBins(NOW, [np.array([float(NOW), float(NOW + HOUR)])])

    assert (plain.moments(plain.codes(MOMENTS)) == divided.moments(divided.codes(MOMENTS))).all()
