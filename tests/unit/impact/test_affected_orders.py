"""One row an order: the band that it is likely to be in, and the delay of the part that is delayed most."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, prod
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.time import HOUR, MINUTE
from impactgraph.columns import Columns
from impactgraph.impact.affected_orders import affected_orders
from impactgraph.impact.affected_rows import AffectedRows

STUCK, EXPOSED, UPCOMING = range(3)


@dataclass(frozen=True)
class Part:
    """An affected fulfillment."""

    order: int
    band: int
    likelihood: float
    delay: float = 0.0


PARTS = st.lists(
    st.builds(
        Part,
        order=st.integers(0, 3),
        band=st.integers(0, 3),
        likelihood=st.sampled_from([0.02, 0.1, 0.3, 0.5, 0.8, 0.99, 1.0]),
        delay=st.sampled_from([0.0, 10.0 * MINUTE, float(HOUR), 9.0 * HOUR, inf]),
    ),
    max_size=12,
)


def merged(*parts: Part) -> dict[int, Any]:
    """(band, likelihood, delay, number of the part that stands for it) of each order."""
    values: dict[str, Any] = {
        "order": np.array([part.order for part in parts], np.int32),
        "band": np.array([part.band for part in parts], np.int8),
        "likelihood": np.array([part.likelihood for part in parts]),
        "delay": np.array([part.delay for part in parts]),
        "completion": np.array([part.delay + HOUR for part in parts]),
        "fulfillment": np.arange(len(parts), dtype=np.int32),
    }
    zeros = np.zeros(len(parts))

    def read(name: str, within: Any) -> Any:
        column = values.get(name, zeros)
        return column if within is None else column.take(within)

    columns = cast("Columns", SimpleNamespace(orders=range(4)))
    rows = affected_orders(columns, AffectedRows(len(parts), read), 0.0)
    every = zip(
        rows.order, rows.band, rows.likelihood, rows.delay, rows.completion, rows.fulfillment, strict=True
    )
    return {int(order): tuple(map(float, rest)) for order, *rest in every}


def by_hand(parts: Sequence[Part]) -> tuple[float, float, float]:
    """Band, likelihood and delay of an order with these parts."""

    def any_of(some: Sequence[Part]) -> float:
        return 1 - prod(1 - part.likelihood for part in some)

    whole = any_of(parts)
    bands = (n for n in range(4) if any_of([part for part in parts if part.band <= n]) >= whole / 2 - 1e-9)
    most = max(part.likelihood * min(part.delay, 30 * 24 * HOUR) for part in parts)
    delays = [p.delay for p in parts if p.likelihood * min(p.delay, 30 * 24 * HOUR) == most]
    return next(bands), whole, max(delays)


@given(PARTS)
def test_an_order_is_what_its_parts_are(parts: list[Part]) -> None:
    found = merged(*parts)

    assert set(found) == {part.order for part in parts}
    for order, (band, likelihood, delay, completion, number) in found.items():
        own = [part for part in parts if part.order == order]
        assert likelihood == pytest.approx(by_hand(own)[1])
        assert (band, delay) == (by_hand(own)[0], by_hand(own)[2])
        assert completion == delay + HOUR
        assert parts[int(number)].order == order
        assert parts[int(number)].band == band


def test_a_part_that_hardly_ever_is_stuck_does_not_make_an_order_stuck() -> None:
    band, likelihood, delay, *_ = merged(Part(0, STUCK, 0.05, 9.0 * HOUR), Part(0, EXPOSED, 0.9, HOUR))[0]

    assert (band, delay) == (EXPOSED, HOUR)
    assert likelihood == pytest.approx(0.905)


def test_an_order_is_as_late_as_the_part_that_is_delayed_most() -> None:
    band, _, delay, *_ = merged(Part(0, STUCK, 1.0, 10.0 * MINUTE), Part(0, UPCOMING, 0.9, 9.0 * HOUR))[0]

    assert (band, delay) == (STUCK, 9 * HOUR)
