"""Tables of columns that questions read: orders, fulfillments, errors, records and visits.

`declare.py` says where to add a column. Moments are milliseconds since 1970 UTC, 0 where there is none; money
is millionths of the currency's main unit; a code indexes a dictionary of the same subject, 0 stands for none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from impactgraph.columns.declare import Codes, Ints, Setter, Table, Texts, column, table

IN_FLIGHT = 0
COMPLETED = 1
CANCELLED = 2
NO_AMOUNT = -(2**63)
"""Amount of a record that states none."""
RECORD_KINDS = (RecordKind.POSTING, RecordKind.NOTIFICATION, RecordKind.TASK, RecordKind.SUPPLIER_ORDER)
"""By the code in `RecordColumns.kind`."""


@table
class OrderTerms(Table):
    """What order.placed states of an order: columns of the event and of the order's state."""

    channel: Codes = column("Sales channel.", set_by=Setter.STATED, coded_by="channels")
    mode: Codes = column("Order mode: ship, bopis, ...", set_by=Setter.STATED, coded_by="modes")
    region: Codes = column("Region.", set_by=Setter.STATED, coded_by="regions")
    tier: Codes = column("Customer tier.", set_by=Setter.STATED, field="customer_tier", coded_by="tiers")
    currency: Codes = column("Currency of the value.", set_by=Setter.STATED, coded_by="currencies")
    value: Ints = column("Value of the whole order.", set_by=Setter.PLACEMENT)
    promised_by: Ints = column("Moment of the promise.", set_by=Setter.STATED)


@table
class OrderState(OrderTerms):
    """What the events of an order add up to."""

    placed_at: Ints = column("Time of the first order.placed.")
    stated_at: Ints = column("Time of the last order.placed.")


@table
class OrderColumns(OrderState):
    """One row for each order."""

    ids: Texts = column("Bare key.")
    attributes: dict[str, Codes] = column("By attribute name, each with its own dictionary.")


@table
class FulfillmentState(Table):
    """What the events of a fulfillment add up to."""

    order: Codes = column("Row of its order.")
    workflow: Codes = column("Index in `workflows`; -1 while neither placed nor rerouted.", blank=-1)
    step: Codes = column(
        "Index in its workflow's steps; -1 before the first.", blank=-1, set_by=Setter.ENTRY, field="step"
    )
    location: Codes = column("Present location.", set_by=Setter.LOCATION)
    value: Ints = column("Its share of the order's value.")
    entered_at: Ints = column("When it entered its present step.", set_by=Setter.ENTRY, field="time")
    entered_step_at: Ints = column(
        "When it last entered each step of its present workflow, 0 where it has not.", per_step=True
    )
    records: NDArray[np.uint64] = column("Bit i is set when the i-th record of its workflow has come.")
    failed_at: Ints = column("Last error in the present step.", set_by=Setter.ERROR, field="time")
    failed_code: Codes = column("Code of that error.", set_by=Setter.ERROR, field="code")
    failed_element: Codes = column("Origin of that error.", set_by=Setter.ERROR, field="element")
    first_recorded_at: Ints = column(
        "By step, when the first record (posting, message, ...) that the step emits came, 0 where none has.",
        per_step=True,
    )
    rerouted_at: Ints = column("Last reroute.", set_by=Setter.REROUTE, field="time")
    ended_at: Ints = column("When it was completed or cancelled.", set_by=Setter.END, field="time")
    status: NDArray[np.int8] = column("IN_FLIGHT, COMPLETED or CANCELLED.")


@table
class FulfillmentColumns(FulfillmentState):
    """One row for each fulfillment."""

    ids: Texts = column("Bare key.")


@table
class ErrorColumns(Table):
    """One row for each fulfillment.failed, in no particular order. Few: errors are rare."""

    fulfillment: Codes = column("Row of the fulfillment.")
    step: Codes = column("Index in its workflow's steps, -1 where the event names none of them.", blank=-1)
    at: Ints = column("Time of the event.")
    code: Codes = column("Code of the error.")
    element: Codes = column("Origin of the error.")


@table
class RecordColumns(Table):
    """One row for each posting, notification, task and supplier order, in no particular order. Many: narrow
    types.
    """

    fulfillment: Codes = column("Row of the fulfillment.")
    kind: NDArray[np.uint8] = column("Index in RECORD_KINDS.")
    type: Codes = column("Code of its type.")
    at: Ints = column("Time of the event.")
    amount: Ints = column("NO_AMOUNT where it states none.", blank=NO_AMOUNT)
    currency: NDArray[np.int16] = column("Currency of the amount, 0 where it states none.")
    document: NDArray[np.uint32] = column("`document_code` of its number, 0 where it states none.")


@table
class Visits(Table):
    """One row for each visit of a step, from which dwell times are learned."""

    workflow: Codes = column("Index in `workflows`.")
    step: Codes = column("Index in the workflow's steps.")
    location: Codes = column("Location of the fulfillment during the visit.")
    entered_at: Ints = column("Start of the visit.")
    left_at: Ints = column("End of the visit, 0 while it lasts.")


@dataclass
class ErrorTexts:
    """Texts of errors, one row for each event; row numbers are those of the columns of the same moment."""

    fulfillment: Codes
    at: Ints
    step: Sequence[str]
    """Bare key, empty where the event names none."""
    code: Sequence[str]
    element: Sequence[str]
    message: Sequence[str]

    def __len__(self) -> int:
        return len(self.at)


def document_code(number: str | None) -> int:
    """32 bits of a document's number, 0 where there is none.

    The same in every process and in DuckDB's `md5_number_lower`; two numbers rarely share one.
    """
    if not number:
        return 0
    digest = md5(number.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:12], "little") or 1
