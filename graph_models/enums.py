"""Enumerations. A value is the name in GraphQL; events and topologies may write it in either case."""

from enum import StrEnum


class FailureClass(StrEnum):
    OUTAGE = "OUTAGE"
    TRANSIENT = "TRANSIENT"
    LATENCY = "LATENCY"
    BACKLOG = "BACKLOG"
    SCHEMA_MISMATCH = "SCHEMA_MISMATCH"
    BUSINESS_RULE = "BUSINESS_RULE"
    STALE_DATA = "STALE_DATA"
    DUPLICATE = "DUPLICATE"
    MISSED_RUN = "MISSED_RUN"
    CAPACITY = "CAPACITY"


class Effect(StrEnum):
    """What an impaired element does to the work that passes it in the window, worst first."""

    REJECTED = "REJECTED"
    BLOCKED = "BLOCKED"
    DELAYED = "DELAYED"
    STALE = "STALE"
    DUPLICATED = "DUPLICATED"
    DEGRADED = "DEGRADED"


class RecordEffect(StrEnum):
    """What a failure does to a posting, notification, task or supplier order."""

    MISSING = "MISSING"
    LATE = "LATE"
    WRONG = "WRONG"
    DUPLICATED = "DUPLICATED"
    OUT_OF_SEQUENCE = "OUT_OF_SEQUENCE"


class RecordState(StrEnum):
    """What has become of a record that a passed step causes."""

    MADE = "MADE"
    DUE = "DUE"
    LATE = "LATE"
    MISSING = "MISSING"
    WRONG = "WRONG"
    DUPLICATED = "DUPLICATED"
    OUT_OF_SEQUENCE = "OUT_OF_SEQUENCE"


class Band(StrEnum):
    """How a failure affects an order, worst first."""

    STUCK = "STUCK"
    EXPOSED = "EXPOSED"
    UPCOMING = "UPCOMING"
    RECORDS_ONLY = "RECORDS_ONLY"


class Dimension(StrEnum):
    CHANNEL = "CHANNEL"
    MODE = "MODE"
    REGION = "REGION"
    LOCATION = "LOCATION"
    WORKFLOW = "WORKFLOW"
    STEP = "STEP"
    TIER = "TIER"
    CURRENCY = "CURRENCY"
    BAND = "BAND"
    EFFECT = "EFFECT"
    CARRIER = "CARRIER"
    SUPPLIER = "SUPPLIER"
    CAUSE = "CAUSE"


class OrderSort(StrEnum):
    VALUE_DESC = "VALUE_DESC"
    PROMISE_ASC = "PROMISE_ASC"
    DELAY_DESC = "DELAY_DESC"
    PLACED_ASC = "PLACED_ASC"


class ElementKind(StrEnum):
    SYSTEM = "SYSTEM"
    API = "API"
    INTEGRATION = "INTEGRATION"
    DATA = "DATA"
    WORKFLOW = "WORKFLOW"
    STEP = "STEP"
    LOCATION = "LOCATION"
    TEAM = "TEAM"
    PLAYBOOK = "PLAYBOOK"


class Severity(StrEnum):
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class Transport(StrEnum):
    SYNC = "sync"
    QUEUE = "queue"
    STREAM = "stream"
    BATCH = "batch"
    FILE = "file"


class Medium(StrEnum):
    """What carries messages, where it is more particular than the transport that it behaves like."""

    WEBHOOK = "webhook"
    TOPIC = "topic"
    FILE_TRANSFER = "file_transfer"

    @property
    def transport(self) -> Transport:
        """What it behaves like in a failure. A webhook is a queue at its sender, which tries again."""
        return _BEHAVIOUR[self]


_BEHAVIOUR = {
    Medium.WEBHOOK: Transport.QUEUE,
    Medium.TOPIC: Transport.STREAM,
    Medium.FILE_TRANSFER: Transport.FILE,
}


class RecordKind(StrEnum):
    POSTING = "posting"
    NOTIFICATION = "notification"
    TASK = "task"
    SUPPLIER_ORDER = "supplier_order"
    LISTING = "listing"
    """What the list of a system says of an order; its type is the system's key."""


class OrderStatus(StrEnum):
    IN_FLIGHT = "IN_FLIGHT"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
