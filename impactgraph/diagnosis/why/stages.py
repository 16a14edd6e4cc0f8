"""How far a fulfillment is in the customer's eyes, from its step and the records that its workflow emits.

A workflow does not say which of its steps is the delivery or the collection. The messages that it sends to
the customer do: after the step that tells "shipped" an order is on its way, after the one that tells "ready"
it can be collected. Where it sends none, the name of the step tells, else the step counts as preparation.
"""

from dataclasses import dataclass
from functools import cached_property

from graph_models.customer_facts import CustomerArrival, CustomerNotice, CustomerStage
from graph_models.enums import OrderStatus, RecordKind
from graph_models.topology import Step, Workflow
from impactgraph.diagnosis.why.situation import FulfillmentState
from impactgraph.topology.collection import READY, RETURN, is_collection, waiting_step, words_of

_DELIVERY = {"deliver", "delivery", "delivering", "delivered", "transit", "ride", "mile"}
_DEPARTURE = {"ship", "shipping", "shipped", "dispatch", "dispatched", "despatch", "manifest", "depart"}
_SHIPPED = {"shipped", "dispatched", "despatched", "shipment", "way", "transit", "shipping"}
_NOTICES = (
    (CustomerNotice.REFUND_NOTICE, {"refund", "refunded", "credit"}),
    (CustomerNotice.OTHER_MESSAGE, {"return", "returned"}),
    (CustomerNotice.READY_NOTICE, READY),
    (CustomerNotice.DELIVERY_NOTICE, {"delivered", "delivery", "arrived"}),
    (CustomerNotice.SHIPPING_NOTICE, _SHIPPED),
    (CustomerNotice.ORDER_CONFIRMATION, {"confirmed", "confirmation", "received", "placed", "accepted"}),
)
"""By words of the type, the first that fits."""
_MONEY_NOTICES = (
    (CustomerNotice.REFUND, {"refund", "refunds", "credit", "reversal", "chargeback"}),
    (CustomerNotice.INVOICE, {"invoice", "receipt", "bill"}),
)


def notice_of(kind: RecordKind, record_type: str) -> CustomerNotice | None:
    """What a record is for the customer; None where the customer does not wait for it."""
    words = _words(record_type)
    if kind is RecordKind.NOTIFICATION:
        return next(
            (notice for notice, notice_words in _NOTICES if words & notice_words),
            CustomerNotice.OTHER_MESSAGE,
        )
    if kind is RecordKind.POSTING:
        return next((notice for notice, notice_words in _MONEY_NOTICES if words & notice_words), None)
    return None


@dataclass(frozen=True)
class CustomerJourney:
    """What the steps of a workflow mean to the customer of an order."""

    workflow: Workflow
    mode: str
    """Of the order."""

    @cached_property
    def arrival(self) -> CustomerArrival:
        """By the mode of the order where the workflow is for it, else by the workflow: a rerouted order may
        arrive in another way than its mode says.
        """
        modes = self.workflow.modes
        texts = [self.mode] if not modes or self.mode in modes else [*modes, self.workflow.key]
        if any(_words(text) & RETURN for text in texts):
            return CustomerArrival.RETURN
        if any(is_collection(text) for text in texts):
            return CustomerArrival.COLLECTION
        is_delivery = any(self._is_delivery(step) or self._is_departure(step) for step in self.workflow.steps)
        return CustomerArrival.DELIVERY if is_delivery else CustomerArrival.COMPLETION

    def stage_in(self, step: Step) -> CustomerStage:
        """The stage of what is in this step."""
        match self.arrival:
            case CustomerArrival.RETURN:
                return CustomerStage.RETURN_IN_PROGRESS
            case CustomerArrival.COLLECTION if step == self.collection:
                return CustomerStage.READY_TO_COLLECT
            case CustomerArrival.DELIVERY if self._is_delivery(step):
                return CustomerStage.ON_ITS_WAY
            case _:
                return CustomerStage.BEING_PREPARED

    @property
    def end_stage(self) -> CustomerStage:
        """The stage of what is completed."""
        steps = self.workflow.steps
        match self.arrival:
            case CustomerArrival.RETURN:
                return CustomerStage.RETURN_COMPLETE
            case CustomerArrival.COLLECTION:
                is_handed_over = self.collection is not None
                return CustomerStage.COLLECTED if is_handed_over else CustomerStage.READY_TO_COLLECT
            case CustomerArrival.DELIVERY:
                is_tracked = any(map(self._is_delivery, steps))
                return CustomerStage.DELIVERED if is_tracked else CustomerStage.ON_ITS_WAY
            case CustomerArrival.COMPLETION:
                return CustomerStage.COMPLETED

    @cached_property
    def collection(self) -> Step | None:
        """The step in which an order waits for its customer; None where the workflow has none."""
        return waiting_step(self.workflow) if self.arrival is CustomerArrival.COLLECTION else None

    def _is_delivery(self, step: Step) -> bool:
        if self._emits(step, CustomerNotice.SHIPPING_NOTICE):
            return False
        words = _words(f"{step.key} {step.name}")
        return bool(words & _DELIVERY) or self._follows(step, CustomerNotice.SHIPPING_NOTICE)

    @staticmethod
    def _is_departure(step: Step) -> bool:
        return bool(_words(f"{step.key} {step.name}") & _DEPARTURE)

    @staticmethod
    def _emits(step: Step, notice: CustomerNotice) -> bool:
        return any(
            each.kind is RecordKind.NOTIFICATION and notice_of(each.kind, each.type) is notice
            for each in step.emits
        )

    def _follows(self, step: Step, notice: CustomerNotice) -> bool:
        """Whether some way from a step that emits the notice leads to this step."""
        by_key = {each.key: each for each in self.workflow.steps}
        pending = [each for each in self.workflow.steps if self._emits(each, notice)]
        later_steps: set[str] = set()
        while pending:
            for transition in pending.pop().then:
                if transition.step not in later_steps and transition.step in by_key:
                    later_steps.add(transition.step)
                    pending.append(by_key[transition.step])
        return step.key in later_steps


def stage_of(state: FulfillmentState, journey: CustomerJourney | None) -> CustomerStage:
    """`journey`: None where the topology does not have the workflow of the fulfillment."""
    fulfillment = state.fulfillment
    if fulfillment.status is OrderStatus.CANCELLED:
        return CustomerStage.CANCELLED
    if not fulfillment.workflow:
        return CustomerStage.NOT_PLACED
    if fulfillment.status is OrderStatus.COMPLETED:
        return journey.end_stage if journey is not None else CustomerStage.COMPLETED
    if journey is None or (state.step is None and fulfillment.step is not None):
        return CustomerStage.UNKNOWN
    if state.step is None:
        is_return = journey.arrival is CustomerArrival.RETURN
        return CustomerStage.RETURN_IN_PROGRESS if is_return else CustomerStage.RECEIVED
    return journey.stage_in(state.step)


def _words(text: str) -> set[str]:
    return set(words_of(text))
