"""How one source is followed: from its stored position, again after each failure, and what is seen of it."""

import threading
from collections.abc import Callable, Iterator

import pytest

from impactgraph.errors import BadInputError, StoreUnavailableError
from impactgraph.ports.sources import Positions
from impactgraph.ports.store import Store
from impactgraph.sources.documents import Document, Translation
from impactgraph.sources.feed import Delivery, SourceUnavailableError
from impactgraph.sources.follower import Follower
from impactgraph.usecases.sources import SourceState
from tests.sources.shop import NOW, PLAIN, orders_in, small_store
from tests.stores.events import placed


class Script:
    """A feed that does what its script says, from wherever it is opened."""

    def __init__(self, *acts: Delivery | Exception) -> None:
        self.acts = list(acts)
        self.opened: list[dict[str, str]] = []
        self.closed = 0
        self.stop = threading.Event()

    def open(self, positions: Positions) -> None:
        self.opened.append(dict(positions))

    def poll(self) -> Delivery:
        if not self.acts:
            self.stop.set()
            return Delivery(is_caught_up=True)
        act = self.acts.pop(0)
        if isinstance(act, Exception):
            raise act
        return act

    def after_commit(self) -> None: ...

    def close(self) -> None:
        self.closed += 1


class Pauses(threading.Event):
    """Waits no time, and remembers for how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self.seen: list[tuple[SourceState, str | None]] = []
        self.look: Callable[[], tuple[SourceState, str | None]] | None = None

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0)
        if self.look:
            self.seen.append(self.look())
        return self.is_set()


@pytest.fixture
def store() -> Iterator[Store]:
    store = small_store()
    yield store
    store.close()


def delivery(order: str, position: str) -> Delivery:
    return Delivery(PLAIN([Document(placed(order), f"p@{position}")]), {"p": position})


def run(script: Script, store: Store) -> tuple[Follower, Pauses]:
    pauses = script.stop = Pauses()
    follower = Follower("shop", lambda: script, store, now=lambda: NOW)
    pauses.look = lambda: (follower.condition.state, follower.condition.problem)
    follower.run(pauses)
    return follower, pauses


def test_it_starts_over_from_the_stored_position_after_a_failure(store: Store) -> None:
    script = Script(delivery("O-1", "1"), SourceUnavailableError("gone"), delivery("O-2", "2"))

    run(script, store)

    assert (script.opened, script.closed) == ([{}, {"p": "1"}], 2)
    assert orders_in(store, ["O-1", "O-2"]) == ["O-1", "O-2"]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SourceUnavailableError("gone"), SourceState.WAITING),
        (StoreUnavailableError("full"), SourceState.WAITING),
        (BadInputError("wrong query"), SourceState.FAILED),
        (ValueError("a defect"), SourceState.FAILED),
    ],
)
def test_a_failure_is_seen_with_its_problem(store: Store, error: Exception, state: SourceState) -> None:
    _, pauses = run(Script(error), store)

    (seen,) = pauses.seen
    assert (seen[0], str(error) in str(seen[1])) == (state, True)


def test_each_further_try_comes_later_until_one_succeeds(store: Store) -> None:
    gone = SourceUnavailableError("gone")
    _, pauses = run(Script(*[gone] * 8, Delivery(), gone), store)

    assert pauses.seconds == [0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 30.0, 30.0, 0.5]


def test_another_process_that_reads_it_too_is_waited_for(store: Store) -> None:
    """What it stored is not stored again."""
    ours, theirs = delivery("O-1", "1"), Script(delivery("O-1", "1"))
    script = Script(Delivery(), ours)
    poll = script.poll

    def poll_after_the_other() -> Delivery:
        if len(script.acts) == 1 and theirs.acts:
            run(theirs, store)
        return poll()

    script.poll = poll_after_the_other
    _, pauses = run(script, store)

    assert (pauses.seen[0][0], "another process" in str(pauses.seen[0][1])) == (SourceState.WAITING, True)
    assert (store.source_progress()["shop"].taken, script.opened) == (1, [{}, {"p": "1"}])


def test_the_lag_counts_from_when_it_was_last_caught_up(store: Store) -> None:
    times = iter([100, 200, 300])
    script = Script(Delivery(is_caught_up=True), delivery("O-1", "1"))
    follower = Follower("shop", lambda: script, store, now=lambda: next(times))
    lags: list[int | None] = []
    stop = threading.Event()
    script.stop = stop
    step = follower._step  # pyright: ignore[reportPrivateUsage]

    def seen(*given: object) -> Delivery:
        result = step(*given)  # pyright: ignore[reportArgumentType]
        lags.append(follower.condition.status("shop", "kafka", 1_000).lag)
        return result

    follower._step = seen  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
    follower.run(stop)

    assert lags == [0, 800, 0]


def test_commits_are_announced(store: Store) -> None:
    commits: list[int] = []
    script = Script(delivery("O-1", "1"), Delivery(), Delivery(Translation(passed=1)))
    follower = Follower("shop", lambda: script, store, now=lambda: NOW)
    stop = script.stop = threading.Event()

    follower.run(stop, lambda: commits.append(1))

    assert len(commits) == 2
    assert follower.condition.progress.passed == 1
