"""A draft topology from the events of a log."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from graph_models.counts import say_count
from graph_models.time import Millis
from impactgraph.discovery.doubts import workflow_doubts
from impactgraph.discovery.draft import (
    Doubt,
    LocationDraft,
    RecordDraft,
    StepDraft,
    TopologyDraft,
    TransitionDraft,
    WorkflowDraft,
)
from impactgraph.discovery.draft_records import records_by_step
from impactgraph.discovery.draft_steps import frequent_steps, transitions
from impactgraph.discovery.dwell_times import estimate_dwell
from impactgraph.discovery.keys import distinct_keys
from impactgraph.discovery.location_kinds import location_kind
from impactgraph.discovery.log_span import log_span
from impactgraph.discovery.tallies import StepTally, WorkflowTally
from impactgraph.discovery.traces import Trace, Traces
from impactgraph.ingest.events import Event, FailureData, InventoryReported

MINIMUM = 0.01
"""Share below which steps and transitions are left out, by default."""
UNKNOWN = "unknown"
"""Workflow of fulfillments of a log that names none."""


@dataclass(slots=True)
class Discovery:
    """Collects the events of a log. The core of `impactgraph discover`: no file, no clock."""

    minimum: float = MINIMUM
    unreadable: int = 0
    other_events: int = 0
    fulfillments: int = 0
    cut: int = 0
    open: int = 0
    _traces: Traces = field(default_factory=Traces)
    _workflows: dict[str, WorkflowTally] = field(default_factory=lambda: defaultdict(WorkflowTally))
    _nameless: WorkflowTally = field(default_factory=WorkflowTally)
    """Of fulfillments without a placement."""
    _locations: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter[str]))
    """Regions of the fulfillments of each location; empty where they have none."""

    def add(self, event: Event) -> None:
        if isinstance(event.data, FailureData) or isinstance(event, InventoryReported):
            self.other_events += 1
            return
        for trace in self._traces.add(event):
            self._count(trace)

    def draft(self) -> TopologyDraft:
        """The draft of all that was added. Nothing can be added afterwards."""
        for trace in self._traces.rest():
            self._count(trace, is_late=True)
        begin, end, stray = log_span(self._traces.hours)
        tallies = dict(self._workflows) or {UNKNOWN: self._nameless}
        tallies = {name: tally for name, tally in tallies.items() if tally.fulfillments}
        keys = distinct_keys(sorted(tallies))
        workflows: list[WorkflowDraft] = []
        doubts = self._doubts(stray, is_nameless=UNKNOWN in tallies and not self._workflows)
        for name, tally in sorted(tallies.items(), key=lambda item: (-item[1].fulfillments, item[0])):
            workflow = self._workflow(keys[name], name, tally, begin, end)
            if workflow.steps:
                workflows.append(workflow)
            doubts += workflow_doubts(workflow, tally, self.minimum, (begin, end))
        return TopologyDraft(
            events=self._traces.events,
            other_events=self.other_events,
            unreadable=self.unreadable,
            begin=begin,
            end=end,
            fulfillments=self.fulfillments,
            cut=self.cut,
            open=self.open,
            minimum=self.minimum,
            workflows=tuple(workflows),
            locations=tuple(self._location_drafts()),
            doubts=tuple(doubts),
        )

    def _count(self, trace: Trace, *, is_late: bool = False) -> None:
        self.fulfillments += 1
        self.open += trace.completed_at is None and trace.cancelled_at is None
        if trace.placement is None or trace.workflow is None:
            self.cut += 1
            self._nameless.add(trace, is_late=is_late)
            return
        self._workflows[trace.workflow].add(trace, is_late=is_late)
        if trace.location:
            self._locations[trace.location][trace.placement.region or ""] += 1

    def _doubts(self, stray: int, *, is_nameless: bool) -> list[Doubt]:
        doubts: list[Doubt] = []
        if self.unreadable:
            doubts.append(
                Doubt(
                    "",
                    f"{say_count(self.unreadable, 'line is no event', 'lines are no events')}; "
                    "`impactgraph ingest` says why.",
                )
            )
        if stray:
            doubts.append(
                Doubt(
                    "",
                    f"{say_count(stray, 'event lies', 'events lie')} far before or after all others; the log "
                    f"ends without {'it' if stray == 1 else 'them'}.",
                )
            )
        if is_nameless:
            doubts.append(
                Doubt("", "no event places an order: all fulfillments are taken as one workflow, `unknown`.")
            )
        elif self.cut:
            has = "has" if self.cut == 1 else "have"
            doubts.append(
                Doubt(
                    "",
                    f"{self.cut:,} of {say_count(self.fulfillments, 'fulfillment')} {has} no placement in "
                    "the log: what began before it, or came after all else of its order, counts nowhere.",
                )
            )
        return doubts

    def _workflow(
        self, key: str, name: str, tally: WorkflowTally, begin: Millis, end: Millis
    ) -> WorkflowDraft:
        names = frequent_steps(tally, self.minimum)
        records = records_by_step(tally, names)
        step_keys = distinct_keys(names)
        steps = [
            self._step(each, key, step_keys, tally.steps[each], records.get(each, []), (begin, end))
            for each in names
        ]
        return WorkflowDraft(
            key=key,
            name=name,
            fulfillments=tally.fulfillments,
            completed=tally.completed,
            cancelled=tally.cancelled,
            channels=dict(tally.channels.most_common()),
            modes=dict(tally.modes.most_common()),
            regions=dict(tally.regions.most_common()),
            steps=tuple(steps),
        )

    def _step(
        self,
        name: str,
        workflow: str,
        keys: dict[str, str],
        tally: StepTally,
        records: Sequence[RecordDraft],
        span: tuple[Millis, Millis],
    ) -> StepDraft:
        then, ends_share, _ = transitions(tally, keys, self.minimum)
        return StepDraft(
            key=keys[name],
            name=name,
            system=f"unknown-{workflow}-{keys[name]}",
            source=tally.sources.most_common(1)[0][0],
            fulfillments=tally.fulfillments,
            visits=tally.visits,
            dwell=estimate_dwell(tally.ended, tally.unended, *span),
            then=tuple(_rename_targets(then, name, keys)),
            records=tuple(records),
            completed=tally.completed,
            ends_share=ends_share,
            cancelled=tally.cancelled,
            rerouted=tally.rerouted,
            failed=tally.failed,
            open=tally.open,
        )

    def _location_drafts(self) -> Iterator[LocationDraft]:
        for key, regions in sorted(self._locations.items()):
            count = regions.total()
            region, most = regions.most_common(1)[0]
            is_sure = region and most >= 0.9 * count
            yield LocationDraft(key, location_kind(key), region if is_sure else None, count)


def _rename_targets(
    then: Sequence[TransitionDraft], step: str, keys: dict[str, str]
) -> Iterator[TransitionDraft]:
    """With keys for names, which are in the order of the steps."""
    order = list(keys)
    for each in then:
        is_backward = order.index(each.step) <= order.index(step)
        yield replace(each, step=keys[each.step], is_backward=is_backward)
