"""GraphQL enums and their descriptions."""

from api.schema.describe_enum import describe
from graph_models.customer_message import MessageForm
from graph_models.diagnosis import DiagnosisState, DriftKind, ListingKind, PayloadKind
from graph_models.enums import (
    Band,
    Dimension,
    Effect,
    ElementKind,
    FailureClass,
    OrderSort,
    OrderStatus,
    RecordEffect,
    RecordState,
    Severity,
)
from impactgraph.usecases.topology_map import EdgeKind as MapEdgeKind

__all__ = [
    "Band",
    "DiagnosisState",
    "Dimension",
    "DriftKind",
    "Effect",
    "ElementKind",
    "FailureClass",
    "ListingKind",
    "MapEdgeKind",
    "MessageForm",
    "OrderSort",
    "OrderStatus",
    "PayloadKind",
    "RecordEffect",
    "RecordState",
    "Severity",
]

describe(
    MessageForm,
    "How long a message to the customer is.",
    {
        "SHORT": "For a text message: 160 GSM letters, or 70 others, unless the order number is long.",
        "NORMAL": "For mail or chat.",
    },
)
describe(
    FailureClass,
    "Class of a failure.",
    {
        "OUTAGE": "It does not work at all.",
        "TRANSIENT": "A share of the calls or messages fails (errorRate); retries may absorb it.",
        "LATENCY": "It responds late, by `delay`.",
        "BACKLOG": "Work waits in a growing queue, or for `delay`.",
        "SCHEMA_MISMATCH": "Messages of the types and versions in scope are rejected, until a replay.",
        "BUSINESS_RULE": "A rule rejects orders in scope, until somebody acts.",
        "STALE_DATA": "A copy of data is out of date, by `delay`.",
        "DUPLICATE": "Messages or actions happen twice.",
        "MISSED_RUN": "A batch did not run.",
        "CAPACITY": "Too few people, docks or carriers for the work.",
    },
)
describe(
    Effect,
    "Effect of an impaired element on the orders and messages that pass it.",
    {
        "BLOCKED": "They wait until the end of the window, and for the backlog to drain.",
        "DELAYED": "They take longer.",
        "REJECTED": "They go to the dead-letter queue, or are lost without one, until somebody acts.",
        "STALE": "Decisions use outdated data, and some are wrong.",
        "DUPLICATED": "They happen twice.",
        "DEGRADED": "They pass with reduced service.",
    },
)
describe(
    RecordEffect,
    "Effect on a posting, message or task.",
    {
        "LATE": "It comes after it was due.",
        "MISSING": "It does not come until somebody acts.",
        "WRONG": "Its amount or content differs from the expected one.",
        "DUPLICATED": "It comes twice.",
        "OUT_OF_SEQUENCE": "It comes before one that it must follow.",
    },
)
describe(
    RecordState,
    "What has become of a record that a passed step causes.",
    {
        "MADE": "It was recorded, as expected.",
        "DUE": "Its step is complete, it has not come, and it does not count as missing yet.",
        "LATE": "It came after it was due.",
        "MISSING": "It has not come although it was due.",
        "WRONG": "Its amount differs from the expected one.",
        "DUPLICATED": "It came more than once.",
        "OUT_OF_SEQUENCE": "It came before one that it must follow.",
    },
)
describe(
    Band,
    "How a failure affects an order. An order of several fulfillments is in the worst band that it is as "
    "likely as not to be in, given that it is affected.",
    {
        "STUCK": "It waits now in a blocked or rejected step or handoff.",
        "EXPOSED": "It passed an impaired step or handoff and was affected, such as by a lost message.",
        "UPCOMING": "It will reach an impaired step or handoff within the window.",
        "RECORDS_ONLY": "Only its records are affected: a posting or a message.",
    },
)
describe(
    OrderStatus,
    "Status of an order.",
    {
        "IN_FLIGHT": "A fulfillment of it is under way.",
        "COMPLETED": "All its fulfillments have ended, and not all were cancelled.",
        "CANCELLED": "All its fulfillments were cancelled.",
    },
)
describe(
    Dimension,
    "Dimension of a breakdown.",
    {
        "CHANNEL": "The order's channel.",
        "MODE": "The order's fulfillment mode.",
        "REGION": "The order's region.",
        "LOCATION": "Where the fulfillment is.",
        "WORKFLOW": "The fulfillment's workflow.",
        "STEP": "The step where it is affected first.",
        "TIER": "The customer's tier.",
        "CURRENCY": "The order's currency.",
        "BAND": "How the failure affects it.",
        "EFFECT": "The first effect on it.",
        "CARRIER": "The order's attribute `carrier`.",
        "SUPPLIER": "The order's attribute `supplier`.",
        "CAUSE": "The failure that affects it.",
    },
)
describe(
    OrderSort,
    "Sort order of orders.",
    {
        "VALUE_DESC": "Most valuable first.",
        "PROMISE_ASC": "Earliest promise first.",
        "DELAY_DESC": "Longest delay first.",
        "PLACED_ASC": "Oldest first.",
    },
)
describe(
    ElementKind,
    "Kind of an element of the topology.",
    {
        "SYSTEM": "An application or middleware.",
        "API": "An API of a system.",
        "INTEGRATION": "Carries calls or messages from one system to another.",
        "DATA": "A copy of data that a system holds and steps read.",
        "WORKFLOW": "The steps by which orders are fulfilled.",
        "STEP": "A step of a workflow.",
        "LOCATION": "A store, distribution centre, dark store, supplier or third party.",
        "TEAM": "A team that owns elements.",
        "PLAYBOOK": "A governed remediation.",
    },
)
describe(
    Severity,
    "Severity of a failure.",
    {
        "INFO": "For information.",
        "WARNING": "It may get worse.",
        "ERROR": "Something does not work.",
        "CRITICAL": "Somebody must act now.",
    },
)
describe(
    MapEdgeKind,
    "How an element depends on another, or who is responsible for it.",
    {
        "NEEDS": "It cannot work without it.",
        "ANY_OF": "It needs one of several alternatives, such as this one.",
        "OPTIONAL": "It is degraded without it.",
        "RUNS_ON": "This system runs the step.",
        "READS": "The step reads this data.",
        "HANDED_OVER": "The integration hands orders over to this step.",
        "FOLLOWS": "Orders come to this step from that one.",
        "EMITS_VIA": "A posting, message, task or supplier order of the step goes through it.",
        "FROM": "Source of the integration's calls or messages.",
        "TO": "Target of the integration's calls or messages.",
        "VIA": "They pass this system.",
        "FED_BY": "This integration keeps the data up to date.",
        "OFFERED_BY": "This system offers the API.",
        "HELD_BY": "This system holds the data.",
        "HAS_STEP": "The workflow has this step.",
        "OWNED_BY": "This team owns it; nothing spreads along it.",
        "COVERS": "The playbook is for it; nothing spreads along it.",
    },
    name="MapEdgeKind",
)
describe(
    DiagnosisState,
    "The verdict on an order.",
    {
        "ON_TRACK": "It is on schedule.",
        "WAITING": "It waits as planned: for a run, within its limit, or for its customer to collect it.",
        "AT_RISK": "A known failure has delayed it, will hold it, or affects one of its records.",
        "LATE": "No failure holds it, but its promise was missed or will be.",
        "STUCK": "A known failure holds it.",
        "STUCK_WITH_OTHERS": "It is overdue without a known failure, and others share a likely cause.",
        "STUCK_ALONE": "It is overdue without a known failure, and without a common cause.",
        "FAILED": "An error was reported in its step.",
        "DEAD_LETTERED": "One of its messages was rejected and waits for a replay.",
        "RECORD_MISSING": "A posting, message, task or supplier order is missing.",
        "OUT_OF_SEQUENCE": "A record came before one that it must follow.",
        "COMPLETED": "All its fulfillments are complete.",
        "CANCELLED": "It was cancelled.",
        "UNKNOWN": "The events do not show it; the headline says what is unknown.",
    },
)
describe(
    PayloadKind,
    "Kind of a finding on the content of messages.",
    {
        "DUPLICATE_ORDER": "Orders that look like duplicates: same external id, or same customer and basket.",
        "INCOMPLETE": "Orders without a field that nearly all others of their channel and workflow have.",
        "STOCK_DIFFERENCE": "Systems that report different stock of one item at one location.",
        "ERROR_TEMPLATE": "Errors with the same text except for numbers, ids and quoted text.",
    },
)
describe(
    ListingKind,
    "How the list of a system differs from what is here.",
    {
        "MISSING": "It should be there by the moment of the list, and the list lacks it.",
        "UNKNOWN": "The list has an id that is unknown here.",
        "AMOUNT": "The list states another amount.",
        "CURRENCY": "The list states an amount in another currency.",
        "STATE": "The list states another state.",
    },
)
describe(
    DriftKind,
    "What changed in a step, location, mode or channel.",
    {
        "DURATION": "The duration.",
        "ERRORS": "The share of orders with an error in the step.",
        "REROUTES": "The share of rerouted orders; for a location, of those rerouted to it.",
        "REJECTIONS": "The share of rejections on site, such as a pick that found nothing.",
        "CANCELLATIONS": "The share of cancelled orders.",
    },
)
