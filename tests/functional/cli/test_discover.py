"""`impactgraph discover` writes drafts that the other commands take."""

import json
from pathlib import Path

from tests.functional.cli.running import run

ORDERS = 120
STEPS = ("Create order", "Pick", "Pack", "Delivered")


def write_log(folder: Path) -> Path:
    """Four rows an order, three hours apart; every fourth order is picked twice."""
    rows: list[str] = []
    for number in range(ORDERS):
        steps = ("Create order", "Pick", "Pack", "Pick", "Pack", "Delivered") if number % 4 == 0 else STEPS
        for place, step in enumerate(steps):
            at = f"2026-03-{1 + number // 10:02}T{3 * place + number % 3:02}:{number % 60:02}:00Z"
            rows.append(f"O-{number},{step},{at},25.00,EUR,store-{number % 3:03}")
    file = folder / "orders.csv"
    file.write_text("order_id,activity,time,total,currency,store\n" + "\n".join(rows) + "\n")
    return file


def test_the_drafts_are_valid_and_the_log_can_be_loaded_with_them(tmp_path: Path) -> None:
    write_log(tmp_path)

    drafted = run("discover", "orders.csv", cwd=tmp_path)

    assert drafted.status == 0, drafted.err
    commands = [line.split() for line in drafted.out.partition("Next:")[2].splitlines() if line.strip()]
    assert [words[:2] for words in commands] == [
        ["impactgraph", "validate"],
        ["impactgraph", "apply"],
        ["impactgraph", "ingest"],
    ]
    results = [run(*words[1:], cwd=tmp_path) for words in commands]
    assert [each.status for each in results] == [0, 0, 0], [each.err for each in results]
    assert "0 quarantined, 0 passed over" in results[2].out


def test_json_has_the_guesses_and_the_workflows_with_their_shares(tmp_path: Path) -> None:
    write_log(tmp_path)

    data = json.loads(run("discover", "orders.csv", "--format", "json", cwd=tmp_path).out)

    assert data["files"] == [{"file": "orders.csv", "kind": "a CSV file"}]
    guesses = {each["field"]: each["value"] for each in data["mapping"]["guesses"]}
    assert (guesses["order.type"], guesses["csv.time"], guesses["fulfillment.location"]) == (
        "order_id",
        "time",
        "store",
    )
    (workflow,) = data["topology"]["workflows"]
    steps = {step["key"]: step for step in workflow["steps"]}
    assert list(steps) == ["create-order", "pick", "pack"]
    assert steps["create-order"]["duration"]["p50"] == "PT3H"
    assert [(then["step"], round(then["share"], 2)) for then in steps["pack"]["then"]] == [("pick", 0.2)]
    assert steps["pack"]["then"][0]["isBackward"] and steps["pack"]["completeShare"] == 0.8
    assert any("go back to pick" in doubt["text"] for doubt in data["doubts"])


def test_csv_has_a_row_for_each_step(tmp_path: Path) -> None:
    write_log(tmp_path)

    lines = run("discover", "orders.csv", "--format", "csv", cwd=tmp_path).out.splitlines()

    assert lines[0] == "workflow,step,fulfillments,visits,p50,p95,mean,then"
    assert [line.split(",")[1] for line in lines[1:]] == ["create-order", "pick", "pack"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_log(tmp_path)
    (tmp_path / "draft").mkdir()
    (tmp_path / "draft" / "topology.yaml").write_text("mine")

    again = run("discover", "orders.csv", cwd=tmp_path)

    assert again.status == 2 and "exists already; nothing was written" in again.err
    assert (tmp_path / "draft" / "topology.yaml").read_text() == "mine"
    assert run("discover", "orders.csv", "--out", "other", cwd=tmp_path).status == 0


def test_a_mapping_of_ones_own_is_taken_as_it_is(tmp_path: Path) -> None:
    write_log(tmp_path)
    (tmp_path / "mine.yaml").write_text(
        "source: /shop\n"
        "order: {type: order_id, currency: EUR}\n"
        "fulfillment: {workflow: shipping}\n"
        "steps: {Create order: new, Pick: picking}\n"
        "completed: [Delivered]\n"
        "csv: {activity: activity, time: time}\n"
    )

    drafted = run("discover", "orders.csv", "--mapping", "mine.yaml", cwd=tmp_path)

    assert drafted.status == 0
    assert "150 entries passed over: unmapped activity, activity 'Pack'" in drafted.out
    assert "shipping/picking" in drafted.out
    assert not (tmp_path / "draft" / "mapping.yaml").exists()


def test_several_files_of_events_are_one_log(tmp_path: Path) -> None:
    events = [
        {"specversion": "1.0", "source": "/oms", "time": f"2026-03-02T{9 + hour:02}:00:00Z"}
        for hour in range(3)
    ]
    part = {"fulfillment": "O-1/1", "workflow": "ship"}
    order = {"order": "O-1", "channel": "web", "mode": "m", "currency": "EUR", "value": "1"}
    placed = {"id": "1", "type": "order.placed", "data": order | {"fulfillments": [part]}}
    names = {"order": "O-1", "fulfillment": "O-1/1"}
    entered = {"id": "2", "type": "fulfillment.entered", "data": names | {"step": "pick"}}
    completed = {"id": "3", "type": "fulfillment.completed", "data": names}
    (tmp_path / "a.ndjson").write_text(
        "\n".join(json.dumps(head | body) for head, body in zip(events, (placed, entered), strict=False))
    )
    (tmp_path / "b.ndjson").write_text(json.dumps(events[2] | completed))

    drafted = run("discover", "a.ndjson", "b.ndjson", cwd=tmp_path)

    assert drafted.status == 0, drafted.err
    assert "ship: no more fulfillments were seen than 1." in drafted.out
    assert "takes: 1h" in (tmp_path / "draft" / "topology.yaml").read_text()


def test_errors_say_where_and_how_to_mend(tmp_path: Path) -> None:
    write_log(tmp_path)
    (tmp_path / "e.ndjson").write_text('{"specversion": "1.0"}\n')

    results = [
        run("discover", cwd=tmp_path),
        run("discover", "nowhere.csv", cwd=tmp_path),
        run("discover", "orders.csv", "e.ndjson", cwd=tmp_path),
        run("discover", "orders.csv", "--minimum", "7", cwd=tmp_path),
    ]

    assert [each.status for each in results] == [2, 2, 2, 2]
    assert "name the files of a log" in results[0].err
    assert "nowhere.csv: error: It cannot be read" in results[1].err
    assert "e.ndjson: error: It is a file of CloudEvents: name files of one kind" in results[2].err
    assert "--minimum must be a share from 0 to less than 1, not 7" in results[3].err
    assert not (tmp_path / "draft").exists()
