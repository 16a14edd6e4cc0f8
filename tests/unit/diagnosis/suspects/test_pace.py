"""How many ends are expected, beside the plain definition."""

import numpy as np
import pytest

from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.diagnosis.suspects.pace import BINS, SPAN, hazards, observe
from impactgraph.diagnosis.suspects.transits import Place, TransitKind, Transits

NOW = 1_772_546_400_000
PLACE = Place(TransitKind.WORK, "ship", "pick")


def transits(began: np.ndarray, lasts: np.ndarray) -> Transits:
    ended = np.where(began + lasts <= NOW, began + lasts, 0).astype(np.int64)
    zeros = np.zeros(len(began), np.int32)
    return Transits(
        (PLACE,), zeros, np.arange(len(began), dtype=np.int32), began, ended, np.where(ended > 0, ended, NOW)
    )


def steady(seed: int = 2, count: int = 6_000) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(seed)
    began = np.sort(NOW - dice.integers(0, 2 * DAY, count))
    return began.astype(np.int64), (dice.lognormal(0, 0.6, count) * 40 * MINUTE).astype(np.int64)


def test_if_nothing_is_wrong_as_many_end_as_are_expected() -> None:
    made = transits(*steady())
    seen = observe(made, hazards(made, NOW), NOW)

    assert (seen.ended_bin >= 0).sum() == pytest.approx(seen.expected_ends.sum(), rel=0.06)


def test_what_stands_is_missed_from_then_on() -> None:
    began, lasts = steady()
    since = NOW - 2 * HOUR
    made = transits(began, np.where(began + lasts > since, 10 * DAY, lasts))
    seen = observe(made, hazards(made, NOW), NOW)
    first = BINS - 8
    late = seen.expected_ends[:, first:].sum()

    assert (seen.ended_bin >= first).sum() == 0
    assert late > 100
    assert seen.expected_ends[:, :first].sum() == pytest.approx(
        ((seen.ended_bin >= 0) & (seen.ended_bin < first)).sum(), rel=0.1
    )


def test_one_that_was_forgotten_says_little() -> None:
    began, lasts = steady()
    lasts[:1] = 9 * DAY
    began[:1] = NOW - SPAN
    made = transits(began, lasts)
    seen = observe(made, hazards(made, NOW), NOW)

    assert seen.expected_ends[seen.transits.rows == 0].sum() <= 3.0


def test_a_surge_of_what_lasts_long_is_not_learned_from() -> None:
    began, lasts = steady(count=200)
    rush = NOW - np.random.default_rng(4).integers(0, HOUR, 3_000)
    made = transits(np.append(began, rush).astype(np.int64), np.append(lasts, np.full(3_000, 3 * HOUR)) * 3)

    assert hazards(made, NOW) == {}
