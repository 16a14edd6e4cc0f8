"""What sentences call elements and failures."""

from dataclasses import replace

import pytest

from graph_models.enums import FailureClass, Transport
from graph_models.failure import Failure
from graph_models.topology import Api, Integration, Step, System, Topology, Workflow
from impactgraph.topology.names import (
    display_name,
    element_text,
    element_title,
    failure_label,
    failure_of,
    failure_text,
)
from tests.drawing import EIGHT

TOPOLOGY = Topology(
    systems={
        "oms": System("oms", "Order management"),
        "wms": System("wms", "wms"),
        "sfn": System("sfn", "step functions"),
    },
    apis={"oms.orders": Api("oms.orders", "oms")},
    integrations={
        "release": Integration("release", "system:oms", "system:wms", Transport.QUEUE, name="Releases")
    },
    workflows={
        "ship": Workflow(
            "ship",
            (Step("pick", "ship", "system:wms", name="Picking"), Step("pack", "ship", "system:wms")),
            name="Ship from store",
        )
    },
)
OUTAGE = Failure("F-1", "system:oms", FailureClass.OUTAGE, EIGHT)


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("system:oms", "Order management"),
        ("integration:release", "Releases"),
        ("step:ship/pick", "step Picking of Ship from store"),
        ("step:ship/pack", "step pack of Ship from store"),
        ("system:wms", "system wms"),
        ("api:oms.orders", "API oms.orders"),
        ("integration:gone", "integration gone"),
        ("system:sfn", "step functions"),
    ],
)
def test_an_element_has_its_display_name_else_its_kind_and_key(identifier: str, text: str) -> None:
    assert element_text(TOPOLOGY, identifier) == text


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("step:ship/pick", "Picking of Ship from store"),
        ("system:oms", "Order management"),
        ("system:sfn", "step functions"),
        ("integration:gone", "integration gone"),
    ],
)
def test_by_itself_a_step_is_without_its_kind(identifier: str, text: str) -> None:
    assert element_title(TOPOLOGY, identifier) == text


def test_the_display_name_of_an_element_without_one_is_its_key() -> None:
    assert [display_name(TOPOLOGY, each) for each in ("step:ship/pick", "step:ship/pack", "system:gone")] == [
        "Picking",
        "pack",
        "gone",
    ]


def test_a_failure_is_its_class_and_its_element() -> None:
    capacity = replace(OUTAGE, failure_class=FailureClass.CAPACITY, target="step:ship/pick")

    assert failure_of(TOPOLOGY, OUTAGE) == "outage of Order management"
    assert failure_of(TOPOLOGY, capacity) == "lack of capacity of step Picking of Ship from store"


def test_a_reported_failure_goes_by_its_key_and_a_supposed_one_by_what_it_is() -> None:
    assert failure_label(TOPOLOGY, OUTAGE) == "F-1"
    supposed = replace(OUTAGE, is_supposed=True)
    assert failure_label(TOPOLOGY, supposed) == "the supposed outage of Order management"


def test_a_failure_has_its_summary_else_its_class_and_element() -> None:
    assert failure_text(TOPOLOGY, replace(OUTAGE, summary="OMS is down.")) == "F-1 (OMS is down)"
    assert failure_text(TOPOLOGY, OUTAGE) == "F-1 (outage of Order management)"
