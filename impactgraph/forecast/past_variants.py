"""Variants of a past visit: which of the uncertain impairments that it may have met occurred."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from impactgraph.forecast.barriers import Barrier
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.stage import Stage

_MOST_COMBINED = 4
"""Up to so many uncertain barriers are combined in pairs; of more, at most one is taken to have occurred."""


@dataclass(frozen=True)
class Variant:
    """Uncertain barriers that occurred, and how likely that is before the visit is looked at."""

    occurred: frozenset[int]
    """Indexes of impairments."""
    weight: float

    def gate(self, gate: Gate) -> Gate:
        """The gate with its certain barriers and those that occurred."""
        if not gate.uncertain_barriers:
            return gate
        return gate.with_barriers(b for b in gate.barriers if b.is_certain or b.index in self.occurred)


def past_variants(stage: Stage, gate: Gate, *, has_error: bool) -> list[Variant]:
    """Variants of visits to a step that left it by a gate.

    `has_error`: an error was reported, so an uncertain barrier at the start, where there is one, occurred.
    """
    barriers = (
        *stage.start.uncertain_barriers,
        *stage.completion.uncertain_barriers,
        *gate.uncertain_barriers,
    )
    by_index = {barrier.index: barrier for barrier in barriers}
    at_start = {barrier.index for barrier in stage.start.uncertain_barriers}
    variants = [
        _variant(by_index.values(), combination) for combination in _combinations(list(by_index.values()))
    ]
    if has_error and at_start:
        variants = [variant for variant in variants if variant.occurred & at_start]
    return variants


def _combinations(barriers: list[Barrier]) -> Iterable[tuple[Barrier, ...]]:
    yield ()
    for barrier in barriers:
        yield (barrier,)
    if len(barriers) <= _MOST_COMBINED:
        pairs = combinations(barriers, 2)
        yield from (pair for pair in pairs if _chance_of(pair[0]) != _chance_of(pair[1]))


def _chance_of(barrier: Barrier) -> tuple[tuple[str, ...], str]:
    """Outcomes of the same chance, of one failure at one element, exclude each other."""
    return barrier.impairment.failures, barrier.impairment.element


def _variant(barriers: Iterable[Barrier], occurred: tuple[Barrier, ...]) -> Variant:
    """Outcomes of one chance exclude each other: none of them occurs with what is left of 1."""
    indexes = frozenset(barrier.index for barrier in occurred)
    by_chance: dict[tuple[tuple[str, ...], str], list[Barrier]] = {}
    for barrier in barriers:
        by_chance.setdefault(_chance_of(barrier), []).append(barrier)
    weight = 1.0
    for outcomes in by_chance.values():
        chance = sum(outcome.chance for outcome in outcomes if outcome.index in indexes)
        weight *= chance or max(1.0 - sum(outcome.chance for outcome in outcomes), 0.0)
    return Variant(indexes, weight)
