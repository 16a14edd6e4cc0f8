"""A batch whose transfer is slow leaves on time and arrives later by the delay."""

import pytest

from graph_models.enums import FailureClass
from graph_models.time import HOUR, MINUTE, SECOND, Millis
from tests.laws.answers import affected, supposed
from tests.laws.inputs import store_of

LAW = "09-one-second-on-a-batch-costs-a-run"


@pytest.mark.parametrize("delay", [SECOND, MINUTE, 4 * MINUTE])
def test_a_short_delay_affects_nobody(delay: Millis) -> None:
    failure = supposed(FailureClass.LATENCY, "system:erp", "20:00", delay=delay)

    assert not affected(store_of(LAW, "12:00", "events"), "12:00", suppose=(failure,))


@pytest.mark.parametrize("delay", [10 * MINUTE, 40 * MINUTE, HOUR, 90 * MINUTE])
def test_a_long_delay_costs_what_it_is(delay: Millis) -> None:
    failure = supposed(FailureClass.LATENCY, "system:erp", "2026-03-04T20:00:00Z", delay=delay)
    rows = affected(store_of(LAW, "12:00", "events"), "12:00", suppose=(failure,))

    delays = [row.expected_delay for row in rows.values() if row.expected_delay]
    assert delays
    assert delays == [pytest.approx(delay, abs=SECOND)] * len(delays)
