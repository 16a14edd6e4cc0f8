"""Incidents as text."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from impactgraph.cli.incidents_text import print_incidents


def printed_incident(*scores: float, unknown: float) -> str:
    cause: dict[str, Any] = {"element": {"id": "system:oms"}, "class": "OUTAGE", "evidence": "Why."}
    incident: dict[str, Any] = {
        "id": "incident:F-1",
        "headline": "An outage.",
        "impact": "It affects 2 orders.",
        "startedAt": "2026-03-02T09:00:00.000Z",
        "owner": None,
        "quiet": False,
        "state": "OPEN",
        "flapping": False,
        "assignee": None,
        "reason": "2 orders",
        "residual": None,
        "failures": [{"id": "failure:F-1"}],
        "alerts": {"edges": []},
        "likelyCause": [cause | {"score": score} for score in scores],
        "unknown": unknown,
    }
    edges = {"totalCount": 1, "edges": [{"node": incident}], "pageInfo": {"hasNextPage": False}}
    out = StringIO()
    print_incidents(Console(file=out, width=100), {"asOf": "2026-03-02T09:30:00.000Z", "incidents": edges})
    return out.getvalue()


@pytest.mark.parametrize(
    ("scores", "others"),
    [((0.5, 0.2, 0.1, 0.1, 0.08), "18 %"), ((0.5, 0.3, 0.18), None), ((0.98,), None)],
    ids=["five causes", "three causes", "one cause"],
)
def test_likelihoods_that_are_shown_add_up(scores: tuple[float, ...], others: str | None) -> None:
    lines = printed_incident(*scores, unknown=0.02).splitlines()

    assert [line.split(maxsplit=1)[1].strip() for line in lines if line.startswith("others")] == (
        [others] if others else []
    )
