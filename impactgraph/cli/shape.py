"""An answer as JSON: the names and shapes of GraphQL, so that a program reads both the same way."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

from graph_models import impact
from graph_models.diagnosis import CommonFactor
from graph_models.enums import RecordKind
from graph_models.failure import Failure
from graph_models.ids import split_id
from graph_models.impairment import Absorption, Impairment
from graph_models.money import Money
from graph_models.orders import Fulfillment, Order, Page
from graph_models.time import FOREVER, Millis, format_duration, moment
from graph_models.topology import Topology
from impactgraph.usecases.impact_summary import ImpactSummary

Shape: TypeAlias = dict[str, Any]
T = TypeVar("T")


def when(at: Millis | None) -> str | None:
    """ISO 8601 in UTC; None too for what never comes."""
    if at is None or at >= FOREVER:
        return None
    return (
        moment(at).isoformat(timespec="milliseconds" if at % 1000 else "seconds").removesuffix("+00:00") + "Z"
    )


def lasting(span: Millis | None) -> str | None:
    """ISO 8601; None too for what never ends."""
    return None if span is None or span >= FOREVER else format_duration(span)


def money(amount: Money) -> Shape:
    return {"amount": f"{amount.amount:f}", "currency": amount.currency}


def moneys(amounts: Iterable[Money]) -> list[Shape]:
    return [money(amount) for amount in amounts]


def factor(found: CommonFactor) -> Shape:
    return {
        "dimension": found.dimension,
        "value": found.value,
        "overdueWith": found.overdue_with,
        "totalWith": found.total_with,
        "overdueWithout": found.overdue_without,
        "totalWithout": found.total_without,
        "lift": found.lift,
        "pValue": found.p_value,
    }


def connection(page: Page[T], node: Callable[[T], Shape]) -> Shape:
    edges = [
        {"cursor": cursor, "node": node(item)} for item, cursor in zip(page.items, page.cursors, strict=True)
    ]
    info = {
        "hasNextPage": page.has_next,
        "hasPreviousPage": page.has_previous,
        "startCursor": page.cursors[0] if page.cursors else None,
        "endCursor": page.cursors[-1] if page.cursors else None,
    }
    return {"edges": edges, "pageInfo": info, "totalCount": page.total_count}


def hop(found: impact.Hop) -> Shape:
    return {
        "from": found.source,
        "to": found.target,
        "rule": found.rule,
        "effect": found.effect.value,
        "at": when(found.at),
        "detail": found.detail,
    }


def path(found: impact.Path) -> Shape:
    return {"hops": [hop(each) for each in found.hops], "sentence": found.sentence}


def totals(found: impact.ImpactTotals) -> Shape:
    return {
        "orders": found.orders,
        "expectedOrders": found.expected_orders,
        "fulfillments": found.fulfillments,
        "stuck": found.stuck,
        "exposed": found.exposed,
        "upcoming": found.upcoming,
        "recordsOnly": found.records_only,
        "value": moneys(found.value),
        "willMissPromise": found.will_miss_promise,
        "refundsAtRisk": moneys(found.refunds_at_risk),
        "postings": [record_totals(each) for each in found.postings],
        "notifications": [record_totals(each) for each in found.notifications],
        "tasks": found.tasks,
        "supplierOrders": found.supplier_orders,
    }


def record_totals(found: impact.RecordTotals) -> Shape:
    return {
        "type": found.type,
        "effect": found.effect.value,
        "count": found.count,
        "amount": moneys(found.amount),
    }


def group(found: impact.ImpactGroup) -> Shape:
    return {
        "key": dict(found.key),
        "orders": found.orders,
        "stuck": found.stuck,
        "value": moneys(found.value),
        "willMissPromise": found.will_miss_promise,
    }


def point(found: impact.ForecastPoint) -> Shape:
    return {
        "at": when(found.at),
        "ordersHit": found.orders_hit,
        "promisesMissed": found.promises_missed,
        "postingsLate": found.postings_late,
        "notificationsLate": found.notifications_late,
    }


def residual(found: impact.ResidualTotals | None) -> Shape | None:
    if found is None:
        return None
    return {
        "healed": found.healed,
        "healing": found.healing,
        "needAction": found.need_action,
        "drainedBy": when(found.drained_by),
    }


class Named:
    """Shapes of what is named by id in an answer, looked up in the topology and the orders that it stands on."""

    def __init__(self, topology: Topology, at: Millis, orders: Mapping[str, Order]) -> None:
        self._topology, self._at, self._orders = topology, at, orders

    def element(self, identifier: str) -> Shape:
        kind, key = split_id(identifier)
        known = self._topology.elements.get(identifier)
        owner = self._topology.owner_of(identifier) if known is not None else None
        name = getattr(known, "name", "") or key
        return {
            "id": identifier,
            "kind": kind.upper(),
            "key": key,
            "name": name,
            "owner": self.team(owner) if owner else None,
        }

    def team(self, key: str) -> Shape:
        team = self._topology.teams[key]
        return {
            "id": f"team:{key}",
            "key": key,
            "name": team.name or key,
            "contact": team.contact,
            "escalation": list(team.escalation),
        }

    def playbook(self, key: str) -> Shape:
        found = self._topology.playbooks[key]
        steps = [{"text": step.text, "owner": step.owner, "approval": step.approval} for step in found.steps]
        return {
            "id": f"playbook:{key}",
            "key": key,
            "name": found.name or key,
            "steps": steps,
            "message": found.message,
        }

    def failure(self, known: Failure) -> Shape:
        return {
            "id": known.id,
            "target": self.element(known.target),
            "class": known.failure_class.value,
            "startedAt": when(known.started_at),
            "expectedEnd": when(known.expected_end),
            "endedAt": when(known.ended_at),
            "active": known.active_at(self._at),
            "delay": lasting(known.delay),
            "errorRate": known.error_rate,
            "drain": lasting(known.drain),
            "scope": known.scope.as_dict(),
            "severity": known.severity.value,
            "summary": known.summary,
            "evidence": known.evidence,
            "source": known.source,
        }

    def at_stake(self, found: ImpactSummary) -> Shape:
        return {
            "failure": self.failure(found.failure),
            "orders": found.orders,
            "stuck": found.stuck,
            "value": moneys(found.value),
            "willMissPromise": found.will_miss_promise,
            "nextPromise": when(found.next_promise),
            "oldestOrder": self.order(found.oldest_order) if found.oldest_order else None,
            "owner": self.team(found.team) if found.team else None,
            "shared": list(found.common_values),
        }

    def impairment(self, found: Impairment, way: impact.Path) -> Shape:
        return {
            "element": self.element(found.element),
            "effect": found.effect.value,
            "from": when(found.since),
            "until": when(found.until),
            "delay": lasting(found.delay or None),
            "likelihood": found.likelihood,
            "scope": found.scope.as_dict(),
            "path": path(way),
        }

    def absorption(self, found: Absorption) -> Shape:
        return {"element": self.element(found.element), "rule": found.rule, "detail": found.detail}

    def owner(self, share: impact.OwnerShare) -> Shape:
        return {
            "team": self.team(share.team),
            "elements": [self.element(identifier) for identifier in share.elements],
            "orders": share.orders,
            "value": moneys(share.value),
            "playbooks": [self.playbook(key) for key in share.playbooks],
        }

    def affected(self, found: impact.AffectedOrder) -> Shape:
        return {
            "order": self.order(found.order),
            "band": found.band.value,
            "effect": found.effect.value,
            "firstHit": self.element(found.first_hit),
            "hitAt": when(found.hit_at),
            "likelihood": found.likelihood,
            "expectedDelay": lasting(found.expected_delay),
            "expectedCompletion": when(found.expected_completion),
            "missesPromise": found.misses_promise,
            "path": path(found.path),
        }

    def record(self, found: impact.AffectedRecord) -> Shape:
        own: Shape = {}
        if found.kind is RecordKind.POSTING:
            own["amount"] = money(found.amount) if found.amount else None
        if found.kind is RecordKind.TASK:
            own["location"] = self.element(f"location:{found.location}") if found.location else None
        return own | {
            "order": {"id": f"order:{found.order}"},
            "fulfillment": f"fulfillment:{found.fulfillment}",
            "type": found.type,
            "effect": found.effect.value,
            "likelihood": found.likelihood,
            "due": when(found.due),
            "expectedAt": when(found.expected_at),
            "path": path(found.path),
        }

    def explanation(self, found: impact.Explanation) -> Shape:
        return {
            "affected": found.affected,
            "sentence": found.sentence,
            "paths": [path(each) for each in found.paths],
            "stoppedBy": [self.absorption(each) for each in found.stopped_by],
        }

    def order(self, key: str) -> Shape:
        found = self._orders.get(key)
        if found is None:
            return {"id": f"order:{key}"}
        return {
            "id": found.id,
            "channel": found.channel,
            "mode": found.mode,
            "region": found.region,
            "customerTier": found.customer_tier,
            "value": money(found.value),
            "placedAt": when(found.placed_at),
            "promisedBy": when(found.promised_by),
            "status": found.status.value,
            "attributes": dict(found.attributes),
            "fulfillments": [self._fulfillment(part) for part in found.fulfillments],
        }

    def _fulfillment(self, found: Fulfillment) -> Shape:
        step = f"step:{found.workflow}/{found.step}" if found.step else None
        return {
            "id": found.id,
            "workflow": self.element(f"workflow:{found.workflow}"),
            "step": self.element(step) if step else None,
            "location": self.element(f"location:{found.location}") if found.location else None,
            "enteredAt": when(found.entered_at),
            "overdue": found.overdue,
            "expectedNext": when(found.expected_next),
            "status": found.status.value,
        }
