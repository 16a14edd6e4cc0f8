"""Sentences about incidents: what people reported is a failure, what monitors sent is an alert."""

import pytest

from graph_models.enums import FailureClass
from graph_models.incidents import Alert, AlertEvidence, CandidateCause, Incident
from impactgraph.diagnosis.incidents.sentences import cause_text, incident_text

NOW = 1_773_000_000_000


def incident(*reported: bool, explained: int | None = None) -> Incident:
    """One alert for each: whether a person reported it. The cause explains the first `explained`."""
    alerts = tuple(
        Alert(f"a{number}", "system:oms", NOW, is_statement=each) for number, each in enumerate(reported)
    )
    explains = tuple(AlertEvidence(each.key, 0.9, ("system:oms",)) for each in alerts[:explained])
    cause = CandidateCause("system:oms", FailureClass.OUTAGE, 0.9, NOW, explains, ())
    return Incident("a0", alerts, (cause,), 0.1)


@pytest.mark.parametrize(
    ("of", "headline", "evidence"),
    [
        (incident(True), "failure a0", "It would explain the failure."),
        (incident(False), "the alert a0", "It would explain the alert."),
        (incident(True, True), "2 failures", "It would explain all 2 failures."),
        (incident(True, False), "2 alerts", "It would explain all 2 alerts."),
        (incident(True, True, True, explained=2), "3 failures", "It would explain 2 of 3 failures."),
    ],
)
def test_failures_and_alerts_are_called_by_their_names(of: Incident, headline: str, evidence: str) -> None:
    assert incident_text(of, str) == f"An outage of system:oms is the likeliest cause of {headline} (90 %)."
    assert cause_text(of, of.causes[0], str) == evidence
