"""A store that cannot be reached while files are read is waited for, and not for ever."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.ingest import EventOutcome, EventResult, IngestResult
from impactgraph.ports.store import Store
from impactgraph.usecases.ingest_files import FileIngest, Patience


class Lost:
    """A store that is away the first times it is asked."""

    def __init__(self, times: int) -> None:
        self.times = times

    def begin_ingest(self, files: Sequence[Any], at: int) -> int:
        return 1

    def end_ingest(self, number: int, report: Any, at: int) -> None: ...

    def ingest(
        self, lines: Sequence[bytes], *, places: Sequence[str] = (), results: bool = False, ingest: int = 0
    ) -> IngestResult:
        self.times -= 1
        if self.times >= 0:
            raise StoreUnavailableError("The database is away.")
        outcomes = [EventResult(EventOutcome.ACCEPTED) for _ in lines]
        return IngestResult(accepted_count=len(lines), results=outcomes)


class Clock:
    """Time that goes on only by pauses."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "events.ndjson").write_text("1\n2\n")
    return str(tmp_path / "events.ndjson")


def taken(store: Lost, file: str, seconds: float, clock: Clock, told: Callable[[str], Any]) -> int:
    patience = Patience(seconds, told, clock.pause, lambda: clock.now)
    ingest = FileIngest(cast(Store, store), [file], now=0, patience=patience)
    return sum(done.intake.accepted_count for done in ingest.run())


def test_what_could_not_be_taken_is_given_again_and_waiting_is_reported_once(file: str) -> None:
    clock, told = Clock(), list[str]()

    assert taken(Lost(6), file, 60, clock, told.append) == 2
    assert (clock.pauses, told) == ([0.5, 1.0, 2.0, 5.0, 5.0, 5.0], ["The database is away."])


def test_it_is_given_up_when_the_time_is_over(file: str) -> None:
    clock = Clock()

    with pytest.raises(StoreUnavailableError):
        taken(Lost(99), file, 4, clock, lambda _: None)
    assert (sum(clock.pauses), clock.pauses) == (4, [0.5, 1.0, 2.0, 0.5])


def test_without_patience_the_first_failure_is_reported(file: str) -> None:
    clock = Clock()

    with pytest.raises(StoreUnavailableError):
        taken(Lost(1), file, 0, clock, lambda _: None)
    assert clock.pauses == []
