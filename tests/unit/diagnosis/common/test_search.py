"""What the overdue share, on cohorts of a line or two."""

from collections.abc import Sequence

import numpy as np

from impactgraph.diagnosis.common.comparison import Comparison
from impactgraph.diagnosis.common.dimensions import DimensionValues
from impactgraph.diagnosis.common.search import causes


class Units:
    """Drawn at random: a step, and the values of some dimensions; `overdue` says how likely each is."""

    def __init__(self, count: int, *sizes: int, steps: int = 1, seed: int = 1) -> None:
        self.dice = np.random.default_rng(seed)
        self.step = self.dice.integers(0, steps, count).astype(np.int32)
        self.values = [self.dice.integers(1, size + 1, count).astype(np.int32) for size in sizes]

    def found(self, likely: np.ndarray) -> list[list[tuple[int, str]]]:
        """Of each cause its (dimension, values)."""
        count = len(self.step)
        zeros = np.zeros(count, np.int32)
        cohort = Comparison(
            np.arange(count, dtype=np.int32),
            zeros,
            np.zeros(count, np.int64),
            self.dice.random(count) < likely,
            self.step,
            self.step,
        )
        dimensions = [
            DimensionValues(f"d{n}", codes, [str(word) for word in range(int(codes.max()) + 1)])
            for n, codes in enumerate(self.values)
        ]
        return [_named(each.value.dimensions, each.value.codes) for each in causes(cohort, dimensions)]


def _named(dimensions: Sequence[int], codes: Sequence[Sequence[int]]) -> list[tuple[int, str]]:
    return [(d, ",".join(map(str, c))) for d, c in zip(dimensions, codes, strict=True)]


def test_a_value_that_makes_overdue_is_found() -> None:
    units = Units(2_000, 6, 8, 3)

    assert units.found(np.where(units.values[1] == 4, 0.5, 0.02)) == [[(1, "4")]]


def test_two_causes_are_distinguished_the_stronger_first() -> None:
    units = Units(4_000, 6, 8, 3)
    likely = np.where(units.values[1] == 4, 0.6, np.where(units.values[0] == 2, 0.3, 0.02))

    assert units.found(likely) == [[(1, "4")], [(0, "2")]]


def test_a_pair_is_reported_where_neither_half_explains_it() -> None:
    units = Units(4_000, 5, 5, 5)
    both = (units.values[0] == 3) & (units.values[2] == 1)

    assert units.found(np.where(both, 0.7, 0.02)) == [[(0, "3"), (2, "1")]]


def test_values_of_one_dimension_that_are_overdue_together_are_one_cause() -> None:
    units = Units(4_000, 7, 5)

    assert units.found(np.where(np.isin(units.values[0], [2, 5, 6]), 0.6, 0.02)) == [[(0, "2,5,6")]]


def test_a_slow_step_is_not_blamed_on_what_passes_it_more_often() -> None:
    units = Units(4_000, 3, steps=2)
    units.values[0] = np.where(
        units.step == 1,
        np.where(units.dice.random(4_000) < 0.9, 1, 2),
        np.where(units.dice.random(4_000) < 0.9, 2, 1),
    ).astype(np.int32)

    assert units.found(np.where(units.step == 1, 0.4, 0.02)) == []


def test_nothing_in_common_is_an_answer() -> None:
    assert [Units(2_000, 50, 6, 3, seed=seed).found(np.full(2_000, 0.03)) for seed in range(20)] == [[]] * 20


def test_what_holds_for_nearly_all_can_still_be_found() -> None:
    units = Units(1_500, 4)
    units.values[0] = np.where(units.dice.random(1_500) < 0.85, 1, 2).astype(np.int32)

    assert units.found(np.where(units.values[0] == 1, 0.3, 0.0)) == [[(0, "1")]]
