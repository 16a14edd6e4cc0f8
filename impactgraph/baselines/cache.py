"""Bounded cache that computes each key once, independently of other keys."""

from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """The `size` values computed last. Thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self._turns: dict[K, tuple[Lock, int]] = {}
        """By key that is being computed: its lock, and how many threads hold it or wait for it."""
        self._lock = Lock()

    def get(self, key: K, compute: Callable[[], V], is_fresh: Callable[[V], bool] = lambda _: True) -> V:
        """The cached value where it is fresh, else a computed one.

        Threads that need the same key wait for one computation; where it raises, the next of them computes.
        If one caller holds a read lock of the store at a call for a key, all callers must hold it at calls
        for that key: a thread that computes without it could wait for a writer, which waits for readers that
        wait for the key.
        """
        with self._turn(key):
            with self._lock:
                value = self._values.get(key)
            if value is not None and is_fresh(value):
                return value
            value = compute()
            with self._lock:
                self._values.pop(key, None)
                self._values[key] = value
                while len(self._values) > self._size:
                    self._values.popitem(last=False)
            return value

    def discard(self, is_outdated: Callable[[K], bool]) -> None:
        """Drops values by key. A value that is being computed meanwhile is not dropped."""
        with self._lock:
            for key in [key for key in self._values if is_outdated(key)]:
                del self._values[key]

    @contextmanager
    def _turn(self, key: K) -> Generator[None]:
        with self._lock:
            lock, users = self._turns.get(key, (Lock(), 0))
            self._turns[key] = lock, users + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                _, users = self._turns[key]
                if users == 1:
                    del self._turns[key]
                else:
                    self._turns[key] = lock, users - 1
