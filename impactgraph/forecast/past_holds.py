"""Holds: how long each barrier alone would have held past visits, and which of them held a visit first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.barriers import Barrier, Flags, everything
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.scenarios import Reals


class Place(IntEnum):
    """Where in a visit a barrier can hold it, in this order."""

    START = 0
    COMPLETION = 1
    HANDOFF = 2


@dataclass(frozen=True)
class Hold:
    """How long (G, K) a barrier alone would hold visits that meet it at `met_at` (G, K)."""

    barrier: Barrier
    place: Place
    met_at: Reals
    length: Reals
    """0 where it would have held them for longer than they stayed."""
    seen_length: Reals
    """The same, but for no longer than they stayed."""


@dataclass(frozen=True)
class Explanation:
    """Visits in the K scenarios of one variant: the delay and the weight of each (G, K), and what may have
    held them.
    """

    delay: Reals
    weight: Reals
    recorder: "HoldRecorder"


@dataclass(frozen=True)
class FirstHold:
    """What held cohorts first, each (G,): index of the impairment (-1: none), a Place, and when it began to
    (NaN: at the entry).
    """

    impairment: NDArray[np.int16]
    place: NDArray[np.int16]
    at: Reals


@dataclass(frozen=True)
class _GatePassage:
    """The passage of visits through a gate, moments (G, K)."""

    gate: Gate
    place: Place
    arrival: Reals
    departures: Reals


@dataclass
class HoldRecorder:
    """Passes visits through gates, and tells what each barrier of them does.

    `latest` (G, 1): a barrier that would hold a visit beyond this moment did not hold it.
    """

    left_at: Reals
    latest: Reals
    _passages: list[_GatePassage] = field(default_factory=list[_GatePassage], repr=False)

    def departures(self, gate: Gate, arrival: Reals, place: Place) -> Reals:
        if not gate:
            return gate.scheduled_departures(arrival)
        departures = pass_all(gate, arrival)
        self._passages.append(_GatePassage(gate, place, arrival, departures))
        return departures

    def holds(self, at: NDArray[np.intp]) -> Iterator[Hold]:
        """Of the visits at some positions."""
        left_at, latest = self.left_at[at], self.latest[at]
        for passage in self._passages:
            gate, arrival = passage.gate, passage.arrival[at]
            scheduled_at = gate.scheduled_departures(arrival)
            for barrier in gate.barriers:
                if len(gate.barriers) > 1:
                    alone = pass_all(gate.with_barriers((barrier,)), arrival)
                else:
                    alone = passage.departures[at]
                ended_at = np.where(np.isinf(alone), left_at, alone)
                length = np.where(ended_at <= latest, np.maximum(ended_at - scheduled_at, 0.0), 0.0)
                seen_length = np.maximum(np.minimum(ended_at, latest) - scheduled_at, 0.0)
                yield Hold(barrier, passage.place, arrival, length, seen_length)


def pass_all(gate: Gate, arrival: Reals) -> Reals:
    """(G, K) departures from a gate all of whose barriers occur."""
    return gate.pass_through(arrival, everything).departures


def first_hold(explanations: Sequence[Explanation], held_weight: Reals, tolerance: float) -> FirstHold:
    """The first barrier that alone held a cohort for longer than the tolerance, else the one that held it
    longest.

    Delays are reported roughly: where each barrier would have held it for longer than it stayed, they count
    for as long as it did.
    `held_weight`: weights of the delays of all explanations (G, K each, side by side), 0 where there is none.
    """
    cohorts = len(explanations[0].delay)
    first = FirstHold(np.full(cohorts, -1, np.int16), np.zeros(cohorts, np.int16), np.full(cohorts, np.nan))
    total = held_weight.sum(axis=1)
    at = np.flatnonzero(total > 0)
    if not len(at):
        return first
    total = np.maximum(total[at], 1e-300)
    weights = np.split(held_weight[at], len(explanations), axis=1)
    every = [
        (hold, weight)
        for explanation, weight in zip(explanations, weights, strict=True)
        for hold in explanation.recorder.holds(at)
    ]
    every.sort(key=lambda pair: (pair[0].place, pair[0].barrier.since, pair[0].barrier.index))
    is_explained = np.logical_or.reduce([np.zeros(len(at), bool), *((h.length > 0).any(1) for h, _ in every)])
    if not is_explained.all():
        every = [(_as_seen(hold, ~is_explained), weight) for hold, weight in every]
    candidates = [
        (place, index, *_mean_hold(list(pairs), total))
        for (place, index), pairs in groupby(every, key=lambda pair: (pair[0].place, pair[0].barrier.index))
    ]
    longest = np.maximum.reduce([np.zeros(len(at)), *(length for _, _, length, _ in candidates)])
    enough = np.minimum(longest, tolerance)
    for place, index, length, met_at in reversed(candidates):
        is_first = (length >= enough) & (length > 0)
        rows = at[is_first]
        first.impairment[rows] = index
        first.place[rows] = place
        first.at[rows] = np.nan if place is Place.START else met_at[is_first]
    return first


def _as_seen(hold: Hold, mask: Flags) -> Hold:
    """With the lengths that were seen, for cohorts in the mask (G,)."""
    return replace(hold, length=np.where(mask[:, None], hold.seen_length, hold.length))


def _mean_hold(pairs: Sequence[tuple[Hold, Reals]], total: Reals) -> tuple[Reals, Reals]:
    """(G,) mean length of the holds of one barrier, and when they began."""
    length = sum((weight * hold.length).sum(axis=1) for hold, weight in pairs)
    met_at = sum((weight * hold.length * hold.met_at).sum(axis=1) for hold, weight in pairs)
    return length / total, met_at / np.maximum(length, 1e-300)
