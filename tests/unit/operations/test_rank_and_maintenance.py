from decimal import Decimal

import pytest

from graph_models.enums import FailureClass
from graph_models.estimates import Estimate, Estimates, MoneyEstimate
from graph_models.incident_life import IncidentLife, IncidentState, RankWeights
from graph_models.incidents import Alert, AlertEvidence, CandidateCause, Incident
from graph_models.journal import IncidentAction, IncidentActionKind, Maintenance
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE
from impactgraph.operations.checklist import checklist_of
from impactgraph.operations.maintenance import elements_of, maintenance_of
from impactgraph.operations.ranking import rank_key, rank_reason
from impactgraph.settings import Settings
from impactgraph.topology.load import parse_topology

NOW = 1_773_000_000_000


def of(number: float) -> Estimate:
    return Estimate(number, number, number, int(number))


def estimates(promises: float = 0, orders: float = 0, euros: str = "0", postings: float = 0) -> Estimates:
    value = (MoneyEstimate("EUR", Decimal(euros), Decimal(euros), Decimal(euros)),)
    none = of(0)
    return Estimates(
        orders=of(orders),
        stuck=of(orders),
        exposed=none,
        upcoming=none,
        records_only=none,
        promises_missed=of(promises),
        postings=of(postings),
        notifications=none,
        tasks=none,
        supplier_orders=none,
        value=value,
        refunds_at_risk=(),
    )


@pytest.mark.parametrize(
    ("stake", "reason"),
    [
        (estimates(212, 900, "48000"), "212 promises, orders worth 48,000 EUR"),
        (estimates(1, 3, "0.4"), "1 promise"),
        (estimates(0, 3, "12345.67"), "3 orders worth 12,300 EUR"),
        (estimates(postings=7), "7 postings"),
        (estimates(), ""),
        (None, ""),
    ],
)
def test_the_reason_of_a_rank_is_what_is_at_stake(stake: Estimates | None, reason: str) -> None:
    assert rank_reason(stake) == reason


def test_weights_decide_the_rank() -> None:
    promises, money = estimates(promises=10, euros="100"), estimates(promises=1, euros="90000")
    by_money = Settings(rank="promises=10,money=0.01").rank_weights

    assert rank_key(promises, HOUR, None, "EUR") < rank_key(money, HOUR, None, "EUR")
    assert rank_key(promises, HOUR, by_money, "EUR") > rank_key(money, HOUR, by_money, "EUR")
    by_age = RankWeights(age=1)
    assert rank_key(money, 9 * HOUR, by_age, "EUR") < rank_key(promises, HOUR, by_age, "EUR")


def alert(element: str, minutes_ago: int = 10, ended: int | None = None, **fields: object) -> Alert:
    end = None if ended is None else NOW - ended * MINUTE
    return Alert(element, element, NOW - minutes_ago * MINUTE, end, **fields)  # type: ignore[arg-type]


def incident(*alerts: Alert, cause: str = "system:oms", likelihood: float = 0.9) -> Incident:
    explains = tuple(AlertEvidence(each.key, 0.9, (cause, each.element)) for each in alerts)
    causes = (CandidateCause(cause, FailureClass.OUTAGE, likelihood, NOW - HOUR, explains, ()),)
    return Incident(alerts[0].key, alerts, causes, 1 - likelihood)


def plan(*elements: str, since: int = 30, until: int = -30, scope: Scope | None = None) -> Maintenance:
    return Maintenance("m1", NOW - since * MINUTE, NOW - until * MINUTE, elements, scope=scope or Scope())


@pytest.mark.parametrize(
    ("each", "planned", "is_expected"),
    [
        (incident(alert("system:oms")), plan("system:oms"), True),
        (incident(alert("system:oms")), plan(), True),
        (incident(alert("api:oms.x"), cause="system:oms"), plan("system:oms"), True),
        (incident(alert("api:oms.x"), cause="system:oms", likelihood=0.2), plan("system:oms"), False),
        (incident(alert("system:erp"), cause="system:erp"), plan("system:oms"), False),
        (incident(alert("system:oms", 40)), plan("system:oms"), False),
        (incident(alert("system:oms", 20)), plan("system:oms", until=5), False),
        (incident(alert("system:oms", 20, ended=6)), plan("system:oms", until=5), True),
        (incident(alert("system:oms")), plan("system:oms", scope=Scope.of(locations=["a"])), False),
        (
            incident(alert("system:oms", scope=Scope.of(locations=["a"]))),
            plan("system:oms", scope=Scope.of(locations=["a"])),
            True,
        ),
    ],
)
def test_failures_of_planned_elements_in_planned_time_are_expected(
    each: Incident, planned: Maintenance, is_expected: bool
) -> None:
    assert (maintenance_of(each, [planned], NOW) is planned) is is_expected


def test_elements_are_under_maintenance_while_it_lasts() -> None:
    assert elements_of([plan("system:oms"), plan("system:erp", until=5)], NOW) == {"system:oms"}


PLAYBOOKS = """
systems: {oms: {}}
workflows: {ship: {steps: {pick: {runs_on: oms}}}}
playbooks:
  restart: {for: {kinds: [system], classes: [outage]}, steps: [{text: Restart}, {text: Check}]}
  replay: {for: {classes: [schema_mismatch]}, steps: [{text: Replay}]}
"""


def test_steps_that_were_done_stay_in_the_checklist_when_the_cause_changes() -> None:
    topology = parse_topology({"t.yaml": PLAYBOOKS})
    done = IncidentAction(IncidentActionKind.STEP_DONE, "F-1", NOW, by="ana", playbook="replay", step=1)
    outage = [("system:oms", FailureClass.OUTAGE)]

    before = checklist_of(topology, outage, IncidentLife(IncidentState.OPEN))
    after = checklist_of(topology, outage, IncidentLife(IncidentState.OPEN, actions=(done,)))

    assert [(each.number, each.text) for each in before] == [(1, "Restart"), (2, "Check")]
    assert [(each.number, each.text, each.done) for each in after] == [
        (1, "Restart", None),
        (2, "Check", None),
        (3, "Replay", done),
    ]
