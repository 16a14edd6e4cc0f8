"""Counts over the traces of each workflow: visits, transitions, records."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple, TypeAlias

from graph_models.enums import RecordKind
from graph_models.time import Millis
from impactgraph.discovery.location_kinds import location_kind
from impactgraph.discovery.samples import Sample
from impactgraph.discovery.traces import Entry, Trace

_VISITS = 20_000
_RECORDS = 2_000
DIMENSIONS = ("location_kinds", "channels", "modes", "regions")
"""What a transition can depend on, as the fields of `when`; the first that explains it counts."""


RecordKey: TypeAlias = tuple[RecordKind, str]
"""Kind and type."""


class EndedVisit(NamedTuple):
    left_at: Millis
    dwell: Millis
    lead: Millis
    """From the placement to the end of the visit."""


class OpenVisit(NamedTuple):
    """A visit whose end was not seen: open at the end of the log, or cut off by a cancellation or reroute."""

    entered_at: Millis
    until: Millis | None
    """None: the end of the log."""


class RecordSighting(NamedTuple):
    """A record beside the moments at which its fulfillment left its steps."""

    at: Millis
    left: Mapping[str, Millis]
    entered: Mapping[str, Millis]
    ratio: float | None
    """Amount by value of the fulfillment."""


@dataclass(slots=True)
class RecordTally:
    fulfillments: int = 0
    """With the record."""
    repeats: int = 0
    """Further records of the same type of a fulfillment."""
    after: Counter[str] = field(default_factory=Counter[str])
    """Fulfillments with the record that left each step."""
    channels: Counter[str] = field(default_factory=Counter[str])
    sightings: Sample[RecordSighting] = field(default_factory=lambda: Sample[RecordSighting](_RECORDS))


@dataclass(slots=True)
class StepTally:
    visits: int = 0
    fulfillments: int = 0
    """That visited it."""
    first: int = 0
    """Fulfillments that began here."""
    left: int = 0
    """Fulfillments that left it for another step or completed in it."""
    position: int = 0
    """Sum over the fulfillments of how many other steps they had visited before."""
    next: Counter[str] = field(default_factory=Counter[str])
    returns: Counter[str] = field(default_factory=Counter[str])
    """Of `next`: those to a step that the fulfillment had visited before."""
    next_by: Counter[tuple[int, str, str]] = field(default_factory=Counter[tuple[int, str, str]])
    """`next` by (place in DIMENSIONS, value, next)."""
    completed: int = 0
    cancelled: int = 0
    rerouted: int = 0
    failed: int = 0
    open: int = 0
    """Visits that the end of the log cut."""
    sources: Counter[str] = field(default_factory=Counter[str])
    first_at: Millis | None = None
    last_at: Millis | None = None
    """Of its visits: when the first and the last began."""
    ended: Sample[EndedVisit] = field(default_factory=lambda: Sample[EndedVisit](_VISITS))
    unended: Sample[OpenVisit] = field(default_factory=lambda: Sample[OpenVisit](_VISITS))
    late_leaves: list[tuple[Millis, frozenset[RecordKey]]] = field(
        default_factory=list[tuple[Millis, frozenset[RecordKey]]]
    )
    """When fulfillments left it, and their records, of the last traces of the log: records may be to come."""


@dataclass(slots=True)
class WorkflowTally:
    fulfillments: int = 0
    completed: int = 0
    cancelled: int = 0
    steps: dict[str, StepTally] = field(default_factory=lambda: defaultdict(StepTally))
    records: dict[tuple[RecordKind, str], RecordTally] = field(
        default_factory=lambda: defaultdict(RecordTally)
    )
    channels: Counter[str] = field(default_factory=Counter[str])
    modes: Counter[str] = field(default_factory=Counter[str])
    regions: Counter[str] = field(default_factory=Counter[str])

    def add(self, trace: Trace, *, is_late: bool = False) -> None:
        """Counts a fulfillment, and all that its trace has. `is_late`: more of it may have come later."""
        self.fulfillments += 1
        if trace.placement is not None:
            self.channels[trace.placement.channel] += 1
            self.modes[trace.placement.mode] += 1
            if trace.placement.region:
                self.regions[trace.placement.region] += 1
        ended_at = trace.cancelled_at or trace.completed_at
        self.completed += trace.cancelled_at is None and ended_at is not None
        self.cancelled += trace.cancelled_at is not None
        visits = list(_visits(trace))
        _count_visits(self, trace, visits)
        _count_failures(self, trace, visits)
        _count_records(self, trace, visits, is_late=is_late)


@dataclass(slots=True)
class _Visit:
    entry: Entry
    left_at: Millis | None = None
    next: Entry | None = None
    end: str = "open"
    """`next`, `completed`, `cancelled`, `rerouted` or `open`."""


def _visits(trace: Trace) -> Iterator[_Visit]:
    """Its visits by time. A step that is entered twice at one moment counts once."""
    entries = sorted(trace.entries)
    entries = [
        entry
        for index, entry in enumerate(entries)
        if index == 0 or (entry.at, entry.step) != (entries[index - 1].at, entries[index - 1].step)
    ]
    for entry, following in zip_longest(entries, entries[1:]):
        if following is not None:
            yield _Visit(entry, following.at, following, "rerouted" if following.workflow else "next")
        elif trace.cancelled_at is not None and trace.cancelled_at >= entry.at:
            yield _Visit(entry, trace.cancelled_at, None, "cancelled")
        elif trace.completed_at is not None and trace.completed_at >= entry.at:
            yield _Visit(entry, trace.completed_at, None, "completed")
        else:
            yield _Visit(entry)


def _count_visits(tally: WorkflowTally, trace: Trace, visits: Sequence[_Visit]) -> None:
    placed_at = trace.placement.at if trace.placement else None
    earlier: set[str] = set()
    left_steps: set[str] = set()
    values = _values(trace)
    for index, visit in enumerate(visits):
        entry = visit.entry
        step = tally.steps[entry.step]
        step.visits += 1
        step.sources[entry.source] += 1
        step.first_at = entry.at if step.first_at is None else min(step.first_at, entry.at)
        step.last_at = entry.at if step.last_at is None else max(step.last_at, entry.at)
        step.first += index == 0
        if entry.step not in earlier:
            step.fulfillments += 1
            step.position += len(earlier)
        earlier.add(entry.step)
        _count_end(step, visit, placed_at, earlier, values)
        if visit.end in ("next", "completed") and entry.step not in left_steps:
            left_steps.add(entry.step)
            step.left += 1


def _count_end(
    step: StepTally,
    visit: _Visit,
    placed_at: Millis | None,
    earlier_steps: set[str],
    values: Sequence[str | None],
) -> None:
    entered_at, left_at = visit.entry.at, visit.left_at
    if left_at is None or visit.end in ("cancelled", "rerouted"):
        step.unended.add(OpenVisit(entered_at, left_at))
        step.open += left_at is None
        step.cancelled += visit.end == "cancelled"
        step.rerouted += visit.end == "rerouted"
        return
    lead = left_at - min(entered_at, entered_at if placed_at is None else placed_at)
    step.ended.add(EndedVisit(left_at, left_at - entered_at, lead))
    if visit.next is None:
        step.completed += 1
        return
    target = visit.next.step
    step.next[target] += 1
    step.returns[target] += target in earlier_steps
    for place, value in enumerate(values):
        if value is not None:
            step.next_by[place, value, target] += 1


def _values(trace: Trace) -> tuple[str | None, ...]:
    """By place in DIMENSIONS."""
    kind = location_kind(trace.location) if trace.location else None
    if trace.placement is None:
        return (kind, None, None, None)
    return (kind, trace.placement.channel, trace.placement.mode, trace.placement.region)


def _count_failures(tally: WorkflowTally, trace: Trace, visits: Sequence[_Visit]) -> None:
    for at in trace.failures:
        before = [visit.entry.step for visit in visits if visit.entry.at <= at]
        if before:
            tally.steps[before[-1]].failed += 1


def _count_records(tally: WorkflowTally, trace: Trace, visits: Sequence[_Visit], *, is_late: bool) -> None:
    left_steps: dict[str, Millis] = {}
    entered_moments: dict[str, Millis] = {}
    for visit in visits:
        entered_moments.setdefault(visit.entry.step, visit.entry.at)
        if visit.left_at is not None and visit.end in ("next", "completed"):
            left_steps.setdefault(visit.entry.step, visit.left_at)
    earlier: set[RecordKey] = set()
    for record in sorted(trace.records, key=lambda record: record.at):
        key = (record.kind, record.type)
        counts = tally.records[key]
        if key in earlier:
            counts.repeats += 1
            continue
        earlier.add(key)
        counts.fulfillments += 1
        for step in left_steps:
            counts.after[step] += 1
        if record.channel:
            counts.channels[record.channel] += 1
        ratio = record.amount / trace.value if record.amount is not None and trace.value else None
        counts.sightings.add(RecordSighting(record.at, left_steps, entered_moments, ratio))
    if is_late:
        for step, at in left_steps.items():
            tally.steps[step].late_leaves.append((at, frozenset(earlier)))
