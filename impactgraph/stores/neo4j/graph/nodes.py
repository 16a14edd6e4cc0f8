"""Every node of the graph, declared once."""

from graph_models.time import HOUR
from graph_models.topology import Element, Integration, Step, id_of
from impactgraph.stores.neo4j.graph.kinds import NodeKind, Property, Value, attribute

TEXT, TEXTS, WHOLE, NUMBER, TRUTH, MOMENT, SPAN = Value

_ID = Property("id", TEXT, "its id, as everywhere in the product: `kind:key`", lambda it: it.id)
_ELEMENT_ID = Property("id", TEXT, _ID.text, id_of)
_KEY = attribute("key", TEXT, "the id without its kind")


def _name(element: Element) -> str:
    return getattr(element, "name", "") or element.key


LISTED = (
    Property(
        "listedIn",
        WHOLE,
        "number of the last topology version that lists it; absent where only an order or a failure names it",
    ),
    Property("retired", TRUTH, "whether the current version no longer lists it"),
    Property(
        "retiredIn", WHOLE, "number of the first version that no longer lists it; absent while one does"
    ),
)
"""Of every element, beside its own properties."""


def _element(label: str, text: str, *properties: Property) -> NodeKind:
    return NodeKind(
        label,
        text,
        (_ELEMENT_ID, _KEY, Property("name", TEXT, "display name", _name), *properties),
        element=True,
    )


def _emits(step: Step) -> tuple[str, ...]:
    return tuple(f"{emission.kind.value}:{emission.type}" for emission in step.emits)


def _buffer_rate(it: Integration) -> float | None:
    return None if it.buffer.rate is None else it.buffer.rate * HOUR


ELEMENTS: tuple[NodeKind, ...] = (
    _element(
        "System",
        "An application or middleware.",
        attribute("tier", WHOLE, "how much depends on it, 1 the most"),
        attribute("kind", TEXT, "such as `oms`, `erp`, `middleware`"),
        attribute("per_location", TRUTH, "whether each location has its own"),
    ),
    _element(
        "Api",
        "An interface that a system offers.",
        *(
            attribute(name, TEXT, text)
            for name, text in (
                ("protocol", "such as `rest`"),
                ("version", "as its owner counts"),
                ("lifecycle", "such as `deprecated`"),
                ("schema", "what its messages look like"),
                ("rate_limit", "calls it accepts"),
            )
        ),
    ),
    _element(
        "Integration",
        "Carries calls, messages or files from one system to another.",
        attribute("transport", TEXT, "`sync`, `queue`, `stream`, `batch` or `file`"),
        attribute("carries", TEXTS, "types of messages"),
        Property("attempts", WHOLE, "tries in all", lambda it: it.retry.attempts),
        Property("backoff", SPAN, "wait between them", lambda it: it.retry.backoff),
        Property("retryFor", SPAN, "how long it retries", lambda it: it.retry.lasting),
        attribute("timeout", SPAN, "of a call"),
        attribute("dead_letter", TEXT, "where rejected messages go; absent: they are lost"),
        Property("bufferCapacity", WHOLE, "messages it holds at most", lambda it: it.buffer.capacity),
        Property("bufferRate", NUMBER, "messages that arrive in an hour", _buffer_rate),
        Property("retention", SPAN, "how long it holds a message", lambda it: it.buffer.retention),
        Property("every", SPAN, "between two runs", lambda it: it.schedule.every if it.schedule else None),
        Property("cron", TEXT, "when it runs", lambda it: it.schedule.cron if it.schedule else None),
        Property(
            "timezone",
            TEXT,
            "of its runs; absent: UTC",
            lambda it: it.schedule.timezone if it.schedule else None,
        ),
        attribute("idempotent", TRUTH, "whether the receiver ignores duplicates"),
        attribute("schema", TEXT, "what its messages look like"),
        attribute("slo_latency", SPAN, "latency that its owner promises"),
    ),
    _element(
        "Data",
        "A replica of figures that steps decide by.",
        attribute("fresh_within", SPAN, "age up to which it is fresh enough"),
        attribute("decision_risk", NUMBER, "probability that a decision on older data is wrong"),
    ),
    _element(
        "Workflow",
        "A sequence of steps that orders go through.",
        attribute("modes", TEXTS, "fulfillment modes that use it"),
        attribute("channels", TEXTS, "sales channels that use it"),
    ),
    _element(
        "Step",
        "A step of a workflow.",
        attribute("workflow", TEXT, "key of its workflow"),
        Property("takes", SPAN, "median dwell time", lambda it: it.takes.p50),
        Property("takesAtMost", SPAN, "95th percentile of the dwell time", lambda it: it.takes.p95),
        attribute("within", SPAN, "limit of the dwell time"),
        attribute("surfaces_at", TEXT, "key of the step where a wrong decision comes to light"),
        Property("emits", TEXTS, "records that it causes: `posting:invoice`", _emits),
    ),
    _element(
        "Location",
        "A store, a warehouse.",
        attribute("kind", TEXT, "such as `store`"),
        attribute("region", TEXT, "where it is"),
    ),
    _element(
        "Team",
        "Who owns elements.",
        attribute("contact", TEXT, "how to reach it"),
        attribute("escalation", TEXTS, "whom to contact next, in order"),
    ),
    _element(
        "Playbook",
        "What to do when something fails.",
        Property("steps", TEXTS, "in order", lambda it: tuple(step.text for step in it.steps)),
        attribute("kinds", TEXTS, "of elements it is for"),
        attribute("classes", TEXTS, "of failures it is for"),
        attribute("message", TEXT, "message to customers", lambda it: str(it.message)),
    ),
)

VERSION = NodeKind(
    "TopologyVersion",
    "A version of the topology, as it was applied.",
    (
        Property("id", TEXT, "`topology:key`"),
        Property("key", TEXT, "its key"),
        Property("number", WHOLE, "1 is the first"),
        Property("appliedAt", MOMENT, "when it became current"),
        Property("elements", WHOLE, "how many it lists"),
        Property("current", TRUTH, "whether it is the one in force"),
    ),
)

ORDER = NodeKind(
    "Order",
    "An order. Its attributes are properties too, with the prefix `attribute_`, such as `attribute_carrier`.",
    (
        Property("id", TEXT, _ID.text),
        Property("channel", TEXT, "sales channel"),
        Property("mode", TEXT, "of fulfillment"),
        Property("region", TEXT, "of the customer"),
        Property("tier", TEXT, "of the customer"),
        Property("currency", TEXT, "ISO 4217"),
        Property("valueMicros", WHOLE, "millionths of the currency's main unit, so that sums are exact"),
        Property("placedAt", MOMENT, "when it was placed"),
        Property("promisedBy", MOMENT, "promised to the customer"),
    ),
    indexed=("promisedBy",),
)

FULFILLMENT = NodeKind(
    "Fulfillment",
    "One unit of an order that ships or is collected.",
    (
        Property("id", TEXT, _ID.text),
        Property("status", TEXT, "`IN_FLIGHT`, `COMPLETED` or `CANCELLED`"),
        Property("workflow", TEXT, "key of its workflow"),
        Property(
            "valueMicros", WHOLE, "its part of the order's value, millionths of the currency's main unit"
        ),
        Property("enteredAt", MOMENT, "when it entered the step that it is in, or was in last"),
        Property("endedAt", MOMENT, "when it completed or was cancelled"),
        Property("failedAt", MOMENT, "last failure in its present step"),
        Property("failedCode", TEXT, "error code of that failure"),
        Property("failedElement", TEXT, "element that the failure event names"),
        Property("reroutedAt", MOMENT, "last time it was rerouted"),
    ),
)


def _record(label: str, text: str, *properties: Property, index_names: tuple[str, ...] = ()) -> NodeKind:
    common = (
        Property("seq", WHOLE, "number of its event in the log"),
        Property("type", TEXT, "such as `invoice`"),
        Property("at", MOMENT, "when it happened"),
    )
    return NodeKind(label, text, (*common, *properties), key=None, indexed=index_names)


RECORDS: dict[str, NodeKind] = {
    "posting": _record(
        "Posting",
        "A posting in finance.",
        Property("amountMicros", WHOLE, "millionths of the currency's main unit"),
        Property("currency", TEXT, "ISO 4217"),
        Property("document", TEXT, "number of its document"),
        index_names=("document",),
    ),
    "notification": _record(
        "Notification", "A message to the customer.", Property("channel", TEXT, "such as `email`")
    ),
    "task": _record("Task", "A manual task that was closed."),
    "supplier_order": _record(
        "SupplierOrder",
        "An order to a supplier that was confirmed.",
        Property("supplier", TEXT, "who confirmed it"),
    ),
}
"""By the word of the record's kind."""

FAILURE = NodeKind(
    "Failure",
    "A failure that was reported.",
    (
        _ID,
        _KEY,
        Property("class", TEXT, "such as `OUTAGE`", lambda it: it.failure_class),
        attribute("severity", TEXT, "as reported"),
        Property("active", TRUTH, "whether it has started and not ended; only then it impairs anything"),
        attribute("started_at", MOMENT, "when it began"),
        attribute("expected_end", MOMENT, "as reported: an estimate"),
        attribute("ended_at", MOMENT, "when it ended"),
        attribute("delay", SPAN, "delay of each message or order"),
        attribute("error_rate", NUMBER, "share of calls that fail"),
        attribute("drain", SPAN, "time to clear the backlog"),
        attribute("summary", TEXT, "in words"),
        attribute("evidence", TEXT, "where to look"),
        attribute("source", TEXT, "who reported it"),
        attribute("reported_at", MOMENT, "when it was first reported"),
    ),
)

NODES: tuple[NodeKind, ...] = (*ELEMENTS, VERSION, ORDER, FULFILLMENT, *RECORDS.values(), FAILURE)
