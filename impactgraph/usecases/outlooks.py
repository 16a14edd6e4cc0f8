"""Effects of failures on a few orders in one snapshot, and the expected ends of their current steps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from graph_models.diagnosis import Blame
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.orders import Fulfillment, Order, OrderFilter
from graph_models.time import Millis
from graph_models.zones import UTC
from impactgraph.diagnosis.why import Impact, Situation
from impactgraph.diagnosis.why.diagnose import next_dates
from impactgraph.diagnosis.why.fulfillments import (
    EvidenceSources,
    FulfillmentEvidence,
    FulfillmentOutlook,
    outlook_of,
)
from impactgraph.diagnosis.why.impacts import ImpactsByFulfillment, impacts_in, steps_in
from impactgraph.forecast.segment import order_scope
from impactgraph.impact.blame import CombinedAnswers, blame_by_order, combinations_to_ask
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.ports.state import OrderTimeline
from impactgraph.usecases.blast_radius import assess
from impactgraph.usecases.snapshot import Snapshot

_EVERYWHERE = ("location:", "workflow:")
"""Kinds of elements that orders are in, rather than need."""


class Outlooks:
    """Of a few orders in one snapshot: one forecast for all of them and each group of failures."""

    def __init__(
        self,
        s: Snapshot,
        orders: Mapping[str, Order],
        events: Mapping[str, OrderTimeline] | None = None,
        *,
        timezone: str = UTC,
    ) -> None:
        """`events`: what is recorded of orders with an error, for its text; both by bare key. `timezone`: of
        the times in sentences.
        """
        self.timezone = timezone
        self.snapshot, self.orders, self.events = s, orders, events or {}
        self.rows = s.columns.fulfillment_rows(s.columns.order_rows(list(orders)))
        ids = s.columns.fulfillments.ids
        self.row_of = {str(ids[row]): int(row) for row in self.rows}
        dwell_times = s.diagnosis_baseline.dwell_times
        self._sources = EvidenceSources(s.topology, s.columns, s.durations, dwell_times, s.at)

    def next_dates(self) -> dict[str, Millis | None]:
        """By bare key of each fulfillment, when it leaves its step, as its diagnosis says; None where that
        gives no date.
        """
        dates: dict[str, Millis | None] = {}
        for order in self.orders.values():
            states = tuple(self.outlook(order, part).state for part in order.fulfillments)
            dates |= next_dates(Situation(order, self.snapshot.at, states))
        return dates

    # ---- what failures do

    def assess(self, failures: Iterable[Failure], orders: Sequence[str] | None = None) -> BlastRadius:
        """Blast radius of these failures on the orders; `orders`: only these of them, by bare key."""
        keys = tuple(self.orders if orders is None else orders)
        columns = self.snapshot.columns
        rows = (
            self.rows
            if len(keys) == len(self.orders)
            else columns.fulfillment_rows(columns.order_rows(list(keys)))
        )
        return assess(
            self.snapshot,
            Question(where=OrderFilter(ids=keys), timezone=self.timezone),
            tuple(failures),
            rows,
        )

    def relevant(self, failures: Iterable[Failure]) -> tuple[Failure, ...]:
        """The failures that can affect an element of the workflows of these orders."""
        return tuple(failure for failure in failures if any(map(self._can_affect, failure.episodes)))

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
        return self.ways_of(self.orders.values())

    def ways_of(self, orders: Iterable[Order]) -> frozenset[str]:
        """Ids of all steps, hand-offs and record integrations of the workflows of these orders."""
        keys = {part.workflow for order in orders for part in order.fulfillments}
        by_key = self.snapshot.topology.workflows
        workflows = [by_key[key] for key in keys if key in by_key]
        steps = {step.id for workflow in workflows for step in workflow.steps}
        ways = {t.via for workflow in workflows for step in workflow.steps for t in step.then if t.via}
        return frozenset(
            steps | ways | {e.via for workflow in workflows for _, e in workflow.records if e.via}
        )

    @cached_property
    def _relevant_active(self) -> tuple[Failure, ...]:
        return self.relevant(self.snapshot.active_failures)

    @cached_property
    def joint_impact(self) -> BlastRadius | None:
        """Of all active failures together; None where none of them can affect an order."""
        return self.assess(self.snapshot.active_failures) if self._relevant_active else None

    @cached_property
    def _joint_impacts(self) -> ImpactsByFulfillment:
        return impacts_in(self.joint_impact) if self.joint_impact is not None else {}

    @cached_property
    def _active_answers(self) -> CombinedAnswers | None:
        return self._answers_of(self.joint_impact) if self.joint_impact is not None else None

    def _answers_of(self, joint: BlastRadius) -> CombinedAnswers | None:
        """Answers on combinations of the failures that can affect these orders, for those that they affect
        together.

        None where they affect none. Costs an answer for each combination, none where there is one failure.
        """
        distinct = joint.inputs.distinct
        failures = self.relevant(distinct.failures)
        orders = [str(key) for key in joint.columns.orders.ids[joint.affected_orders.order]]
        if not failures or not orders:
            return None
        answers = {
            members: self.assess((failures[number] for number in sorted(members)), orders)
            for members in combinations_to_ask(len(failures))
            if len(members) < len(failures)
        }
        answers[frozenset(range(len(failures)))] = joint
        return CombinedAnswers(tuple(distinct.names((failure.key,)) for failure in failures), answers)

    @cached_property
    def blame(self) -> Mapping[str, tuple[Blame, ...]]:
        """By bare key of the order, what each failure has of its impact, active ones first."""
        blame: dict[str, tuple[Blame, ...]] = {}
        past = self._answers_of(self._past_impact) if self._past_impact is not None else None
        for answers in (self._active_answers, past):
            if answers is None:
                continue
            for order, of_round in blame_by_order(answers).items():
                failure_keys = {key for each in blame.get(order, ()) for key in each.failures}
                new = tuple(each for each in of_round if failure_keys.isdisjoint(each.failures))
                blame[order] = (*blame.get(order, ()), *new)
        return blame

    @cached_property
    def _single_impacts(self) -> ImpactsByFulfillment:
        """Of each active failure by itself, on the orders for which the joint answer names another one."""
        hits: dict[str, list[Impact]] = {}
        answers = self._active_answers
        for radius in map(answers.alone, range(len(answers.failures))) if answers is not None else ():
            for key, of_part in impacts_in(radius).items():
                if not self._is_named(key, of_part[0].failures):
                    hits.setdefault(key, []).extend(of_part)
        return hits

    def _is_named(self, fulfillment: str, failures: Sequence[Failure]) -> bool:
        """Whether the joint answer names one of the failures for the order of a fulfillment."""
        order = self._order_of[fulfillment]
        names = (
            failure
            for part in order.fulfillments
            for hit in self._joint_impacts.get(part.key, ())
            for failure in hit.failures
        )
        return not {failure.key for failure in names}.isdisjoint(failure.key for failure in failures)

    @cached_property
    def _order_of(self) -> Mapping[str, Order]:
        """By bare key of the fulfillment."""
        return {part.key: order for order in self.orders.values() for part in order.fulfillments}

    @cached_property
    def _past_impact(self) -> BlastRadius | None:
        """Of all failures that ended while one of the orders was in flight; None where none can affect
        an order. What occurs again now is in the joint answer, with its former episodes.
        """
        since = min(order.placed_at for order in self.orders.values())
        at = self.snapshot.at
        past_failures: list[Failure] = []
        for failure in self.snapshot.failures:
            episodes = [e for e in failure.episodes if e.ended_at and since < e.ended_at <= at]
            if episodes and not failure.active_at(at):
                past_failures.append(replace(episodes[-1], former_episodes=tuple(episodes[:-1])))
        return self.assess(past_failures) if self.relevant(past_failures) else None

    @cached_property
    def _past_impacts(self) -> ImpactsByFulfillment:
        return impacts_in(self._past_impact) if self._past_impact is not None else {}

    def outlook(self, order: Order, part: Fulfillment) -> FulfillmentOutlook:
        impacts = [
            *self._joint_impacts.get(part.key, ()),
            *self._single_impacts.get(part.key, ()),
            *self._past_impacts.get(part.key, ()),
        ]
        row = self.row_of[part.key]
        return outlook_of(
            self._sources,
            order,
            FulfillmentEvidence(part, row, self._blame(order, impacts), self._error_text(order, part)),
            lambda impact: steps_in(self._radius_of(impact), row),
        )

    def _blame(self, order: Order, impacts: Sequence[Impact]) -> list[Impact]:
        """The impacts, each naming the failures that change something for the order, the most to blame
        first.
        """
        blame = self.blame.get(order.key, ())
        if not blame:
            return list(impacts)
        rank = {key: n for n, each in enumerate(blame) for key in each.failures}
        blame_impacts: list[Impact] = []
        for impact in impacts:
            failures = [failure for failure in impact.failures if failure.key in rank]
            failures.sort(key=lambda failure: rank[failure.key])
            blame_impacts.append(replace(impact, failures=tuple(failures) or impact.failures))
        return blame_impacts

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
        radius = self.joint_impact if impact.is_active else self._past_impact
        assert radius is not None
        return radius
