"""Replay list: what does not come back by itself, from the answer of a blast radius and the watch of records.

An item is on the list while the events say that it is open: it needs no bookkeeping to vanish.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import Cause, RecordFinding
from graph_models.enums import RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.money import Money, from_micros
from graph_models.orders import OrderRecord
from graph_models.repair import ReplayGroup, ReplayItem, ReplayReason
from graph_models.time import Millis
from graph_models.topology import Emission, Step, Workflow
from impactgraph.columns import Codes
from impactgraph.diagnosis.records import RecordFindings
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact.affected_fulfillments import RECORDS_ONLY
from impactgraph.impact.affected_rows import EVEN, AffectedRows
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.impact.matches import Positions, RecordGroup
from impactgraph.impact.totals import listed_mask, record_amounts
from impactgraph.impact.workflow_context import DEAD_LETTERED
from impactgraph.repair.sources import (
    ReplaySource,
    reason_for,
    source_of,
    takes_text,
    target_of,
    way_in,
    why_text,
)
from impactgraph.repair.sums import sum_money

_MISSING = RECORD_EFFECTS.index(RecordEffect.MISSING)
Identity = tuple[str, str, str]
"""Fulfillment, kind and type of an item: empty kind of an order."""


@dataclass(frozen=True)
class WatchedRecords:
    """Findings on records that failures explain."""

    findings: RecordFindings
    """Of all records."""
    explained: NDArray[np.intp]
    """Positions of the findings that the failures explain."""
    cause: Callable[[int], Cause | None]
    """Likely cause of the finding at a position."""
    failures: Mapping[str, Failure]
    """By bare key."""


def identity(item: ReplayItem) -> Identity:
    """The same for an item at all moments."""
    return item.fulfillment, item.kind.value if item.kind else "", item.type


def replay_items(impact: BlastRadius, watched: WatchedRecords | None = None) -> tuple[ReplayItem, ...]:
    """What is open at the moment of the answer, by place and then the oldest first, each once.

    An item is likelier than not. Costs a look at the affected orders and records.
    """
    items: dict[Identity, ReplayItem] = {}
    for item in (*_orders(impact), *_records(impact), *(_watched(impact, watched) if watched else ())):
        items.setdefault(identity(item), item)
    return tuple(sorted(items.values(), key=order_of_list))


def open_record_count(impact: BlastRadius, watched: WatchedRecords) -> int:
    """How many items of the list are records. Costs less than the list."""
    lost: dict[tuple[RecordKind, str], list[Codes]] = {}
    for group, at in _lost(impact):
        lost.setdefault((group.emission.kind, group.emission.type), []).append(group.rows[at])
    rows, slots = watched.findings.rows, watched.findings.slots
    for index in _open_findings(impact, watched):
        slot = slots[int(rows.slot[index])]
        lost.setdefault((slot.kind, slot.type), []).append(rows.row[index : index + 1])
    return sum(len(np.unique(np.concatenate(parts))) for parts in lost.values())


def order_of_list(item: ReplayItem) -> tuple[str, str, str, int, str, str, str]:
    """By the place that it is sent again from, then since when, then its identity."""
    return (item.system, item.integration or "", item.queue or "", item.since, *identity(item))


def replay_groups(items: Iterable[ReplayItem], done: Iterable[ReplayItem]) -> tuple[ReplayGroup, ...]:
    """By the place that items are sent again from: those with most left first."""
    open_items: dict[ReplaySource, list[ReplayItem]] = {}
    done_items: dict[ReplaySource, int] = {}
    for item in items:
        open_items.setdefault(_place(item), []).append(item)
    for item in done:
        done_items[_place(item)] = done_items.get(_place(item), 0) + 1
    groups = [
        ReplayGroup(
            system=place.system,
            integration=place.integration,
            queue=place.queue,
            left=len(open_items.get(place, ())),
            done=done_items.get(place, 0),
            value=sum_money(item.value for item in open_items.get(place, ())),
        )
        for place in dict.fromkeys((*open_items, *done_items))
    ]
    return tuple(sorted(groups, key=lambda g: (-g.left, -g.done, g.system, g.integration or "")))


def with_documents(
    items: Sequence[ReplayItem], records: Mapping[str, Sequence[OrderRecord]]
) -> tuple[ReplayItem, ...]:
    """The items with the document numbers of their records; `records` by bare key of the order."""
    return tuple(replace(item, documents=_documents(item, records.get(item.order, ()))) for item in items)


def _documents(item: ReplayItem, records: Sequence[OrderRecord]) -> tuple[str, ...]:
    own = (
        record.document
        for record in records
        if record.document and record.fulfillment == item.fulfillment and record.type == item.type
    )
    return tuple(dict.fromkeys(own))


def _place(item: ReplayItem) -> ReplaySource:
    return ReplaySource(item.system, item.integration, item.queue)


# ---- orders that wait


def _orders(impact: BlastRadius) -> Iterator[ReplayItem]:
    """Fulfillments that wait for a replay or a person, of affected orders."""
    rows = impact.affected_fulfillments
    rows = rows.take(np.isinf(rows.delay) & (rows.band != RECORDS_ONLY) & (rows.likelihood >= EVEN))
    rows = rows.take((rows.hit_at <= impact.as_of) & (rows.impairment >= 0))
    rows = rows.take(np.isin(rows.order, impact.affected_orders.order))
    for row in range(len(rows)):
        yield _order(impact, rows, row)


def _order(impact: BlastRadius, rows: AffectedRows, row: int) -> ReplayItem:
    columns = impact.columns
    order, fulfillment = int(rows.order[row]), int(rows.fulfillment[row])
    workflow = impact.topology.workflows[impact.workflows[int(rows.workflow[row])]]
    step = workflow.steps[max(int(rows.step[row]), 0)]
    impairment = impact.impairments[int(rows.impairment[row])]
    source = source_of(impact.topology, way_in(impairment), step)
    reason = reason_for(
        impairment,
        source,
        _failure(impact, impairment.failures),
        is_dead_letter=_is_dead_letter(impact, fulfillment),
    )
    currency = columns.dictionaries.currencies.values[int(columns.orders.currency[order])]
    return ReplayItem(
        order=str(columns.orders.ids[order]),
        fulfillment=str(columns.fulfillments.ids[fulfillment]),
        kind=None,
        type=_present_step(impact, fulfillment, workflow, step),
        reason=reason,
        system=source.system,
        integration=source.integration,
        queue=source.queue,
        since=_waits_since(impact, fulfillment, round(float(rows.hit_at[row]))),
        why=why_text(impact.topology, reason, source),
        takes=takes_text(impact.topology, reason, source),
        value=from_micros(int(columns.fulfillments.value[fulfillment]), currency),
        likelihood=round(float(rows.likelihood[row]), 4),
    )


def _present_step(impact: BlastRadius, fulfillment: int, workflow: Workflow, hit: Step) -> str:
    """Full id of the step that it is in; of one that has entered none, of the step where it is hit."""
    position = int(impact.columns.fulfillments.step[fulfillment])
    if position < 0:
        return hit.id
    number = int(impact.columns.fulfillments.workflow[fulfillment])
    key = impact.columns.dictionaries.workflows[number].steps[position]
    return f"step:{workflow.key}/{key}"


def _is_dead_letter(impact: BlastRadius, fulfillment: int) -> bool:
    f = impact.columns.fulfillments
    code = impact.columns.dictionaries.fail_codes.find(DEAD_LETTERED)
    is_present = int(f.failed_at[fulfillment]) >= max(int(f.entered_at[fulfillment]), 1)
    return code is not None and is_present and int(f.failed_code[fulfillment]) == code


def _waits_since(impact: BlastRadius, fulfillment: int, hit_at: Millis) -> Millis:
    """Since its message is in a dead-letter queue; else since it was hit in the step that it has entered."""
    f = impact.columns.fulfillments
    if _is_dead_letter(impact, fulfillment):
        return int(f.failed_at[fulfillment])
    return max(hit_at, int(f.entered_at[fulfillment]))


def _failure(impact: BlastRadius, keys: Sequence[str]) -> Failure | None:
    return next((impact.failures_by_key[key] for key in keys if key in impact.failures_by_key), None)


# ---- records of the answer


def _records(impact: BlastRadius) -> Iterator[ReplayItem]:
    """Records that never come by themselves, of steps that have been completed."""
    return (_record(impact, group, each) for group, at in _lost(impact) for each in at.tolist())


def _lost(impact: BlastRadius) -> Iterator[tuple[RecordGroup, Positions]]:
    for group in impact.affected_records:
        outcome, cohort = group.outcome, group.cohort
        with np.errstate(invalid="ignore"):
            is_open = outcome.emitted_at <= impact.as_of
        is_open = is_open & (outcome.effect == _MISSING) & (outcome.hit_by >= 0)
        likelihood = outcome.likelihood[cohort] * group.certainty
        mask = is_open[cohort] & (likelihood >= EVEN) & listed_mask(group, impact.min_likelihood)
        yield group, np.flatnonzero(mask)


def _record(impact: BlastRadius, group: RecordGroup, at: int) -> ReplayItem:
    columns = impact.columns
    cohort, row = int(group.cohort[at]), int(group.rows[at])
    impairment = impact.impairments[int(group.outcome.hit_by[cohort])]
    emission, step = group.emission, group.workflow.steps[group.step]
    source = source_of(impact.topology, emission.via or way_in(impairment), step)
    reason = reason_for(impairment, source, _failure(impact, impairment.failures), is_dead_letter=False)
    return ReplayItem(
        order=str(columns.orders.ids[int(columns.fulfillments.order[row])]),
        fulfillment=str(columns.fulfillments.ids[row]),
        kind=emission.kind,
        type=emission.type,
        reason=reason,
        system=source.system,
        integration=source.integration,
        queue=source.queue,
        since=round(float(group.outcome.emitted_at[cohort])),
        why=why_text(impact.topology, reason, source),
        takes=takes_text(impact.topology, reason, source),
        value=_amount(impact, group, np.array([at])),
        likelihood=round(float(group.outcome.likelihood[cohort] * group.certainty[at]), 4),
    )


def _amount(impact: BlastRadius, group: RecordGroup, at: Positions) -> Money | None:
    if group.emission.kind is not RecordKind.POSTING or group.emission.amount is None:
        return None
    columns = impact.columns
    order = int(columns.fulfillments.order[int(group.rows[at[0]])])
    currency = columns.dictionaries.currencies.values[int(columns.orders.currency[order])]
    return from_micros(int(record_amounts(columns, group, at)[0]), currency)


# ---- findings of the watch


def _watched(impact: BlastRadius, watched: WatchedRecords) -> Iterator[ReplayItem]:
    findings = watched.findings
    return (_finding(impact, findings, index) for index in _open_findings(impact, watched))


def _open_findings(impact: BlastRadius, watched: WatchedRecords) -> Iterator[int]:
    """Positions of records that are missing behind an ended failure of the answer, and of those that came too
    often.
    """
    rows = watched.findings.rows
    for index in watched.explained.tolist():
        cause = watched.cause(index)
        failure = watched.failures.get(cause.failure) if cause and cause.failure else None
        if failure is None:
            continue
        has_ended = failure.ended_at is not None and failure.ended_at <= impact.as_of
        if has_ended or RECORD_EFFECTS[int(rows.effect[index])] is RecordEffect.DUPLICATED:
            yield index


def _finding(impact: BlastRadius, findings: RecordFindings, index: int) -> ReplayItem:
    finding = findings.findings([index], lambda _: None)[0]
    step, emission = _emitter(impact, findings, index, finding)
    is_duplicate = finding.effect is RecordEffect.DUPLICATED
    place = target_of if is_duplicate else source_of
    source = place(impact.topology, emission.via if emission else None, step)
    reason = ReplayReason.DUPLICATED if is_duplicate else ReplayReason.MISSING
    since = finding.arrived_at if is_duplicate else finding.due
    recorded_at = int(findings.rows.recorded_at[index])
    return ReplayItem(
        order=finding.order,
        fulfillment=finding.fulfillment,
        kind=finding.kind,
        type=finding.type,
        reason=reason,
        system=source.system,
        integration=source.integration,
        queue=source.queue,
        since=since or (min(recorded_at, impact.as_of) if is_duplicate else impact.as_of),
        why=why_text(impact.topology, reason, source),
        takes=takes_text(impact.topology, reason, source),
        value=finding.amount,
        likelihood=1.0,
    )


def _emitter(
    impact: BlastRadius, findings: RecordFindings, index: int, finding: RecordFinding
) -> tuple[Step, Emission | None]:
    """The step that causes the record, with its declaration; the first step where none does."""
    number = int(impact.columns.fulfillments.workflow[int(findings.rows.row[index])])
    workflow = impact.topology.workflows[impact.columns.dictionaries.workflows[number].key]
    for position, emission in workflow.records:
        if (emission.kind, emission.type) == (finding.kind, finding.type):
            return workflow.steps[position], emission
    return workflow.steps[0], None
