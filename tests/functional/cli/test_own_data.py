"""One's own topology and events: applied, taken, asked."""

import gzip
from pathlib import Path

import pytest

from tests.functional.cli.running import CURRENT_TIME, run
from tests.functional.cli.small import event, orders, write

AS_OF = "2026-03-02T09:05:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def test_a_topology_and_its_events_give_a_blast_radius(folder: Path):
    applied = run("apply", "topology.yaml", cwd=folder)
    taken = run("ingest", "events.ndjson", cwd=folder)
    answer = run("blast-radius", "--failure", "F-1", "--as-of", AS_OF, "--format", "json", cwd=folder)

    assert (applied.status, taken.status, answer.status) == (0, 0, 0)
    assert (answer.json["totals"]["orders"], answer.json["totals"]["value"]) == (
        3,
        [{"amount": "30.00", "currency": "EUR"}],
    )


def test_events_that_came_before_are_reported_and_change_nothing(folder: Path):
    run("apply", "topology.yaml", cwd=folder)
    run("ingest", "events.ndjson", cwd=folder)

    again = run("ingest", "events.ndjson", "--format", "json", cwd=folder)

    assert (again.status, again.json["taken"], again.json["repeated"], again.json["rejected"]) == (
        0,
        0,
        7,
        [],
    )


def test_an_unchanged_topology_says_so(folder: Path):
    run("apply", "topology.yaml", cwd=folder)

    again = run("apply", "topology.yaml", cwd=folder)

    assert (again.status, "unchanged" in again.out) == (0, True)


def test_a_dry_run_reports_what_would_change_and_applies_nothing(folder: Path):
    run("apply", "topology.yaml", cwd=folder)
    run("ingest", "events.ndjson", cwd=folder)
    (folder / "topology.yaml").write_text(
        (folder / "topology.yaml").read_text().replace("takes: 10m", "takes: 20m")
    )

    dry = run("apply", "topology.yaml", "--dry-run", "--format", "json", cwd=folder)
    then = run("apply", "topology.yaml", "--format", "json", cwd=folder)

    assert (dry.status, dry.json["topology"]) == (0, None)
    assert [change["id"] for change in dry.json["change"]["changed"]] == ["step:ship/pick"]
    assert dry.json["change"]["ordersTouched"] == 3
    assert then.json["unchanged"] is False


def test_a_faulty_topology_is_reported_with_file_and_line_and_not_applied(folder: Path):
    (folder / "topology.yaml").write_text("systems:\n  oms: {owner: orders}\n  wms: {onwer: orders}\n")

    applied = run("apply", "topology.yaml", cwd=folder)

    assert applied.status == 2
    assert "topology.yaml:2: error: " in applied.err and "topology.yaml:3: error: " in applied.err
    assert run("blast-radius", cwd=folder).status == 2


def test_validate_reports_every_problem_and_leaves_no_store(folder: Path):
    (folder / "topology.yaml").write_text("systems:\n  oms: {owner: orders}\n  wms: {onwer: orders}\n")

    checked = run("validate", "topology.yaml", "--format", "csv", cwd=folder)

    assert checked.status == 2
    assert [line.split(",")[:3] for line in checked.out.splitlines()] == [
        ["kind", "file", "line"],
        ["error", "topology.yaml", "2"],
        ["error", "topology.yaml", "3"],
    ]
    assert not (folder / ".impactgraph").exists()


def test_a_valid_topology_is_valid(folder: Path):
    assert run("validate", "topology.yaml", cwd=folder).status == 0


def test_zipped_files_and_standard_input_are_read(folder: Path):
    run("apply", "topology.yaml", cwd=folder)
    lines = orders(3)
    (folder / "first.ndjson.gz").write_bytes(gzip.compress(b"\n".join(lines[:4])))

    taken = run("ingest", "first.ndjson.gz", "-", "--format", "json", cwd=folder, given=b"\n".join(lines[4:]))

    assert (taken.status, taken.json["taken"]) == (0, 7)


def test_a_file_that_breaks_off_is_reported_with_what_was_taken_before(folder: Path):
    run("apply", "topology.yaml", cwd=folder)
    (folder / "torn.ndjson.gz").write_bytes(gzip.compress(b"\n".join(orders(50)))[:-20])

    taken = run("ingest", "events.ndjson", "torn.ndjson.gz", cwd=folder)

    assert taken.status == 2
    assert "Accepted before this: 7 events" in taken.err and "torn.ndjson.gz: error: " in taken.err


def test_an_event_that_cannot_be_accepted_is_quarantined_with_its_reason(folder: Path):
    run("apply", "topology.yaml", cwd=folder)
    (folder / "events.ndjson").write_bytes(
        b"\n".join([*orders(1), event("x", "order.plcaed", AS_OF, order="O-9")])
    )

    taken = run("ingest", "events.ndjson", cwd=folder)

    assert taken.status == 1
    assert "3 accepted, 0 duplicates, 1 quarantined" in taken.out
    assert (
        "events.ndjson:4: quarantined: there is no event type 'order.plcaed'. Did you mean order.placed?"
        in taken.err
    )


def test_what_is_quarantined_is_listed_and_accepted_when_it_fits(folder: Path):
    taken = run("ingest", "events.ndjson", cwd=folder)
    listed = run("aside", "--format", "json", cwd=folder)
    run("apply", "topology.yaml", cwd=folder)
    after = run("aside", "--replay", "--format", "json", cwd=folder)

    assert taken.status == 1
    assert all(entry["reason"] and entry["event"] for entry in listed.json) and len(listed.json) >= 3
    assert (after.status, run("aside", cwd=folder).out.strip()) == (0, "No events are quarantined.")


MAPPING = """\
source: /legacy
csv: {activity: what, time: at, id: n}
order: {type: order, channel: web, mode: ship, currency: EUR, value: {attribute: total}}
fulfillment: {workflow: ship, location: dc-1}
steps: {promised: promise}
"""

OCEL = """\
{"eventTypes": [{"name": "promised", "attributes": []}],
 "objectTypes": [{"name": "order", "attributes": [{"name": "total", "type": "float"}]}],
 "events": [{"id": "1", "type": "promised", "time": "2026-03-02T09:00:00Z", "attributes": [],
   "relationships": [{"objectId": "O-1", "qualifier": ""}]}],
 "objects": [{"id": "O-1", "type": "order",
   "attributes": [{"name": "total", "time": "1970-01-01T00:00:00Z", "value": 10.5}]}]}
"""

STEPS = "n,order,what,at,total\n1,O-1,promised,2026-03-02T09:00:00Z,10.50\n"


@pytest.mark.parametrize(("name", "text"), [("log.json", OCEL), ("steps.csv", STEPS)])
def test_a_log_in_another_form_comes_in_by_a_mapping(folder: Path, name: str, text: str):
    run("apply", "topology.yaml", cwd=folder)
    (folder / "mapping.yaml").write_text(MAPPING)
    (folder / name).write_text(text)

    taken = run("ingest", name, "--mapping", "mapping.yaml", "--format", "json", cwd=folder)
    answer = run(
        "blast-radius",
        "--target",
        "system:oms",
        "--class",
        "outage",
        "--as-of",
        "2026-03-02T09:00:30Z",
        "--format",
        "json",
        cwd=folder,
    )

    assert (taken.status, taken.json["taken"], taken.json["rejected"]) == (0, 2, [])
    assert [each["node"]["order"]["value"] for each in answer.json["orders"]["edges"]] == [
        {"amount": "10.50", "currency": "EUR"}
    ]


def test_a_csv_without_a_mapping_gets_an_error_with_what_it_lacks(folder: Path):
    (folder / "steps.csv").write_text(STEPS)

    taken = run("ingest", "steps.csv", cwd=folder)

    assert (taken.status, "steps.csv: error: It is not a file of CloudEvents" in taken.err) == (2, True)


def test_a_mistyped_option_is_no_file(folder: Path):
    taken = run("ingest", "events.ndjson", "--maping", cwd=folder)

    assert (taken.status, "Unknown option: --maping" in taken.err) == (2, True)


def test_a_file_that_is_not_there_is_reported_before_anything_is_taken(folder: Path):
    run("apply", "topology.yaml", cwd=folder)

    taken = run("ingest", "events.ndjson", "missing.ndjson", cwd=folder)

    assert (taken.status, taken.err.startswith("missing.ndjson: error: ")) == (2, True)
    assert run("ingest", "events.ndjson", "--format", "json", cwd=folder).json["repeated"] == 0


def test_doctor_finds_all_well(folder: Path):
    run("apply", "topology.yaml", cwd=folder)
    run("ingest", "events.ndjson", cwd=folder)

    found = run("doctor", "--format", "json", cwd=folder, env=CURRENT_TIME)

    assert (found.status, found.json["well"]) == (0, True)
    assert {check["check"]: check["detail"] for check in found.json["checks"]}[
        "orders"
    ] == "3 orders in flight, 3 in memory"


def test_doctor_warns_of_a_clock_that_stands_still(folder: Path):
    found = run("doctor", "--format", "json", cwd=folder, env={"IMPACTGRAPH_NOW": "2001-03-02T09:10:00Z"})

    [clock] = [check for check in found.json["checks"] if check["check"] == "clock"]
    assert clock["state"] == "warn"
    assert clock["detail"] == "2001-03-02 09:10 UTC, fixed by IMPACTGRAPH_NOW: unset it for your own data"


def test_doctor_fails_on_a_setting_that_cannot_be(folder: Path):
    found = run("doctor", cwd=folder, env={"IMPACTGRAPH_PORT": "many"})

    assert (found.status, "IMPACTGRAPH_PORT" in found.out) == (1, True)
