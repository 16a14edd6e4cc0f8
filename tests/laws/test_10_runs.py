"""A schedule is the same as an interval and as a cron expression; intervals are as long as they say."""

from dataclasses import replace
from pathlib import Path

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.time import DAY, HOUR, Millis
from graph_models.topology import Topology
from impactgraph.topology.schedules import with_anchor
from tests.functional.cli.running import run
from tests.laws.folders import LAWS, at, checked, world
from tests.listing import orders_of
from tests.worlds import ask

FOLDER = "10-missed-run-and-long-intervals"
NOON = at("02 12:00")
MISSED = Failure("F", "integration:n", FailureClass.MISSED_RUN, at("02 11:55"))
FIRST_APPLIED = at("02 09:10")


def topology(schedule: str) -> Topology:
    return with_anchor(checked(FOLDER, {"SCHED": schedule}).require_topology(), FIRST_APPLIED)


def answer(schedule: str, failure: Failure) -> list[tuple[str, object, float, Millis | None]]:
    """What a blast radius says of the order."""
    rows = orders_of(ask(world(FOLDER, topology(schedule), NOON, failure)))
    return [(row.order, row.band, row.likelihood, row.expected_delay) for row in rows]


@pytest.mark.parametrize(
    ("schedule", "delay"),
    [
        ("every: 1h", HOUR),
        ("cron: '0 * * * *'", HOUR),
        ("every: 1d", DAY),
        ("cron: '0 0 * * *'", DAY),
        ("every: 1d, at: 02:00", DAY),
        ("cron: '0 2 * * *'", DAY),
        ("every: 2d", 2 * DAY),
        ("every: 1w", 7 * DAY),
        ("cron: '0 0 * * 1'", 7 * DAY),
    ],
)
def test_one_missed_run_costs_one_interval(schedule: str, delay: Millis) -> None:
    [(_, _, likelihood, late)] = answer(schedule, MISSED)

    assert (likelihood, late) == (1.0, delay)


PAIRS = [
    ("every: 1h", "cron: '0 * * * *'"),
    ("every: 1d", "cron: '0 0 * * *'"),
    ("every: 1d, at: 02:00", "cron: '0 2 * * *'"),
    ("every: 7d, at: 2026-03-02T06:00Z", "cron: '0 6 * * 1'"),
]


@pytest.mark.parametrize(("interval", "cron"), PAIRS)
@pytest.mark.parametrize("what", FailureClass)
@pytest.mark.parametrize("target", ["integration:n", "system:erp", "system:oms"])
def test_an_interval_and_its_cron_expression_have_the_same_answer(
    interval: str, cron: str, what: FailureClass, target: str
) -> None:
    failure = Failure(
        "F", target, what, at("02 11:40"), expected_end=at("03 05:00"), delay=HOUR, error_rate=0.5
    )

    assert answer(interval, failure) == answer(cron, failure)
    endless = replace(failure, expected_end=None)
    assert answer(interval, endless) == answer(cron, endless)


@pytest.mark.parametrize(
    ("schedule", "delay"),
    [
        ("every: 1d", 2 * DAY),  # the run of the 3rd; after the outage that of the 5th
        ("every: 36h", 36 * HOUR),  # the 3rd at noon, the 5th at midnight
        ("every: 2d", 2 * DAY),  # the 4th and the 6th
        ("every: 2d, at: 18:00", 2 * DAY),  # the 2nd and the 4th at six
        ("every: 2d, at: 2026-03-01T13:00Z", 2 * DAY),  # the 3rd and the 5th at one
        ("every: 1w", 0),  # the 9th
    ],
)
def test_an_outage_of_two_days_costs_the_runs_that_it_covers(schedule: str, delay: Millis) -> None:
    outage = Failure(
        "F",
        "integration:n",
        FailureClass.OUTAGE,
        at("02 11:55"),
        ended_at=at("04 14:00"),
        is_supposed=True,
    )
    rows = orders_of(ask(world(FOLDER, topology(schedule), NOON), failures=(), suppose=(outage,)))

    assert [row.expected_delay for row in rows] == ([delay] if delay else [])


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("every: 36h", "36 h, counted from 00:00 UTC of"),
        ("every: 2d", "2 d, counted from 00:00 UTC of"),
        ("every: 1w", "7 d, counted from 00:00 UTC of"),
        ("every: 7h", "7 h, counted from 00:00 UTC of"),
        ("every: 2d, at: 18:30", "2 d, counted from 18:30 UTC of"),
    ],
)
def test_validate_says_how_an_interval_is_read(schedule: str, words: str) -> None:
    [warning] = checked(FOLDER, {"SCHED": schedule}).warnings

    assert warning.message == (
        f"integration:n: it runs every {words} the day on which a topology is first applied; give "
        "`at: <moment>` to choose."
    )


@pytest.mark.parametrize(
    "schedule",
    ["every: 1h", "every: 1d", "every: 1d, at: 18:30", "every: 2d, at: 2026-03-02", "cron: 0 0 * * *"],
)
def test_what_needs_no_explanation_has_none(schedule: str) -> None:
    assert checked(FOLDER, {"SCHED": schedule}).warnings == ()


def test_a_later_application_and_a_restart_leave_the_runs_as_they_are(tmp_path: Path) -> None:
    """Every third day, from the day of the first application."""
    text = (LAWS / FOLDER / "topology.yaml").read_text().replace("SCHED", "every: 3d")
    store = ("--store", tmp_path / "store")
    question = ("--target", "integration:n", "--class", "missed_run", "--from", "2026-03-02T11:55:00Z")
    (tmp_path / "first.yaml").write_text(text)
    (tmp_path / "second.yaml").write_text(text.replace("p95: 61m", "p95: 62m"))

    def expected(applied: str, now: str) -> str:
        run("apply", tmp_path / applied, *store, env={"IMPACTGRAPH_NOW": now})
        as_of = ("--as-of", "2026-03-02T12:00:00Z", "--format", "csv")
        return run("blast-radius", *store, *question, *as_of).out.splitlines()[1].split(",")[8]

    run("apply", tmp_path / "first.yaml", *store, env={"IMPACTGRAPH_NOW": "2026-03-01T09:00:00Z"})
    run("ingest", LAWS / FOLDER / "events.ndjson", *store)
    first = expected("first.yaml", "2026-03-01T09:00:00Z")

    assert first.startswith("2026-03-07T00:59")  # the runs of the 1st, the 4th (missed) and the 7th
    assert expected("second.yaml", "2026-03-03T09:00:00Z") == first
