"""Each rule that stops a failure: with it nothing (or less) happens and the reason is told, without it the
same failure appears.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impairment import Impairments
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE, SECOND
from graph_models.topology import Buffer, Data, Retry, System, Topology
from tests.drawing import any_of, call, drawn, effects, failure, hit, queue, step

SHIP = "step:ship/ship"


@dataclass(frozen=True)
class Absorbing:
    """`guarded` has the rule, `bare` is the same without it."""

    rule: str
    guarded: Topology
    bare: Topology
    failure: Failure
    looked_at: str
    with_it: list[str]
    without_it: list[str]


def paying(**policy: Any) -> Topology:
    return drawn(call("capture", "oms", "payments", **policy), step("ship", "oms", "integration:capture"))


def stock(fresh_within: int) -> Topology:
    feed = queue("feed", "pos", "oms")
    return drawn(
        feed,
        Data("stock", "oms", ("integration:feed",), fresh_within),
        step("ship", "oms", reads=("data:stock",)),
    )


def labelled(*alternatives: str) -> Topology:
    links = call("labels", "store", "tms"), call("backup", "store", "carrier")
    return drawn(*links, step("ship", "store", any_of(*alternatives)))


OUT = FailureClass.OUTAGE
CASES = (
    Absorbing(
        "retry",
        paying(retry=Retry(lasting=5 * MINUTE)),
        paying(),
        failure("system:payments", lasts=4 * MINUTE),
        SHIP,
        ["DELAYED"],
        ["BLOCKED"],
    ),
    Absorbing(
        "retry",
        paying(retry=Retry(attempts=7)),
        paying(),
        failure("system:payments", FailureClass.TRANSIENT, error_rate=0.1),
        SHIP,
        [],
        ["BLOCKED"],
    ),
    Absorbing(
        "timeout",
        paying(timeout=10 * SECOND),
        paying(timeout=1 * SECOND),
        failure("system:payments", FailureClass.LATENCY, delay="2s"),
        SHIP,
        ["DELAYED"],
        ["BLOCKED"],
    ),
    Absorbing(
        "fallback",
        labelled("integration:labels", "integration:backup"),
        labelled("integration:labels"),
        failure("system:tms"),
        SHIP,
        ["DEGRADED"],
        ["BLOCKED"],
    ),
    Absorbing(
        "buffer",
        drawn(queue("link", "oms", "erp", buffer=Buffer(1000, 1000 / (4 * HOUR), 4 * HOUR))),
        drawn(queue("link", "oms", "erp", buffer=Buffer(1000, 1000 / HOUR, 4 * HOUR))),
        failure("system:erp"),
        "integration:link",
        ["BLOCKED"],
        ["REJECTED", "BLOCKED"],
    ),
    Absorbing(
        "buffer",
        drawn(queue("link", "oms", "erp", buffer=Buffer(retention=4 * HOUR))),
        drawn(queue("link", "oms", "erp", buffer=Buffer(retention=HOUR))),
        failure("system:erp"),
        "integration:link",
        ["BLOCKED"],
        ["REJECTED", "BLOCKED"],
    ),
    Absorbing(
        "scope",
        drawn(queue("link", "oms", "erp", carries=("release",))),
        drawn(queue("link", "oms", "erp", carries=("release", "invoice"))),
        failure("system:erp", FailureClass.SCHEMA_MISMATCH, scope=Scope.of(message_types=["invoice"])),
        "integration:link",
        [],
        ["REJECTED"],
    ),
    Absorbing(
        "scope",
        paying(),
        paying(),
        failure("system:payments", scope=Scope.of(workflows=["collect"])),
        SHIP,
        [],
        [],
    ),
    Absorbing(
        "freshness", stock(4 * HOUR), stock(10 * MINUTE), failure("integration:feed"), SHIP, [], ["STALE"]
    ),
    Absorbing(
        "optional",
        drawn(System("fraud", "fraud"), step("ship", "oms", optional=["system:fraud"])),
        drawn(System("fraud", "fraud"), step("ship", "oms", "system:fraud")),
        failure("system:fraud"),
        SHIP,
        ["DEGRADED"],
        ["BLOCKED"],
    ),
    Absorbing(
        "idempotent",
        drawn(queue("link", "oms", "erp", idempotent=True)),
        drawn(queue("link", "oms", "erp")),
        failure("system:erp", FailureClass.DUPLICATE),
        "integration:link",
        [],
        ["DUPLICATED"],
    ),
)


def told(found: Impairments, rule: str) -> list[str]:
    return [each.detail for each in found.absorbed if each.rule == rule]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_that_absorbs_leaves_the_milder_effect(case: Absorbing) -> None:
    assert effects(hit(case.guarded, case.failure), case.looked_at) == case.with_it


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_that_absorbs_is_reported_with_the_failure(case: Absorbing) -> None:
    absorbed = [each for each in hit(case.guarded, case.failure).absorbed if each.rule == case.rule]

    assert absorbed
    assert all(each.failures == ("F",) and each.detail and "{" not in each.detail for each in absorbed)


@pytest.mark.parametrize(
    "case", [each for each in CASES if each.bare != each.guarded], ids=lambda case: case.rule
)
def test_without_the_rule_the_same_failure_appears(case: Absorbing) -> None:
    assert effects(hit(case.bare, case.failure), case.looked_at) == case.without_it


@pytest.mark.parametrize(
    "case", [each for each in CASES if each.bare != each.guarded], ids=lambda case: case.rule
)
def test_without_the_rule_nothing_is_reported_of_it(case: Absorbing) -> None:
    assert not told(hit(case.bare, case.failure), case.rule)


def test_the_step_of_the_workflow_in_scope_is_affected() -> None:
    found = hit(paying(), failure("system:payments", scope=Scope.of(workflows=["ship"])))

    assert effects(found, SHIP) == ["BLOCKED"]
