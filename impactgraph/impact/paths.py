"""From the failure to an order, hop by hop, each with the rule that was applied."""

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
    Effect.DUPLICATED: "is doubled",
    Effect.DEGRADED: "is degraded",
}


def path_to(impairment: Impairment, failures: Mapping[str, Failure]) -> Path:
    """The path to an impaired element."""
    hops = impairment.hops
    failure = failures.get(impairment.failures[0]) if impairment.failures else None
    start = failure.id if failure else f"failure:{impairment.failures[0] if impairment.failures else '?'}"
    found: list[Hop] = []
    source = start
    for hop in hops:
        found.append(Hop(source, hop.element, hop.rule, hop.effect, hop.since, hop.detail))
        source = hop.element
    return Path(tuple(found), sentence(hops, failure))


def extended(path: Path, target: str, rule: str, effect: Effect, at: Millis, detail: str) -> Path:
    """One hop further."""
    return Path(
        (*path.hops, Hop(path.hops[-1].target, target, rule, effect, at, detail)),
        f"{path.sentence.rstrip('.')}; {detail}.",
    )


def sentence(hops: tuple[Impairment, ...], failure: Failure | None) -> str:
    words = [f"{hop.element} {_VERBS[hop.effect]}" for hop in hops]
    what = (
        f"{failure.failure_class.value.lower().replace('_', ' ')} of {failure.target}"
        if failure
        else words[0]
    )
    return f"Because of the {what}, " + ", so ".join(words) + "."
