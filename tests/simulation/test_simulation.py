"""Schedules of processes that share a record, with faults: the first of `python -m tests.simulation`."""

import pytest

from tests.simulation.schedule import run_seed


@pytest.mark.parametrize("seed", range(10))
def test_processes_that_crash_and_lag_lose_and_double_nothing(seed: int) -> None:
    run_seed(seed)
