"""Checks across the fields of an element: exclusive fields, sums of shares, and warnings."""

from collections.abc import Sequence
from typing import Any

from graph_models.enums import Transport
from graph_models.topology import Transition
from impactgraph.topology.document import Items, Map
from impactgraph.topology.fields import Reading

SCHEDULED = (Transport.BATCH, Transport.FILE)
BUFFERED = (Transport.QUEUE, Transport.STREAM)


def nothing(values: dict[str, Any], body: Map, reading: Reading) -> None:
    """No further check."""


def needs(values: dict[str, Any], body: Map, reading: Reading) -> None:
    if body.get("switch_after") is not None and body.get("any_of") is None:
        reading.wrong("`switch_after` belongs to `any_of`, which is missing.", body.lines["switch_after"])


def integration(values: dict[str, Any], body: Map, reading: Reading) -> None:
    transport = values.get("transport")
    if body.get("every") is not None and body.get("cron") is not None:
        reading.wrong("`every` and `cron` both say when it runs: keep one.", body.lines["cron"])
    if transport is None:
        return
    for name in ("every", "cron"):
        if body.get(name) is not None and transport not in SCHEDULED:
            reading.warn(f"`{name}` is not used: only batch and file run by a schedule.", body.lines[name])
    if transport in SCHEDULED and body.get("every") is None and body.get("cron") is None:
        reading.warn(
            f"`every` or `cron` is missing: without it a {transport.value} counts as leaving at once.",
            body.line,
        )
    if body.get("buffer") is not None and transport not in BUFFERED:
        reading.warn("`buffer` is not used: only a queue or a stream holds messages.", body.lines["buffer"])


def step(values: dict[str, Any], body: Map, reading: Reading) -> None:
    needs(values, body, reading)
    if body.get("surfaces_at") is not None and body.get("reads") is None:
        reading.warn("`surfaces_at` is not used: the step reads no data.", body.lines["surfaces_at"])
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
    elif plain and None not in plain and total < 1 - _ROUNDING:
        reading.warn(f"the shares of `then` add up to {total:g}, and no next step takes the rest.", at)


def reachable(values: dict[str, Any], body: Map, reading: Reading) -> None:
    """Warns of unreachable steps. Reads the raw document, so that an error in one step does not hide them."""
    steps = body.get("steps")
    if not isinstance(steps, Map) or not steps:
        return
    visited = set[str]()
    queue = [next(iter(steps))]
    while queue:
        key = queue.pop()
        step_body = steps.get(key)
        if key not in visited and isinstance(step_body, Map):
            visited.add(key)
            then = step_body.get("then")
            queue.extend(_next_keys(then) if isinstance(then, Items) else ())
    for key in steps:
        if key not in visited and isinstance(steps[key], Map):
            reading.warn(
                f"no order comes to step {key!r}: no `then` leads to it from the first step.",
                steps.lines[key],
            )


def _next_keys(then: Items) -> list[str]:
    references = [each.get("step") if isinstance(each, Map) else each for each in then]
    return [each.rpartition("/")[2].rpartition(":")[2] for each in references if isinstance(each, str)]


_ROUNDING = 1e-9
