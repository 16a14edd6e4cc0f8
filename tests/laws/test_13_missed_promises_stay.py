"""An order that stays behind a failure keeps missing its promise because of it, and is later by the hour."""

import pytest

from graph_models.enums import Band
from tests.laws.answers import affected
from tests.laws.inputs import store_of

LAW = "13-time-unmakes-a-missed-promise"
MOMENTS = ("11:30", "13:30", "14:00", "15:00", "20:00")


@pytest.mark.parametrize("events", ["events", "backlog"])
def test_time_alone_does_not_unmake_a_missed_promise(events: str) -> None:
    store = store_of(LAW, "21:00", events)
    rows = [affected(store, as_of)["O"] for as_of in MOMENTS]

    assert [row.misses_promise for row in rows] == [True] * len(MOMENTS)
    assert [row.band for row in rows] == [Band.STUCK] * len(MOMENTS)
    waits = [row.expected_delay or 0 for row in rows]
    assert waits == sorted(waits)
