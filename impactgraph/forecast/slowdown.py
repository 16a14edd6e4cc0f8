"""Slowdown of locations at the steps on site, relative to the usual duration, learned from visits.

With n visits a location keeps n / (n + 20) of its difference from the usual (James and Stein's shrinkage,
with a fixed prior). The figure is rounded to one of a few levels, so that one cohort covers many locations.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Step, Topology
from impactgraph.columns import Codes
from impactgraph.forecast.scenarios import Reals

LEVEL_WIDTH = 0.3
"""Of a level, in natural logarithms: a level takes a third longer than the one below."""
MAX_LEVEL = 1
_PRIOR = 20.0
_OUTLIER = 1.5
_EXACT = 1e6

SlowdownLevels = NDArray[np.int8]


def slowdown_factors(pace: NDArray[np.integer[Any]]) -> Reals:
    """How much longer than usual steps take at each level."""
    return np.exp(pace * LEVEL_WIDTH)


def on_site(topology: Topology, step: Step) -> bool:
    """Whether the step is done at each location by its own instance of a system."""
    system = topology.systems.get(step.runs_on.partition(":")[2])
    return system is not None and system.per_location


def slowdown_levels(location: Codes, dwell_time: Reals, usual: Reals, locations: int) -> SlowdownLevels:
    """Class by location code, 0 the usual one.

    Whole millionths are summed, so that the order of the visits does not matter.
    """
    ratio = np.clip(np.log(np.maximum(dwell_time, 1.0) / np.maximum(usual, 1.0)), -_OUTLIER, _OUTLIER)
    sums = np.bincount(location, weights=np.rint(ratio * _EXACT), minlength=locations) / _EXACT
    counts = np.bincount(location, minlength=locations)
    everywhere = sums.sum() / max(counts.sum(), 1)
    difference = (sums - counts * everywhere) / (counts + _PRIOR)
    return np.clip(np.rint(difference / LEVEL_WIDTH), -MAX_LEVEL, MAX_LEVEL).astype(np.int8)
