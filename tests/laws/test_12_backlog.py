"""A backlog of a given delay delays by it; a later end never lowers that."""

from itertools import pairwise

import pytest

from graph_models.enums import FailureClass
from graph_models.time import MINUTE, Millis
from tests.laws.answers import affected, supposed
from tests.laws.inputs import store_of

LAW = "12-longer-backlog-hits-less"
ENDS = ("11:30", "12:30", "13:00", "16:00", "20:00")


def delays(until: str, delay: Millis | None) -> dict[str, tuple[float, float]]:
    failure = supposed(FailureClass.BACKLOG, "integration:q", until, delay=delay)
    rows = affected(store_of(LAW, "12:00", "events"), "12:00", suppose=(failure,), min_likelihood=0.0)
    return {key: (row.likelihood, float(row.expected_delay or 0)) for key, row in rows.items()}


@pytest.mark.parametrize("until", ENDS[2:])
def test_who_passes_now_waits_as_long_as_reported(until: str) -> None:
    likelihood, delay = delays(until, 40 * MINUTE)["O6"]

    assert likelihood == 1
    assert delay == pytest.approx(40 * MINUTE, rel=0.1)


@pytest.mark.parametrize("delay", [40 * MINUTE, None])
def test_a_later_end_affects_no_order_less(delay: Millis | None) -> None:
    every = [delays(until, delay) for until in ENDS]
    for shorter, longer in pairwise(every):
        for order, (likelihood, late) in shorter.items():
            assert longer[order][0] >= likelihood - 1 / 32
            assert longer[order][1] >= late - MINUTE
