"""Attempts that fail cost their backoff, however many there are; a higher error rate never makes that
unlikely.
"""

import pytest

from graph_models.enums import FailureClass
from graph_models.time import MINUTE
from tests.laws.answers import affected, supposed
from tests.laws.inputs import store_of

LAW = "02-retries-hide-delays"


def likelihoods(rate: float, target: str) -> list[float]:
    failure = supposed(FailureClass.TRANSIENT, target, "23:00", error_rate=rate)
    rows = affected(store_of(LAW, "12:00", "events"), "12:00", suppose=(failure,))
    return [row.likelihood for row in rows.values() if row.expected_delay and row.expected_delay > 5 * MINUTE]


@pytest.mark.parametrize("rate", [0.3, 0.5, 0.51, 0.7, 0.9])
def test_who_is_on_the_way_is_late_as_often_as_the_first_attempt_fails(rate: float) -> None:
    found = likelihoods(rate, "integration:cap4")

    assert len(found) == 20
    assert found == [pytest.approx(rate, abs=0.035)] * 20


def test_a_higher_error_rate_never_reduces_the_effect_on_an_order() -> None:
    for target in ("integration:cap", "integration:cap4"):
        sums = [sum(likelihoods(rate, target)) for rate in (0.2, 0.4, 0.5, 0.51, 0.6, 0.8, 0.95)]
        assert sums == sorted(sums), target
