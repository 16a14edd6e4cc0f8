"""Messages to customers of affected orders: facts for a template, and a message in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph_models.customer_facts import (
    CustomerArrival,
    CustomerFacts,
    CustomerMessageKind,
    CustomerNotice,
    CustomerPart,
    CustomerStage,
)
from graph_models.enums import OrderStatus
from graph_models.orders import Fulfillment, Order
from graph_models.playbooks import LanguageTexts
from graph_models.time import LAST_MOMENT, Millis
from impactgraph.columns import Codes
from impactgraph.diagnosis.why.stages import CustomerJourney
from impactgraph.impact.affected_rows import EVEN
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.impact.orders import orders_of
from impactgraph.messages.catalogue import Catalogues
from impactgraph.messages.messages import CustomerMessages

_STAGES = tuple(CustomerStage)
_LATEST = 0.9
"""Share of the scenarios that have fulfilled a promise by the moment that the customer is given."""
_SETTLED = (
    CustomerStage.READY_TO_COLLECT,
    CustomerStage.COMPLETED,
    CustomerStage.DELIVERED,
    CustomerStage.COLLECTED,
    CustomerStage.RETURN_COMPLETE,
    CustomerStage.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class _Outlook:
    """Of one order in the answer."""

    expected_at: Millis | None
    expected_by: Millis | None
    is_late: bool


@dataclass(frozen=True)
class AffectedCustomers:
    """The customers of some orders (by row) of an answer."""

    impact: BlastRadius
    catalogues: Catalogues
    rows: Codes

    def messages(self, order: int, notices: Sequence[CustomerNotice] = ()) -> CustomerMessages:
        """About one of the orders, by row. `notices`: should have reached the customer, and have not."""
        model = self._orders[order]
        return CustomerMessages(
            catalogues=self.catalogues,
            topology=self.impact.topology,
            order=model,
            facts=self._facts(model, self._outlooks[order], tuple(notices)),
            now=self.impact.as_of,
            texts=self._texts,
        )

    @cached_property
    def _orders(self) -> Mapping[int, Order]:
        return dict(zip(self.rows.tolist(), orders_of(self.impact.columns, self.rows), strict=True))

    @cached_property
    def _texts(self) -> tuple[LanguageTexts, ...]:
        """The company's own texts, of the playbooks for what is impaired."""
        playbooks = self.impact.topology.playbooks
        return tuple(playbooks[key].message for key in self.impact.playbooks if playbooks[key].message)

    @cached_property
    def _outlooks(self) -> Mapping[int, _Outlook]:
        affected = self.impact.affected_orders
        affected = affected.take(np.isin(affected.order, self.rows))
        completions = self.impact.joined_groups.completions
        median = completions.fulfilled_by(affected.cohort, 0.5)
        latest = completions.fulfilled_by(affected.cohort, _LATEST)
        is_late = affected.missed + affected.late_anyway >= EVEN
        columns = (affected.order.tolist(), median.tolist(), latest.tolist(), is_late.tolist())
        return {
            order: _outlook(expected_at, expected_by, late)
            for order, expected_at, expected_by, late in zip(*columns, strict=True)
        }

    def _facts(self, order: Order, outlook: _Outlook, notices: tuple[CustomerNotice, ...]) -> CustomerFacts:
        parts = tuple(self._part(order, each, outlook) for each in order.fulfillments)
        relevant = [part for part in parts if part.stage is not CustomerStage.CANCELLED] or list(parts)
        stage = min((part.stage for part in relevant), key=_STAGES.index, default=CustomerStage.UNKNOWN)
        is_open = stage not in _SETTLED
        is_late = outlook.is_late and is_open
        return CustomerFacts(
            kind=_kind(stage, outlook, is_late=is_late),
            stage=stage,
            arrival=self._arrival(order),
            parts=parts,
            placed_at=order.placed_at or None,
            expected_at=outlook.expected_at if is_open else None,
            expected_by=outlook.expected_by if is_open else None,
            promised_by=order.promised_by,
            is_late=is_late,
            overdue_notices=notices,
            value=order.value,
        )

    def _part(self, order: Order, part: Fulfillment, outlook: _Outlook) -> CustomerPart:
        stage = self._stage(order, part)
        is_open = stage not in _SETTLED
        return CustomerPart(
            fulfillment=part.key,
            stage=stage,
            value=part.value,
            location=part.location,
            expected_at=outlook.expected_at if is_open else None,
            expected_by=outlook.expected_by if is_open else None,
        )

    def _stage(self, order: Order, part: Fulfillment) -> CustomerStage:
        journey = self._journey(order, part)
        if part.status is OrderStatus.CANCELLED:
            return CustomerStage.CANCELLED
        if journey is None:
            return CustomerStage.UNKNOWN
        if part.status is OrderStatus.COMPLETED:
            return journey.end_stage
        if part.step is None:
            return CustomerStage.RECEIVED
        step = next((each for each in journey.workflow.steps if each.key == part.step), None)
        return journey.stage_in(step) if step is not None else CustomerStage.UNKNOWN

    def _journey(self, order: Order, part: Fulfillment) -> CustomerJourney | None:
        workflow = self.impact.topology.workflows.get(part.workflow)
        return CustomerJourney(workflow, order.mode) if workflow is not None else None

    def _arrival(self, order: Order) -> CustomerArrival:
        """Of the first part that is in flight; where all have ended, of the first."""
        parts = sorted(order.fulfillments, key=lambda part: part.status is not OrderStatus.IN_FLIGHT)
        journeys = (self._journey(order, part) for part in parts)
        return next((each.arrival for each in journeys if each is not None), CustomerArrival.COMPLETION)


def _kind(stage: CustomerStage, outlook: _Outlook, *, is_late: bool) -> CustomerMessageKind:
    if stage is CustomerStage.UNKNOWN:
        return CustomerMessageKind.NEEDS_HELP
    if is_late:
        has_date = outlook.expected_by is not None
        return CustomerMessageKind.DELAYED_WITH_DATE if has_date else CustomerMessageKind.DELAYED_NO_DATE
    return CustomerMessageKind(stage.value)


def _outlook(expected_at: float, expected_by: float, is_late: bool) -> _Outlook:
    """Without a date where nine in ten scenarios name none."""
    if not (np.isfinite(expected_at) and np.isfinite(expected_by)) or expected_by > LAST_MOMENT:
        return _Outlook(None, None, is_late)
    return _Outlook(round(expected_at), round(max(expected_at, expected_by)), is_late)
