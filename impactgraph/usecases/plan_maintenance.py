"""Plans and cancels maintenance: failures of its elements in its time are expected."""

import uuid
from dataclasses import dataclass, replace

from graph_models.journal import Maintenance
from graph_models.time import Millis
from impactgraph.errors import NotFoundError, Problem
from impactgraph.ports.store import Store
from impactgraph.topology.near import nearest
from impactgraph.usecases.failure_events import (
    Data,
    iso,
    masked_problems,
    next_id,
    problems_of,
    scope_data,
    send,
)
from impactgraph.usecases.orders import current_topology
from impactgraph.usecases.validation import check_element


@dataclass(frozen=True, slots=True)
class MaintenanceOutcome:
    """The maintenance as it is on record, or None with the problems for which it was refused."""

    maintenance: Maintenance | None
    problems: tuple[Problem, ...] = ()


def plan_maintenance(store: Store, plan: Maintenance, now: Millis) -> MaintenanceOutcome:
    """Records the plan, in the place of an earlier one of its key; durable when it returns.

    An empty key is replaced. Raises NotFoundError for an unknown element.
    """
    if problems := masked_problems(plan.scope):
        return MaintenanceOutcome(None, problems)
    topology = current_topology(store)
    elements = tuple(check_element(topology, each) for each in plan.elements)
    plan = replace(plan, key=plan.key or uuid.uuid4().hex, elements=elements)
    fields: Data = {
        "maintenance": plan.key,
        "starts_at": iso(plan.starts_at),
        "ends_at": iso(plan.ends_at),
        "elements": list(plan.elements),
        "scope": scope_data(plan.scope),
        "note": plan.note,
        "by": plan.by,
    }
    data = {name: value for name, value in fields.items() if value}
    intake = send(store, "maintenance.planned", data, event_id=next_id(now), at=now)
    if problems := problems_of(intake):
        return MaintenanceOutcome(None, problems)
    plans = (each for each in store.journal().maintenance if each.key == plan.key)
    return MaintenanceOutcome(next(plans, None))


def cancel_maintenance(store: Store, key: str, by: str, note: str, now: Millis) -> MaintenanceOutcome:
    """Drops a plan; the outcome has it as it was. Durable when it returns. Failures in its time are those of
    incidents again, also earlier ones.

    Raises NotFoundError, with near keys, where no such plan is on record.
    """
    plans = {each.key: each for each in store.journal().maintenance}
    if key not in plans:
        raise NotFoundError(f"maintenance {key!r}", near=nearest(key, plans, 3))
    fields: Data = {"maintenance": key, "note": note, "by": by}
    data = {name: value for name, value in fields.items() if value}
    intake = send(store, "maintenance.cancelled", data, event_id=next_id(now), at=now)
    if problems := problems_of(intake):
        return MaintenanceOutcome(None, problems)
    return MaintenanceOutcome(plans[key])
