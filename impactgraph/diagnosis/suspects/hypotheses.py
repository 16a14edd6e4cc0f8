"""Hypotheses "this element has failed": the places that it would stop, and the elements that errors would
name.
"""

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
"""Elements that are tried, those nearest to the places first."""
_FAILURE_KEY = "suspicion"
_LONG: Millis = DAY
_LEAST = 0.3
_CANNOT_FAIL = frozenset({ElementKind.TEAM, ElementKind.PLAYBOOK, ElementKind.WORKFLOW, ElementKind.LOCATION})
_NOT_NEEDS = frozenset(
    {EdgeKind.FOLLOWS, EdgeKind.HANDED_OVER, EdgeKind.HAS_STEP, EdgeKind.OWNED_BY, EdgeKind.COVERS}
)


@dataclass(frozen=True)
class Hypothesis:
    """`element` has failed."""

    element: str
    """Full id."""
    stops: frozenset[Place]
    """Places at which everything that is under way stops."""
    stops_new: frozenset[Place]
    """Places at which only what begins afterwards stops."""
    impaired_elements: frozenset[str]
    """Elements that errors may name, and the steps at which wrong decisions surface."""
    misled_places: frozenset[Place]
    """Places where decisions are made on stale data: orders are rerouted and cancelled later."""

    @property
    def signature(self) -> tuple[frozenset[Place], frozenset[Place], frozenset[Place]]:
        """Orders cannot distinguish hypotheses with the same signature."""
        return self.stops, self.stops_new, self.misled_places

    @property
    def is_visible(self) -> bool:
        """Whether orders would show it."""
        return any(self.signature)


def upstream(topology: Topology, places: Iterable[Place]) -> tuple[str, ...]:
    """Elements that something at these places needs, the nearest first, the steps themselves included."""
    needs = graph_of(topology).needs
    nodes = dict.fromkeys(node for place in places for node in _nodes(topology, place))
    frontier = [node for node in nodes if node in needs]
    visited_nodes = dict.fromkeys(frontier)
    while frontier and len(visited_nodes) < MOST:
        targets = (
            target
            for node in frontier
            for target, kinds in needs[node].items()
            if target not in visited_nodes and not set(kinds) <= _NOT_NEEDS
        )
        frontier = list(dict.fromkeys(targets))
        visited_nodes.update(dict.fromkeys(frontier))
    elements = dict.fromkeys(node.removesuffix(RECORDS) for node in visited_nodes)
    return tuple(
        element
        for element in elements
        if element in topology.elements and kind_of(topology.elements[element]) not in _CANNOT_FAIL
    )[:MOST]


def _nodes(topology: Topology, place: Place) -> list[str]:
    """Elements at the place itself."""
    step = topology.elements.get(_step_id(place))
    if not isinstance(step, Step):
        return []
    hand_overs = [transition.via for transition in step.then if transition.via]
    match place.kind:
        case TransitKind.RECORD:
            return [
                emission.via
                for emission in step.emits
                if emission.via and (place.record is None or (emission.kind, emission.type) == place.record)
            ]
        case TransitKind.HANDOVER:
            return hand_overs
        case TransitKind.WORK:
            return [step.id]
        case TransitKind.VISIT:
            return [step.id, *hand_overs]


def hypothesis(
    graph: FailureGraph, topology: Topology, element: str, places: Sequence[Place], *, at: Millis
) -> Hypothesis:
    """What an outage of the element would do at these places. Costs a propagation."""
    failure = Failure(_FAILURE_KEY, element, FailureClass.OUTAGE, at - _LONG)
    impairments = propagate(graph, [failure], recovery=lambda _: at + HOUR)
    stops: set[Place] = set()
    stops_new: set[Place] = set()
    for place in places:
        step = topology.elements.get(_step_id(place))
        if isinstance(step, Step):
            effects = effects_at(step, place, impairments)
            if any(holds_open for _, holds_open in effects):
                stops.add(place)
            elif effects:
                stops_new.add(place)
    misled_places = [place for place in places if _is_misled(place, impairments)]
    elements = {each for each in impairments.by_element if not each.startswith("step:")}
    surfacing_steps = set(_surfacing_steps(topology, misled_places))
    return Hypothesis(
        element=element,
        stops=frozenset(stops),
        stops_new=frozenset(stops_new),
        impaired_elements=frozenset(elements | {element} | surfacing_steps),
        misled_places=frozenset(misled_places),
    )


def _is_misled(place: Place, impairments: Impairments) -> bool:
    if place.kind not in (TransitKind.VISIT, TransitKind.WORK):
        return False
    own = impairments.by_element.get(_step_id(place), ())
    return any(impairment.effect is Effect.STALE for impairment in own)


def _surfacing_steps(topology: Topology, misled_places: Iterable[Place]) -> Iterator[str]:
    """Steps at which a wrong decision surfaces."""
    for place in misled_places:
        step = topology.elements[_step_id(place)]
        if isinstance(step, Step) and step.surfaces_at:
            yield f"step:{place.workflow}/{step.surfaces_at}"


def _step_id(place: Place) -> str:
    return f"step:{place.workflow}/{place.step}"


def effects_at(step: Step, place: Place, impairments: Impairments) -> list[tuple[Impairment, bool]]:
    """Impairments that hold transits at the place, each with whether it holds those already open too."""

    def holding(identifier: str | None) -> list[Impairment]:
        own = impairments.by_element.get(identifier, ()) if identifier else ()
        return [each for each in own if each.effect in HOLDS and each.likelihood >= _LEAST]

    match place.kind:
        case TransitKind.RECORD:
            vias = [each.via for each in step.emits if (each.kind, each.type) == place.record]
            return [(impairment, True) for via in vias for impairment in holding(via)]
        case TransitKind.HANDOVER:
            return _of_hand_overs(step, holding)
        case TransitKind.WORK:
            return [(impairment, impairment.at_completion) for impairment in holding(step.id)]
        case TransitKind.VISIT:
            of_work = [(impairment, impairment.at_completion) for impairment in holding(step.id)]
            return [*of_work, *_of_hand_overs(step, holding)]


def _of_hand_overs(
    step: Step, holding: Callable[[str | None], list[Impairment]]
) -> list[tuple[Impairment, bool]]:
    return [(impairment, True) for transition in step.then for impairment in holding(transition.via)]


def group_by_signature(
    hypotheses: Iterable[Hypothesis], error_kinds: frozenset[str]
) -> list[tuple[Hypothesis, ...]]:
    """Classes of hypotheses that orders cannot distinguish: integrations first, then in the given order.

    One that stops nothing, since an alternative remains, shows in errors alone (`error_kinds`: what errors
    name); without any it is left out.
    """
    by_signature: defaultdict[object, list[Hypothesis]] = defaultdict(list)
    for each in hypotheses:
        error_elements = each.impaired_elements & error_kinds
        if each.is_visible:
            by_signature[each.signature].append(each)
        elif error_elements:
            by_signature[error_elements].append(each)
    return [
        tuple(sorted(same, key=lambda h: not h.element.startswith("integration:")))
        for same in by_signature.values()
    ]
