"""Where the customer sees an order: by the mode, the messages that its workflow sends, and the names of its
steps.
"""

import pytest

from graph_models.customer_facts import CustomerArrival as Arrival
from graph_models.customer_facts import CustomerNotice as Notice
from graph_models.customer_facts import CustomerStage as Stage
from graph_models.enums import RecordKind
from graph_models.topology import Emission, Step, Transition, Workflow
from impactgraph.diagnosis.why.stages import CustomerJourney, notice_of


def journey(drawing: str, mode: str, modes: tuple[str, ...] = ()) -> CustomerJourney:
    """`pick -> ship! shipped -> deliver`: steps, each with the message that it sends."""
    drawn = [each.split("! ") for each in drawing.split(" -> ")]
    keys = [parts[0] for parts in drawn]
    steps = tuple(
        Step(
            parts[0],
            "flow",
            "system:oms",
            then=(Transition(after),) if after else (),
            emits=tuple(Emission(RecordKind.NOTIFICATION, type_) for type_ in parts[1:]),
        )
        for parts, after in zip(drawn, [*keys[1:], None], strict=True)
    )
    return CustomerJourney(Workflow("flow", steps, modes), mode)


STAGES = {
    "pick -> ship! shipped -> deliver": ("ship_from_store", [Stage.BEING_PREPARED] * 2 + [Stage.ON_ITS_WAY]),
    "pick -> hand-over! on_its_way -> tour": (
        "same_day",
        [Stage.BEING_PREPARED, Stage.BEING_PREPARED, Stage.ON_ITS_WAY],
    ),
    "promise -> ship": ("ship_from_dc", [Stage.BEING_PREPARED] * 2),
    "pick -> out-for-delivery": ("ship", [Stage.BEING_PREPARED, Stage.ON_ITS_WAY]),
    "pick -> ready! ready_for_pickup -> collect": (
        "bopis",
        [Stage.BEING_PREPARED, Stage.BEING_PREPARED, Stage.READY_TO_COLLECT],
    ),
    "pick! ready_for_pickup -> counter": (
        "click_and_collect",
        [Stage.BEING_PREPARED, Stage.READY_TO_COLLECT],
    ),
    "dc-pick -> customer_pickup": ("pick-up", [Stage.BEING_PREPARED, Stage.READY_TO_COLLECT]),
    "store_pick -> ready": ("bopis", [Stage.BEING_PREPARED] * 2),
    "register -> receive -> refund": ("return", [Stage.RETURN_IN_PROGRESS] * 3),
    "issue": ("digital", [Stage.BEING_PREPARED]),
}
ENDS = {
    "pick -> ship! shipped -> deliver": ("ship", Stage.DELIVERED),
    "promise -> ship": ("ship", Stage.ON_ITS_WAY),
    "pick -> ready! ready_for_pickup -> collect": ("bopis", Stage.COLLECTED),
    "store_pick -> ready": ("bopis", Stage.READY_TO_COLLECT),
    "register -> refund": ("return", Stage.RETURN_COMPLETE),
    "issue": ("digital", Stage.COMPLETED),
}


@pytest.mark.parametrize("drawing", list(STAGES))
def test_each_step_has_its_stage(drawing: str) -> None:
    mode, stages = STAGES[drawing]
    drawn = journey(drawing, mode)

    assert [drawn.stage_in(step) for step in drawn.workflow.steps] == stages


@pytest.mark.parametrize("drawing", list(ENDS))
def test_the_end_has_its_stage(drawing: str) -> None:
    mode, stage = ENDS[drawing]

    assert journey(drawing, mode).end_stage is stage


def test_a_workflow_for_other_modes_decides_how_a_rerouted_order_arrives() -> None:
    assert journey("pick -> deliver", "bopis", ("ship_from_store",)).arrival is Arrival.DELIVERY
    assert journey("pick -> collect", "bopis", ("bopis", "ship")).arrival is Arrival.COLLECTION


@pytest.mark.parametrize(
    ("kind", "record_type", "notice"),
    [
        (RecordKind.NOTIFICATION, "ready_for_pickup", Notice.READY_NOTICE),
        (RecordKind.NOTIFICATION, "order-confirmed", Notice.ORDER_CONFIRMATION),
        (RecordKind.NOTIFICATION, "out_for_delivery", Notice.DELIVERY_NOTICE),
        (RecordKind.NOTIFICATION, "refund_issued", Notice.REFUND_NOTICE),
        (RecordKind.NOTIFICATION, "return_received", Notice.OTHER_MESSAGE),
        (RecordKind.NOTIFICATION, "loyalty_points", Notice.OTHER_MESSAGE),
        (RecordKind.POSTING, "invoice", Notice.INVOICE),
        (RecordKind.POSTING, "credit_note", Notice.REFUND),
        (RecordKind.POSTING, "goods_issue", None),
        (RecordKind.TASK, "pick", None),
    ],
)
def test_a_record_is_the_notice_that_its_name_says(
    kind: RecordKind, record_type: str, notice: Notice | None
) -> None:
    assert notice_of(kind, record_type) is notice
