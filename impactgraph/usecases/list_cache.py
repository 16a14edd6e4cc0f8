"""Cache of the lists that clients read in pages, bounded in bytes."""

from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any, Protocol, TypeVar

from graph_models.access import EVERYTHING, View
from graph_models.impact import Question
from graph_models.time import Millis

V = TypeVar("V", bound="CachedValue")
_MARK = "."
"""Between the answer and the place in its list; no cursor of a list has it."""
_SEPARATOR = "~"
OVERHEAD = 2_048
"""Bytes counted for each value beside its arrays."""


class CachedValue(Protocol):
    """A value that says how many bytes its arrays have."""

    @property
    def nbytes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """What determines an answer: the question, who asks it, and the state that it was answered from."""

    question: str
    """Digest of the question and of what whoever asks it may see."""
    watermark: int
    topology: str
    """Bare key of the version."""
    moment: Millis

    @staticmethod
    def of(
        question: Question, watermark: int, topology: str, moment: Millis, shown: View = EVERYTHING
    ) -> "AnswerKey":
        return AnswerKey(question_digest(question, shown), watermark, topology, moment)

    def cursor(self, place: str) -> str:
        """The cursor of a place in a list of this answer."""
        parts = (self.question, self.watermark, self.topology, self.moment)
        return f"{_SEPARATOR.join(map(str, parts))}{_MARK}{place}"


def question_digest(question: Question, shown: View = EVERYTHING) -> str:
    """The same for the same question about the same orders."""
    view = "" if shown.shows_everything else repr(shown)
    return blake2b(f"{question!r}{view}".encode(), digest_size=8).hexdigest()


def key_in(cursor: str) -> AnswerKey | None:
    """The answer that a cursor belongs to; None where it names none."""
    question, *rest = cursor.rpartition(_MARK)[0].split(_SEPARATOR)
    if len(rest) != 3 or not (rest[0].isascii() and rest[0].isdigit() and rest[2].isascii()):
        return None
    return AnswerKey(question, int(rest[0]), rest[1], int(rest[2])) if rest[2].isdigit() else None


def place_in(cursor: str | None) -> str | None:
    """The place in its list."""
    return cursor.rpartition(_MARK)[2] if cursor is not None else None


class ListCache:
    """Values by answer and name; those used least recently leave where they would exceed `max_bytes`.

    Thread-safe: threads that need the same value wait for one computation, threads that need others do not.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._values: OrderedDict[tuple[AnswerKey, Hashable], Any] = OrderedDict()
        self._bytes = 0
        self._turns: dict[tuple[AnswerKey, Hashable], tuple[Lock, int]] = {}
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._values)

    def find(self, key: AnswerKey, name: Hashable) -> Any:
        """The value; None where it is not cached."""
        with self._lock:
            value = self._values.get((key, name))
            if value is not None:
                self._values.move_to_end((key, name))
            return value

    def get(
        self,
        key: AnswerKey,
        name: Hashable,
        make: Callable[[], V],
        is_worth_it: Callable[[V], bool] = lambda value: True,
    ) -> V:
        """The cached value, else a new one, which is cached where it `is_worth_it` and not too large.

        `make` must be called inside a snapshot by all callers or none: see `Cache.get`.
        """
        value = self.find(key, name)
        if value is not None:
            return value
        with self._turn((key, name)):
            value = self.find(key, name)
            if value is None:
                value = make()
                if is_worth_it(value):
                    self._add((key, name), value)
            return value

    def _add(self, at: tuple[AnswerKey, Hashable], value: CachedValue) -> None:
        size = value.nbytes + OVERHEAD
        if size > self._max_bytes:
            return
        with self._lock:
            self._values[at] = value
            self._bytes += size
            while self._bytes > self._max_bytes:
                _, oldest = self._values.popitem(last=False)
                self._bytes -= oldest.nbytes + OVERHEAD

    @contextmanager
    def _turn(self, at: tuple[AnswerKey, Hashable]) -> Generator[None]:
        with self._lock:
            lock, users = self._turns.get(at, (Lock(), 0))
            self._turns[at] = lock, users + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                _, users = self._turns.pop(at)
                if users > 1:
                    self._turns[at] = lock, users - 1
