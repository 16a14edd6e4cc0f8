"""Timeline of an order: what happened, which failures affected it, and what is expected next, each late or
on time.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from graph_models.enums import RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.impact import AffectedRecord
from graph_models.orders import Fulfillment, Order, OrderRecord, TimelineEntry
from graph_models.time import Millis
from graph_models.topology import Step, Topology
from impactgraph.diagnosis.records import say_listing
from impactgraph.diagnosis.why import entries
from impactgraph.diagnosis.why.ahead import ExpectedStep, ExpectedSteps
from impactgraph.diagnosis.why.entries import join_details
from impactgraph.diagnosis.why.names import LATER_THAN_PROMISED, delay_to_promise
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, Situation
from impactgraph.forecast.working_times import least_work
from impactgraph.topology.collection import promise_step

ENTERED = "fulfillment.entered"
COMPLETED = "fulfillment.completed"
REROUTED = "fulfillment.rerouted"
FAILED = "fulfillment.failed"
EXPECTED = "expected"
FAILURE = "failure"
MISSING = "missing"
LISTING = "listing"
_RECORDS = {
    "posting.recorded": RecordKind.POSTING,
    "notification.sent": RecordKind.NOTIFICATION,
    "task.closed": RecordKind.TASK,
    "supplier_order.confirmed": RecordKind.SUPPLIER_ORDER,
}
RecordKey = tuple[str, RecordKind, str]
"""Fulfillment, kind and type of a record."""


@dataclass(frozen=True)
class TimelineSources:
    """What a timeline is made from.

    `recorded_entries` and `records`: what the events say, the oldest first; `expected_steps`: by bare key of
    the fulfillment; `affected_records`: those that active failures affect.
    """

    topology: Topology
    situation: Situation
    recorded_entries: Sequence[TimelineEntry]
    records: Sequence[OrderRecord]
    expected_steps: Mapping[str, ExpectedSteps]
    affected_records: Sequence[AffectedRecord]

    @cached_property
    def arrivals(self) -> set[RecordKey]:
        return {(record.fulfillment, record.kind, record.type) for record in self.records}

    @cached_property
    def missing(self) -> set[RecordKey]:
        return {
            (finding.fulfillment, finding.kind, finding.type)
            for finding in self.situation.findings
            if finding.effect is RecordEffect.MISSING and finding.listing is None
        }

    @cached_property
    def forecasts(self) -> Mapping[RecordKey, AffectedRecord]:
        return {(record.fulfillment, record.kind, record.type): record for record in self.affected_records}

    @property
    def is_split(self) -> bool:
        """Whether the order has several fulfillments, which entries then name."""
        return len(self.situation.fulfillments) > 1


def timeline_of(sources: TimelineSources) -> tuple[TimelineEntry, ...]:
    """The entries, the oldest first; of one moment those that happened come first."""
    s = sources.situation
    timeline = list(_with_lateness(sources.topology, s, sources.recorded_entries))
    for state in s.fulfillments:
        steps = sources.expected_steps.get(state.fulfillment.key) or ExpectedSteps()
        timeline += _expected_entries(sources, state, steps)
        timeline += _overdue_records(sources, state, steps)
    timeline += [*_missing_records(sources.topology, s), *_failures(sources)]
    return tuple(sorted(timeline, key=lambda entry: (entry.at, entry.expected)))


# ---- what happened


def _with_lateness(
    topology: Topology, s: Situation, recorded_entries: Sequence[TimelineEntry]
) -> Iterator[TimelineEntry]:
    """The entries, with a mark on those later than the limit of the step before, their due moment, or the
    promise.
    """
    current_visits: dict[str, TimelineEntry] = {}
    left_at: dict[tuple[str, str], Millis] = {}
    promise = s.order.promised_by
    locations = {each.fulfillment.key: each.fulfillment.location or "" for each in s.fulfillments}
    for entry in recorded_entries:
        key = entry.fulfillment or ""
        if entry.kind in (ENTERED, REROUTED, COMPLETED):
            before = current_visits.get(key)
            if before is not None and before.element:
                left_at[key, before.element] = entry.at
            late = _exceeded_limit(topology, before, entry.at, locations.get(key, ""))
            is_arrival = _is_arrival(topology, entry, before)
            misses_promise = promise is not None and is_arrival and entry.at > promise
            broken_promise = LATER_THAN_PROMISED if misses_promise else None
            yield replace(
                entry,
                title=_title(topology, entry, None),
                late=late is not None or misses_promise,
                detail=join_details(entry.detail, late, broken_promise),
            )
            current_visits[key] = entry
        elif entry.kind in _RECORDS and entry.record:
            late = _late_arrival(topology, s.order, entry, left_at)
            yield replace(entry, late=late is not None, detail=join_details(entry.detail, late))
        else:
            yield replace(entry, title=_title(topology, entry, current_visits.get(key)))


def _is_arrival(topology: Topology, entry: TimelineEntry, before: TimelineEntry | None) -> bool:
    """Whether the promise is about this entry: that it can be collected, else that it is completed."""
    if entry.kind == COMPLETED:
        return before is None or not _keeps_promise(topology, before.element)
    return entry.kind == ENTERED and _keeps_promise(topology, entry.element)


def _keeps_promise(topology: Topology, element: str | None) -> bool:
    """Whether an order is ready to collect from the beginning of this step on."""
    step = topology.elements.get(element or "")
    return isinstance(step, Step) and promise_step(topology.workflows[step.workflow]) == step


def _title(topology: Topology, entry: TimelineEntry, visit: TimelineEntry | None) -> str:
    """With the name of its step, which events do not have; of an error the step is that of the `visit`."""
    place = visit if entry.kind == FAILED else entry
    step = topology.elements.get((place.element if place is not None else None) or "")
    if not isinstance(step, Step):
        return entry.title
    if entry.kind == FAILED:
        return entries.failed_step(step, entry.title)
    if entry.kind == REROUTED:
        return entries.reroute(topology, step)
    return entries.step_begin(step) if entry.kind == ENTERED else entry.title


def _exceeded_limit(
    topology: Topology, before: TimelineEntry | None, at: Millis, location: str
) -> str | None:
    step = topology.elements.get(before.element or "") if before is not None else None
    if before is None or not isinstance(step, Step) or step.within is None:
        return None
    if least_work(topology, step, location, (before.at, at)) <= step.within:
        return None
    return entries.exceeded_limit(step, at - before.at, step.within)


def _late_arrival(
    topology: Topology, order: Order, entry: TimelineEntry, left_at: Mapping[tuple[str, str], Millis]
) -> str | None:
    """Compared with `due` from when its step was left; a record that arrived before that is not late."""
    fulfillment = next((each for each in order.fulfillments if each.key == entry.fulfillment), None)
    workflow = topology.workflows.get(fulfillment.workflow) if fulfillment is not None else None
    if workflow is None:
        return None
    for place, emission in workflow.records:
        is_same = (emission.kind, emission.type) == (_RECORDS[entry.kind], entry.record)
        if is_same and emission.due is not None:
            emitted_at = left_at.get((entry.fulfillment or "", workflow.steps[place].id))
            if emitted_at is not None and entry.at > emitted_at + emission.due:
                return entries.late_arrival(entry.at - emitted_at - emission.due)
    return None


def _missing_records(topology: Topology, s: Situation) -> Iterator[TimelineEntry]:
    """Records that should have arrived by now, at the moment when they were due; what lists of systems lack
    or have otherwise, at the moment of the list.
    """
    for finding in s.findings:
        if finding.listing is not None:
            sentence = say_listing(finding.listing, finding.expected_amount, topology, s.clock)
            yield TimelineEntry(
                at=finding.listing.at,
                kind=LISTING,
                title=f"{sentence[0].upper()}{sentence[1:]}",
                detail=finding.likely_cause.evidence if finding.likely_cause is not None else None,
                late=True,
                element=f"system:{finding.listing.system}",
                fulfillment=finding.fulfillment,
            )
        elif finding.effect is RecordEffect.MISSING and finding.due is not None:
            yield TimelineEntry(
                at=finding.due,
                kind=MISSING,
                title=entries.missing_record(finding.kind, finding.type),
                detail=finding.likely_cause.evidence if finding.likely_cause is not None else None,
                expected=True,
                late=True,
                fulfillment=finding.fulfillment,
                record=finding.type,
            )


def _failures(sources: TimelineSources) -> Iterator[TimelineEntry]:
    """Each episode of a failure once, from when it affected the order: active ones, and past ones that held
    it.
    """
    s = sources.situation
    by_episode: defaultdict[Failure, list[tuple[FulfillmentState, Impact]]] = defaultdict(list)
    for state, impact in s.impacts:
        for failure in impact.failures:
            by_episode[failure].append((state, impact))
    for failure, impacts in by_episode.items():
        state, impact = min(impacts, key=lambda each: (not each[1].is_probable, each[1].at))
        fulfillment = state.fulfillment.key
        tag = fulfillment if sources.is_split else None
        blame = s.blame_of(failure) if s.is_blame_shared else None
        yield TimelineEntry(
            at=max(impact.at, failure.started_at),
            kind=FAILURE,
            title=entries.failure_title(sources.topology, failure, impact, s.at),
            detail=entries.failure_detail(failure, impact, blame, s.at, tag),
            expected=impact.at > s.at,
            late=bool(impact.delay) and impact.is_probable,
            element=failure.target,
            failure=failure.key,
            fulfillment=fulfillment,
        )


# ---- what is expected


def _expected_entries(
    sources: TimelineSources, state: FulfillmentState, steps: ExpectedSteps
) -> Iterator[TimelineEntry]:
    """The next steps, the records that they cause, and the completion."""
    if not steps.steps:
        return
    fulfillment = state.fulfillment
    tag = fulfillment.key if sources.is_split else None
    earlier: set[int] = set()
    before: ExpectedStep | None = None
    for step in steps.steps:
        if before is not None:
            yield _step_begin(sources, fulfillment, step, before, tag=tag)
        if not (steps.is_open_ended and step is steps.steps[-1]):
            yield from _expected_records(sources, step, fulfillment.key, tag, earlier)
        before = step
    if steps.is_open_ended:
        yield _expected_entry(
            sources.situation.at,
            entries.NO_DATE,
            tag,
            element=steps.steps[-1].step.id,
            fulfillment=fulfillment.key,
            late=True,
        )
    elif steps.done_at is not None:
        workflow = sources.topology.workflows[fulfillment.workflow]
        is_arrival = promise_step(workflow) is None
        delay = _delay(sources.situation.order, steps.done_at) if is_arrival else None
        yield _expected_entry(
            steps.done_at,
            entries.completion(tag),
            join_details(tag, delay),
            element=f"workflow:{workflow.key}",
            fulfillment=fulfillment.key,
            late=delay is not None,
        )


def _delay(order: Order, arrives_at: Millis) -> str | None:
    """`2 h later than promised`; None where it keeps its promise, or has none."""
    promise = order.promised_by
    return delay_to_promise(arrives_at, promise) if promise is not None and arrives_at > promise else None


def _step_begin(
    sources: TimelineSources,
    fulfillment: Fulfillment,
    step: ExpectedStep,
    before: ExpectedStep,
    *,
    tag: str | None,
) -> TimelineEntry:
    limit = before.step.within
    dwell = step.begins - before.begins
    visit = before.begins, step.begins
    at_work = least_work(sources.topology, before.step, fulfillment.location or "", visit)
    is_late = limit is not None and at_work > limit
    begins = max(step.begins, sources.situation.at)
    is_arrival = _keeps_promise(sources.topology, step.step.id)
    delay = _delay(sources.situation.order, begins) if is_arrival else None
    return _expected_entry(
        begins,
        entries.step_begin(step.step),
        join_details(tag, entries.dwell_text(before.step, dwell) if is_late else None, delay),
        element=step.step.id,
        fulfillment=fulfillment.key,
        late=is_late or delay is not None,
    )


def _expected_records(
    sources: TimelineSources, step: ExpectedStep, fulfillment: str, tag: str | None, known_records: set[int]
) -> Iterator[TimelineEntry]:
    """Those that have not come, each once: `seen` has the records of earlier steps, by index."""
    workflow = sources.topology.workflows[step.step.workflow]
    for bit, (position, emission) in enumerate(workflow.records):
        key = fulfillment, emission.kind, emission.type
        is_of_step = workflow.steps[position].key == step.step.key
        if not is_of_step or bit in known_records or key in sources.arrivals or key in sources.missing:
            continue
        known_records.add(bit)
        forecast = sources.forecasts.get(key)
        at = step.records.get(bit, step.leaves)
        is_late = forecast is not None or (emission.due is not None and at > step.leaves + emission.due)
        effect = forecast.effect if forecast is not None else None
        entry = _expected_entry(
            max(at, sources.situation.at),
            entries.record_title(emission.kind, emission.type),
            join_details(tag, entries.due_text(emission), entries.effect_text(effect)),
            element=step.step.id,
            fulfillment=fulfillment,
            late=is_late,
        )
        yield replace(entry, record=emission.type)


def _overdue_records(
    sources: TimelineSources, state: FulfillmentState, steps: ExpectedSteps
) -> Iterator[TimelineEntry]:
    """Records of steps that are done, which a failure holds and the forecast expects."""
    fulfillment = state.fulfillment.key
    upcoming = {
        (fulfillment, emission.kind, emission.type) for step in steps.steps for emission in step.step.emits
    }
    for key, forecast in sources.forecasts.items():
        is_done = key[0] == fulfillment and key not in upcoming and key not in sources.arrivals
        if is_done and forecast.expected_at is not None:
            yield TimelineEntry(
                at=max(forecast.expected_at, sources.situation.at),
                kind=EXPECTED,
                title=entries.record_title(forecast.kind, forecast.type),
                detail=entries.effect_text(forecast.effect),
                expected=True,
                late=True,
                fulfillment=fulfillment,
                record=forecast.type,
            )


def _expected_entry(
    at: Millis,
    title: str,
    detail: str | None,
    *,
    element: str,
    fulfillment: str,
    late: bool,
) -> TimelineEntry:
    return TimelineEntry(
        at=at,
        kind=EXPECTED,
        title=title,
        detail=detail,
        expected=True,
        late=late,
        element=element,
        fulfillment=fulfillment,
    )
