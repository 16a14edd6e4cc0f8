"""Paths from a failure to an order, hop by hop, each hop with the rule that was applied."""

from collections.abc import Mapping

from graph_models.enums import Effect
from graph_models.failure import Failure
from graph_models.impact import Hop, Path
from graph_models.impairment import Impairment
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.topology.names import element_text, failure_of

_CONSEQUENCES = {
    Effect.BLOCKED: "blocks {}",
    Effect.DELAYED: "delays {}",
    Effect.REJECTED: "makes {} reject what passes",
    Effect.STALE: "leaves {} with old data",
    Effect.DUPLICATED: "duplicates what passes {}",
    Effect.DEGRADED: "impairs {}",
}
"""What the element before does to this one."""


def path_to(impairment: Impairment, failures: Mapping[str, Failure], topology: Topology) -> Path:
    """The path to the element of an impairment; `failures` by bare key, `topology` for the names."""
    key = impairment.failures[0] if impairment.failures else "?"
    failure = failures.get(key)
    source = failure.id if failure else f"failure:{key}"
    hops: list[Hop] = []
    for hop in impairment.hops:
        hops.append(
            Hop(
                source=source,
                target=hop.element,
                rule=hop.rule,
                effect=hop.effect,
                at=hop.since,
                detail=hop.detail,
            )
        )
        source = hop.element
    return Path(tuple(hops), _sentence(topology, impairment.hops, failure))


def with_hop(path: Path, target: str, *, rule: str, effect: Effect, at: Millis, detail: str) -> Path:
    """The path, one hop longer."""
    hop = Hop(source=path.hops[-1].target, target=target, rule=rule, effect=effect, at=at, detail=detail)
    return Path((*path.hops, hop), f"{path.sentence.rstrip('.')}; {detail}.")


def _sentence(topology: Topology, hops: tuple[Impairment, ...], failure: Failure | None) -> str:
    """Such as `The outage of Inventory blocks Reservation API, which blocks step Picking of Same day.`

    The failed element is not named twice, unless the path ends there.
    """
    origin = failure.target if failure else hops[0].element
    cause = (
        f"The {failure_of(topology, failure) if failure else f'failure of {element_text(topology, origin)}'}"
    )
    later_hops = [hop for hop in hops if hop.element != origin]
    if not later_hops:
        return f"{cause} {_CONSEQUENCES[hops[-1].effect].format('it')}."
    consequences = (
        _CONSEQUENCES[hop.effect].format(element_text(topology, hop.element)) for hop in later_hops
    )
    return f"{cause} {', which '.join(consequences)}."
