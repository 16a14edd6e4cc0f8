"""The closed sets of words, as GraphQL shows them."""

from collections.abc import Mapping
from enum import StrEnum

import strawberry

from graph_models.diagnosis import DiagnosisState, DriftKind, PayloadKind
from graph_models.enums import (
    Band,
    Dimension,
    Effect,
    ElementKind,
    FailureClass,
    OrderSort,
    RecordEffect,
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
    "MapEdgeKind",
    "OrderSort",
    "PayloadKind",
    "RecordEffect",
    "Severity",
]


def _describe(
    cls: type[StrEnum], description: str, values: Mapping[str, str], name: str | None = None
) -> None:
    """Shows the enum with a description on each value; one that is missing stops the start."""
    shown = strawberry.enum(cls, name=name, description=description)
    for value in shown.__strawberry_definition__.values:  # pyright: ignore[reportAttributeAccessIssue] - set by strawberry.enum
        value.description = values[value.name]


_describe(
    FailureClass,
    "What kind of failure it is.",
    {
        "OUTAGE": "It does not work at all.",
        "TRANSIENT": "A share of what passes fails (errorRate); retries may absorb it.",
        "LATENCY": "It answers later, by `delay`.",
        "BACKLOG": "What passes waits in a queue that grows, or for `delay`.",
        "SCHEMA_MISMATCH": "Messages of the types and versions in scope are refused, until they are replayed.",
        "BUSINESS_RULE": "A rule refuses what is in scope, until someone acts.",
        "STALE_DATA": "A copy of data is out of date, by `delay`.",
        "DUPLICATE": "What passes happens twice.",
        "MISSED_RUN": "A batch did not run.",
        "CAPACITY": "Too few people, docks or carriers for the work.",
    },
)
_describe(
    Effect,
    "What an impaired element does to what passes it.",
    {
        "BLOCKED": "It waits until the end of the window, and the drain after it.",
        "DELAYED": "It takes longer.",
        "REJECTED": "It goes to the dead-letter queue, or is lost where there is none; it does not come back by itself.",
        "STALE": "It decides on old data, and a share of the decisions is wrong.",
        "DUPLICATED": "It happens twice.",
        "DEGRADED": "It works with less.",
    },
)
_describe(
    RecordEffect,
    "What happens to a posting, a message or a task.",
    {
        "LATE": "It comes after it was due.",
        "MISSING": "It does not come by itself.",
        "WRONG": "Its amount or content differs from what was expected.",
        "DUPLICATED": "It comes twice.",
        "OUT_OF_SEQUENCE": "It comes before one that it must follow.",
    },
)
_describe(
    Band,
    "How an order stands to a failure. An order is in the worst band of its fulfillments.",
    {
        "STUCK": "It waits in a blocked or rejected step or handoff now.",
        "EXPOSED": "It passed an impaired step or handoff in its window and bears the mark: late, a wrong decision, a lost or doubled message.",
        "UPCOMING": "It will arrive at an impaired step or handoff in its window.",
        "RECORDS_ONLY": "The order flows; a posting or a message of it does not.",
    },
)
_describe(
    Dimension,
    "What a breakdown can be by.",
    {
        "CHANNEL": "The order's channel.",
        "MODE": "The order's fulfillment mode.",
        "REGION": "The order's region.",
        "LOCATION": "Where the fulfillment is.",
        "WORKFLOW": "The fulfillment's workflow.",
        "STEP": "The step that is hit first.",
        "TIER": "The customer's tier.",
        "CURRENCY": "The order's currency.",
        "BAND": "How it stands to the failure.",
        "EFFECT": "What is done to it first.",
        "CARRIER": "The order's attribute `carrier`.",
        "SUPPLIER": "The order's attribute `supplier`.",
        "CAUSE": "The failure that hits it.",
    },
)
_describe(
    OrderSort,
    "In which order the orders of a page come.",
    {
        "VALUE_DESC": "The most valuable first.",
        "PROMISE_ASC": "The one promised the soonest first.",
        "DELAY_DESC": "The latest first.",
        "PLACED_ASC": "The oldest first.",
    },
)
_describe(
    ElementKind,
    "What kind of element of the landscape it is.",
    {
        "SYSTEM": "An application or middleware.",
        "API": "What a system offers.",
        "INTEGRATION": "What carries calls or messages from one system to another.",
        "DATA": "A copy of data that a system holds and steps read.",
        "WORKFLOW": "How an order is fulfilled.",
        "STEP": "A stage of an order's life.",
        "LOCATION": "A store, distribution centre, dark store, supplier or third party.",
        "TEAM": "Who owns and is called.",
        "PLAYBOOK": "A governed remediation.",
    },
)
_describe(
    Severity,
    "How bad a failure is said to be.",
    {
        "INFO": "Good to know.",
        "WARNING": "It may become worse.",
        "ERROR": "Something does not work.",
        "CRITICAL": "Somebody must act now.",
    },
)
_describe(
    MapEdgeKind,
    "How an element depends on another, or who cares for it.",
    {
        "NEEDS": "It cannot work without it.",
        "ANY_OF": "It is one of its alternatives.",
        "OPTIONAL": "It is degraded without it.",
        "RUNS_ON": "The step is done by this system.",
        "READS": "The step reads this data.",
        "HANDED_OVER": "The integration brings orders to this step.",
        "FOLLOWS": "Orders come to this step from that one.",
        "EMITS_VIA": "A posting, message, task or supplier order of the step goes through it.",
        "FROM": "The integration's calls or messages come from there.",
        "TO": "They go there.",
        "VIA": "They pass it.",
        "FED_BY": "The data is kept up to date by it.",
        "OFFERED_BY": "The api is offered by this system.",
        "HELD_BY": "The data is held by this system.",
        "HAS_STEP": "The workflow has this step.",
        "OWNED_BY": "This team owns it; nothing spreads along it.",
        "COVERS": "The playbook is for it; nothing spreads along it.",
    },
    name="MapEdgeKind",
)
_describe(
    DiagnosisState,
    "The verdict on an order.",
    {
        "ON_TRACK": "It flows as it should.",
        "WAITING": "It waits as it should, until a moment that is known.",
        "AT_RISK": "A known failure has made it late, will hold it, or touches a record of it.",
        "STUCK": "A known failure holds it.",
        "STUCK_WITH_OTHERS": "It is overdue, no known failure holds it, and what the overdue have in common was found.",
        "STUCK_ALONE": "It is overdue, no known failure holds it, and it has nothing in common with others that are.",
        "FAILED": "An error was reported of the step that it is in.",
        "DEAD_LETTERED": "A message of it was refused, and waits for a replay.",
        "RECORD_MISSING": "A posting, a message, a task or a supplier order should have come and has not.",
        "OUT_OF_SEQUENCE": "A record came before one that it must follow.",
        "COMPLETED": "All its parts are done.",
        "CANCELLED": "It was cancelled.",
        "UNKNOWN": "What is recorded does not tell; the headline says what is not known.",
    },
)
_describe(
    PayloadKind,
    "What sort of trouble messages make.",
    {
        "DUPLICATE_ORDER": "Orders that look like one that was sent twice: under one external id, or of one customer, basket and value within minutes.",
        "INCOMPLETE": "Orders that lack what nearly all others of their channel and workflow say.",
        "STOCK_DIFFERENCE": "Systems that say different figures of one item at one location.",
        "ERROR_TEMPLATE": "Errors that say the same but for numbers, ids and quoted text.",
    },
)
_describe(
    DriftKind,
    "What of a step, a location, a mode or a channel is no longer as it was.",
    {
        "DURATION": "How long it takes.",
        "ERRORS": "How many of those that enter the step meet an error.",
        "REROUTES": "How many orders are rerouted; of a location: to it.",
        "REJECTIONS": "How many are refused on the spot: an error that names no system, such as a pick that finds nothing.",
        "CANCELLATIONS": "How many are cancelled.",
    },
)
