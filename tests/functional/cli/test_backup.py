"""backup, restore, retention and forget, on a store and against the server that has it open."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from graph_models.access import LOCAL
from graph_models.time import parse_moment
from impactgraph.audit.entries import event_of
from impactgraph.bootstrap import open_audit, open_store
from impactgraph.cli.app import run as run_here
from impactgraph.settings import Settings
from impactgraph.usecases import Store
from impactgraph.usecases.access import Access
from tests.functional.http.serving import served
from tests.stores.events import DOCUMENTS, at, topology
from tests.stores.seen import everything
from tests.stores.test_removals import EMAIL, fill

NOW = "2026-03-02T22:00:00Z"


class Command:
    """Runs commands in this process: on a store, or against a server."""

    def __init__(self, place: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
        self.place = place
        self._capsys = capsys

    def __call__(self, *arguments: str | Path, place: bool = True) -> tuple[int, str]:
        status = run_here([*map(str, arguments), *(self.place if place else ())])
        printed = self._capsys.readouterr()
        return status, printed.out + printed.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shop"


@pytest.fixture(params=["store", "server"])
def command(
    request: pytest.FixtureRequest,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Command]:
    monkeypatch.setenv("IMPACTGRAPH_NOW", NOW)
    store = open_store(str(folder), now=lambda: parse_moment(NOW))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    fill(store)
    audit = open_audit(str(folder))
    for note in (f"O-77 is of {EMAIL.upper()}", "O-771 is late"):
        audit.append(
            [event_of(LOCAL, at(14), "noteIncident", {"id": "I-1", "note": note, "variables": [{note: 1}]})]
        )
    if request.param == "store":
        store.close()
        yield Command(("--store", str(folder)), capsys)
        return
    with served(
        create_app(store, Settings(deadline=120), now=lambda: parse_moment(NOW), access=Access(audit=audit))
    ) as address:
        yield Command(("--server", address), capsys)
    store.close()


def restored(folder: Path) -> Store:
    return open_store(str(folder), now=lambda: parse_moment(NOW))


def test_a_backup_is_written_verified_listed_and_restored(command: Command, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    status, out = command("backup", saved, "--verify", "--format", "json")
    assert status == 0
    assert json.loads(out) | {"verified": True, "backup": 1, "orders": 3} == json.loads(out)
    status, out = command("backup", saved, "--format", "json")
    assert json.loads(out)["newParts"] == 0

    status, out = command("restore", saved, "--list", "--format", "csv", place=False)
    assert [line.partition(",")[0] for line in out.splitlines()] == ["backup", "1", "2"]
    new = tmp_path / "new"
    assert command("restore", saved, "--store", new, place=False)[0] == 0
    store = restored(new)
    assert len(everything(store)["orders"]) == 3
    store.close()
    status, out = command("restore", saved, "--store", new, place=False)
    assert status == 2
    assert "is there already" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "saved", "shop"]


def test_a_damaged_backup_leaves_no_store(command: Command, tmp_path: Path) -> None:
    saved, new = tmp_path / "saved", tmp_path / "new"
    command("backup", saved)
    for file in (saved / "files").glob("*/*"):
        file.write_bytes(file.read_bytes()[:-1])
    status, out = command("restore", saved, "--store", new, place=False)

    assert status == 2
    assert "is damaged" in out
    assert not new.exists()
    assert [path.name for path in tmp_path.iterdir() if "restoring" in path.name] == []


def test_files_beside_the_store_are_kept(command: Command, tmp_path: Path) -> None:
    saved, keys = tmp_path / "saved", tmp_path / "keys.json"
    keys.write_text("{}")
    assert command("backup", saved, "--include", keys)[0] == 0
    status, out = command(
        "restore", saved, "--store", tmp_path / "new", "--files", tmp_path / "files", place=False
    )

    assert status == 0, out
    assert (tmp_path / "files" / "keys.json").read_text() == "{}"


def test_an_order_is_forgotten_everywhere_and_the_command_says_so(command: Command, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    command("backup", saved)
    assert command("forget", "--order", "O-77")[0] == 1  # not confirmed
    status, out = command(
        "forget", "--order", "O-77", "--attribute", f"customer-email={EMAIL}", "--yes", "--backup", saved
    )

    assert status == 0, out
    assert "0 occurrences in" in out
    assert "earlier backups" in out
    status, out = command("why", "O-77")
    assert status == 2
    assert "was forgotten on 2026-03-02" in out
    assert EMAIL not in command("orders", "--format", "json")[1]


def test_what_is_forgotten_is_gone_from_the_audit_log_whose_chain_stays_whole(
    command: Command, folder: Path
) -> None:
    status, out = command(
        "forget",
        "--order",
        "O-77",
        "--attribute",
        f"customer-email={EMAIL}",
        "--also",
        "customer-name",
        "--yes",
    )
    assert status == 0, out
    entries = json.loads(command("audit", "--format", "json")[1])["entries"]

    arguments = [entry["arguments"] for entry in entries if entry["operation"] == "noteIncident"]
    note = "[forgotten] is of [forgotten]"
    assert arguments[0] == {"id": "I-1", "note": note, "variables": [{note: 1}]}
    assert arguments[1]["note"] == "O-771 is late"
    assert ("audit forgotten", {"1"}) in [
        (each["operation"], set(each["arguments"].get("entries", ()))) for each in entries
    ]
    assert EMAIL not in "".join(path.read_text() for path in folder.glob("audit*")).lower()
    assert open_audit(str(folder)).check().problem == ""
    assert "Jane Doe" not in command("why", "O-771", "--format", "json")[1]


def test_what_cannot_be_forgotten_is_an_error(command: Command) -> None:
    status, out = command("forget", "--attribute", "email", "--attribute", "tier=a", "--yes")

    assert status == 2
    assert "give NAME=VALUE" in out
    assert "3 characters at least" in out


def test_retention_counts_then_removes_then_answers_say_so(command: Command, tmp_path: Path) -> None:
    rules = tmp_path / "retention.yaml"
    rules.write_text("rules:\n- {name: old, after: 1d}\n- {name: odd, after: 1d, quarantine: true}\n")
    status, out = command("retention", rules, "--format", "json")
    assert status == 0, out
    assert [rule["orders"] for rule in json.loads(out)["rules"]] == [0, 0]
    assert "Nothing is old enough to be removed." in command("retention", rules, "--apply")[1]
    assert command("retention", rules, "--apply", "--dry-run")[0] == 2


def test_invalid_rules_are_all_named(command: Command, tmp_path: Path) -> None:
    rules = tmp_path / "retention.yaml"
    rules.write_text(
        "rules:\n"
        "- {name: a, after: 1h}\n"
        "- {name: b, after: 9d, statuses: [lost]}\n"
        "- {name: c, after: 9d, quarantine: true, regions: [x]}\n"
        "- {after: 9d}\n"
    )
    status, out = command("retention", rules)

    assert status == 2
    for line in (2, 3, 4, 5):
        assert f"retention.yaml:{line}:" in out
