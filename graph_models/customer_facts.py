"""Facts of a message to the customer of an order, as plain values without words."""

from dataclasses import dataclass
from enum import StrEnum

from graph_models.money import Money
from graph_models.time import Millis


class CustomerStage(StrEnum):
    """How far an order, or a part of it, is in the customer's eyes. Earlier stages come first."""

    UNKNOWN = "UNKNOWN"
    """Nobody can say where it is."""
    NOT_PLACED = "NOT_PLACED"
    """There are events of it, but not of its placement."""
    RECEIVED = "RECEIVED"
    """Placed, and its first step has not begun."""
    BEING_PREPARED = "BEING_PREPARED"
    RETURN_IN_PROGRESS = "RETURN_IN_PROGRESS"
    ON_ITS_WAY = "ON_ITS_WAY"
    """It has left; its delivery may or may not be tracked."""
    READY_TO_COLLECT = "READY_TO_COLLECT"
    COMPLETED = "COMPLETED"
    """Done, and it was neither delivered, nor collected, nor returned."""
    DELIVERED = "DELIVERED"
    COLLECTED = "COLLECTED"
    RETURN_COMPLETE = "RETURN_COMPLETE"
    CANCELLED = "CANCELLED"


class CustomerMessageKind(StrEnum):
    """Which message to send. Each stage has one; the others say what matters more than the stage."""

    NEEDS_HELP = "NEEDS_HELP"
    """Its position is unknown, or it cannot go on by itself, and somebody looks into it: no date."""
    NOT_PLACED = "NOT_PLACED"
    RECEIVED = "RECEIVED"
    BEING_PREPARED = "BEING_PREPARED"
    RETURN_IN_PROGRESS = "RETURN_IN_PROGRESS"
    ON_ITS_WAY = "ON_ITS_WAY"
    READY_TO_COLLECT = "READY_TO_COLLECT"
    COMPLETED = "COMPLETED"
    DELIVERED = "DELIVERED"
    COLLECTED = "COLLECTED"
    RETURN_COMPLETE = "RETURN_COMPLETE"
    RETURN_REFUND_DUE = "RETURN_REFUND_DUE"
    """The return is complete, but its refund, which was due, is not on record."""
    CANCELLED = "CANCELLED"
    """Nothing is known to have been charged."""
    CANCELLED_REFUND_DUE = "CANCELLED_REFUND_DUE"
    """It was charged, and not all of it has been refunded."""
    CANCELLED_REFUNDED = "CANCELLED_REFUNDED"
    PARTLY_SHIPPED = "PARTLY_SHIPPED"
    """Its parts are at different stages, and at least one has left, is ready or done; none is late."""
    DELAYED_WITH_DATE = "DELAYED_WITH_DATE"
    """Held up, overdue or later than promised; `expected_by` says when it is expected. `is_late` says whether
    the promise is missed: what is held up may be in time all the same.
    """
    DELAYED_NO_DATE = "DELAYED_NO_DATE"
    """Held up, overdue or later than promised, and there is no date."""


class CustomerArrival(StrEnum):
    """What the customer waits for: the meaning of `expected_at`."""

    DELIVERY = "DELIVERY"
    COLLECTION = "COLLECTION"
    """The moment from which the order can be collected, not that of its collection."""
    RETURN = "RETURN"
    """The end of the return, its refund included."""
    COMPLETION = "COMPLETION"


class CustomerNotice(StrEnum):
    """A message or document that the customer waits for."""

    ORDER_CONFIRMATION = "ORDER_CONFIRMATION"
    SHIPPING_NOTICE = "SHIPPING_NOTICE"
    READY_NOTICE = "READY_NOTICE"
    """That the order can be collected: without it the customer does not come."""
    DELIVERY_NOTICE = "DELIVERY_NOTICE"
    REFUND_NOTICE = "REFUND_NOTICE"
    OTHER_MESSAGE = "OTHER_MESSAGE"
    INVOICE = "INVOICE"
    REFUND = "REFUND"
    """The refund or credit note itself."""


@dataclass(frozen=True, slots=True)
class CustomerPart:
    """One fulfillment of the order, in the customer's eyes."""

    fulfillment: str
    """Bare key; not for the customer's eyes."""
    stage: CustomerStage
    value: Money
    location: str | None
    """Bare key of where it is prepared or collected."""
    since: Millis | None = None
    """When the stage began; None where that is unknown."""
    expected_at: Millis | None = None
    expected_by: Millis | None = None


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """The facts behind one message. Moments are milliseconds since 1970 UTC."""

    kind: CustomerMessageKind
    stage: CustomerStage
    """Of the part that is farthest behind, cancelled parts not counted."""
    arrival: CustomerArrival
    parts: tuple[CustomerPart, ...]
    """In the order of the fulfillments; one for an order that is not split."""
    placed_at: Millis | None = None
    since: Millis | None = None
    """When the stage began: ready, delivered, collected or cancelled at; None where that is unknown."""
    expected_at: Millis | None = None
    """When what the customer waits for is expected (median); None where that is unknown or has happened."""
    expected_by: Millis | None = None
    """Nine in ten arrive by then; never before `expected_at`."""
    promised_by: Millis | None = None
    is_late: bool = False
    """The promise was missed, or is expected to be."""
    is_at_risk: bool = False
    """A failure may still make it later than expected."""
    is_edited: bool = False
    """The order was placed again with other parts, another value or another promise."""
    is_rerouted: bool = False
    """A part is being prepared elsewhere than planned; once it has left, it is not of interest."""
    charged: Money | None = None
    """Posted to the customer's account so far: invoices and captures; None where no posting tells."""
    refunded: Money | None = None
    """Refunded so far; None where no posting tells."""
    overdue_notices: tuple[CustomerNotice, ...] = ()
    """Should have reached the customer by now and have not, the most important first."""
    value: Money | None = None
