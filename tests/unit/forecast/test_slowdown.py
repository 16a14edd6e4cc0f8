"""What the stays at a location tell of its pace."""

import numpy as np

from impactgraph.forecast.slowdown import slowdown_levels

HOUR = 3_600_000.0


def _stays(*groups: tuple[int, int, float]) -> tuple[np.ndarray, np.ndarray]:
    """(location, how many, hours)."""
    location = np.concatenate([np.full(count, place, np.int32) for place, count, _ in groups])
    lasted = np.concatenate([np.full(count, hours * HOUR) for _, count, hours in groups])
    return location, lasted


def test_a_location_that_takes_twice_as_long_is_slower_than_the_others() -> None:
    location, lasted = _stays((1, 500, 1.0), (2, 500, 1.0), (3, 200, 2.0))

    found = slowdown_levels(location, lasted, np.full(len(lasted), HOUR), 4)

    assert found[3] > 0
    assert found[1] == found[2] == 0


def test_a_few_slow_stays_do_not_make_a_slow_location() -> None:
    location, lasted = _stays((1, 500, 1.0), (2, 3, 2.0))

    found = slowdown_levels(location, lasted, np.full(len(lasted), HOUR), 3)

    assert found[2] == 0


def test_the_order_of_the_stays_does_not_matter() -> None:
    draw = np.random.default_rng(5)
    location = draw.integers(1, 30, 4_000).astype(np.int32)
    lasted = draw.lognormal(0.0, 0.8, 4_000) * HOUR * (1 + location / 15)
    shuffled = draw.permutation(4_000)

    found = slowdown_levels(location, lasted, np.full(4_000, HOUR), 30)
    again = slowdown_levels(location[shuffled], lasted[shuffled], np.full(4_000, HOUR), 30)

    assert found.tolist() == again.tolist()
    assert len(set(found.tolist())) > 2
