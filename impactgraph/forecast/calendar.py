"""Calendars: runs of the schedules of batches and files as functions of time."""

from functools import cached_property

import numpy as np
from cronsim import CronSim

from graph_models.time import DAY, HOUR, Millis, millis, moment
from graph_models.topology import Schedule
from impactgraph.forecast.scenarios import Reals


class Calendar:
    """Runs of a schedule, as functions over arrays of moments (milliseconds; infinity stays infinity)."""

    def __init__(self, schedule: Schedule) -> None:
        self._every = float(schedule.every or 0)
        self._cron = schedule.cron

    @property
    def typical_wait(self) -> float:
        """Half of the usual interval."""
        return (self._every or float(HOUR)) / 2

    def run_from(self, at: Reals) -> Reals:
        """The first run at or after each moment."""
        if self._cron:
            return self._cron_runs_from(at)
        finite = np.where(np.isfinite(at), at, 0.0)
        day = np.floor(finite / DAY) * DAY
        run = np.minimum(day + np.ceil((finite - day) / self._every) * self._every, day + DAY)
        return np.where(np.isfinite(at), run, at)

    def run_before(self, at: Reals) -> Reals:
        """The last run at or before each moment."""
        if self._cron:
            runs = self._runs_around(np.asarray(at))
            return runs[np.maximum(np.searchsorted(runs, at, side="right") - 1, 0)]
        day = np.floor(at / DAY) * DAY
        return day + np.floor((at - day) / self._every) * self._every

    def _cron_runs_from(self, at: Reals) -> Reals:
        finite = np.isfinite(at)
        if not finite.any():
            return at
        runs = self._runs_around(at[finite])
        next_run = runs[np.minimum(np.searchsorted(runs, np.where(finite, at, runs[0])), len(runs) - 1)]
        return np.where(finite, next_run, at)

    def _runs_around(self, at: Reals) -> Reals:
        low = float(np.min(at)) - 32 * DAY
        high = float(np.max(at)) + 32 * DAY
        cache = self._cache
        if not cache or cache[0][0] > low or cache[0][1] < high:
            cache[:] = [(low, high, self._simulate(low, high))]
        return cache[0][2]

    @cached_property
    def _cache(self) -> list[tuple[float, float, Reals]]:
        return []

    def _simulate(self, low: float, high: float) -> Reals:
        runs: list[Millis] = []
        for run in CronSim(str(self._cron), moment(int(low))):
            runs.append(millis(run))
            if runs[-1] > high + 366 * DAY or (runs[-1] > high and len(runs) > 1):
                break
        return np.array(runs, np.float64)
