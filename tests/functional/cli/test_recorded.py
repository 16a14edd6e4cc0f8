"""What commands change in a store without a server is in its audit log, without what it says of people."""

import json
from pathlib import Path
from typing import Any

import pytest

from impactgraph.cli.app import run
from tests.functional.cli import small

NOW = "2026-03-02T09:10:00Z"


class Shop:
    """Commands on a store, in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.store = folder / "store"
        self._capsys = capsys
        self.topology, self.events = small.write(folder)
        self.do("apply", self.topology)
        self.do("ingest", self.events)

    def do(self, *arguments: str | Path) -> str:
        status = run([*map(str, arguments), "--store", str(self.store)])
        printed = self._capsys.readouterr()
        assert status in (0, 1), printed.err
        return printed.out

    def recorded(self) -> list[dict[str, Any]]:
        """Changes, each as it ended."""
        entries = json.loads(self.do("audit", "--format", "json"))["entries"]
        assert [each["outcome"] for each in entries[::2]] == ["begun"] * (len(entries) // 2)
        return entries[1::2]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    monkeypatch.setenv("IMPACTGRAPH_NOW", NOW)
    monkeypatch.setenv("LOGNAME", "dora")
    return Shop(tmp_path, capsys)


def test_the_user_of_the_machine_is_named_with_what_a_command_did(shop: Shop) -> None:
    applied, ingested = shop.recorded()

    assert (applied["operation"], applied["outcome"]) == ("applyTopologyFiles", "done")
    assert {each["subject"] for each in (applied, ingested)} == {"local"}
    assert {each["name"] for each in (applied, ingested)} == {"dora"}
    assert ingested["arguments"]["files"] == [str(shop.events)]
    assert ingested["arguments"]["accepted"] > 1
    assert ingested["at"] == "2026-03-02T09:10:00.000Z"


def test_each_command_that_changes_something_is_recorded(shop: Shop, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: [{name: old, after: 400d}]\n")
    steps: list[tuple[str, tuple[str | Path, ...]]] = [
        ("reportFailure", ("failure", "report", "system:oms", "--class", "outage", "--id", "F-2", "--yes")),
        ("updateFailure", ("failure", "update", "F-2", "--summary", "Jane called", "--yes")),
        ("noteIncident", ("incidents", "note", "F-2", "--note", "Jane called")),
        ("resolveFailure", ("failure", "resolve", "F-2", "--yes")),
        ("aside --replay", ("aside", "--replay")),
        ("retention", ("retention", rules, "--apply")),
        ("forget", ("forget", "--order", "O-1", "--yes")),
        ("backup", ("backup", tmp_path / "saved")),
        ("ingest --undo", ("ingest", "--undo", "1")),
    ]
    for _, command in steps:
        shop.do(*command)

    recorded = shop.recorded()[2:]
    assert [each["operation"] for each in recorded] == [operation for operation, _ in steps]
    assert {each["outcome"] for each in recorded} == {"done"}
    assert "Jane" not in json.dumps(recorded)
    assert "O-1" not in json.dumps(recorded)
    assert recorded[-1]["arguments"]["ingest"] == 1


def test_what_changes_nothing_is_not_recorded(shop: Shop, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: [{name: old, after: 400d}]\n")
    shop.do("failure", "report", "system:oms", "--class", "outage")
    shop.do("apply", shop.topology, "--dry-run")
    shop.do("retention", rules)

    assert len(shop.recorded()) == 2


def test_a_restored_store_says_so(shop: Shop, tmp_path: Path) -> None:
    shop.do("backup", tmp_path / "saved")
    shop.store = tmp_path / "new"
    shop.do("restore", tmp_path / "saved")

    (restored,) = shop.recorded()
    assert (restored["operation"], restored["arguments"]["backup"]) == ("restore", 1)


def test_a_change_that_is_refused_says_why(shop: Shop) -> None:
    assert run(["ingest", "--undo", "99", "--store", str(shop.store)]) == 2

    assert shop.recorded()[-1]["outcome"] == "NOT_FOUND"
