"""What a fold gives: the state of orders and fulfillments by number, stays that columns cannot hold, and events that do not fit."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Ints
from impactgraph.stores.state.rows import Rows


@dataclass
class OrderStates(Rows):
    number: Codes
    placed: NDArray[np.bool_]
    """False where only other events of it have come: then all else is empty."""
    channel: Codes
    mode: Codes
    region: Codes
    tier: Codes
    currency: Codes
    value: Ints
    placed_at: Ints
    promised_by: Ints
    attributes: NDArray[np.object_]
    """JSON of {name: text}, or None."""

    def __len__(self) -> int:
        return len(self.number)


@dataclass
class FulfillmentStates(Rows):
    """`entered` and `carried` have a column a step of the workflow: when it was last entered, and at which location (0 where the event does not say).
    `told` has one too: when the first record that the step emits came."""

    number: Codes
    order: Codes
    workflow: Codes
    step: Codes
    location: Codes
    located: Ints
    """Key of the event that set the location."""
    home: Codes
    """Where it was placed."""
    value: Ints
    entered_at: Ints
    entered: NDArray[np.int64]
    carried: NDArray[np.int32]
    records: NDArray[np.uint64]
    told: NDArray[np.int64]
    failed_at: Ints
    failed_code: Codes
    failed_element: Codes
    rerouted_at: Ints
    ended_at: Ints
    status: NDArray[np.int8]
    regular: NDArray[np.bool_]
    """Placed once, never rerouted, no step entered twice, ended at most once and at the end: later events can be added without a look at the earlier."""

    def __len__(self) -> int:
        return len(self.number)


@dataclass
class Stays(Rows):
    """Stays of irregular fulfillments. `left` is 0 while it lasts."""

    fulfillment: Codes
    workflow: Codes
    step: Codes
    location: Codes
    entered: Ints
    left: Ints

    def __len__(self) -> int:
        return len(self.entered)

    def by_fulfillment(self) -> Iterator[tuple[int, "Stays"]]:
        """Those of one fulfillment after the other, where they stand together."""
        starts = np.flatnonzero(np.diff(self.fulfillment, prepend=-1)).tolist()
        for begin, end in zip(starts, [*starts[1:], len(self)], strict=False):
            yield int(self.fulfillment[begin]), self.take(np.arange(begin, end))


@dataclass
class Folded:
    orders: OrderStates
    fulfillments: FulfillmentStates
    stays: Stays
    misfits: Ints
    """Sequence numbers of events whose step is not one of the workflow that the fulfillment was in then."""
    misfit_workflows: Codes
    """That workflow, of each."""
