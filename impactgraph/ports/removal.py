"""Removals for good: what is asked for, and its outcome."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from graph_models.time import Millis

Elsewhere: TypeAlias = Callable[[Callable[[str], str]], int]
"""Removes what is to be forgotten from what is kept beside a record, by a function that gives a text in JSON
without it; returns the number of texts that had it."""


@dataclass(frozen=True, slots=True)
class ForgetRequest:
    """What is to be forgotten."""

    orders: Sequence[str] = ()
    """Bare keys."""
    attributes: Sequence[tuple[str, Sequence[str]]] = ()
    """Names of attributes, each with the value as it was given and, where the record keeps it otherwise, as
    it is kept."""
    personal: Sequence[str] = ()
    """Names of the other attributes that are removed from the orders that have such a value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text was looked for."""

    name: str
    """A file, a table, the log, the graph."""
    occurrences: int


@dataclass(frozen=True)
class Search:
    """What was searched, and what was found."""

    files: int = 0
    """Files, tables and blocks that were read."""
    bytes: int = 0
    """Of them, after decompression."""
    places: Sequence[Place] = field(default_factory=tuple[Place, ...])
    """Those where something was found."""

    @property
    def occurrences(self) -> int:
        return sum(place.occurrences for place in self.places)

    def __add__(self, other: "Search") -> "Search":
        return Search(self.files + other.files, self.bytes + other.bytes, (*self.places, *other.places))


@dataclass(frozen=True, slots=True)
class ForgetResult:
    """What was removed, and the search for what is left of it."""

    orders: int
    edited_orders: int
    """Orders that lost an attribute."""
    events: int
    entries: int
    """Of the quarantine."""
    texts: int
    """Other texts from which it was removed."""
    search: Search


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Orders that ended before a moment are removed: those in which every stated dimension has a listed
    value.
    """

    name: str
    before: Millis
    workflows: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    """Of `completed` and `cancelled`."""
    quarantine: bool = False
    """Whether it is about entries of the quarantine that were received before the moment, and not about
    orders."""
    audit: bool = False
    """Whether it is about entries of the audit log that were written before the moment."""


@dataclass(frozen=True, slots=True)
class RetainedFrom:
    """Moments from which on the record is whole, where retention removed orders."""

    answers: Millis
    """Ended orders may be missing in the state of an earlier moment."""
    events: Millis
    """Events before it, of orders that are not in the record, are not taken."""


@dataclass(frozen=True, slots=True)
class RetentionCount:
    """What a rule removes."""

    rule: str
    before: Millis
    orders: int = 0
    events: int = 0
    entries: int = 0
    """Of the quarantine."""
    audited: int = 0
    """Entries of the audit log."""

    def __add__(self, other: "RetentionCount") -> "RetentionCount":
        return RetentionCount(
            self.rule,
            self.before,
            self.orders + other.orders,
            self.events + other.events,
            self.entries + other.entries,
            self.audited + other.audited,
        )


class RemovalStore(Protocol):
    """Removes for good what is to be forgotten, or too old."""

    def forget(self, request: ForgetRequest, at: Millis, elsewhere: Elsewhere = lambda _: 0) -> ForgetResult:
        """Removes orders, or values of attributes, for good, there and elsewhere, and then looks for them in
        all that the store keeps.

        May be called again where it was interrupted.
        """
        ...

    def forgotten_at(self, order: str) -> Millis | None:
        """When the order with this bare key was forgotten; None where it was not."""
        ...

    def retain(self, rule: RetentionRule, at: Millis, *, dry_run: bool = False) -> RetentionCount:
        """Removes what a rule of retention names; `dry_run`: only counts it."""
        ...

    def retained_from(self) -> RetainedFrom | None:
        """From when on the record is whole; None where retention removed no order. `columns` and what else
        gives orders raise RemovedError for an earlier moment.
        """
        ...
