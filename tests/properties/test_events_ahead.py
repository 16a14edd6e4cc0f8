"""Events stamped ahead of the clock wait: a store shows the state of its moment, whatever came before."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.time import Millis
from impactgraph.stores.embedded import EmbeddedStore
from tests.properties.test_events_commute import EVENTS, store_with
from tests.stores.events import DOCUMENTS, at, topology
from tests.stores.seen import everything

_CLOCKS = st.lists(st.integers(0, 8), min_size=1, max_size=4).map(sorted)


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: Millis) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now


@contextmanager
def store_of(clock: Clock) -> Iterator[EmbeddedStore]:
    store = EmbeddedStore.in_memory(now=clock)
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    yield store
    store.close()


def _parts(events: Sequence[bytes], count: int, chance: random.Random) -> list[list[bytes]]:
    shuffled = list(events)
    chance.shuffle(shuffled)
    return [shuffled[number::count] for number in range(count)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, min_size=1, max_size=20), _CLOCKS, st.randoms(use_true_random=False))
def test_the_present_is_the_state_as_of_the_clock(
    events: list[bytes], minutes: list[int], chance: random.Random
) -> None:
    clock = Clock(at(minutes[0]))
    with store_of(clock) as store:
        for minute, batch in zip(minutes, _parts(events, len(minutes), chance), strict=True):
            clock.now = at(minute)
            store.ingest(batch)
            assert everything(store) == everything(store, clock.now)
        with store_with([events]) as later:
            moments = [*minutes, 3, 9]
            assert [everything(store, at(m)) for m in moments] == [everything(later, at(m)) for m in moments]
        clock.now = at(600)
        assert everything(store) == everything(store, at(600))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, min_size=1, max_size=20), _CLOCKS)
def test_a_store_that_is_opened_again_shows_the_state_of_its_clock(
    events: list[bytes], minutes: list[int]
) -> None:
    with TemporaryDirectory() as folder, store_with([events]) as later:
        for minute in [minutes[0], *minutes, 0]:
            store = EmbeddedStore.open(Path(folder), now=Clock(at(minute)))
            if not store.topologies():
                store.apply_topology(topology(), DOCUMENTS, at(-60))
                store.ingest(events)
            assert everything(store) == everything(later, at(minute))
            store._replica.save(least=0)  # pyright: ignore[reportPrivateUsage]
            store.close()
