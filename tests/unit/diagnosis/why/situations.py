"""Situations drawn in a line: an order with one part in `pick`, and what is known of it."""

from dataclasses import replace
from typing import Any

from graph_models.customer_facts import CustomerArrival, CustomerStage
from graph_models.diagnosis import Cause, RecordFinding
from graph_models.enums import Band, Effect, FailureClass, OrderStatus, RecordEffect, RecordKind, Severity
from graph_models.failure import Failure
from graph_models.impact import Hop, Path
from graph_models.money import from_micros
from graph_models.orders import Fulfillment, Order
from graph_models.playbooks import LanguageTexts, Playbook, PlaybookStep
from graph_models.time import HOUR, MINUTE, Millis, parse_moment
from graph_models.topology import Location, Step, System, Takes, Team, Topology, Transition, Workflow
from impactgraph.diagnosis.why import FulfillmentState, Impact, ReportedError, Situation

NOW: Millis = parse_moment("2026-03-02T14:00:00Z")

PICK, PACK = "step:ship/pick", "step:ship/pack"
TOPOLOGY = Topology(
    teams={"stores": Team("stores", "Store operations"), "queues": Team("queues", "Integration platform")},
    locations={"s1": Location("s1", "store", "emea", "Lisbon Chiado")},
    systems={
        "app": System("app", "Store app", owner="stores"),
        "broker": System("broker", "Message broker", owner="queues"),
    },
    workflows={
        "ship": Workflow(
            "ship",
            (
                Step(
                    "pick",
                    "ship",
                    "system:app",
                    Takes(45 * MINUTE),
                    3 * HOUR,
                    then=(Transition("pack"),),
                    name="Pick",
                ),
                Step("pack", "ship", "system:app", Takes(10 * MINUTE), HOUR, name="Pack"),
            ),
        )
    },
    playbooks={
        "full-queues": Playbook(
            "full-queues",
            (PlaybookStep("Add consumers"),),
            ("system:broker",),
            message=LanguageTexts(
                "Your order takes longer today, and we expect it to leave within the hour."
            ),
        )
    },
)


def failure(key: str = "F-1", **given: Any) -> Failure:
    return Failure(
        key,
        "system:broker",
        FailureClass.BACKLOG,
        NOW - HOUR,
        severity=Severity.ERROR,
        summary="Queues are full.",
        **given,
    )


def impact(band: Band = Band.STUCK, likelihood: float = 1.0, **given: Any) -> Impact:
    """Of an active failure, half an hour ago, in pick."""
    path = Path(
        (
            Hop("failure:F-1", "system:broker", "failed", Effect.DELAYED, NOW - HOUR, ""),
            Hop("system:broker", PICK, "needs", Effect.DELAYED, NOW, ""),
        ),
        "So it is.",
    )
    usual: dict[str, Any] = {
        "delay": 40 * MINUTE,
        "completion": NOW + 2 * HOUR,
        "misses_promise": False,
        "is_active": True,
    }
    usual |= {
        "effect": Effect.DELAYED,
        "failures": (failure(),),
        "first_hit": PICK,
        "at": NOW - 30 * MINUTE,
        "path": path,
    }
    return Impact(band=band, likelihood=likelihood, **(usual | given))


def state(**given: Any) -> FulfillmentState:
    """In pick for half an hour, and expected to leave in a quarter of one."""
    told = Fulfillment(
        "O-1/1",
        "ship",
        "pick",
        "s1",
        NOW - 30 * MINUTE,
        from_micros(100_000_000, "EUR"),
        OrderStatus.IN_FLIGHT,
    )
    usual: dict[str, Any] = {
        "expected_to_leave_at": NOW + 15 * MINUTE,
        "expected_done_at": NOW + 25 * MINUTE,
        "expected_arrival_at": NOW + 25 * MINUTE,
        "stage": CustomerStage.BEING_PREPARED,
        "arrival": CustomerArrival.DELIVERY,
        "usually_leaves_at": NOW + 15 * MINUTE,
        "limit": 3 * HOUR,
    }
    return FulfillmentState(
        **(
            {
                "fulfillment": replace(told, **given.pop("fulfillment", {})),
                "step": TOPOLOGY.workflows["ship"].steps[0],
            }
            | usual
            | given
        )
    )


def late(**given: Any) -> FulfillmentState:
    """In pick for five hours, of which it may be there three."""
    return state(fulfillment={"entered_at": NOW - 5 * HOUR}, usually_leaves_at=NOW - 4 * HOUR, **given)


def ended(status: OrderStatus) -> FulfillmentState:
    is_completed = status is OrderStatus.COMPLETED
    return state(
        fulfillment={"status": status},
        ended_at=NOW - HOUR,
        arrived_at=NOW - HOUR if is_completed else None,
        stage=CustomerStage.DELIVERED if is_completed else CustomerStage.CANCELLED,
        expected_to_leave_at=None,
        expected_done_at=None,
        expected_arrival_at=None,
    )


def reported_error(code: str = "NO_LABEL") -> ReportedError:
    return ReportedError(NOW - 10 * MINUTE, code, "system:app", "the printer is empty")


def finding(
    effect: RecordEffect, kind: RecordKind = RecordKind.POSTING, type_: str = "invoice", **given: Any
) -> RecordFinding:
    return RecordFinding(
        "O-1", "O-1/1", kind, type_, effect, NOW - HOUR, HOUR, from_micros(100_000_000, "EUR"), None, **given
    )


def suspect() -> Cause:
    return Cause("element", 0.8, "12 of 14 that passed it are overdue", element="system:broker")


def situation(*parts: FulfillmentState, promised_by: Millis | None = None, **given: Any) -> Situation:
    statuses = {each.fulfillment.status for each in parts}
    status = OrderStatus.IN_FLIGHT if OrderStatus.IN_FLIGHT in statuses or not parts else max(statuses)
    order = Order(
        "O-1",
        "web",
        "ship",
        "emea",
        None,
        from_micros(100_000_000, "EUR"),
        NOW - 8 * HOUR,
        promised_by,
        status,
        {},
        tuple(p.fulfillment for p in parts),
    )
    return Situation(order, NOW, parts, **given)
