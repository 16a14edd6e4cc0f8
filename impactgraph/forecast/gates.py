"""Gates: arrival-time functions that give when an arrival departs from an impaired element.

A gate maps arrays of arrivals to departures, elementwise and (but for fixed delays) monotone: the max-plus
algebra of timetables (Baccelli, Cohen, Olsder, Quadrat, "Synchronization and Linearity", 1992). Times are
float milliseconds; infinity is "never". Arrays are (G, K): G arrivals, K scenarios.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from impactgraph.forecast.barriers import Barrier, Flags, Occurs
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.topology.opening import Timetable


@dataclass(frozen=True)
class Passage:
    """Departures, and the index of the barrier that added most to the wait of each (else -1)."""

    departures: Reals
    scheduled: Reals
    """Departures without the barriers."""
    waits: NDArray[np.int16] | None
    """`hit_by`; None: no barrier makes any of them wait."""

    @property
    def hit_by(self) -> NDArray[np.int16]:
        return np.full(self.departures.shape, np.int16(-1)) if self.waits is None else self.waits


class Gate:
    """The barriers of one element as one function, with its timetables where it has any.

    `calendar` lets through what arrives (the runs of a schedule, the opening hours of a location) before the
    barriers, and again what has waited for them; `last` lets out what has passed everything else (pick-ups;
    the opening hours once more).
    """

    def __init__(
        self,
        barriers: Iterable[Barrier] = (),
        calendar: Timetable | None = None,
        last: Timetable | None = None,
    ) -> None:
        self.calendar = calendar
        self.last = last
        self.barriers = tuple(sorted(barriers, key=self._rank))
        self.uncertain_barriers = tuple(b for b in self.barriers if not b.is_certain)

    def _rank(self, barrier: Barrier) -> tuple[bool, bool, float, int]:
        """A full buffer rejects first, and only what it accepts waits; a run leaves before it is slow."""
        is_transfer = self.calendar is not None and not barrier.makes_wait
        return barrier.impairment.effect is not Effect.REJECTED, is_transfer, barrier.since, barrier.index

    def __bool__(self) -> bool:
        return bool(self.barriers)

    def without_closed_at(self, at: float) -> "Gate":
        """The gate without the barriers that are certainly closed at that moment: a departure shows that they
        did not hold it.
        """
        return self.with_barriers(
            b
            for b in self.barriers
            if not (b.makes_wait and b.is_certain and b.since <= at < float(b.until.min()))
        )

    def with_barriers(self, barriers: Iterable[Barrier]) -> "Gate":
        """The same timetables with other barriers."""
        return Gate(barriers, self.calendar, self.last)

    def scheduled_departures(self, t: Reals) -> Reals:
        boarding = self._boarding(t)
        return self.last.run_from(boarding) if self.last else boarding

    def arrivals_of(self, since: float, until: float) -> tuple[float, float]:
        """The window of arrivals, in whole milliseconds, that are to depart in [since, until): with a
        schedule, those that wait for one of the runs in it.
        """
        if self.calendar is None:
            return since, until
        first, last = self.calendar.run_before(np.array([since - 1.0, until - 1.0])) + 1.0
        return float(first), float(last)

    def first_met_at(self, t: Reals, as_of: float) -> Reals:
        """Arrivals, later where they may have met an outage before its reported start: at this start."""
        met_at = t
        for barrier in self.barriers:
            if barrier.earliest_start < barrier.since <= as_of:
                met_at = np.where((t >= barrier.earliest_start) & (t < barrier.since), barrier.since, met_at)
        return met_at

    def pass_through(self, t: Reals, occurs: Occurs) -> Passage:
        """The passage of arrivals through all barriers that occur."""
        passage = self._pass_barriers(t, occurs)
        if self.last is None:
            return passage
        departures, scheduled_at = (
            self.last.run_from(passage.departures),
            self.last.run_from(passage.scheduled),
        )
        waits = passage.waits
        if waits is not None:
            waits = np.where(departures > scheduled_at, waits, np.int16(-1))
        return Passage(departures, scheduled_at, waits)

    def _pass_barriers(self, t: Reals, occurs: Occurs) -> Passage:
        if len(self.barriers) == 1:
            return self._pass_one(self.barriers[0], t, occurs)
        out = scheduled_at = self._boarding(t)
        by: NDArray[np.int16] | None = None
        most = np.zeros(())
        for again in range(2):
            for barrier in self.barriers:
                # A delay applies once, but the end of a wait may fall into another wait.
                if (again and not barrier.makes_wait) or not barrier.may_change(out):
                    continue
                later = self._depart(barrier, out, occurs(barrier), again=bool(again))
                if later is None:
                    continue
                with np.errstate(invalid="ignore"):
                    extra = np.where(later > out, later - out, 0.0)
                is_most = extra > most
                by = np.where(is_most, np.int16(barrier.index), np.int16(-1) if by is None else by)
                most = np.maximum(extra, most)
                out = later
        return Passage(out, scheduled_at, by)

    def _pass_one(self, barrier: Barrier, t: Reals, occurs: Occurs) -> Passage:
        """The passage of arrivals through the only barrier."""
        out = self._boarding(t)
        later = self._depart(barrier, out, occurs(barrier), again=False) if barrier.may_change(out) else None
        if later is None:
            return Passage(out, out, None)
        with np.errstate(invalid="ignore"):
            return Passage(later, out, np.where(later > out, np.int16(barrier.index), np.int16(-1)))

    def _depart(self, barrier: Barrier, out: Reals, occurs: bool | Flags, *, again: bool) -> Reals | None:
        """Departures behind one barrier; None where it does not occur."""
        if occurs is False:
            return None
        later = barrier.departures(out)
        if again:  # an order that has waited in a queue does not queue a second time
            later = np.where(barrier.applies_at(out), later, out)
        if occurs is not True:
            later = np.where(occurs, later, out)
        # What waits takes the next run; what is slow on its way has left with its run.
        if self.calendar is not None and barrier.makes_wait_for_run:
            later = np.where(later > out, self.calendar.run_from(later), out)
        return later

    def _boarding(self, t: Reals) -> Reals:
        return self.calendar.run_from(t) if self.calendar else t

    def threshold(self, at: float, occurs: Occurs) -> Reals:
        """(K,) the earliest arrival that is still held at `at`, computed from the last barrier to the
        first.
        """
        least = np.full(SCENARIOS, at)
        if self.last is not None:
            least = self.last.run_before(least)
        for barrier in reversed(self.barriers):
            happens = occurs(barrier)
            if happens is not False:
                # Only what leaves by the run itself, or waits for one, is on a run then.
                before = self._run_before(least) if barrier.makes_wait_for_run else least
                least = np.where(happens, barrier.threshold(before), least)
        return self._run_before(least)

    def _run_before(self, at: Reals) -> Reals:
        return self.calendar.run_before(at) if self.calendar else at

    def rejected(self, until: float) -> tuple[Barrier, ...]:
        """The barriers that rejected what came, and no longer do at that moment."""
        return tuple(
            b for b in self.barriers if b.impairment.effect is Effect.REJECTED and b.latest_end <= until
        )

    def rejects(self) -> bool:
        return any(b.impairment.effect is Effect.REJECTED for b in self.barriers)


OPEN = Gate()
