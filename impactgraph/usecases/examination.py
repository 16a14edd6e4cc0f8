"""Evidence on a few orders in one snapshot, and their diagnoses.

Evidence: impacts of failures, findings on records, peers in the same step, and suspected elements.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graph_models.diagnosis import Cause, CommonFactor, Diagnosis, PeerGroup, RecordFinding
from graph_models.enums import Band, RecordKind
from graph_models.failure import Failure
from graph_models.impact import AffectedRecord, Question
from graph_models.orders import Fulfillment, Order, OrderFilter
from impactgraph.columns import Codes, Ints
from impactgraph.diagnosis.common import OverdueState, common_factors
from impactgraph.diagnosis.overdue import limits, peers_of
from impactgraph.diagnosis.records import Causes, RecordSearch, find_records
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.diagnosis.why import FulfillmentState, Impact, Situation, diagnose
from impactgraph.diagnosis.why.ahead import ExpectedSteps
from impactgraph.diagnosis.why.fulfillments import (
    EvidenceSources,
    FulfillmentEvidence,
    FulfillmentOutlook,
    outlook_of,
)
from impactgraph.diagnosis.why.impacts import ImpactsByFulfillment, impacts_in, steps_in
from impactgraph.forecast.plan import order_scope
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.ports.store import OrderTimeline
from impactgraph.usecases.blast_radius import assess
from impactgraph.usecases.pages import MOST
from impactgraph.usecases.snapshot import Snapshot
from impactgraph.usecases.suspects import suspects_in

_CONTROLS = 2_000
"""Sample size of the fulfillments that the overdue ones of a step are compared with: enough to identify one
factor, few enough for a fast answer.
"""
_EVERYWHERE = ("location:", "workflow:")
"""Kinds of elements that orders are in, rather than need."""


@dataclass(frozen=True)
class Case:
    """An order with its diagnosis and the evidence for diagnosis and timeline."""

    situation: Situation
    diagnosis: Diagnosis
    expected_steps: Mapping[str, ExpectedSteps]
    """Remaining steps of its parts, by bare key of the fulfillment."""
    records: tuple[AffectedRecord, ...] = ()
    """Those that active failures affect."""
    events: OrderTimeline | None = None
    """What is recorded of it, where that had to be read for the diagnosis."""


class Examination:
    """Of a few orders in one snapshot."""

    def __init__(self, s: Snapshot, orders: Mapping[str, Order], events: Mapping[str, OrderTimeline]) -> None:
        """`events`: of the orders that an error was reported of; both by bare key."""
        self.snapshot, self.orders, self.events = s, orders, events
        self.rows = s.columns.fulfillment_rows(s.columns.order_rows(list(orders)))
        ids = s.columns.fulfillments.ids
        self.row_of = {str(ids[row]): int(row) for row in self.rows}
        stays = s.diagnosis_baseline.stays
        self._sources = EvidenceSources(s.topology, s.columns, s.durations, stays, s.at)
        self._peers: dict[tuple[int, int, int], PeerGroup | None] = {}
        self._factors: dict[tuple[int, int], tuple[tuple[CommonFactor, Codes], ...]] = {}

    def cases(self) -> dict[str, Case]:
        return {key: self._case(order) for key, order in self.orders.items()}

    # ---- what failures do

    def _assess(self, failures: Iterable[Failure], orders: Sequence[str] | None = None) -> BlastRadius:
        """Blast radius of these failures on the orders; `orders`: only these of them, by bare key."""
        keys = tuple(self.orders if orders is None else orders)
        columns = self.snapshot.columns
        rows = (
            self.rows
            if len(keys) == len(self.orders)
            else columns.fulfillment_rows(columns.order_rows(list(keys)))
        )
        return assess(self.snapshot, Question(where=OrderFilter(ids=keys)), tuple(failures), rows)

    def _relevant(self, failures: Iterable[Failure]) -> tuple[Failure, ...]:
        """The failures that can affect an element of the workflows of these orders."""
        return tuple(failure for failure in failures if self._can_affect(failure))

    def _can_affect(self, failure: Failure) -> bool:
        if failure.target.startswith(_EVERYWHERE):
            return True
        return self._is_on_the_way(failure) and bool(
            self.snapshot.membership.in_scope(self.rows, order_scope(failure.scope)).any()
        )

    def _is_on_the_way(self, failure: Failure) -> bool:
        return not self.snapshot.dependents(failure.target).isdisjoint(self._ways)

    @cached_property
    def _ways(self) -> frozenset[str]:
        """Ids of all steps, hand-offs and record integrations of their workflows."""
        keys = {part.workflow for order in self.orders.values() for part in order.fulfillments}
        by_key = self.snapshot.topology.workflows
        workflows = [by_key[key] for key in keys if key in by_key]
        steps = {step.id for workflow in workflows for step in workflow.steps}
        ways = {t.via for workflow in workflows for step in workflow.steps for t in step.then if t.via}
        return frozenset(
            steps | ways | {e.via for workflow in workflows for _, e in workflow.records if e.via}
        )

    @cached_property
    def _relevant_active(self) -> tuple[Failure, ...]:
        return self._relevant(self.snapshot.active_failures)

    @cached_property
    def _joint_impact(self) -> BlastRadius | None:
        """Of all active failures together; None where none of them can affect an order."""
        return self._assess(self.snapshot.active_failures) if self._relevant_active else None

    @cached_property
    def _joint_impacts(self) -> ImpactsByFulfillment:
        return impacts_in(self._joint_impact) if self._joint_impact is not None else {}

    @cached_property
    def _single_impacts(self) -> ImpactsByFulfillment:
        """Of each active failure by itself, on the orders for which the joint answer names another one."""
        hits: dict[str, list[Impact]] = {}
        for failure in self._relevant_active if len(self.snapshot.active_failures) > 1 else ():
            other_orders = [key for key, order in self.orders.items() if not self._is_blamed(order, failure)]
            for key, of_part in (
                impacts_in(self._assess([failure], other_orders)).items() if other_orders else ()
            ):
                hits.setdefault(key, []).extend(of_part)
        return hits

    def _is_blamed(self, order: Order, failure: Failure) -> bool:
        return any(
            failure in hit.failures
            for part in order.fulfillments
            for hit in self._joint_impacts.get(part.key, ())
        )

    @cached_property
    def _past_impact(self) -> tuple[BlastRadius, ...]:
        """Of all failures that ended while one of the orders was in flight. Of one that occurred several
        times then, each episode is in an answer of its own.
        """
        since = min(order.placed_at for order in self.orders.values())
        rounds: list[list[Failure]] = []
        for failure in self.snapshot.failures:
            ended = (e for e in failure.episodes if e.ended_at and since < e.ended_at <= self.snapshot.at)
            for number, episode in enumerate(ended):
                if number == len(rounds):
                    rounds.append([])
                rounds[number].append(episode)
        return tuple(self._assess(episodes) for episodes in rounds if self._relevant(episodes))

    @cached_property
    def _past_impacts(self) -> ImpactsByFulfillment:
        impacts: dict[str, list[Impact]] = {}
        for radius in self._past_impact:
            for key, of_part in impacts_in(radius).items():
                impacts.setdefault(key, []).extend(of_part)
        return impacts

    @cached_property
    def _affected_records(self) -> dict[str, list[AffectedRecord]]:
        """By bare key of the order."""
        records: dict[str, list[AffectedRecord]] = {}
        if self._joint_impact is not None and self._joint_impact.affected_records:
            kinds = {group.emission.kind for group in self._joint_impact.affected_records}
            for kind in (kind for kind in RecordKind if kind in kinds):
                for record in self._joint_impact.records(kind, first=MOST).items:
                    records.setdefault(record.order, []).append(record)
        return records

    # ---- records

    @cached_property
    def _findings(self) -> dict[str, list[RecordFinding]]:
        """By bare key of the order."""
        s = self.snapshot
        findings = find_records(
            s.topology,
            s.columns,
            s.durations,
            s.at,
            RecordSearch(self.rows, s.column_index.ordered_records),
            transports=s.diagnosis_baseline.transports,
        )
        if not len(findings):
            return {}
        begun_failures = self._relevant(s.begun_failures)
        # no tallies: records of other orders are no evidence for this one
        causes = Causes(
            findings,
            s.impairments_of(begun_failures),
            {failure.key: failure for failure in begun_failures},
            (),
        )
        by_order: dict[str, list[RecordFinding]] = {}
        for finding in findings.findings(cause_of=causes.of):
            by_order.setdefault(finding.order, []).append(finding)
        return by_order

    # ---- one order

    def _case(self, order: Order) -> Case:
        outlooks = [self._outlook(order, part) for part in order.fulfillments]
        states = tuple(outlook.state for outlook in outlooks)
        situation = Situation(order, self.snapshot.at, states, tuple(self._findings.get(order.key, ())))
        situation = self._with_suspects(self._with_peers(situation))
        return Case(
            situation=situation,
            diagnosis=diagnose(self.snapshot.topology, situation),
            expected_steps={
                outlook.state.fulfillment.key: outlook.expected_steps
                for outlook in outlooks
                if outlook.expected_steps is not None
            },
            records=tuple(self._affected_records.get(order.key, ())),
            events=self.events.get(order.key),
        )

    def _outlook(self, order: Order, part: Fulfillment) -> FulfillmentOutlook:
        impacts = [
            *self._joint_impacts.get(part.key, ()),
            *self._single_impacts.get(part.key, ()),
            *self._past_impacts.get(part.key, ()),
        ]
        row = self.row_of[part.key]
        return outlook_of(
            self._sources,
            order,
            FulfillmentEvidence(part, row, impacts, self._error_text(order, part)),
            lambda impact: steps_in(self._radius_of(impact), row),
        )

    def _error_text(self, order: Order, part: Fulfillment) -> str:
        """Message of the last error of the part; empty where there is none."""
        events = self.events.get(order.key)
        entries = events.entries if events is not None else ()
        texts = [
            entry.message
            for entry in entries
            if entry.kind == "fulfillment.failed" and entry.fulfillment == part.key
        ]
        return texts[-1] or "" if texts else ""

    def _radius_of(self, impact: Impact) -> BlastRadius:
        if not impact.is_active:
            return next(each for each in self._past_impact if set(impact.failures) <= set(each.failures))
        assert self._joint_impact is not None
        return self._joint_impact

    def _with_peers(self, situation: Situation) -> Situation:
        """Adds the peers in the step of the part that is longest overdue, else of one that failed or is
        held.
        """
        stopped_parts = (part for part in situation.in_flight if part.error is not None or _is_held(part))
        part = next(iter((*situation.overdue, *stopped_parts)), None)
        if part is None:
            return situation
        row = self.row_of[part.fulfillment.key]
        common = self._common_factors(row) if situation.overdue and not _is_held(part) else ()
        return replace(
            situation,
            peers=self._peers_of(row, tuple(factor for factor, _ in common)),
            shared_factors=tuple(
                f"{factor.dimension} {factor.value}" for factor, rows in common if row in rows
            ),
        )

    def _with_suspects(self, situation: Situation) -> Situation:
        """Adds elements whose failure would explain why it is overdue or has an error, where no failure
        on record holds it.
        """
        failed_parts = (part for part in situation.in_flight if part.error is not None)
        unexplained_parts = {
            part.fulfillment.key for part in (*situation.overdue, *failed_parts) if not _is_held(part)
        }
        if not unexplained_parts:
            return situation
        causes = tuple(cause for cause, keys in self._suspects if not keys.isdisjoint(unexplained_parts))
        return replace(situation, suspects=causes)

    @cached_property
    def _suspects(self) -> tuple[tuple[Cause, frozenset[str]], ...]:
        """Suspected causes, each with the parts that the suspected failure would hold."""
        return tuple((suspect.cause, self._would_hold(suspect)) for suspect in suspects_in(self.snapshot))

    def _would_hold(self, suspect: Suspect) -> frozenset[str]:
        if not self._relevant([suspect.failure]):
            return frozenset()
        return frozenset(
            key
            for key, impacts in impacts_in(self._assess([suspect.failure])).items()
            if any(impact.is_probable and impact.band in (Band.STUCK, Band.EXPOSED) for impact in impacts)
        )

    def _peers_of(self, row: int, factors: tuple[CommonFactor, ...]) -> PeerGroup | None:
        f = self.snapshot.columns.fulfillments
        place = int(f.workflow[row]), int(f.step[row]), int(f.location[row])
        if place not in self._peers:
            self._peers[place] = peers_of(self.snapshot.columns, self._limits, row, self.snapshot.at, factors)
        return self._peers[place]

    def _limits(self, rows: Codes) -> Ints:
        s = self.snapshot
        return limits(s.topology, s.columns, s.diagnosis_baseline.stays, s.durations, rows)

    def _common_factors(self, row: int) -> tuple[tuple[CommonFactor, Codes], ...]:
        """Values that the overdue fulfillments of its step share, each with the fulfillments that have it."""
        s = self.snapshot
        f = s.columns.fulfillments
        place = int(f.workflow[row]), int(f.step[row])
        if place not in self._factors:
            rows = s.columns.rows_at(*place)
            in_place = np.zeros(len(f), bool)
            in_place[rows] = True
            overdue = np.zeros(len(f), bool)
            overdue[rows] = (f.entered_at[rows] > 0) & (s.at - f.entered_at[rows] > self._limits(rows))
            state = OverdueState(
                s.columns, s.topology, s.diagnosis_baseline.stays, overdue, at=s.at, among=in_place
            )
            factors = common_factors(state, controls=_CONTROLS)
            self._factors[place] = tuple((each.factor, each.rows) for each in factors)
        return self._factors[place]


def _is_held(part: FulfillmentState) -> bool:
    return any(impact.holds for impact in part.impacts)
