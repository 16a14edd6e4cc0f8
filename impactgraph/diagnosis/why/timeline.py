"""One narrative of an order: what happened, which failures touched it, and what is expected next, each late or on time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from graph_models.enums import RecordEffect, RecordKind
from graph_models.impact import AffectedRecord
from graph_models.orders import Order, OrderRecord, TimelineEntry
from graph_models.time import Millis, say_duration
from graph_models.topology import Emission, Step, Topology, Workflow
from impactgraph.diagnosis.why.ahead import ExpectedStep, ExpectedSteps
from impactgraph.diagnosis.why.sentences import display_name, failure_text
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, Situation
from impactgraph.forecast.calendar import Calendar

ENTERED, COMPLETED, REROUTED = "fulfillment.entered", "fulfillment.completed", "fulfillment.rerouted"
EXPECTED, FAILURE, MISSING = "expected", "failure", "missing"
_RECORDS = {
    "posting.recorded": RecordKind.POSTING,
    "notification.sent": RecordKind.NOTIFICATION,
    "task.closed": RecordKind.TASK,
    "supplier_order.confirmed": RecordKind.SUPPLIER_ORDER,
}
_Key = tuple[str, RecordKind, str]
"""Part, kind and type of a record."""


def timeline_of(
    topology: Topology,
    s: Situation,
    entries: Sequence[TimelineEntry],
    records: Sequence[OrderRecord],
    ways: Mapping[str, ExpectedSteps],
    awry: Sequence[AffectedRecord],
) -> tuple[TimelineEntry, ...]:
    """`entries` and `records`: what the events told, oldest first; `ways`: what is left to each part; `awry`: records that active failures hit."""
    told = list(_told(topology, s, entries))
    come = {(record.fulfillment, record.kind, record.type) for record in records}
    missed = {
        (finding.fulfillment, finding.kind, finding.type)
        for finding in s.findings
        if finding.effect is RecordEffect.MISSING
    }
    hit = {(record.fulfillment, record.kind, record.type): record for record in awry}
    for part in s.fulfillments:
        way = ways.get(part.fulfillment.key) or ExpectedSteps()
        told += _ahead(topology, s, part, way, come | missed, hit)
        told += _behind(s, part, way, come, hit)
    told += [*_missing(s), *_failures(topology, s)]
    return tuple(sorted(told, key=lambda entry: (entry.at, entry.expected)))


# ---- what happened


def _told(topology: Topology, s: Situation, entries: Sequence[TimelineEntry]) -> Iterator[TimelineEntry]:
    """The entries, those marked that came later than they should: after the limit of the step before, their own due moment, or the promise."""
    stays: dict[str, TimelineEntry] = {}
    left: dict[tuple[str, str], Millis] = {}
    promised = s.order.promised_by
    for entry in entries:
        part = entry.fulfillment or ""
        if entry.kind in (ENTERED, REROUTED, COMPLETED):
            before = stays.get(part)
            if before is not None and before.element:
                left[part, before.element] = entry.at
            late = _stayed_too_long(topology, before, entry.at)
            missed = promised is not None and entry.kind == COMPLETED and entry.at > promised
            yield replace(
                entry,
                late=late is not None or missed,
                detail=_joined(entry.detail, late, "after its promise" if missed else None),
            )
            stays[part] = entry
        elif entry.kind in _RECORDS and entry.record:
            late = _came_late(topology, s.order, entry, left)
            yield replace(entry, late=late is not None, detail=_joined(entry.detail, late))
        else:
            yield entry


def _stayed_too_long(topology: Topology, before: TimelineEntry | None, at: Millis) -> str | None:
    step = topology.elements.get(before.element or "") if before is not None else None
    if before is None or not isinstance(step, Step) or step.within is None or at - before.at <= step.within:
        return None
    return f"{say_duration(at - before.at)} in {step.name or step.key}, which may take {say_duration(step.within)}"


def _came_late(
    topology: Topology, order: Order, entry: TimelineEntry, left: Mapping[tuple[str, str], Millis]
) -> str | None:
    """Against `due` from when its step was left; a record that came before needs no excuse."""
    part = next((each for each in order.fulfillments if each.key == entry.fulfillment), None)
    workflow = topology.workflows.get(part.workflow) if part is not None else None
    for place, emission in workflow.records if workflow is not None else ():
        if (
            (emission.kind, emission.type) == (_RECORDS[entry.kind], entry.record)
            and emission.due is not None
            and workflow is not None
        ):
            went = left.get((entry.fulfillment or "", workflow.steps[place].id))
            if went is not None and entry.at > went + emission.due:
                return f"{say_duration(entry.at - went - emission.due)} after it was due"
    return None


def _missing(s: Situation) -> Iterator[TimelineEntry]:
    """What should have come by now, at the moment by which it should."""
    for finding in s.findings:
        if finding.effect is RecordEffect.MISSING and finding.due is not None:
            title = f"{_spoken(finding.type)} ({_spoken(finding.kind.value)}) was due and has not come"
            cause = finding.likely_cause.evidence if finding.likely_cause is not None else None
            yield TimelineEntry(
                finding.due,
                MISSING,
                title,
                cause,
                expected=True,
                late=True,
                fulfillment=finding.fulfillment,
                record=finding.type,
            )


def _failures(topology: Topology, s: Situation) -> Iterator[TimelineEntry]:
    """Each failure once, from when it touched the order: those that still last and those that held it before."""
    met: defaultdict[str, list[tuple[FulfillmentState, Impact]]] = defaultdict(list)
    for part, hit in s.impacts:
        for failure in hit.failures:
            met[failure.key].append((part, hit))
    known = {failure.key: failure for _, hit in s.impacts for failure in hit.failures}
    for key, hits in met.items():
        failure = known[key]
        part, hit = min(hits, key=lambda each: (not each[1].is_probable, each[1].at))
        ahead = hit.at > s.at
        costs = f"it costs {say_duration(hit.delay)}" if hit.delay else None
        ended = "it has ended" if failure.ended_at is not None and failure.ended_at <= s.at else None
        sure = f"likelihood {hit.likelihood:.0%}" if hit.likelihood < 0.995 else None
        verb = (
            ("will touch" if ahead else "touched")
            if hit.is_probable
            else "may touch"
            if ahead
            else "may have touched"
        )
        title = f"{failure_text(topology, failure)} {verb} it at {display_name(topology, hit.first_hit)}"
        detail = (
            "; ".join(
                filter(None, (costs, sure, ended, part.fulfillment.key if len(s.fulfillments) > 1 else None))
            )
            or None
        )
        yield TimelineEntry(
            max(hit.at, failure.started_at),
            FAILURE,
            title,
            detail,
            expected=ahead,
            late=bool(hit.delay) and hit.is_probable,
            element=failure.target,
            failure=failure.key,
            fulfillment=part.fulfillment.key,
        )


# ---- what is expected


def _ahead(
    topology: Topology,
    s: Situation,
    part: FulfillmentState,
    way: ExpectedSteps,
    come: set[_Key],
    awry: Mapping[_Key, AffectedRecord],
) -> Iterator[TimelineEntry]:
    """The steps still to come, the records that they cause, and the end."""
    if not way.steps:
        return
    workflow, several = topology.workflows[part.fulfillment.workflow], len(s.fulfillments) > 1
    tag = part.fulfillment.key if several else None
    before: ExpectedStep | None = None
    for stop in way.steps:
        if before is not None:
            yield _begins(s, stop, before, part, tag)
        if not (way.is_open_ended and stop is way.steps[-1]):
            yield from _records(topology, s, part, stop, come, awry)
        before = stop
    if way.is_open_ended:
        yield _expected(
            s.at,
            "When it goes on is not known: a message of it has to be sent again",
            tag,
            way.steps[-1].step.id,
            late=True,
            part=part,
        )
    elif way.done_at is not None:
        promised = s.order.promised_by
        late = promised is not None and way.done_at > promised
        detail = _joined(
            tag,
            f"{say_duration(way.done_at - promised)} after its promise"
            if late and promised is not None
            else None,
        )
        yield _expected(
            way.done_at,
            f"{'Part ' + part.fulfillment.key if several else 'The order'} is done",
            detail,
            _id(workflow),
            late=late,
            part=part,
        )


def _begins(
    s: Situation, stop: ExpectedStep, before: ExpectedStep, part: FulfillmentState, tag: str | None
) -> TimelineEntry:
    limit = before.step.within
    late = limit is not None and stop.begins - before.begins > limit
    detail = _joined(
        tag,
        f"{say_duration(stop.begins - before.begins)} in {before.step.name or before.step.key}"
        if late
        else None,
    )
    return _expected(
        max(stop.begins, s.at),
        f"{stop.step.name or stop.step.key} begins",
        detail,
        stop.step.id,
        late=late,
        part=part,
    )


def _records(
    topology: Topology,
    s: Situation,
    part: FulfillmentState,
    stop: ExpectedStep,
    come: set[_Key],
    awry: Mapping[_Key, AffectedRecord],
) -> Iterator[TimelineEntry]:
    for emission in stop.step.emits:
        key = part.fulfillment.key, emission.kind, emission.type
        if key in come:
            continue
        hit, due = awry.get(key), stop.leaves + emission.due if emission.due is not None else None
        at = (
            hit.expected_at
            if hit is not None and hit.expected_at is not None
            else _arrives(topology, emission, stop.leaves)
        )
        late = hit is not None or (due is not None and at > due)
        detail = _joined(
            part.fulfillment.key if len(s.fulfillments) > 1 else None,
            f"due {say_duration(emission.due)} after the step" if emission.due else None,
            _spoken(hit.effect.value) if hit is not None else None,
        )
        title = f"{_spoken(emission.type)} ({_spoken(emission.kind.value)})"
        yield _expected(
            max(at, s.at), title, detail, stop.step.id, late=late, part=part, record=emission.type
        )


def _behind(
    s: Situation,
    part: FulfillmentState,
    way: ExpectedSteps,
    come: set[_Key],
    awry: Mapping[_Key, AffectedRecord],
) -> Iterator[TimelineEntry]:
    """Records of steps that are done, which a failure holds and the forecast expects."""
    ahead = {
        (part.fulfillment.key, emission.kind, emission.type)
        for stop in way.steps
        for emission in stop.step.emits
    }
    for key, hit in awry.items():
        if (
            key[0] == part.fulfillment.key
            and key not in ahead
            and key not in come
            and hit.expected_at is not None
        ):
            title, detail = f"{_spoken(hit.type)} ({_spoken(hit.kind.value)})", _spoken(hit.effect.value)
            yield TimelineEntry(
                max(hit.expected_at, s.at),
                EXPECTED,
                title,
                detail,
                expected=True,
                late=True,
                fulfillment=key[0],
                record=hit.type,
            )


def _arrives(topology: Topology, emission: Emission, completed: Millis) -> Millis:
    """With the next run, where a batch carries it."""
    via = topology.integrations.get(emission.via.partition(":")[2]) if emission.via else None
    if via is None or via.schedule is None:
        return completed
    return round(float(Calendar(via.schedule).run_from(np.array([float(completed)]))[0]))


def _expected(
    at: Millis,
    title: str,
    detail: str | None,
    element: str,
    *,
    late: bool,
    part: FulfillmentState,
    record: str | None = None,
) -> TimelineEntry:
    return TimelineEntry(
        at,
        EXPECTED,
        title,
        detail,
        expected=True,
        late=late,
        element=element,
        fulfillment=part.fulfillment.key,
        record=record,
    )


def _joined(*details: str | None) -> str | None:
    return "; ".join(filter(None, details)) or None


def _spoken(word: str) -> str:
    return word.lower().replace("_", " ")


def _id(workflow: Workflow) -> str:
    return f"workflow:{workflow.key}"
