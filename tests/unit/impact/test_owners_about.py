"""Which playbooks are for an impaired element."""

import pytest

from graph_models.enums import FailureClass
from graph_models.playbooks import Playbook
from impactgraph.impact.owners import is_about

OUTAGE = frozenset({FailureClass.OUTAGE})
BACKLOG = frozenset({FailureClass.BACKLOG})
QUEUES = Playbook("queues", (), elements=("system:queues",), classes=(FailureClass.BACKLOG,))
REPLAY = Playbook("replay", (), kinds=("integration",), classes=(FailureClass.SCHEMA_MISMATCH,))
ANY_OUTAGE = Playbook("outage", (), classes=(FailureClass.OUTAGE,))
NAMED = Playbook("named", (), elements=("system:queues",))


@pytest.mark.parametrize(
    ("playbook", "element", "classes", "expected"),
    [
        (QUEUES, "system:queues", BACKLOG, True),
        (QUEUES, "system:queues", OUTAGE, False),
        (QUEUES, "system:queues", frozenset[FailureClass](), True),
        (QUEUES, "system:other", BACKLOG, False),
        (REPLAY, "integration:release", frozenset({FailureClass.SCHEMA_MISMATCH}), True),
        (REPLAY, "integration:release", OUTAGE, False),
        (REPLAY, "integration:release", frozenset[FailureClass](), False),
        (REPLAY, "system:queues", frozenset({FailureClass.SCHEMA_MISMATCH}), False),
        (ANY_OUTAGE, "step:ship/pick", OUTAGE, True),
        (NAMED, "system:queues", OUTAGE, True),
        (Playbook("nothing", ()), "system:queues", OUTAGE, False),
    ],
)
def test_a_playbook_is_for_its_elements_or_kinds_and_its_classes(
    playbook: Playbook, element: str, classes: frozenset[FailureClass], expected: bool
) -> None:
    assert is_about(playbook, element, classes) is expected
