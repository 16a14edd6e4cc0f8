"""Completed items of a replay list: open before, and not open any more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graph_models.failure import Failure
from graph_models.money import from_micros
from graph_models.repair import ReplayItem, ReplayReason
from graph_models.time import Millis
from graph_models.topology import Step
from impactgraph.columns import CANCELLED, COMPLETED, RECORD_KINDS, Columns
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.impact.workflow_context import DEAD_LETTERED
from impactgraph.repair.replay import Identity, identity, order_of_list
from impactgraph.repair.sources import source_of, takes_text, why_text


def checkpoint(failures: Iterable[Failure], as_of: Millis) -> Millis | None:
    """The end of the last failure that has ended: all that it stopped was open then. None: none has ended."""
    ends = [f.ended_at for f in failures if f.ended_at is not None and f.ended_at < as_of]
    return max(ends, default=None)


def checked_off(
    impact: BlastRadius, before: Sequence[ReplayItem], remaining_items: Iterable[ReplayItem]
) -> tuple[ReplayItem, ...]:
    """What is repaired at the moment of the answer: the items of the list of an earlier moment that are not
    left, and dead letters whose order has moved on since. In the order of the list.

    What was cancelled since is no repair, and left out. Costs a look at all records and errors.
    """
    open_items = {identity(item) for item in remaining_items}
    done: dict[Identity, ReplayItem] = {}
    for item in _answered_dead_letters(impact):
        if identity(item) not in open_items:
            done[identity(item)] = item
    closed_items = [each for each in before if identity(each) not in open_items]
    moments = _Moments(impact.columns, closed_items, checkpoint(impact.failures, impact.as_of) or 0)
    for item in closed_items:
        moment = moments.of(item)
        if moment is not None:
            done[identity(item)] = replace(item, done_at=moment or impact.as_of)
    return tuple(sorted(done.values(), key=order_of_list))


@dataclass(frozen=True)
class _Moments:
    """When events showed that items were repaired."""

    columns: Columns
    items: Sequence[ReplayItem]
    open_at: Millis
    """All were open then."""

    def of(self, item: ReplayItem) -> Millis | None:
        """0 where no event shows it; None where it was cancelled."""
        f = self.columns.fulfillments
        row = self._rows.get(item.fulfillment)
        if row is None or int(f.status[row]) == CANCELLED:
            return None
        if item.kind is None:
            return _first_move(self.columns, row, max(item.since, self.open_at))
        moments = self._records.get((row, RECORD_KINDS.index(item.kind), item.type), [0])
        if item.reason is ReplayReason.DUPLICATED:
            return moments[-1]
        return next((each for each in moments if each > self.open_at), moments[-1])

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        """Row of each fulfillment by its bare key."""
        orders = self.columns.order_rows(list(dict.fromkeys(item.order for item in self.items)))
        rows = self.columns.fulfillment_rows(orders)
        return {str(self.columns.fulfillments.ids[row]): int(row) for row in rows}

    @cached_property
    def _records(self) -> Mapping[tuple[int, int, str], Sequence[Millis]]:
        """Moments of records by row of the fulfillment, index of the kind, and type, the oldest first."""
        r, types = self.columns.records, self.columns.dictionaries.types.values
        at = np.flatnonzero(np.isin(r.fulfillment, list(self._rows.values())))
        at = at[np.argsort(r.at[at], kind="stable")]
        moments: dict[tuple[int, int, str], list[Millis]] = {}
        for index in at.tolist():
            name = int(r.fulfillment[index]), int(r.kind[index]), types[int(r.type[index])]
            moments.setdefault(name, []).append(int(r.at[index]))
        return moments


def _first_move(columns: Columns, row: int, since: Millis) -> Millis:
    """When a fulfillment first entered a step or was completed after a moment; 0 where it has not."""
    f = columns.fulfillments
    last = f.ended_at[row] if f.status[row] == COMPLETED else f.entered_at[row]
    return min((each for each in (*f.entered_step_at[row].tolist(), int(last)) if each > since), default=0)


def _answered_dead_letters(impact: BlastRadius) -> Iterator[ReplayItem]:
    """Orders whose message was in the dead-letter queue of something that the failures impair, and that have
    moved on since.
    """
    columns = impact.columns
    errors, f = columns.errors, columns.fulfillments
    code = columns.dictionaries.fail_codes.find(DEAD_LETTERED)
    since = min((failure.started_at for failure in impact.failures), default=None)
    if code is None or since is None:
        return
    moved_at = np.where(f.status == COMPLETED, f.ended_at, f.entered_at)
    is_past = (errors.code == code) & (errors.at >= since) & (errors.at <= impact.as_of)
    is_past &= (moved_at[errors.fulfillment] > errors.at) & (f.status[errors.fulfillment] != CANCELLED)
    for at in np.flatnonzero(is_past).tolist():
        step, way = _place_of_error(impact, at)
        if step is not None:
            row = int(errors.fulfillment[at])
            failed_at = int(errors.at[at])
            yield _dead_letter(impact, row, step, way, (failed_at, _first_move(columns, row, failed_at)))


def _place_of_error(impact: BlastRadius, at: int) -> tuple[Step | None, str | None]:
    """The step of an error and the way of its message, where the failures impair either."""
    columns = impact.columns
    row = int(columns.errors.fulfillment[at])
    number, position = int(columns.fulfillments.workflow[row]), int(columns.errors.step[at])
    if number < 0 or position < 0:
        return None, None
    known = columns.dictionaries.workflows[number]
    workflow = impact.topology.workflows.get(known.key)
    step = next((s for s in workflow.steps if s.key == known.steps[position]), None) if workflow else None
    if step is None:
        return None, None
    impaired_elements = {impairment.element for impairment in impact.impairments}
    element = columns.dictionaries.elements.values[int(columns.errors.element[at])]
    ways = [element, *(transition.via for transition in step.then if transition.via)]
    way = next((w for w in ways if w in impaired_elements and w.startswith("integration:")), None)
    is_impaired = way is not None or element in impaired_elements or step.id in impaired_elements
    return (step, way) if is_impaired else (None, None)


def _dead_letter(
    impact: BlastRadius, row: int, step: Step, way: str | None, moments: tuple[Millis, Millis]
) -> ReplayItem:
    """`moments`: of the error, and of the event after it."""
    columns, topology = impact.columns, impact.topology
    order = int(columns.fulfillments.order[row])
    source = source_of(topology, way, step)
    currency = columns.dictionaries.currencies.values[int(columns.orders.currency[order])]
    return ReplayItem(
        order=str(columns.orders.ids[order]),
        fulfillment=str(columns.fulfillments.ids[row]),
        kind=None,
        type=step.id,
        reason=ReplayReason.DEAD_LETTERED,
        system=source.system,
        integration=source.integration,
        queue=source.queue,
        since=moments[0],
        why=why_text(topology, ReplayReason.DEAD_LETTERED, source),
        takes=takes_text(topology, ReplayReason.DEAD_LETTERED, source),
        value=from_micros(int(columns.fulfillments.value[row]), currency),
        likelihood=1.0,
        done_at=moments[1],
    )
