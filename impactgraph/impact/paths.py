"""Paths from a failure to an order, hop by hop, each hop with the rule that was applied."""

from collections.abc import Mapping

from graph_models.enums import Effect
from graph_models.failure import Failure
from graph_models.impact import Hop, Path
from graph_models.impairment import Impairment
from graph_models.time import Millis

_VERBS = {
    Effect.BLOCKED: "is blocked",
    Effect.DELAYED: "is delayed",
    Effect.REJECTED: "rejects",
    Effect.STALE: "is stale",
    Effect.DUPLICATED: "is duplicated",
    Effect.DEGRADED: "is degraded",
}


def path_to(impairment: Impairment, failures: Mapping[str, Failure]) -> Path:
    """The path to the element of an impairment; `failures` by bare key."""
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
    return Path(tuple(hops), _sentence(impairment.hops, failure))


def with_hop(path: Path, target: str, *, rule: str, effect: Effect, at: Millis, detail: str) -> Path:
    """The path, one hop longer."""
    hop = Hop(source=path.hops[-1].target, target=target, rule=rule, effect=effect, at=at, detail=detail)
    return Path((*path.hops, hop), f"{path.sentence.rstrip('.')}; {detail}.")


def _sentence(hops: tuple[Impairment, ...], failure: Failure | None) -> str:
    clauses = [f"{hop.element} {_VERBS[hop.effect]}" for hop in hops]
    cause = clauses[0]
    if failure:
        cause = failure.what
    return f"Because of the {cause}, " + ", so ".join(clauses) + "."
