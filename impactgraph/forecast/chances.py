"""Strata of what is uncertain: combinations of outcomes of uncertain events, each with its probability.

The events of a plan are independent; the outcomes of one exclude each other. With few events every
combination is a stratum. With more, a stratum is "this outcome is the first that occurs" in the order of the
plan: what comes before does not occur, and what comes after it is sampled over the scenarios. The strata
exclude each other and are all there is, so a likelihood is a sum over them; rare outcomes need no more
scenarios than common ones (stratified sampling: Cochran, "Sampling Techniques", 1977, chapter 5). Costs one
simulation a stratum.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from graph_models.impairment import Chance
from impactgraph.forecast.scenarios import SCENARIOS, scenario_sample

NOTHING = 0
"""Code of the outcome that none of the named ones occurs."""
_MOST_COMBINATIONS = 9
"""Up to so many combinations each is a stratum."""
_MOST_FIRST = 14
"""With more outcomes than this, the last of them share a stratum."""
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Event:
    """Something uncertain at one place of a plan. `step`: the position of the step where it happens."""

    name: str
    step: int
    outcomes: tuple[str, ...]
    likelihoods: tuple[float, ...]

    @property
    def nothing(self) -> float:
        """Likelihood that none of the outcomes occurs."""
        return max(1.0 - sum(self.likelihoods), 0.0)

    def likelihood(self, code: int) -> float:
        return self.nothing if code == NOTHING else self.likelihoods[code - 1]

    @cached_property
    def sample(self) -> Codes:
        """(K,) an outcome for each scenario, independent of the other events."""
        bounds = np.cumsum(self.likelihoods)
        place = np.searchsorted(bounds, scenario_sample(f"chance/{self.name}"), side="right")
        return np.where(place < len(self.outcomes), place + 1, NOTHING).astype(np.int8)


@dataclass(frozen=True)
class Stratum:
    """Outcomes (K,) of each event by name; those of `certain` are the same in all scenarios."""

    codes: Mapping[str, Codes]
    certain: Mapping[str, int]
    """By event: the outcome in all scenarios, where there is one."""
    first: tuple[int, int] | None = None
    """Index of the event and code of the outcome that makes the stratum, with many events."""

    def occurs(self, conditions: Sequence[tuple[str, int]]) -> bool | Flags:
        """Whether all conditions, (event, code) each, hold: in all scenarios or none, or by scenario (K,)."""
        flags: bool | Flags = True
        for event, code in conditions:
            certain = self.certain.get(event)
            if certain is not None:
                if certain != code:
                    return False
                continue
            flags = flags & (self.codes[event] == code)
        return flags if isinstance(flags, bool) or flags.any() else False


@dataclass(frozen=True)
class Events:
    """All events of a plan, in the order of its steps, and their strata; in the first nothing occurs."""

    events: tuple[Event, ...] = ()

    @property
    def _combinations(self) -> int:
        return prod(len(event.outcomes) + 1 for event in self.events)

    @cached_property
    def _outcomes(self) -> tuple[tuple[int, int], ...]:
        """(index of the event, code) of every outcome."""
        return tuple((n, c) for n, e in enumerate(self.events) for c in range(1, len(e.outcomes) + 1))

    @cached_property
    def strata(self) -> tuple[Stratum, ...]:
        if self._combinations <= _MOST_COMBINATIONS:
            choices = [range(len(event.outcomes) + 1) for event in self.events]
            return tuple(self._fixed(codes) for codes in product(*choices))
        singles = self._outcomes[:_MOST_FIRST]
        nothing = self._fixed([NOTHING] * len(self.events))
        strata = [nothing, *(self._first(*outcome) for outcome in singles)]
        if len(self._outcomes) > len(singles):
            strata.append(self._rest())
        return tuple(strata)

    def weights(self, steps: Iterable[int]) -> tuple[float, ...]:
        """Probability of each stratum for fulfillments to which only the events at some steps matter.

        A stratum in which another event occurs has none: it would repeat one in which it does not.
        """
        relevant = frozenset(steps)
        matters = [event.step in relevant for event in self.events]
        if self._combinations <= _MOST_COMBINATIONS:
            return tuple(self._fixed_weight(stratum, matters) for stratum in self.strata)
        return tuple(self._first_weight(stratum, matters) for stratum in self.strata)

    def _fixed(self, codes: Sequence[int]) -> Stratum:
        return Stratum({}, {event.name: code for event, code in zip(self.events, codes, strict=True)})

    def _first(self, index: int, code: int) -> Stratum:
        before = {event.name: NOTHING for event in self.events[:index]}
        after = {event.name: event.sample for event in self.events[index + 1 :]}
        return Stratum(after, {**before, self.events[index].name: code}, (index, code))

    def _rest(self) -> Stratum:
        """Any of the outcomes behind those with a stratum of their own is the first."""
        rest = self._outcomes[_MOST_FIRST:]
        likelihoods = np.array([self._first_likelihood(*each, [True] * len(self.events)) for each in rest])
        bounds = np.cumsum(likelihoods) / likelihoods.sum()
        which = np.minimum(
            np.searchsorted(bounds, scenario_sample("chance/first of the rest")), len(rest) - 1
        )
        codes = {event.name: event.sample.copy() for event in self.events[rest[0][0] :]}
        for scenario in range(SCENARIOS):
            index, code = rest[int(which[scenario])]
            for event in self.events[rest[0][0] : index]:
                codes[event.name][scenario] = NOTHING
            codes[self.events[index].name][scenario] = code
        certain = {event.name: NOTHING for event in self.events[: rest[0][0]]}
        return Stratum(codes, certain, (-1, 0))

    def _fixed_weight(self, stratum: Stratum, matters: Sequence[bool]) -> float:
        weight = 1.0
        for event, relevant in zip(self.events, matters, strict=True):
            code = stratum.certain[event.name]
            if not relevant and code != NOTHING:
                return 0.0
            weight *= event.likelihood(code) if relevant else 1.0
        return weight

    def _first_weight(self, stratum: Stratum, matters: Sequence[bool]) -> float:
        if stratum.first is None:
            return prod(event.nothing for event, m in zip(self.events, matters, strict=True) if m)
        if stratum.first == (-1, 0):
            return sum(self._first_likelihood(*each, matters) for each in self._outcomes[_MOST_FIRST:])
        return self._first_likelihood(*stratum.first, matters)

    def _first_likelihood(self, index: int, code: int, matters: Sequence[bool]) -> float:
        """That the outcome occurs and no event before it does."""
        if not matters[index]:
            return 0.0
        before = prod(e.nothing for e, m in zip(self.events[:index], matters[:index], strict=True) if m)
        return before * self.events[index].likelihood(code)


NO_EVENTS = Events()


def events_of(places: Iterable[tuple[str, int, Chance]]) -> Events:
    """The events behind chances; each with the place (name) and the position of the step where it happens.

    The same event at another place is another event: every call, message and decision has its own.
    """
    outcomes: dict[tuple[str, int], dict[str, float]] = {}
    for place, step, chance in places:
        outcomes.setdefault((event_name(place, chance), step), {})[chance.outcome] = chance.likelihood
    return Events(
        tuple(
            Event(name, step, tuple(by_outcome), _limit(tuple(by_outcome.values())))
            for (name, step), by_outcome in outcomes.items()
        )
    )


def event_name(place: str, chance: Chance) -> str:
    """Name of an event at a place."""
    return f"{place}/{chance.event}"


def _limit(likelihoods: tuple[float, ...]) -> tuple[float, ...]:
    """Likelihoods of outcomes that exclude each other: no more than 1 together."""
    total = sum(likelihoods)
    return likelihoods if total <= 1.0 else tuple(likelihood / total for likelihood in likelihoods)
