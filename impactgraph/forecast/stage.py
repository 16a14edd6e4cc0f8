"""Stage of a plan: one step with its gates, hand-offs and records, as one segment of orders passes it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph_models.topology import Emission, Step
from impactgraph.forecast.barriers import Barrier
from impactgraph.forecast.durations import Distribution
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.scenarios import Reals
from impactgraph.topology.opening import OpenTimes

_USUAL = np.ones((1, 1))
_FAR = 1e15
"""Later than any moment, in the year 33,658."""


@dataclass(frozen=True)
class Handoff:
    to: int
    """Index of the next step in the topology's workflow."""
    gate: Gate
    duplication_barriers: tuple[Barrier, ...]
    share: float = 1.0
    """Of the orders that leave the step."""


@dataclass(frozen=True)
class Record:
    """A record that a step emits. `bit` is its place among all that the workflow emits."""

    bit: int
    emission: Emission
    gate: Gate
    content_barriers: tuple[Barrier, ...]
    """Barriers that double it or make its content wrong."""
    shows_completion: bool
    """It is recorded within moments of the completion and nothing impairs it: without it the step is not
    completed.
    """


@dataclass(frozen=True)
class Stage:
    """A step of one segment.

    `on_site`: its duration depends on the slowdown of the location; `manual_wait`: how long an error that no
    failure caused holds an order.
    """

    index: int
    step: Step
    duration: Distribution
    on_site: bool
    manual_wait: Distribution
    start: Gate
    completion: Gate
    content_barriers: tuple[Barrier, ...]
    handoffs: tuple[Handoff, ...]
    records: tuple[Record, ...]
    opening: OpenTimes | None = None
    """When its location is open, where the step is done only then."""

    @cached_property
    def is_impaired(self) -> bool:
        """Whether an impairment can affect an order in this step, its hand-offs or its records."""
        has_impaired_handoff = any(h.gate or h.duplication_barriers for h in self.handoffs)
        return (
            bool(self.start or self.completion or self.content_barriers)
            or has_impaired_handoff
            or any(r.gate or r.content_barriers for r in self.records)
        )

    @cached_property
    def barriers(self) -> tuple[Barrier, ...]:
        """All barriers that can hold an order in this step or on the way to the next one."""
        return (
            *self.start.barriers,
            *self.completion.barriers,
            *(b for h in self.handoffs for b in h.gate.barriers),
        )

    @cached_property
    def all_barriers(self) -> tuple[Barrier, ...]:
        """`barriers`, and those of contents and records."""
        return (
            *self.barriers,
            *self.content_barriers,
            *(b for h in self.handoffs for b in h.duplication_barriers),
            *(b for r in self.records for b in (*r.gate.barriers, *r.content_barriers)),
        )

    @cached_property
    def window_edges(self) -> Reals:
        """Starts and ends of `all_barriers`."""
        return np.concatenate([np.zeros(0), *(b.window_edges for b in self.all_barriers)])

    def done_at(self, begin: Reals, work: Reals) -> Reals:
        """When work is done that begins then: it rests while the location is closed."""
        return begin + work if self.opening is None else self.opening.after_open(begin, work)

    def work_within(self, begin: Reals, end: Reals) -> Reals:
        """How much work is done from `begin` to `end`; negative where that is before."""
        if self.opening is None:
            return end - begin
        return self.opening.open_within(begin, np.where(end < _FAR, end, np.inf))

    def durations(self, p: Reals, slowdown: Reals) -> Reals:
        """(G, K) durations at the probabilities (K,) for cohorts with a slowdown (G,)."""
        return self.duration.quantile(p) * self.slowdown(slowdown)

    def slowdown(self, slowdown: Reals) -> Reals:
        """(G, 1) or (1, 1): factor by which the step takes longer than usual."""
        return slowdown[:, None] if self.on_site else _USUAL

    @cached_property
    def records_show_completion(self) -> bool:
        """Whether a record of this step shows its completion."""
        return any(record.shows_completion for record in self.records)
