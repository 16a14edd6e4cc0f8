"""A lock for many readers or one writer."""

import threading
from collections.abc import Generator
from contextlib import contextmanager


class ReadWriteLock:
    """Reentrant for readers. A waiting writer goes before readers that come after it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._has_writer = False
        self._waiting_writers = 0
        self._of_thread = threading.local()

    @contextmanager
    def reading(self) -> Generator[None]:
        depth: int = getattr(self._of_thread, "depth", 0)
        if not depth:
            with self._changed:
                self._changed.wait_for(lambda: not self._has_writer and not self._waiting_writers)
                self._readers += 1
        self._of_thread.depth = depth + 1
        try:
            yield
        finally:
            self._of_thread.depth = depth
            if not depth:
                with self._changed:
                    self._readers -= 1
                    self._changed.notify_all()

    @property
    def is_reading(self) -> bool:
        """Whether the calling thread holds the lock as a reader."""
        return bool(getattr(self._of_thread, "depth", 0))

    @contextmanager
    def writing(self) -> Generator[None]:
        """Raises RuntimeError in a thread that is reading: it would wait for itself."""
        if self.is_reading:
            raise RuntimeError(
                "A thread that reads would wait for itself if it wrote: leave the columns first."
            )
        with self._changed:
            self._waiting_writers += 1
            try:
                self._changed.wait_for(lambda: not self._has_writer and not self._readers)
            finally:
                self._waiting_writers -= 1
            self._has_writer = True
        try:
            yield
        finally:
            with self._changed:
                self._has_writer = False
                self._changed.notify_all()
