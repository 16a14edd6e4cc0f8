"""Paths between two elements."""

from itertools import pairwise

from graph_models.enums import Effect
from graph_models.impact import Hop, Path
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.topology.reach import Route, paths
from impactgraph.usecases.elements import name_of
from impactgraph.usecases.pages import check_first
from impactgraph.usecases.validation import check_element

_WORDS = {
    "needs": "needs {}",
    "any_of": "has {} as one of its alternatives",
    "optional": "works with less without {}",
    "runs_on": "runs on {}",
    "reads": "reads {}",
    "handed_over": "is reached via {}",
    "follows": "follows {}",
    "emits_via": "sends its records via {}",
    "from": "comes from {}",
    "to": "goes to {}",
    "via": "passes {}",
    "fed_by": "is fed by {}",
    "offered_by": "is offered by {}",
    "held_by": "is held by {}",
    "has_step": "has the step {}",
}


def find_paths(
    topology: Topology, source: str, target: str, now: Millis, first: int | None = None
) -> tuple[Path, ...]:
    """Paths from one element to another, the shortest first, with hops in the same direction.

    Without a failure a path has no effect and no time: each hop gives the worst possible effect, and `now`.

    Raises: BadInputError for a bad `first`, NotFoundError for an unknown element.
    """
    size = check_first(first)
    return tuple(
        _path(topology, route, now)
        for route in paths(topology, check_element(topology, source), check_element(topology, target), size)
    )


def _path(topology: Topology, route: Route, now: Millis) -> Path:
    hops = [
        Hop(
            a,
            b,
            kind.value,
            _worst(kind.value),
            now,
            _sentence(topology, a, b, kind.value, downward=route.downward),
        )
        for (a, b), kind in zip(pairwise(route.ids), route.kinds, strict=True)
    ]
    return Path(tuple(hops), "; ".join(hop.detail for hop in hops) + ".")


def _worst(kind: str) -> Effect:
    if kind in ("reads", "fed_by"):
        return Effect.STALE
    return Effect.DEGRADED if kind == "optional" else Effect.BLOCKED


def _sentence(topology: Topology, source: str, target: str, kind: str, *, downward: bool) -> str:
    dependent, dependency = (source, target) if downward else (target, source)
    names = {
        identifier: f"{name_of(topology.elements[identifier])} ({identifier})"
        for identifier in (dependent, dependency)
    }
    return f"{names[dependent]} {_WORDS.get(kind, kind + ' {}').format(names[dependency])}"
