"""Evidence on a few orders in one snapshot, and their diagnoses.

Evidence: impacts of failures, findings on records, peers in the same step, and suspected elements.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graph_models.diagnosis import Cause, CommonFactor, Diagnosis, PeerGroup, RecordFinding
from graph_models.enums import Band, RecordKind
from graph_models.impact import AffectedRecord
from graph_models.orders import Order
from graph_models.zones import TextClock
from impactgraph.columns import Codes, Ints
from impactgraph.diagnosis.common import OverdueState, common_factors
from impactgraph.diagnosis.overdue import limits, peers_of
from impactgraph.diagnosis.records import Causes, RecordSearch, find_records
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.diagnosis.why import FulfillmentState, Situation, diagnose
from impactgraph.diagnosis.why.ahead import ExpectedSteps
from impactgraph.diagnosis.why.impacts import impacts_in
from impactgraph.impact.scope_gaps import ScopeGap, scope_gaps
from impactgraph.messages.messages import CustomerMessages
from impactgraph.ports.state import OrderTimeline
from impactgraph.usecases.outlooks import Outlooks
from impactgraph.usecases.pages import MOST
from impactgraph.usecases.snapshot import Snapshot
from impactgraph.usecases.suspects import suspects_in
from impactgraph.usecases.wording import DEFAULT_WORDING, Wording

_CONTROLS = 2_000
"""Sample size of the fulfillments that the overdue ones of a step are compared with: enough to identify one
factor, few enough for a fast answer.
"""


@dataclass(frozen=True)
class Case:
    """An order with its diagnosis and the evidence for diagnosis and timeline."""

    situation: Situation
    diagnosis: Diagnosis
    messages: CustomerMessages
    """Those that may be sent to the customer."""
    expected_steps: Mapping[str, ExpectedSteps]
    """Remaining steps of its parts, by bare key of the fulfillment."""
    records: tuple[AffectedRecord, ...] = ()
    """Those that active failures affect."""
    events: OrderTimeline | None = None
    """What is recorded of it; None where the store does not tell."""


class Examination(Outlooks):
    """Of a few orders in one snapshot."""

    def __init__(
        self,
        s: Snapshot,
        orders: Mapping[str, Order],
        events: Mapping[str, OrderTimeline],
        wording: Wording = DEFAULT_WORDING,
    ) -> None:
        """`orders` and `events` by bare key."""
        super().__init__(s, orders, events, timezone=wording.timezone)
        self.wording = wording
        self._peers: dict[tuple[int, int, int], PeerGroup | None] = {}
        self._factors: dict[tuple[int, int], tuple[tuple[CommonFactor, Codes], ...]] = {}

    def cases(self) -> dict[str, Case]:
        return {key: self._case(order) for key, order in self.orders.items()}

    # ---- records

    @cached_property
    def _affected_records(self) -> dict[str, list[AffectedRecord]]:
        """By bare key of the order."""
        records: dict[str, list[AffectedRecord]] = {}
        if self.joint_impact is not None and self.joint_impact.affected_records:
            kinds = {group.emission.kind for group in self.joint_impact.affected_records}
            for kind in (kind for kind in RecordKind if kind in kinds):
                for record in self.joint_impact.records(kind, first=MOST).items:
                    records.setdefault(record.order, []).append(record)
        return records

    @cached_property
    def _findings(self) -> dict[str, list[RecordFinding]]:
        """By bare key of the order."""
        s = self.snapshot
        findings = find_records(
            s.topology,
            s.columns,
            s.durations,
            s.at,
            RecordSearch(self.rows, s.column_index.ordered_records, s.system_lists, s.store.documents),
            transports=s.diagnosis_baseline.transports,
        )
        if not len(findings):
            return {}
        begun_failures = self.relevant(s.begun_failures)
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
        outlooks = [self.outlook(order, part) for part in order.fulfillments]
        states = tuple(outlook.state for outlook in outlooks)
        events = self.events.get(order.key)
        situation = Situation(
            order=order,
            at=self.snapshot.at,
            fulfillments=states,
            findings=tuple(self._findings.get(order.key, ())),
            records=events.records if events is not None else (),
            edits=events.edits if events is not None else (),
            blame=self.blame.get(order.key, ()),
            timezone=self.wording.timezone,
            failures={failure.key: failure for failure in self.snapshot.failures},
        )
        situation = self._with_suspects(self._with_peers(situation))
        diagnosis = diagnose(self.snapshot.topology, situation)
        messages = self._messages(order, diagnosis)
        return Case(
            situation=situation,
            diagnosis=replace(
                diagnosis,
                customer_message=messages.write().text,
                left_out=tuple(self._left_out(order)),
            ),
            messages=messages,
            expected_steps={
                outlook.state.fulfillment.key: outlook.expected_steps
                for outlook in outlooks
                if outlook.expected_steps is not None
            },
            records=tuple(self._affected_records.get(order.key, ())),
            events=events,
        )

    def _messages(self, order: Order, diagnosis: Diagnosis) -> CustomerMessages:
        assert diagnosis.customer_facts is not None, "every diagnosis has them"
        return CustomerMessages(
            catalogues=self.wording.messages,
            topology=self.snapshot.topology,
            order=order,
            facts=diagnosis.customer_facts,
            now=self.snapshot.at,
            next_at=diagnosis.next_expected,
            texts=diagnosis.customer_texts,
        )

    @cached_property
    def _scope_gaps(self) -> tuple[ScopeGap, ...]:
        """Values in the scopes of active failures that nothing has."""
        s = self.snapshot
        return scope_gaps(s.columns, s.topology, s.active_failures)

    def _left_out(self, order: Order) -> Iterator[str]:
        """A sentence on each failure on the way of the order that does not count, or not as reported."""
        if not self._scope_gaps:
            return
        ways = self.ways_of([order])
        for gap in self._scope_gaps:
            if not self.snapshot.dependents(gap.failure.target).isdisjoint(ways):
                yield gap.sentence

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
        clock = TextClock(self.snapshot.at, self.timezone)
        return tuple(
            (suspect.cause_by(clock), self._would_hold(suspect)) for suspect in suspects_in(self.snapshot)
        )

    def _would_hold(self, suspect: Suspect) -> frozenset[str]:
        if not self.relevant([suspect.failure]):
            return frozenset()
        return frozenset(
            key
            for key, impacts in impacts_in(self.assess([suspect.failure])).items()
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
        return limits(s.topology, s.columns, s.diagnosis_baseline.dwell_times, s.durations, rows)

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
                s.columns, s.topology, s.diagnosis_baseline.dwell_times, overdue, at=s.at, among=in_place
            )
            factors = common_factors(state, controls=_CONTROLS)
            self._factors[place] = tuple((each.factor, each.rows) for each in factors)
        return self._factors[place]


def _is_held(part: FulfillmentState) -> bool:
    return any(impact.holds for impact in part.impacts)
