"""Failures from the command line: previewed, confirmed, on record."""

from pathlib import Path

import pytest

from tests.functional.cli import small
from tests.functional.cli.running import Ran, run


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with three orders that wait for `release`, which F-1 reports as failed."""
    topology, events = small.write(tmp_path)
    store = tmp_path / "store"
    assert run("apply", topology, "--store", store).status == 0
    assert run("ingest", events, "--store", store).status == 0
    return store


def failure(store: Path, *arguments: str) -> Ran:
    return run("failure", *arguments, "--store", store)


def on_record(store: Path) -> dict[str, dict[str, object]]:
    page = failure(store, "list", "--format", "json").json
    return {edge["node"]["id"]: edge["node"] for edge in page["edges"]}


def test_a_change_is_shown_and_made_only_once_it_is_confirmed(store: Path) -> None:
    preview = failure(store, "update", "F-1", "--until", "+6h", "--severity", "critical")

    assert preview.status == 1
    assert "F-1 would be updated." in preview.out
    assert "expected end: 11:00 -> 15:10" in preview.out and "severity: error -> critical" in preview.out
    assert "Add --yes to confirm" in preview.err
    assert on_record(store)["failure:F-1"]["expectedEnd"] == "2026-03-02T11:00:00Z"

    made = failure(store, "update", "F-1", "--until", "+6h", "--severity", "critical", "--yes")

    assert (made.status, made.err) == (0, "")
    assert "Updated failure:F-1." in made.out
    recorded = on_record(store)["failure:F-1"]
    assert (recorded["expectedEnd"], recorded["severity"]) == ("2026-03-02T15:10:00Z", "CRITICAL")


def test_a_report_says_what_it_affects_and_is_on_record_with_all_that_was_stated(store: Path) -> None:
    arguments = (
        "report",
        "system:wms",
        "--class",
        "outage",
        "--id",
        "F-2",
        "--from",
        "-5m",
        "--until",
        "+2h",
    )
    said = ("--summary", "The warehouse is down", "--scope", "channels=web")

    made = failure(store, *arguments, *said, "--yes", "--format", "json")

    assert made.status == 0 and made.json["confirmed"] is True
    assert made.json["preview"]["before"] is None
    assert made.json["preview"]["after"]["totals"]["orders"] == 3
    recorded = on_record(store)["failure:F-2"]
    assert (recorded["summary"], recorded["scope"]) == ("The warehouse is down", {"channels": ["web"]})
    assert recorded["startedAt"] == "2026-03-02T09:05:00Z"


def test_a_failure_is_resolved_as_of_a_moment(store: Path) -> None:
    assert failure(store, "resolve", "failure:F-1", "--at", "-2m", "--yes").status == 0

    assert on_record(store)["failure:F-1"]["endedAt"] == "2026-03-02T09:08:00Z"
    assert failure(store, "list", "--active").out.startswith("No failure is on record.")


def test_rows_have_the_figures_before_and_after(store: Path) -> None:
    rows = failure(store, "resolve", "F-1", "--format", "csv")

    assert rows.out.splitlines()[0] == "figure,before,after"
    assert rows.status == 1 and "failure:F-1" in on_record(store)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "system:wmz", "--class", "outage"), "There is no 'system:wmz'. Did you mean system:wms"),
        (("report", "system:wms", "--class", "broken"), "--class is 'broken'; give one of outage"),
        (("report", "system:wms", "--class", "transient", "--error-rate", "2"), "errorRate is 2.0"),
        (("update", "F-1"), "Nothing to change"),
        (("update", "F-1", "--until", "soon", "--severity", "bad"), "--severity is 'bad'"),
        (("update", "F-2", "--until", "+1h"), "There is no 'failure:F-2'"),
        (("update", "F-1", "--until", "2026-03-01T00:00:00Z"), "expectedEnd is before startedAt"),
        (("resolve", "F-1", "--at", "2026-03-01T00:00:00Z"), "is before the failure started"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(store: Path, arguments: tuple[str, ...], said: str) -> None:
    refused = failure(store, *arguments, "--yes")

    assert (refused.status, refused.out) == (2, "")
    assert said in refused.err and "Traceback" not in refused.err
