from dataclasses import replace
from math import log

import numpy as np
import pytest

from graph_models.enums import ElementKind, FailureClass
from graph_models.incidents import Alert
from graph_models.scope import Scope
from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.diagnosis.incidents import Correlation, Monitoring, correlate
from impactgraph.diagnosis.incidents.candidates import Scene
from impactgraph.diagnosis.incidents.observations import observations_of
from impactgraph.diagnosis.incidents.search import Model, Search
from impactgraph.propagation import FailureGraph
from impactgraph.topology.load import parse_topology

NOW = 1_773_000_000_000
SHOP = """
systems: {shop: {}, oms: {}, broker: {}, wms: {}, erp: {}, mail: {}}
integrations:
  to-oms: {from: shop, to: oms, transport: sync}
  to-wms: {from: oms, to: wms, transport: queue, via: [broker]}
  to-erp: {from: oms, to: erp, transport: queue, via: [broker]}
  to-mail: {from: oms, to: mail, transport: sync}
workflows:
  ship:
    steps:
      place: {runs_on: shop, then: [{step: plan, via: to-oms}]}
      plan: {runs_on: oms, then: [{step: pick, via: to-wms}]}
      pick:
        runs_on: wms
        emits: {postings: [{type: issue, via: to-erp}], notifications: [{type: sent, via: to-mail}]}
"""


@pytest.fixture(scope="module")
def graph() -> FailureGraph:
    return FailureGraph.of(parse_topology({"shop.yaml": SHOP}))


def alert(element: str, minutes_ago: float = 20, **fields: object) -> Alert:
    return replace(Alert(element, element, NOW - int(minutes_ago * MINUTE)), **fields)


def answer(graph: FailureGraph, *alerts: Alert, monitors: tuple[str, ...] = ()) -> Correlation:
    return correlate(graph, alerts, now=NOW, monitoring=Monitoring(frozenset(monitors)))


def test_alerts_that_one_failure_explains_are_one_incident(graph: FailureGraph) -> None:
    correlation = answer(
        graph,
        alert("system:broker"),
        alert("integration:to-wms", 19),
        alert("integration:to-erp", 18),
    )

    (incident,) = correlation.incidents
    assert incident.causes[0].element == "system:broker"
    assert {each.alert for each in incident.causes[0].explains} == {each.key for each in incident.alerts}
    assert incident.key == "system:broker"


def test_the_cause_may_have_no_alert_of_its_own(graph: FailureGraph) -> None:
    (incident,) = answer(graph, alert("integration:to-wms"), alert("integration:to-erp")).incidents

    assert incident.causes[0].element in {"system:broker", "system:oms"}
    assert sum(cause.likelihood for cause in incident.causes) + incident.unknown == pytest.approx(1)


def test_a_monitor_that_is_silent_speaks_against_a_cause(graph: FailureGraph) -> None:
    alerts = (alert("integration:to-wms"), alert("integration:to-erp"))
    (before,) = answer(graph, *alerts).incidents
    (after,) = answer(graph, *alerts, monitors=("system:oms", "integration:to-mail")).incidents

    def likelihood(incident: object, element: str) -> float:
        return sum(each.likelihood for each in incident.causes if each.element == element)  # type: ignore[attr-defined]

    assert likelihood(after, "system:oms") < likelihood(before, "system:oms")
    assert "system:oms" in next(each.silent for each in after.causes if each.element == "system:oms")


def test_silence_says_nothing_before_a_monitor_could_have_seen_it(graph: FailureGraph) -> None:
    alerts = (alert("integration:to-wms", 1), alert("integration:to-erp", 1))

    (incident,) = answer(graph, *alerts, monitors=("system:oms",)).incidents

    assert all(not cause.silent for cause in incident.causes)


def test_alerts_of_different_times_are_different_incidents(graph: FailureGraph) -> None:
    correlation = answer(
        graph,
        alert("system:broker", 300),
        alert("integration:to-wms", 299),
        alert("system:mail", 10),
        alert("integration:to-mail", 9),
    )

    causes = [incident.causes[0].element for incident in correlation.incidents]
    assert sorted(causes) == ["system:broker", "system:mail"]


def test_a_cause_does_not_begin_after_what_it_explains(graph: FailureGraph) -> None:
    correlation = answer(graph, alert("integration:to-mail", 60), alert("system:mail", 5))

    for incident in correlation.incidents:
        starts = {each.key: each.started_at for each in incident.alerts}
        for cause in incident.causes:
            assert all(cause.started_at <= starts[each.alert] + 2 * MINUTE for each in cause.explains)


def test_a_failure_at_one_store_does_not_explain_an_alert_of_another(graph: FailureGraph) -> None:
    topology = parse_topology({"shop.yaml": SHOP + "locations: {a: {kind: store}, b: {kind: store}}\n"})
    graph = FailureGraph.of(topology)
    here, there = Scope.of(locations=["a"]), Scope.of(locations=["b"])

    incidents = answer(
        graph, alert("location:a", scope=here), alert("system:wms", 19, scope=there, key="other")
    ).incidents

    assert {each.element: [e.alert for e in each.explains] for i in incidents for each in i.causes}[
        "location:a"
    ] == ["location:a"]


def test_an_alert_without_company_leaves_doubt(graph: FailureGraph) -> None:
    (incident,) = answer(graph, alert("integration:to-mail")).incidents

    assert incident.unknown > 0.2


def test_a_failure_that_was_reported_is_no_false_alarm(graph: FailureGraph) -> None:
    (incident,) = answer(graph, alert("system:mail", is_statement=True)).incidents

    assert incident.is_explained
    assert incident.causes[0].element == "system:mail"


def test_what_the_topology_does_not_have_is_named(graph: FailureGraph) -> None:
    correlation = answer(graph, alert("system:nowhere"), alert("system:mail"))

    assert [each.element for each in correlation.unmatched] == ["system:nowhere"]


def test_an_alert_that_has_not_begun_is_left_out(graph: FailureGraph) -> None:
    assert answer(graph, alert("system:mail", -5)) == Correlation((), ())


def test_alerts_of_one_element_on_different_days_are_different_observations(graph: FailureGraph) -> None:
    early = Alert("a", "system:mail", NOW - DAY, failure_class=FailureClass.OUTAGE)
    late = Alert("b", "system:mail", NOW - HOUR, failure_class=FailureClass.LATENCY)

    assert len(answer(graph, early, late).incidents) == 2


def test_the_silence_of_monitors_that_nobody_named_does_not_outweigh_a_report(graph: FailureGraph) -> None:
    reported = alert("system:broker", 60, is_statement=True)
    others = [alert("system:mail", 40, failure_class=FailureClass.OUTAGE), alert("integration:to-mail", 39)]
    others.append(alert("integration:to-oms", 5))

    def likelihood(*alerts: Alert) -> float:
        incidents = answer(graph, *alerts).incidents
        causes = next(each.causes for each in incidents if reported in each.alerts)
        return next(each.likelihood for each in causes if each.element == "system:broker")

    assert likelihood(reported, *others) == pytest.approx(likelihood(reported), abs=0.02)


def false_alarms(*alerts: Alert) -> list[float]:
    """The rate of each as a multiple of the one of a single alert."""
    scenes = (
        Scene(observations_of(each), Monitoring(), NOW, lambda _: ElementKind.SYSTEM, 50.0)
        for each in (alerts, [alert("system:erp")])
    )
    rates, (usual,) = (scene.false_alarms for scene in scenes)
    return [rate / usual for rate in rates]


def test_each_further_alarm_of_a_monitor_within_an_hour_is_likelier_to_be_false() -> None:
    alarms = [alert("system:mail", ago, key=str(ago)) for ago in (200, 55, 35, 15)]

    assert false_alarms(*alarms, alert("system:oms", 10)) == pytest.approx([1, 1, 5, 9, 1])


def test_what_somebody_reports_makes_no_alarm_likelier_to_be_false() -> None:
    reported, alarm = alert("system:mail", 40, key="F", is_statement=True), alert("system:mail")

    assert false_alarms(reported, alarm)[1] == pytest.approx(1)


@pytest.mark.parametrize(("odds", "causes"), [(1.0, [0]), (0.4, [0]), (0.3, []), (0.01, [])])
def test_what_explains_alerts_is_weighed_against_that_nothing_has_failed(
    odds: float, causes: list[int]
) -> None:
    gain = 3.0
    model = Model(
        log_prior=np.array([0.0]),
        rates=np.array([[gain - 1.0]]),
        false_alarm=np.array([1.0]),
        group=np.array([0]),
        log_any=log(odds),
    )

    assert Search(model).best_set() == causes


def test_alerts_that_may_be_chance_are_still_judged_together() -> None:
    """Too few for an incident, since the callers are silent; but what both have in common comes first."""
    services = """
    systems:
      proxy: {needs: [front]}
      app: {needs: [front]}
      front: {needs: [checkout, ads]}
      checkout: {needs: [mail, pay, cart, rates]}
      mail: {}
      pay: {}
      cart: {}
      rates: {}
      ads: {}
    """
    correlation = answer(
        FailureGraph.of(parse_topology({"services.yaml": services})),
        alert("system:checkout", 20),
        alert("system:mail", 19),
    )

    assert [each.causes[0].element for each in correlation.incidents] == ["system:mail"] * 2
    assert not any(each.is_explained for each in correlation.incidents)
