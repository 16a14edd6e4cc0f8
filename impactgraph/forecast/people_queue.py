"""Queue for the people of a location that is out of capacity, from what its fulfillments did since.

First in, first out, with a fixed number of fulfillments in work at a time (a G/G/c queue). The number is
unknown: each is weighed by how well it explains who has left, who has not, and the delay that was reported
(Bayes), and the scenarios are spread over the likely ones. Whoever waits begins when enough of those before
have left; from now on, one leaves each time that the mean work, divided by the number, has passed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, MINUTE
from impactgraph.forecast.durations import Distribution
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample

_RECENT = 2.0 * HOUR
"""Arrivals within this time tell how many more will come; a reported delay is the one after so long."""
_REPORT_SPREAD = 1.0
"""Standard deviation of the logarithm of a reported delay."""
_RESIDUAL_LIKELIHOOD = 1e-3
_NUMBERS = 48
"""Numbers in work that are tried, evenly spaced in their logarithm."""
_HALF_SHARE = 0.03
"""How likely it is, before the visits, that people have time for half of one: then the first waits too."""
_KNOTS = 256
"""At most so many arrivals stand for a long queue, and at most four times as many visits are weighed."""
_AHEAD = 48.0 * HOUR
"""Arrivals later than that wait no longer than the one then."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class PeopleQueue:
    """When work begins, by arrival: `begins` (N, K) at the ascending moments `arrivals` (N,), and linear
    between them.
    """

    arrivals: Reals
    begins: Reals

    def begin(self, t: Reals) -> Reals:
        """(G, K) when the work of arrivals (G, K) begins; never before they come."""
        columns = [np.interp(t[:, k], self.arrivals, self.begins[:, k]) for k in range(SCENARIOS)]
        return np.maximum(np.stack(columns, axis=1), t)

    def first_waiting(self, at: Reals) -> Reals:
        """(K,) the earliest arrival that waits until `at` (K,)."""
        first = np.empty(SCENARIOS)
        for k in range(SCENARIOS):
            first[k] = np.interp(at[k], self.begins[:, k], self.arrivals)
        return first


@dataclass(frozen=True)
class PeopleVisits:
    """Visits to steps that the people of a location do, ascending by entry."""

    entered_at: Reals
    left_at: Reals
    """Infinite while a visit lasts."""
    place: NDArray[np.intp]
    """Of each, the index of its step in `work`."""
    work: tuple[Distribution, ...]

    def take(self, mask: Flags) -> "PeopleVisits":
        return PeopleVisits(self.entered_at[mask], self.left_at[mask], self.place[mask], self.work)


def people_queue(
    visits: PeopleVisits, since: float, as_of: float, reported_delay: float, name: str
) -> PeopleQueue | None:
    """The queue since capacity was lost at `since`; None where nothing is known of it yet.

    `as_of`: up to when visits tell of it, at the latest its end. `name` tells its scenarios
    from those of others.
    """
    visits = visits.take(visits.entered_at <= as_of)
    if since >= as_of or not (visits.entered_at >= since).any():
        return None
    line = _Line(visits, since, as_of)
    numbers = np.unique(np.rint(np.geomspace(1.0, line.most, _NUMBERS)))
    # Before the visits, each order of magnitude is as likely.
    density: Reals = np.gradient(numbers) / numbers if len(numbers) > 1 else np.ones(1)
    numbers, density = np.append(0.5, numbers), np.append(_HALF_SHARE * density.sum(), density)
    evidence = np.array([line.evidence(n) + line.agreement(n, reported_delay) for n in numbers])
    cumulative: Reals = np.cumsum(np.exp(evidence - evidence.max()) * density)
    sample: Reals = scenario_sample(f"people/{name}") * float(cumulative[-1])
    place = np.searchsorted(cumulative, sample)
    places, of_scenario = np.unique(place.astype(np.intp), return_inverse=True)
    knots = np.unique(np.linspace(0, len(line.knots) - 1, _KNOTS).astype(np.intp))
    begins = np.stack([line.begins(number)[knots] for number in numbers[places]], axis=1)
    return PeopleQueue(line.knots[knots], begins[:, of_scenario])


class _Line:
    """Who came and left since capacity was lost. `most`: the most that were ever there at a time."""

    def __init__(self, visits: PeopleVisits, since: float, as_of: float) -> None:
        entered_at, left_at = visits.entered_at, visits.left_at
        self._as_of = as_of
        self._new = visits.take(entered_at >= since)
        self._in_hand = int(((entered_at < since) & (left_at > since)).sum())
        self._departures = np.sort(left_at[(left_at > since) & (left_at <= as_of)])
        self._rate = float((entered_at > as_of - _RECENT).sum()) / _RECENT
        means = np.array([distribution.at.mean() for distribution in visits.work])
        self._work = float(means[visits.place].mean())
        departure_count = np.searchsorted(np.sort(left_at), entered_at, side="right")
        self.most = max(float((np.arange(1, len(entered_at) + 1) - departure_count).max()), 1.0)
        self.knots = np.concatenate([[since], self._new.entered_at, [as_of, as_of + _AHEAD]])

    def begins(self, number: float) -> Reals:
        """(N,) when work begins at the knots, with this number in work at a time."""
        coming = len(self._new.entered_at)
        positions = np.concatenate([[0.0], np.arange(coming), [coming, coming + self._rate * _AHEAD]])
        positions += self._in_hand + 1.0 - number
        began = np.maximum(self._when_left(positions, number), self.knots)
        began[-2:] = self._as_of + (positions[-2:] - len(self._departures)) * self._work / number
        return np.maximum.accumulate(began)

    def _when_left(self, ahead: Reals, number: float) -> Reals:
        """(N,) when so many have left since capacity was lost; in the past for none."""
        departure_count = len(self._departures)
        past = np.append(-np.inf, self._departures)[
            np.clip(np.ceil(ahead), 0, departure_count).astype(np.intp)
        ]
        future = self._as_of + (ahead - departure_count) * self._work / number
        return np.where(ahead > departure_count, future, past)

    def evidence(self, number: float) -> float:
        """Logarithm of how likely the visits since are."""
        some = slice(None, None, 1 + len(self._new.entered_at) // (4 * _KNOTS))
        begin, left_at, places = (
            self.begins(number)[1:-2][some],
            self._new.left_at[some],
            self._new.place[some],
        )
        total = 0.0
        for place, work in enumerate(self._new.work):
            at = places == place
            dwell_time = np.minimum(left_at[at], self._as_of) - begin[at]
            slack = np.maximum(float(MINUTE), 0.05 * dwell_time)
            end_chance = work.below(dwell_time + slack) - work.below(dwell_time - slack)
            lasting = 1.0 - work.below(np.maximum(dwell_time, 0.0))
            chance = np.where(left_at[at] <= self._as_of, np.where(dwell_time > 0, end_chance, 0.0), lasting)
            total += float(np.log(np.maximum(chance, _RESIDUAL_LIKELIHOOD)).sum())
        return total

    def agreement(self, number: float, reported_delay: float) -> float:
        """Logarithm of how likely this delay is reported of a queue that grows for `_RECENT`."""
        grows = max(self._rate * self._work / number - 1.0, 0.0) * _RECENT
        ratio = np.log(max(grows, float(MINUTE)) / max(reported_delay, float(MINUTE)))
        return -0.5 * float(ratio / _REPORT_SPREAD) ** 2
