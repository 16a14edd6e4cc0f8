"""Comparison of the list of a system with what should be there: counts of its rows, and what differs."""

from dataclasses import dataclass

from graph_models.diagnosis import Cause, Listing, ListingKind
from graph_models.money import Money
from graph_models.time import Millis


@dataclass(frozen=True, slots=True)
class ListedRows:
    """The outcome of each row of the list: total = matched + differing + unknown + repeated + refused."""

    total: int
    matched: int
    """Of something that is here, as it is here."""
    differing: int
    """Of something that is here, with another amount, currency or state."""
    unknown: int
    """Of nothing that is here."""
    repeated: int
    """With an id that an earlier row has."""
    refused: int
    """Rows that could not be read."""


@dataclass(frozen=True, slots=True)
class RefusedListRow:
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnreadState:
    """A word for a state that means nothing here: rows with it are compared without their state."""

    word: str
    count: int


@dataclass(frozen=True, slots=True)
class ReconcileTotal:
    """Findings of one kind."""

    kind: ListingKind
    count: int
    amount: tuple[Money, ...]
    """What is concerned is worth here, by currency; of what is unknown here, as it is listed."""
    listed_amount: tuple[Money, ...]
    """The amounts that the list states, by currency."""
    explained: int
    """How many of them a reported failure explains."""


@dataclass(frozen=True, slots=True)
class ReconcileFinding:
    """One difference between a list and what is here."""

    listing: Listing
    order: str | None
    """Bare key; None where it is unknown here."""
    fulfillment: str | None
    due: Millis | None
    """When it should have been there; MISSING only."""
    late_by: Millis | None
    amount: Money | None
    """What it is worth here."""
    likely_cause: Cause | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The comparison, without its findings."""

    system: str
    """Bare key."""
    system_name: str
    key: str
    """Of the list."""
    at: Millis
    """The moment as of which the list says what is there."""
    as_of: Millis
    """The moment of the answer: what arrived between the two is no longer a finding."""
    complete: bool
    """Whether what the list lacks is missing there."""
    placed_from: Millis | None
    """It is complete for orders placed from then on; None: for all."""
    missing_parts: int
    """Parts of the list that have not come: until then it is not complete."""
    rows: ListedRows
    not_due: int
    """Orders, or fulfillments of orders that are partly there, on their way there and not due by then."""
    not_due_amount: tuple[Money, ...]
    totals: tuple[ReconcileTotal, ...]
    """By kind, without kinds that have none."""
    unread_states: tuple[UnreadState, ...]
    """The most frequent first."""
    refused: tuple[RefusedListRow, ...]
