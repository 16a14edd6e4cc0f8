"""Small topologies drawn in a line or two, for tests of propagation."""

from collections.abc import Sequence
from typing import Any

from graph_models.enums import FailureClass, Transport
from graph_models.failure import Failure
from graph_models.impairment import Impairment, Impairments
from graph_models.needs import Choice, Needs
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import HOUR, MINUTE, Millis, parse_duration
from graph_models.topology import (
    Api,
    Data,
    Element,
    Integration,
    Location,
    Schedule,
    Step,
    System,
    Topology,
    Workflow,
)
from impactgraph.propagation import FailureGraph, propagate

EIGHT: Millis = 1_772_524_800_000 + 8 * HOUR
"""A morning at eight, UTC: when failures begin."""
LASTS: Millis = 3 * HOUR


def call(
    key: str, source: str, target: str, transport: Transport = Transport.SYNC, **policy: Any
) -> Integration:
    """Systems by bare key; a target with a dot in it is an api. Batches leave every quarter of an hour."""
    schedule = Schedule(every=15 * MINUTE) if transport in (Transport.BATCH, Transport.FILE) else None
    full_target = f"api:{target}" if "." in target else f"system:{target}"
    return Integration(key, f"system:{source}", full_target, transport, **{"schedule": schedule, **policy})


def queue(key: str, source: str, target: str, **policy: Any) -> Integration:
    return call(key, source, target, Transport.QUEUE, **policy)


def batch(key: str, source: str, target: str, **policy: Any) -> Integration:
    return call(key, source, target, Transport.BATCH, **policy)


def step(key: str, on: str = "oms", *needs: str | Choice, optional: Sequence[str] = (), **more: Any) -> Step:
    return Step(key, "ship", f"system:{on}", needs=Needs(needs, tuple(optional)), **more)


def any_of(*alternatives: str, switch_after: Millis | None = None) -> Choice:
    """Each alternative as text: ids separated by blanks are all needed."""
    return Choice(tuple(tuple(each.split()) for each in alternatives), switch_after)


def drawn(*elements: Element) -> Topology:
    """A topology of these; systems that are mentioned and not given are made, and steps are put into the
    workflow that they name.
    """
    found: dict[type, dict[str, Any]] = {
        System: {},
        Api: {},
        Integration: {},
        Data: {},
        Location: {},
        Workflow: {},
    }
    steps = [each for each in elements if isinstance(each, Step)]
    for each in elements:
        if not isinstance(each, Step):
            found[type(each)][each.key] = each
    for key in dict.fromkeys(each.workflow for each in steps):
        found[Workflow].setdefault(key, Workflow(key, tuple(each for each in steps if each.workflow == key)))
    for key in _mentioned(elements):
        found[System].setdefault(key, System(key, key))
    return Topology(
        systems=found[System],
        apis=found[Api],
        integrations=found[Integration],
        data=found[Data],
        locations=found[Location],
        workflows=found[Workflow],
    )


def _mentioned(elements: Sequence[Element]) -> list[str]:
    names: list[str] = []
    for each in elements:
        match each:
            case Integration():
                names += [each.source, each.target, *each.via]
            case Step():
                names += [each.runs_on, *(need for need in each.needs.required if isinstance(need, str))]
            case Api() | Data():
                names.append(f"system:{each.system}")
            case _:
                continue
    return [name.removeprefix("system:") for name in names if name.startswith("system:")]


def failure(
    target: str,
    what: FailureClass = FailureClass.OUTAGE,
    *,
    key: str = "F",
    scope: Scope = EVERYWHERE,
    lasts: Millis = LASTS,
    delay: str = "",
    **more: Any,
) -> Failure:
    """Begins at eight."""
    late = {"delay": parse_duration(delay)} if delay else {}
    return Failure(key, target, what, EIGHT, expected_end=EIGHT + lasts, scope=scope, **late, **more)


def expected_end(failure: Failure) -> Millis:
    assert failure.expected_end is not None
    return failure.expected_end


def hit(topology: Topology, *failures: Failure, limit: int | None = None) -> Impairments:
    """What the failures do, each until its expected end."""
    return propagate(FailureGraph.of(topology), failures, recovery=expected_end, limit=limit)


def only(found: Impairments, element: str) -> Impairment:
    """The one impairment of the element."""
    (impairment,) = found.by_element[element]
    return impairment


def effects(found: Impairments, element: str) -> list[str]:
    """The effects on the element, the worst first; empty where it is not touched."""
    order = ["REJECTED", "BLOCKED", "DELAYED", "STALE", "DUPLICATED", "DEGRADED"]
    return sorted((each.effect.value for each in found.by_element.get(element, ())), key=order.index)
