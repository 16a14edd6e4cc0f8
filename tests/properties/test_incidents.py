"""Laws of incidents: every alert has its place, whatever order and however often it comes."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impactgraph.demo.topology import documents
from impactgraph.diagnosis.incidents import Correlation, Monitoring, correlate
from impactgraph.propagation import FailureGraph
from impactgraph.topology.load import parse_topology
from tests.storms import Storm, StormScore, score, storm
from tests.topologies import topology_of_size

GRAPH = FailureGraph.of(parse_topology(documents()))
OTHER = FailureGraph.of(topology_of_size(300))
CASES = st.tuples(
    st.sampled_from(["demo", "random"]), st.integers(0, 10_000), st.integers(0, 5), st.integers(0, 6)
)
Case = tuple[str, int, int, int]
"""(topology, seed, causes, false alarms)."""


def made(case: Case) -> tuple[FailureGraph, Storm]:
    name, seed, causes, false_alarms = case
    graph = GRAPH if name == "demo" else OTHER
    return graph, storm(graph, seed, causes=causes, alerts=0, false_alarms=false_alarms)


def answer(graph: FailureGraph, truth: Storm) -> Correlation:
    return correlate(graph, truth.alerts, now=truth.now, monitoring=Monitoring(truth.monitors))


@settings(max_examples=25)
@given(CASES)
def test_every_alert_is_in_exactly_one_incident(case: Case) -> None:
    graph, truth = made(case)

    incidents = answer(graph, truth).incidents

    keys = [key for each in incidents for key in {alert.key for alert in each.alerts}]
    assert sorted(keys) == sorted({alert.key for alert in truth.alerts})


@settings(max_examples=25)
@given(CASES, st.integers(0, 99))
def test_the_order_of_alerts_and_their_repetitions_do_not_matter(case: Case, seed: int) -> None:
    graph, truth = made(case)
    dice = Random(seed)
    shuffled = [*truth.alerts, *truth.alerts[:3]]
    dice.shuffle(shuffled)

    again = correlate(graph, shuffled, now=truth.now, monitoring=Monitoring(truth.monitors))

    assert again == answer(graph, truth)


@settings(max_examples=25)
@given(CASES)
def test_likelihoods_of_an_incident_add_up_to_one(case: Case) -> None:
    for incident in answer(*made(case)).incidents:
        total = sum(cause.likelihood for cause in incident.causes) + incident.unknown
        assert total == pytest.approx(1, abs=1e-6)
        likelihoods = [cause.likelihood for cause in incident.causes]
        assert likelihoods == sorted(likelihoods, reverse=True)


@settings(max_examples=25)
@given(CASES)
def test_what_a_cause_explains_is_reached_along_its_hops(case: Case) -> None:
    graph, truth = made(case)
    elements = {alert.key: alert.element for alert in truth.alerts}
    for incident in answer(graph, truth).incidents:
        for cause in incident.causes:
            for evidence in cause.explains:
                assert evidence.hops[0] == cause.element
                assert evidence.hops[-1] == elements[evidence.alert]


def total(graph: FailureGraph, causes: int, false_alarms: int) -> StormScore:
    scores = [
        score(truth, answer(graph, truth))
        for seed in range(8)
        for truth in [storm(graph, seed, causes=causes, alerts=160 * causes, false_alarms=false_alarms)]
    ]
    return sum(scores[1:], scores[0])


@pytest.mark.parametrize("graph", [GRAPH, OTHER], ids=["demo", "random"])
def test_a_single_cause_is_mostly_first(graph: FailureGraph) -> None:
    result = total(graph, 1, 4)

    assert result.first >= 5
    assert result.among_three >= 6


def test_a_storm_of_twelve_causes_is_taken_apart() -> None:
    result = total(GRAPH, 12, 15)

    assert result.first / result.causes > 0.6
    assert result.incidents <= 15 * 8
    assert result.grounded / result.paths > 0.9


@pytest.mark.parametrize("graph", [GRAPH, OTHER], ids=["demo", "random"])
def test_alerts_without_a_cause_blame_nobody(graph: FailureGraph) -> None:
    assert total(graph, 0, 8).incidents <= 2
