"""Bare alerts over service graphs that impactgraph did not harm itself."""

from tests.bare_alerts import measure


def test_bare_alerts_of_services_show_their_cause() -> None:
    score = measure("a random graph of 100 services", "needs", range(2))

    assert score.storms == 10
    assert score.first >= 4
    assert score.among_three >= 6
