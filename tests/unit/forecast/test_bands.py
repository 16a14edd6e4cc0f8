"""Bands of orders that may wait, may have been affected before, and may be affected later."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from graph_models.enums import Band
from impactgraph.forecast.cohort_outcomes import BANDS, bands
from impactgraph.forecast.comparison import AffectedScenarios
from impactgraph.forecast.scenarios import SCENARIOS

AS_OF = 1_000.0


@pytest.mark.parametrize(
    ("waiting", "before", "expected"),
    [
        (16, 0, Band.STUCK),
        (12, 16, Band.EXPOSED),
        (12, 8, Band.STUCK),
        (8, 12, Band.EXPOSED),
        (7, 8, Band.UPCOMING),
        (0, 0, Band.UPCOMING),
    ],
)
def test_what_waits_or_was_affected_is_not_still_to_come(waiting: int, before: int, expected: Band) -> None:
    """In so many of 32 scenarios; in the others it is affected later."""
    scenario = np.arange(SCENARIOS)[None, :]
    result: Any = SimpleNamespace(
        is_waiting=scenario < waiting,
        hit_at=np.where(scenario < waiting + before, AS_OF - 1, AS_OF + 1),
        finish=np.zeros((1, SCENARIOS)),
    )

    band = bands(AffectedScenarios.every(1), cast(Any, result), AS_OF, np.zeros((1, SCENARIOS)))

    assert BANDS[band[0]] is expected
