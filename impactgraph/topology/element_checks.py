"""Checks of one element, across its fields: exclusive fields, sums of shares, and warnings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graph_models.enums import Medium, Transport
from graph_models.topology import Schedule, Step, Transition
from impactgraph.topology.document import Items, Map
from impactgraph.topology.fields import Reading
from impactgraph.topology.schedules import how_read

SCHEDULED = (Transport.BATCH, Transport.FILE)
BUFFERED = (Transport.QUEUE, Transport.STREAM)


def nothing(values: dict[str, Any], body: Map, reading: Reading) -> None:
    """No further check."""


def needs(values: dict[str, Any], body: Map, reading: Reading) -> None:
    if body.get("switch_after") is not None and body.get("any_of") is None:
        reading.wrong("`switch_after` belongs to `any_of`, which is missing.", body.lines["switch_after"])


def integration(values: dict[str, Any], body: Map, reading: Reading) -> None:
    declaration = values.get("transport")
    transport = declaration.transport if isinstance(declaration, Medium) else declaration
    _medium(declaration, values, body, reading)
    if body.get("every") is not None and body.get("cron") is not None:
        reading.wrong("`every` and `cron` both say when it runs: keep one.", body.lines["cron"])
    schedule = values.get("schedule")
    if body.get("at") is not None and (schedule is None or not schedule.every):
        reading.wrong("`at` belongs to an interval in `every`, which is missing.", body.lines["at"])
    if body.get("timezone") is not None and body.get("every") is None and body.get("cron") is None:
        reading.wrong(
            "`timezone` belongs to `every` or `cron`, both of which are missing.", body.lines["timezone"]
        )
    if transport is None:
        return
    for name in ("every", "cron"):
        if body.get(name) is not None and transport not in SCHEDULED:
            reading.warn(f"`{name}` is not used: only batch and file run by a schedule.", body.lines[name])
    if transport in SCHEDULED and body.get("every") is None and body.get("cron") is None:
        name = str(declaration).replace("_", " ")
        reading.warn(
            f"`every` or `cron` is missing: without it a {name} counts as leaving at once.", body.line
        )
    if (
        transport in SCHEDULED
        and schedule is not None
        and (runs := how_read(_complete(schedule, values, reading)))
    ):
        reading.warn(f"it {runs}", body.lines["every"])
    if body.get("buffer") is not None and (transport not in BUFFERED or declaration is Medium.WEBHOOK):
        reading.warn("`buffer` is not used: only a queue or a stream holds messages.", body.lines["buffer"])


def _medium(declared: Transport | Medium | None, values: dict[str, Any], body: Map, reading: Reading) -> None:
    """What only one medium has, and a webhook that loses what is sent in an outage."""
    if declared is not None and body.get("partitions") is not None and declared is not Medium.TOPIC:
        reading.warn("`partitions` is not used: only a topic has them.", body.lines["partitions"])
    retry = values.get("retry")
    if declared is Medium.WEBHOOK and not (retry and (retry.lasting or retry.attempts > 1)):
        reading.warn(
            "`retry` is missing: without it what a webhook sends in an outage "
            f"{'goes to its dead-letter queue' if body.get('dead_letter') else 'is lost'}.",
            body.line,
        )


def location(values: dict[str, Any], body: Map, reading: Reading) -> None:
    if body.get("cutoff") is not None and body.get("pickups") is None:
        reading.wrong("`cutoff` belongs to `pickups`, which is missing.", body.lines["cutoff"])


def _complete(schedule: Schedule, values: dict[str, Any], reading: Reading) -> Schedule:
    return replace(schedule, at=values.get("at"), timezone=values.get("timezone") or reading.timezone)


def step(values: dict[str, Any], body: Map, reading: Reading) -> None:
    needs(values, body, reading)
    if body.get("surfaces_at") is not None and body.get("reads") is None:
        reading.warn("`surfaces_at` is not used: the step reads no data.", body.lines["surfaces_at"])
    then = body.get("then")
    for each in then if isinstance(then, Items) else ():
        if isinstance(each, Map) and each.get("cutoff") is not None and each.get("pickup") is None:
            reading.wrong("`then.cutoff` belongs to `pickup`, which is missing.", each.lines["cutoff"])
    shares(values.get("then", ()), body, reading)


def shares(then: Sequence[Transition], body: Map, reading: Reading) -> None:
    """Checks that the shares of the transitions without `when` add up to at most 1."""
    if all(each.share is None for each in then):
        return
    at = body.lines["then"]
    if any(each.share is not None and each.when is not None for each in then):
        reading.warn("`share` beside `when` is not used: the first `when` that holds decides.", at)
    plain = [each.share for each in then if each.when is None]
    total = sum(share for share in plain if share is not None)
    if total > 1 + _ROUNDING:
        reading.wrong(f"the shares of `then` add up to {total:g}: they must not be more than 1.", at)
    elif None in plain and total > 1 - _ROUNDING:
        reading.warn("no order takes a next step without `share`: the other shares add up to 1.", at)
    elif plain and None not in plain and total < 1 - _ROUNDING:
        reading.warn(f"the shares of `then` add up to {total:g}, and no next step takes the rest.", at)


def workflow(values: dict[str, Any], body: Map, reading: Reading) -> None:
    """Warns of steps that no order comes to, and of loops that no order leaves.

    Reads the raw document, so that an error in one step does not hide the others.
    """
    steps = body.get("steps")
    if not isinstance(steps, Map) or not steps:
        return
    following = {key: _following(each) for key, each in steps.items() if isinstance(each, Map)}
    reachable = _reachable(following, [next(iter(steps))])
    for key in following:
        if key not in reachable:
            reading.warn(
                f"no order comes to step {key!r}: no `then` leads to it from the first step.",
                steps.lines[key],
            )
    _loops_without_end(values.get("steps", ()), steps, reading)


def _loops_without_end(steps: Sequence[Step], body: Map, reading: Reading) -> None:
    """Warns of the steps after which no order can come to an end."""
    leads_to: dict[str, list[str]] = {}
    for each in steps:
        for transition in each.then:
            if transition.share != 0:
                leads_to.setdefault(transition.step, []).append(each.key)
    ending = _reachable(leads_to, [each.key for each in steps if _may_end(each)])
    endless = [each.key for each in steps if each.key not in ending]
    if endless:
        reading.warn(
            f"orders never end after step {endless[0]!r}: {_every(endless)} leads back.",
            body.lines[endless[0]],
        )


def _every(keys: Sequence[str]) -> str:
    return "every `then` of " + ", ".join(repr(key) for key in keys)


def _may_end(step: Step) -> bool:
    """Whether an order may take none of its transitions."""
    plain = [each.share for each in step.then if each.when is None]
    return None not in plain and sum(share for share in plain if share is not None) < 1 - _ROUNDING


def _reachable(ways: Mapping[str, Sequence[str]], starts: Sequence[str]) -> set[str]:
    reachable = set[str]()
    queue = list(starts)
    while queue:
        key = queue.pop()
        if key not in reachable:
            reachable.add(key)
            queue.extend(ways.get(key, ()))
    return reachable


def _following(step: Map) -> list[str]:
    then = step.get("then")
    return _next_keys(then) if isinstance(then, Items) else []


def _next_keys(then: Items) -> list[str]:
    references = [each.get("step") if isinstance(each, Map) else each for each in then]
    return [each.rpartition("/")[2].rpartition(":")[2] for each in references if isinstance(each, str)]


_ROUNDING = 1e-9
