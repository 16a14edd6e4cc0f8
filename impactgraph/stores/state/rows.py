"""Events as arrays: what a batch brings and what a record gives back, coded by the lexicon."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Ints

R = TypeVar("R", bound="Rows")


_KINDS: dict[Any, Any] = {
    Ints: np.int64,
    Codes: np.int32,
    NDArray[np.uint8]: np.uint8,
    NDArray[np.uint32]: np.uint32,
}


class Rows:
    """Arrays of one length. A subclass is a dataclass of nothing else."""

    def take(self: R, which: NDArray[Any]) -> R:
        """The rows of a mask or of indices."""
        return type(self)(**{f.name: getattr(self, f.name)[which] for f in fields(self)})  # pyright: ignore[reportArgumentType]

    @classmethod
    def of(cls: type[R], columns: Sequence[NDArray[Any]]) -> R:
        """From the columns in the order of the fields, cast to their types; object arrays are taken as they are."""
        return cls(
            **{
                f.name: c if c.dtype == object else c.astype(_KINDS[f.type], copy=False)
                for f, c in zip(fields(cls), columns, strict=True)  # pyright: ignore[reportArgumentType]
            }
        )

    @classmethod
    def none(cls: type[R]) -> R:
        return cls(**{f.name: np.zeros(0, _KINDS.get(f.type, np.object_)) for f in fields(cls)})  # pyright: ignore[reportArgumentType]

    @classmethod
    def joined(cls: type[R], parts: Sequence[R]) -> R:
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)})  # pyright: ignore[reportArgumentType]


@dataclass
class EventRows(Rows):
    """Numbers are -1, codes 0 and workflows -1 where an event has none."""

    seq: Ints
    time: Ints
    kind: NDArray[np.uint8]
    order: Codes
    """Number of the order, given at first sight; so for fulfillments."""
    fulfillment: Codes
    workflow: Codes
    step: Codes
    """Code of the step's key, whatever the workflow."""
    location: Codes
    type: Codes
    """Code of the record's type."""
    code: Codes
    element: Codes
    amount: Ints
    """Of postings and reports of stock, in millionths; NO_AMOUNT where it states none."""
    currency: Codes
    document: NDArray[np.uint32]
    """`document_code` of a posting's."""

    def __len__(self) -> int:
        return len(self.seq)


@dataclass
class PlacedRows(Rows):
    """A row an order.placed. Money is millionths, moments are milliseconds, 0 where there is none."""

    seq: Ints
    time: Ints
    order: Codes
    channel: Codes
    mode: Codes
    region: Codes
    tier: Codes
    currency: Codes
    value: Ints
    promised_by: Ints
    attributes: NDArray[np.object_]
    """JSON of {name: text}, or None."""

    def __len__(self) -> int:
        return len(self.seq)


@dataclass
class PlacementRows(Rows):
    """A row a fulfillment of an order.placed."""

    seq: Ints
    time: Ints
    order: Codes
    fulfillment: Codes
    workflow: Codes
    location: Codes
    value: Ints

    def __len__(self) -> int:
        return len(self.seq)


@dataclass
class Happened:
    """Events of whole orders, or a batch of them."""

    events: EventRows
    placed: PlacedRows
    placements: PlacementRows

    @staticmethod
    def none() -> "Happened":
        return Happened(EventRows.none(), PlacedRows.none(), PlacementRows.none())

    @staticmethod
    def joined(parts: "Sequence[Happened]") -> "Happened":
        return Happened(
            EventRows.joined([part.events for part in parts]),
            PlacedRows.joined([part.placed for part in parts]),
            PlacementRows.joined([part.placements for part in parts]),
        )

    def of_orders(self, wanted: NDArray[np.bool_]) -> "Happened":
        """The events of the orders whose numbers are marked in `wanted`; events of no order are left out."""
        events = self.events.take(self.events.order >= 0)
        return Happened(
            events.take(wanted[events.order]),
            self.placed.take(wanted[self.placed.order]),
            self.placements.take(wanted[self.placements.order]),
        )

    def without(self, seqs: Ints) -> "Happened":
        """All but the events of these sequence numbers."""
        return Happened(
            self.events.take(~np.isin(self.events.seq, seqs)),
            self.placed.take(~np.isin(self.placed.seq, seqs)),
            self.placements.take(~np.isin(self.placements.seq, seqs)),
        )
