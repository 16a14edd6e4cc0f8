"""What would be seen if an element had failed: the places at which things would stop, and the elements that errors would name."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from graph_models.enums import Effect, ElementKind, FailureClass
from graph_models.failure import Failure
from graph_models.impairment import Impairment, Impairments
from graph_models.time import DAY, HOUR, Millis
from graph_models.topology import Step, Topology, kind_of
from impactgraph.diagnosis.suspects.transits import Place, TransitKind
from impactgraph.propagation import FailureGraph, propagate
from impactgraph.topology.edges import EdgeKind
from impactgraph.topology.reach import RECORDS, graph_of

HOLDS = frozenset({Effect.BLOCKED, Effect.DELAYED, Effect.REJECTED})
MOST = 400
"""Elements that are tried, the nearest to where something is wrong first."""
_SUPPOSED = "suspicion"
_LONG: Millis = DAY
_LEAST = 0.3
_CANNOT = frozenset({ElementKind.TEAM, ElementKind.PLAYBOOK, ElementKind.WORKFLOW, ElementKind.LOCATION})
_ELSEWHERE = frozenset(
    {EdgeKind.FOLLOWS, EdgeKind.HANDED_OVER, EdgeKind.HAS_STEP, EdgeKind.OWNED_BY, EdgeKind.COVERS}
)


@dataclass(frozen=True)
class Hypothesis:
    """`element` has failed: the places at which all that is under way stops, those at which only what begins afterwards does, and what errors may name."""

    element: str
    stops: frozenset[Place]
    stops_new: frozenset[Place]
    impaired_elements: frozenset[str]
    misled_places: frozenset[Place]
    """Where decisions are made on old data: orders are rerouted and cancelled later. `impaired` has the steps at which this comes to light."""

    @property
    def signature(self) -> tuple[frozenset[Place], frozenset[Place], frozenset[Place]]:
        """Hypotheses that look alike cannot be told apart by orders."""
        return self.stops, self.stops_new, self.misled_places

    @property
    def visible(self) -> bool:
        return any(self.signature)


def upstream(topology: Topology, places: Iterable[Place]) -> tuple[str, ...]:
    """Elements that something at these places needs, the nearest first, the steps themselves included."""
    needs = graph_of(topology).needs
    edge = [
        node
        for node in dict.fromkeys(n for place in places for n in _nodes(topology, place))
        if node in needs
    ]
    seen = dict.fromkeys(edge)
    while edge and len(seen) < MOST:
        edge = list(
            dict.fromkeys(
                t
                for node in edge
                for t, kinds in needs[node].items()
                if t not in seen and not set(kinds) <= _ELSEWHERE
            )
        )
        seen.update(dict.fromkeys(edge))
    chosen = dict.fromkeys(node.removesuffix(RECORDS) for node in seen)
    return tuple(
        e for e in chosen if e in topology.elements and kind_of(topology.elements[e]) not in _CANNOT
    )[:MOST]


def _nodes(topology: Topology, place: Place) -> list[str]:
    step = topology.elements.get(_id(place))
    if not isinstance(step, Step):
        return []
    vias = [transition.via for transition in step.then if transition.via]
    sent = [
        emission.via
        for emission in step.emits
        if emission.via and (place.record is None or (emission.kind, emission.type) == place.record)
    ]
    match place.kind:
        case TransitKind.RECORD:
            return sent
        case TransitKind.HANDOVER:
            return vias
        case TransitKind.WORK:
            return [step.id]
        case TransitKind.VISIT:
            return [step.id, *vias]


def hypothesis(
    graph: FailureGraph, topology: Topology, element: str, places: Sequence[Place], at: Millis
) -> Hypothesis:
    """Costs a propagation."""
    failure = Failure(_SUPPOSED, element, FailureClass.OUTAGE, at - _LONG)
    return _seen(topology, element, propagate(graph, [failure], recovery=lambda _: at + HOUR), places)


def _seen(topology: Topology, element: str, impairments: Impairments, places: Sequence[Place]) -> Hypothesis:
    stops: set[Place] = set()
    stops_new: set[Place] = set()
    for place in places:
        step = topology.elements.get(_id(place))
        if isinstance(step, Step):
            found = effects_at(step, place, impairments)
            if any(found_at_end for _, found_at_end in found):
                stops.add(place)
            elif found:
                stops_new.add(place)
    misled = [
        p
        for p in places
        if p.kind in (TransitKind.VISIT, TransitKind.WORK)
        and any(i.effect is Effect.STALE for i in impairments.by_element.get(_id(p), ()))
    ]
    named = (
        {identifier for identifier in impairments.by_element if not identifier.startswith("step:")}
        | {element}
        | set(_surfaces(topology, misled))
    )
    return Hypothesis(element, frozenset(stops), frozenset(stops_new), frozenset(named), frozenset(misled))


def _surfaces(topology: Topology, misled: Iterable[Place]) -> Iterator[str]:
    """Steps at which a wrong decision comes to light."""
    for place in misled:
        step = topology.elements[_id(place)]
        if isinstance(step, Step) and step.surfaces_at:
            yield f"step:{place.workflow}/{step.surfaces_at}"


def _id(place: Place) -> str:
    return f"step:{place.workflow}/{place.step}"


def effects_at(step: Step, place: Place, impairments: Impairments) -> list[tuple[Impairment, bool]]:
    """What holds things at the place, each with whether it holds what was under way too."""

    def holding(identifier: str | None) -> list[Impairment]:
        rows = impairments.by_element.get(identifier, ()) if identifier else ()
        return [i for i in rows if i.effect in HOLDS and i.likelihood >= _LEAST]

    match place.kind:
        case TransitKind.RECORD:
            return [(i, True) for e in step.emits if (e.kind, e.type) == place.record for i in holding(e.via)]
        case TransitKind.HANDOVER:
            return _of_vias(step, holding)
        case TransitKind.WORK:
            return [(i, i.at_completion) for i in holding(step.id)]
        case TransitKind.VISIT:
            return [*((i, i.at_completion) for i in holding(step.id)), *_of_vias(step, holding)]


def _of_vias(step: Step, holding: Callable[[str | None], list[Impairment]]) -> list[tuple[Impairment, bool]]:
    return [(i, True) for transition in step.then for i in holding(transition.via)]


def group_by_signature(hypotheses: Iterable[Hypothesis]) -> list[tuple[Hypothesis, ...]]:
    """Those that orders cannot tell apart together; ways before what they lead to, then in the order in which they came."""
    found: defaultdict[object, list[Hypothesis]] = defaultdict(list)
    for each in hypotheses:
        found[each.signature].append(each)
    return [
        tuple(sorted(same, key=lambda h: not h.element.startswith("integration:"))) for same in found.values()
    ]
