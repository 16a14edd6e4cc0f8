"""Many readers or one writer."""

import threading
from collections.abc import Generator
from contextlib import contextmanager


class Sharing:
    """Readers share, a writer is alone. A thread that reads may read again inside; one that waits to write lets no new reader in before it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._writing = False
        self._waiting = 0
        self._mine = threading.local()

    @contextmanager
    def reading(self) -> Generator[None]:
        depth: int = getattr(self._mine, "depth", 0)
        if not depth:
            with self._changed:
                self._changed.wait_for(lambda: not self._writing and not self._waiting)
                self._readers += 1
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth = depth
            if not depth:
                with self._changed:
                    self._readers -= 1
                    self._changed.notify_all()

    @property
    def inside(self) -> bool:
        """Whether this thread reads."""
        return bool(getattr(self._mine, "depth", 0))

    @contextmanager
    def writing(self) -> Generator[None]:
        if self.inside:
            raise RuntimeError(
                "A thread that reads would wait for itself if it wrote: leave the columns first."
            )
        with self._changed:
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: not self._writing and not self._readers)
            finally:
                self._waiting -= 1
            self._writing = True
        try:
            yield
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
