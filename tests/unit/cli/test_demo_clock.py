"""The clock of a demo that is loaded at a moment of its own."""

import pytest

from impactgraph.cli import demo
from impactgraph.cli.demo import StartableClock


def test_the_clock_stands_still_until_it_is_started_and_runs_from_then_on(monkeypatch: pytest.MonkeyPatch):
    seconds = iter((100.0, 100.0, 102.5))
    monkeypatch.setattr(demo.time, "monotonic", lambda: next(seconds))
    clock = StartableClock(1_000)

    before = (clock(), clock())
    clock.start()

    assert (before, clock(), clock()) == ((1_000, 1_000), 1_000, 3_500)
