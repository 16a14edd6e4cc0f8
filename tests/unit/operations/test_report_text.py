"""The report of an incident as Markdown."""

from typing import Any

from impactgraph.operations.report_text import markdown_of

DOCUMENT: dict[str, Any] = {
    "id": "incident:F-1",
    "asOf": "2026-03-02T09:30:00.000Z",
    "state": "RESOLVED",
    "flapping": False,
    "headline": "An outage.",
    "impact": "It affects 2 orders.",
    "startedAt": "2026-03-02T09:00:00.000Z",
    "atStake": "2 orders",
    "owner": None,
    "assignee": None,
    "causes": [],
    "unknown": 1.0,
    "figures": {},
    "residual": {"healed": 1, "healing": 2, "needAction": 1, "recordsToReplay": 0, "drainedBy": None},
    "timeline": [],
    "checklist": [],
    "actions": [],
}
STEP = {"number": 1, "text": "Restart it", "owner": "OMS", "approval": None, "done": None, "by": None}
STEP |= {"started": None, "startedBy": None}


def lines(**fields: object) -> list[str]:
    return [line for line in markdown_of(DOCUMENT | fields).splitlines() if line.startswith("- ")]


def test_one_of_what_is_left_is_not_a_plural() -> None:
    assert lines()[-4:] == [
        "- 1 order has recovered.",
        "- 2 orders recover without action.",
        "- 1 order waits for a replay or a person.",
        "- 0 records come only when sent again.",
    ]


def test_a_step_says_who_approves_it_and_who_started_and_did_it() -> None:
    started = {"started": "2026-03-02T09:10:00.000Z", "startedBy": "ben"}
    done = {"approval": "Finance", "done": "2026-03-02T09:20:00.000Z", "by": "ana"}

    steps = [STEP, STEP | {"number": 2} | started, STEP | {"number": 3} | started | done]
    assert lines(checklist=steps)[-3:] == [
        "- [ ] 1. Restart it (OMS)",
        "- [ ] 2. Restart it (OMS). Started 2026-03-02 09:10:00 by ben",
        "- [x] 3. Restart it (OMS). Needs approval: Finance. Done 2026-03-02 09:20:00 by ana",
    ]
