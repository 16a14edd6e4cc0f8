"""Events that come due by a clock that the test has in its hand."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.time import Millis
from impactgraph.demo.feed import Feed, running_feed
from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.ingest import IngestResult
from impactgraph.ports.store import Store

PATIENCE = 30
"""Seconds after which a test fails; nothing waits for it otherwise."""


def _line(number: int) -> bytes:
    return b"%d" % number


def _feed(moments: Sequence[Millis]) -> Feed:
    return Feed((at, _line(number)) for number, at in enumerate(moments))


@given(
    st.lists(st.integers(0, 50)).map(sorted),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5)), max_size=30).map(sorted),
)
def test_each_line_is_cameonce_and_when_it_is_due(moments: list[Millis], looks: list[tuple[Millis, int]]):
    feed = _feed(moments)
    came: list[bytes] = []
    for at, most in looks:
        lines = feed.due(at, most)
        due = sum(moment <= at for moment in moments) - len(came)
        assert len(lines) == min(due, most)
        came += lines

    assert [*came, *feed.due(60, 100)] == [_line(number) for number in range(len(moments))]


def test_nothing_is_made_before_it_is_asked_for():
    def never() -> Iterator[tuple[Millis, bytes]]:
        raise AssertionError
        yield

    Feed(never())


def test_no_more_is_made_than_the_first_that_is_not_due():
    made: list[Millis] = []

    def endless() -> Iterator[tuple[Millis, bytes]]:
        at = 0
        while True:
            at += 1
            made.append(at)
            yield at, _line(at)

    assert Feed(endless()).due(3) == [_line(1), _line(2), _line(3)]
    assert made == [1, 2, 3, 4]


@dataclass
class _Taking:
    """A store as far as the feed knows one: it tells when the batch that it waits for has come."""

    wanted: bytes = b""
    batches: list[list[bytes]] = field(default_factory=list[list[bytes]])
    came: threading.Event = field(default_factory=threading.Event)
    broken: bool = False

    def ingest(self, lines: Sequence[bytes]) -> IngestResult:
        self.batches.append(list(lines))
        if self.wanted in lines:
            self.came.set()
        if self.broken:
            self.came.set()
            raise StoreUnavailableError("The disk is full.")
        return IngestResult(accepted_count=len(lines))


def _as_store(taking: _Taking) -> Store:
    return taking  # pyright: ignore[reportReturnType] - the rest of a store is not asked for


def test_the_store_takes_what_is_due_as_the_clock_goes_on():
    clock, taking = [2], _Taking(_line(1))
    with running_feed(_as_store(taking), _feed([1, 2, 3]), lambda: clock[0], interval=0.001):
        assert taking.came.wait(PATIENCE)
        taking.came.clear()
        taking.wanted, clock[0] = _line(2), 3
        assert taking.came.wait(PATIENCE)

    assert taking.batches == [[_line(0), _line(1)], [_line(2)]]


def test_what_has_been_missed_comes_in_small_batches_without_a_pause():
    taking = _Taking(_line(1199))
    with running_feed(_as_store(taking), _feed([1] * 1200), lambda: 1, interval=PATIENCE * 10):
        assert taking.came.wait(PATIENCE)

    assert [len(batch) for batch in taking.batches] == [500, 500, 200]


def test_it_ends_at_once_while_it_waits_for_the_next_beat():
    before = threading.active_count()
    taking = _Taking(_line(0))
    with running_feed(_as_store(taking), _feed([1, 2]), lambda: 1, interval=PATIENCE * 10):
        assert taking.came.wait(PATIENCE)

    assert threading.active_count() == before


def test_an_error_is_reported_once_and_ends_the_feed_alone(capsys: pytest.CaptureFixture[str]):
    taking = _Taking(broken=True)
    with running_feed(_as_store(taking), _feed([1, 2, 3]), lambda: 3, interval=0.001):
        assert taking.came.wait(PATIENCE)

    assert len(taking.batches) == 1
    assert capsys.readouterr().out.count("the demo has no more events") == 1
