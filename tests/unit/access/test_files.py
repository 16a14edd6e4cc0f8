"""Keys and the audit log in files beside the record: several processes, changes, crashes."""

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from graph_models.access import LOCAL, Role
from graph_models.time import MINUTE
from impactgraph.access import audit_file, key_file
from impactgraph.access.audit_file import FileAudit
from impactgraph.access.key_file import FileKeys
from impactgraph.audit.chain import TORN
from impactgraph.audit.entries import AuditEvent, event_of
from impactgraph.credentials.keys import ApiKey, IssuedKey, NewKey, issue, revoke
from impactgraph.errors import StoreUnavailableError

NOW = 1_772_442_600_000


def create(keys: FileKeys, name: str = "desk") -> IssuedKey:
    def work(present: Mapping[str, ApiKey]) -> tuple[ApiKey, IssuedKey]:
        made = issue(present, NewKey(name, Role.VIEWER), NOW)
        return made.key, made

    return keys.change(work)


def event(n: int) -> AuditEvent:
    return event_of(LOCAL, NOW + n, "reportFailure", {"n": n})


def test_another_process_sees_a_change_at_once(tmp_path: Path) -> None:
    here, there = FileKeys(tmp_path), FileKeys(tmp_path)
    assert there.keys() == {}

    made = create(here)
    assert there.keys() == {made.key.id: made.key}

    here.change(lambda present: (revoke(present, "desk", NOW), None))
    assert there.keys()[made.key.id].revoked_at == NOW


def test_the_use_of_a_key_is_recorded_once_and_never_earlier(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path)
    made = create(keys)

    keys.mark_used({made.key.id: NOW + MINUTE, "gone": NOW})
    keys.mark_used({made.key.id: NOW})

    assert {id: key.used_at for id, key in keys.keys().items()} == {made.key.id: NOW + MINUTE}


@pytest.mark.parametrize("file", [key_file.FILE, audit_file.FILE])
def test_only_the_owner_reads_the_files(tmp_path: Path, file: str) -> None:
    create(FileKeys(tmp_path))
    FileAudit(tmp_path, lambda: NOW).append([event(1)])

    assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version": 2, "keys": []}', '{"version": 1, "keys": [1]}']
)
def test_keys_that_cannot_be_read_are_an_error_and_not_none(tmp_path: Path, text: str) -> None:
    (tmp_path / key_file.FILE).write_text(text)

    with pytest.raises(StoreUnavailableError, match=r"keys\.json cannot be read"):
        FileKeys(tmp_path).keys()
    with pytest.raises(StoreUnavailableError, match=r"keys\.json cannot be read"):
        create(FileKeys(tmp_path))


def test_several_processes_append_to_one_chain(tmp_path: Path) -> None:
    here, there = FileAudit(tmp_path, lambda: NOW), FileAudit(tmp_path, lambda: NOW)

    for n in range(3):
        here.append([event(2 * n)])
        there.append([event(2 * n + 1)])

    assert [entry.event.arguments["n"] for entry in here.entries()] == [0, 1, 2, 3, 4, 5]
    assert [entry.number for entry in here.entries(NOW + 4)] == [5, 6]
    assert here.check().problem == ""


@pytest.mark.parametrize("torn", [b'{"n":3,"at":"20', b"\xff\xfe", b"first\nsecond", b"whole\n", b"\n"])
def test_an_unfinished_line_is_closed_by_an_entry_that_says_so(tmp_path: Path, torn: bytes) -> None:
    FileAudit(tmp_path, lambda: NOW).append([event(1), event(2)])
    with (tmp_path / audit_file.FILE).open("ab") as file:
        file.write(torn)

    audit = FileAudit(tmp_path, lambda: NOW)
    audit.append([event(3)])

    operations = [entry.event.operation for entry in audit.entries()]
    assert operations == ["reportFailure", "reportFailure", TORN, "reportFailure"]
    assert audit.check().problem == ""


def test_an_unfinished_line_at_the_end_is_not_counted(tmp_path: Path) -> None:
    audit = FileAudit(tmp_path, lambda: NOW)
    audit.append([event(1)])
    with (tmp_path / audit_file.FILE).open("ab") as file:
        file.write(b'{"n":2')

    assert audit.check().entries == 1


def test_an_unfinished_line_in_an_empty_log_is_closed(tmp_path: Path) -> None:
    (tmp_path / audit_file.FILE).write_bytes(b'{"n":1')

    audit = FileAudit(tmp_path, lambda: NOW)
    audit.append([event(1)])

    assert [entry.event.operation for entry in audit.entries()] == [TORN, "reportFailure"]


@pytest.mark.parametrize("again", [False, True])
def test_entries_that_are_cut_off_leave_a_gap(tmp_path: Path, again: bool) -> None:
    audit = FileAudit(tmp_path, lambda: NOW)
    for n in range(3):
        audit.append([event(n)])
    file = tmp_path / audit_file.FILE
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:2]))

    other = FileAudit(tmp_path, lambda: NOW)
    if again:
        other.append([event(3)])

    assert other.check().entries == 2
    assert "gone" in other.check().problem


def test_the_first_broken_place_is_named(tmp_path: Path) -> None:
    audit = FileAudit(tmp_path, lambda: NOW)
    audit.append([event(n) for n in range(4)])
    file = tmp_path / audit_file.FILE
    lines = file.read_text().splitlines()
    lines[2] = lines[2].replace('"local"', '"somebody"', 1)
    file.write_text("\n".join(lines) + "\n")

    assert audit.check().problem.startswith("line 3 (entry 3): it is not as it was written")
    with pytest.raises(StoreUnavailableError, match="line 3"):
        list(audit.entries())


def test_a_batch_that_could_not_be_written_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = FileAudit(tmp_path, lambda: NOW)
    audit.append([event(1)])

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailableError, match="No space left"):
            audit.append([event(2)])
    audit.append([event(3)])

    assert [entry.event.arguments["n"] for entry in audit.entries()] == [1, 3]
    assert audit.check().problem == ""


def test_a_line_is_json_with_what_was_done(tmp_path: Path) -> None:
    FileAudit(tmp_path, lambda: NOW).append([event(1)])

    values = json.loads((tmp_path / audit_file.FILE).read_text())

    assert {name: values[name] for name in ("n", "at", "subject", "operation", "arguments", "outcome")} == {
        "n": 1,
        "at": "2026-03-02T09:10:00.001Z",
        "subject": "local",
        "operation": "reportFailure",
        "arguments": {"n": 1},
        "outcome": "done",
    }
