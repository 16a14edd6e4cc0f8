"""Backups: what a store gives of its record, and what it takes back."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from graph_models.time import Millis


@dataclass(frozen=True, slots=True, order=True)
class PartKey:
    """A part of the record: rows of one family of tables whose numbers are in a range."""

    family: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a backup."""

    key: PartKey
    fingerprint: str
    """Of the rows; equal only where they are the same."""
    rows: int
    data: bytes | None
    """The rows as a packed block; None where the backup has them already."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a record holds, counted: equal of a store and of what was restored from its backup."""

    watermark: int
    """The greatest sequence number."""
    counts: Mapping[str, int]
    """Events, orders, fulfillments, journal, quarantine, ingests, undos, topologies, sources, forgotten."""


@dataclass(frozen=True, slots=True)
class BackupHead:
    """What a backup is of."""

    identity: str
    """Of the store."""
    at: Millis
    """The moment whose record it has."""
    totals: Totals


@dataclass(frozen=True, slots=True)
class CleanPart:
    """A part without what was removed from the store for good."""

    data: bytes | None
    """None where nothing is left."""
    rows: int
    removed: Mapping[str, int]
    """By the names of `Totals.counts`, how many are gone."""


class PartCleaner(Protocol):
    """Cleans the parts of one backup, in their order."""

    @property
    def count(self) -> int:
        """Number of removals."""
        ...

    @property
    def last(self) -> int:
        """The greatest sequence number of a removal."""
        ...

    def clean(self, data: bytes) -> CleanPart | None:
        """None where the part has nothing that was removed."""
        ...

    def is_named_in(self, file: bytes) -> bool:
        """Whether a file beside the store, such as an audit log, names what was forgotten."""
        ...


class BackupStore(Protocol):
    """Gives its record in parts, and takes it back."""

    def totals(self) -> Totals:
        """What the record holds, counted."""
        ...

    def backup(
        self, known: Mapping[PartKey, str]
    ) -> AbstractContextManager[tuple[BackupHead, Iterator[Part]]]:
        """The record in parts, as it is when the context is opened, while others go on writing.

        `known`: fingerprints of the parts of the last backup; parts that are still the same come without
        data.
        """
        ...

    def restore(self, blocks: Iterable[bytes]) -> None:
        """Fills an empty store with the parts of a backup, in their order.

        Raises:
            BadInputError: the store is not empty.
            StoreUnavailableError: a part is damaged, or of a later format.
        """
        ...
