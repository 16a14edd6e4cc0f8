"""Events ahead of the clock, and moments at the far end of time, as commands answer them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.functional.cli.running import NOW, Ran, run

RETAILER = Path(__file__).parents[3] / "fixtures" / "topologies" / "retailer.yaml"
_NOW = datetime.fromisoformat(NOW)
_CAPTURE = ("--target", "integration:capture", "--class", "outage", "--until", "+6h")


def line(number: int, type_: str, minutes: float | str, **data: Any) -> bytes:
    """An event so many minutes after the present of the commands, or at a moment."""
    at = minutes if isinstance(minutes, str) else (_NOW + timedelta(minutes=minutes)).isoformat()
    identity = {"specversion": "1.0", "id": str(number), "source": "/o", "type": type_, "time": at}
    return json.dumps(identity | {"data": data}).encode()


PLACED = line(
    1,
    "order.placed",
    -40,
    order="A",
    channel="web",
    mode="m",
    currency="EUR",
    value="100",
    fulfillments=[{"fulfillment": "A/1", "workflow": "ship-from-store", "location": "store-001"}],
)


def entered(number: int, step: str, minutes: float | str) -> bytes:
    return line(number, "fulfillment.entered", minutes, order="A", fulfillment="A/1", step=step)


def failure(**data: Any) -> bytes:
    said = {"failure": "F-1", "target": "system:tms", "class": "outage"}
    return line(9, "failure.reported", -10, **(said | data))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    assert run("apply", RETAILER, "--store", tmp_path / "s").status == 0
    return tmp_path / "s"


def ingest(store: Path, *lines: bytes) -> Ran:
    path = store.with_name("events.ndjson")
    path.write_bytes(b"\n".join(lines))
    return run("ingest", path, "--store", store)


@pytest.mark.parametrize(
    "ahead",
    [
        entered(3, "deliver", 120),
        line(3, "fulfillment.completed", "2099-01-01T00:00:00Z", order="A", fulfillment="A/1"),
        line(3, "order.cancelled", 1, order="A"),
    ],
    ids=["a step", "an end in 2099", "a cancellation in a minute"],
)
def test_an_event_ahead_of_the_clock_does_not_become_the_present(store: Path, ahead: bytes) -> None:
    ingest(store, PLACED, entered(2, "pick", -30), entered(4, "pack", -10))
    expected = run("blast-radius", *_CAPTURE, "--store", store, "--format", "json").json["totals"]
    diagnosis = run("why", "A", "--store", store).out

    ingest(store, ahead)

    for moment in ((), ("--as-of", "now")):
        answer = run("blast-radius", *_CAPTURE, *moment, "--store", store, "--format", "json").json
        assert answer["totals"] == expected
        assert expected["orders"] == 1
    assert run("why", "A", "--store", store).out == diagnosis


def test_events_ahead_are_counted(store: Path) -> None:
    ingest(store, PLACED, entered(2, "pick", -30), entered(4, "pack", 120), entered(5, "deliver", 0.5))

    doctor = run("doctor", "--store", store)
    why = run("why", "A", "--store", store)
    blast = run("blast-radius", *_CAPTURE, "--store", store)

    words = "1 event is stamped ahead of the clock, and takes effect when its time comes"
    assert words in " ".join(doctor.out.split())
    assert words in " ".join(why.err.split()) and words in " ".join(blast.out.split())


def test_a_clock_that_is_seconds_ahead_is_no_warning(store: Path) -> None:
    ingest(store, PLACED, entered(2, "pick", -30), entered(4, "pack", 0.5))

    assert "ahead" not in run("doctor", "--store", store).out
    assert run("why", "A", "--store", store).err == ""


def test_it_takes_effect_when_its_time_comes(store: Path) -> None:
    ingest(store, PLACED, entered(2, "pick", -30), entered(4, "pack", 120))

    later = {"IMPACTGRAPH_NOW": (_NOW + timedelta(minutes=121)).isoformat()}

    assert "in pick" in run("why", "A", "--store", store).out.splitlines()[0]
    assert "in pack" in run("why", "A", "--store", store, env=later).out.splitlines()[0]


@pytest.mark.parametrize("field", ["started_at", "expected_end", "ended_at"])
def test_a_failure_beyond_the_last_moment_is_quarantined(store: Path, field: str) -> None:
    ingest(store, PLACED, failure(**{field: "9999-12-31T23:59:59Z"}))

    assert f"data.{field}: 9999-12-31 is later than the year 2999" in " ".join(
        run("aside", "--store", store).out.split()
    )


@pytest.mark.parametrize(
    "event",
    [
        entered(2, "pack", "9999-12-31T23:59:59Z"),
        entered(2, "pack", "9999-12-31T23:59:59-12:00"),
        line(
            2,
            "fulfillment.failed",
            "3000-01-01T00:00:00Z",
            order="A",
            fulfillment="A/1",
            step="pack",
            code="E",
        ),
        failure(delay="PT99999999H"),
    ],
)
def test_an_event_beyond_the_last_moment_is_quarantined(store: Path, event: bytes) -> None:
    ingest(store, PLACED, entered(7, "pick", -30))
    ingest(store, event)

    reasons = " ".join(run("aside", "--store", store).out.split())
    assert "later than the year 2999" in reasons or "longer than a hundred years" in reasons
    assert run("why", "A", "--store", store).status == 0


def test_the_furthest_end_is_answered(store: Path) -> None:
    ingest(
        store,
        PLACED,
        entered(2, "pack", -20),
        failure(expected_end="2999-12-31T23:59:59Z", delay="P36500D", drain="P36500D"),
    )

    for command in ("why A", "blast-radius", "overdue", "records", "doctor"):
        for form in ("table", "json", "csv"):
            asked = run(
                *command.split(), "--store", store, *(("--format", form) if command != "doctor" else ())
            )
            assert asked.status in (0, 1), asked.err


@pytest.mark.parametrize(
    "option", [("--as-of", "3000-01-01"), ("--until", "9999-12-31"), ("--until", "+100000d")]
)
def test_a_question_beyond_the_last_moment_is_an_error(store: Path, option: tuple[str, str]) -> None:
    what_if = ("--target", "system:tms", "--class", "outage")

    asked = run("blast-radius", *what_if, *option, "--store", store)

    assert asked.status == 2
    assert "later than the year 2999" in asked.err or "longer than a hundred years" in asked.err


def test_a_topology_states_no_longer_duration(tmp_path: Path) -> None:
    path = tmp_path / "topology.yaml"
    path.write_text(RETAILER.read_text().replace("takes: 15m", "takes: PT99999999H", 1))

    checked = run("validate", path)

    assert checked.status != 0
    assert "longer than a hundred years" in " ".join((checked.out + checked.err).split())


@pytest.mark.parametrize(
    ("end", "day"),
    [
        ("2026-03-12T00:00:00Z", " March."),
        ("2027-12-31T00:00:00Z", " 2028."),
        ("2099-01-01T00:00:00Z", " 2112."),
    ],
)
def test_the_customer_is_given_the_year_of_another_year(store: Path, end: str, day: str) -> None:
    ingest(store, PLACED, entered(2, "pack", -20), failure(expected_end=end))

    answer = run("why", "A", "--store", store).out

    message = answer[answer.find("Customer message") :]
    assert day in message.partition("Timeline")[0]


def test_a_step_without_a_duration_says_so(tmp_path: Path) -> None:
    path = tmp_path / "topology.yaml"
    text = RETAILER.read_text()
    assert "pack:    {runs_on: storeops, takes: 15m, within: 1h, " in text
    path.write_text(text.replace("takes: 15m, within: 1h, any_of: [[labels]", "any_of: [[labels]"))
    store = tmp_path / "s"
    applied = run("apply", path, "--store", store)
    assert applied.status == 0, applied.err
    ingest(store, PLACED, entered(2, "pick", -40), entered(4, "pack", -30))

    answer = run("why", "A", "--store", store).out

    assert "how long this step takes is unknown" in " ".join(answer.split())
    assert "0 s" not in answer
