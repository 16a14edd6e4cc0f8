"""A bounded cache whose keys are computed once, each without waiting for the others."""

from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """The latest `size` values that were computed. Any thread may ask."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self._turns: dict[K, tuple[Lock, int]] = {}
        """By key that is being computed: its lock, and how many threads hold it or wait for it."""
        self._lock = Lock()

    def get(self, key: K, compute: Callable[[], V], is_fresh: Callable[[V], bool] = lambda _: True) -> V:
        """The cached value where it is fresh, else a computed one.

        Threads that ask for the same key wait for one computation; where it raises, the next of them computes.
        A caller that holds a read lock of the store when it asks for a key must hold it at every call for that key:
        who computes without it would wait behind a writer that waits for those who wait for the key.
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
