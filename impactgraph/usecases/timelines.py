"""The stories of orders: what happened, which failures touch them now, and what is expected next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from graph_models.enums import OrderSort, OrderStatus
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.orders import Fulfillment, Order, OrderFilter, Recorded, TimelineEntry
from graph_models.time import Millis, say_duration
from graph_models.topology import Location, Step, Topology, Transition, Workflow
from impactgraph.ports.store import OrderStory, Store
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.elements import name_of
from impactgraph.usecases.pages import MOST


def timelines(store: Store, topology: Topology, answer: Answer, keys: Sequence[str], at: Millis, as_of: Millis | None) -> dict[str, tuple[TimelineEntry, ...]]:
    """By bare key, oldest first; those that are known (then). `answer` is of the failures active at `at`. One question to the store for all."""
    stories = store.stories(keys, as_of)
    hit = {found.order: found for found in _hit(answer, list(stories))}
    failures = {failure.key: failure for failure in answer.failures}
    return {key: _story(story, topology, hit.get(key), failures, at) for key, story in stories.items()}


def _hit(answer: Answer, keys: Sequence[str]) -> Iterator[AffectedOrder]:
    for start in range(0, len(keys), MOST):
        where = OrderFilter(ids=tuple(keys[start : start + MOST]))
        yield from answer.orders(where, OrderSort.PLACED_ASC, MOST, None).items


def _story(story: OrderStory, topology: Topology, hit: AffectedOrder | None, failures: Mapping[str, Failure], at: Millis) -> tuple[TimelineEntry, ...]:
    entries = [*story.entries, *_touches(hit, failures)]
    for fulfillment in story.order.fulfillments:
        delay = hit.expected_delay or 0 if hit is not None and hit.fulfillment == fulfillment.key else 0
        entries.extend(_ahead(story.order, fulfillment, story.records, topology, at, delay))
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _touches(hit: AffectedOrder | None, failures: Mapping[str, Failure]) -> Iterator[TimelineEntry]:
    if hit is None:
        return
    first = hit.path.hops[0].source if hit.path.hops else ""
    for failure in failures.values():
        if first in (failure.id, failure.target):
            title = failure.summary or f"{failure.failure_class.value.lower()} of {failure.target}"
            yield TimelineEntry(hit.hit_at, "failure", title, hit.path.sentence, late=bool(hit.expected_delay), element=failure.target, failure=failure.key)


def _ahead(order: Order, fulfillment: Fulfillment, records: Sequence[Recorded], topology: Topology, at: Millis, delay: Millis) -> Iterator[TimelineEntry]:
    """The steps still to come on the usual way and the records they cause, at usual durations and with the delay of the failure that holds it."""
    workflow = topology.workflows.get(fulfillment.workflow)
    if workflow is None or fulfillment.status is not OrderStatus.IN_FLIGHT or fulfillment.step not in {step.key for step in workflow.steps}:
        return
    come = {(record.kind, record.type) for record in records if record.fulfillment == fulfillment.key}
    location = topology.locations.get(fulfillment.location or "")
    done, now = fulfillment.entered_at or at, at
    for index, step in enumerate(_way(workflow, fulfillment.step, order, location)):
        if index:
            yield _expected(done, f"{name_of(step)} begins", None, order, step)
        done = max(done + step.takes.p50, now) + (delay if index == 0 else 0)
        yield from (
            _expected(done + (emission.due or 0), f"{emission.type} ({emission.kind.value.replace('_', ' ')})", _due(emission.due), order, step)
            for emission in step.emits
            if (emission.kind, emission.type) not in come
        )
    yield replace(_expected(done, f"{fulfillment.id} is done", None, order, None), element=f"workflow:{workflow.key}")


def _due(due: Millis | None) -> str | None:
    return f"due {say_duration(due)} after the step" if due else None


def _expected(at: Millis, title: str, detail: str | None, order: Order, step: Step | None) -> TimelineEntry:
    late = order.promised_by is not None and at > order.promised_by
    return TimelineEntry(at, "expected", title, detail, expected=True, late=late, element=step.id if step else None)


def _way(workflow: Workflow, start: str, order: Order, location: Location | None) -> Iterator[Step]:
    """From a step on, each time to the first next step whose condition holds, else to the most usual one; a loop ends it."""
    seen: set[str] = set()
    key: str | None = start
    while key is not None and key not in seen:
        seen.add(key)
        step = workflow.step(key)
        yield step
        key = _next(step, order, location)


def _next(step: Step, order: Order, location: Location | None) -> str | None:
    for transition in step.then:
        if transition.when is not None and _takes(transition, order, location):
            return transition.step
    usual = [transition for transition in step.then if transition.when is None]
    return max(usual, key=lambda transition: transition.share or 0).step if usual else None


def _takes(transition: Transition, order: Order, location: Location | None) -> bool:
    when = transition.when
    return when is not None and all(
        not allowed or value in allowed
        for allowed, value in (
            (when.channels, order.channel),
            (when.modes, order.mode),
            (when.location_kinds, location.kind if location else None),
            (when.regions, location.region if location else order.region),
        )
    )
