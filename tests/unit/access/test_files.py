"""Keys and the audit log in files beside the record: several processes, changes, crashes."""

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from graph_models.access import LOCAL, Role
from graph_models.time import DAY, MINUTE
from impactgraph.access import audit_file, key_file
from impactgraph.access.audit_file import FileAudit
from impactgraph.access.key_file import FileKeys
from impactgraph.access.rotation import Rotation, full_files, read_rotation
from impactgraph.audit.chain import REMOVED, TORN
from impactgraph.audit.entries import AuditEvent, event_of
from impactgraph.credentials.keys import ApiKey, IssuedKey, NewKey, issue, revoke
from impactgraph.errors import BadInputError, StoreUnavailableError

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


EACH = Rotation(bytes=1)
"""A file for each batch."""


def numbers(folder: Path) -> list[int]:
    return [entry.number for entry in FileAudit(folder, lambda: NOW).entries()]


def test_the_chain_goes_on_over_the_files_of_all_processes(tmp_path: Path) -> None:
    here, there = FileAudit(tmp_path, lambda: NOW, EACH), FileAudit(tmp_path, lambda: NOW, EACH)
    for n in range(4):
        (here, there)[n % 2].append([event(n), event(n)])

    assert [path.name for path in full_files(tmp_path)] == [f"audit-{n:012d}.jsonl" for n in (2, 4, 6)]
    assert numbers(tmp_path) == list(range(1, 9))
    last = json.loads(full_files(tmp_path)[-1].read_text().splitlines()[-1])
    first = json.loads((tmp_path / audit_file.FILE).read_text().splitlines()[0])
    assert first["previous"] == last["hash"]
    assert here.check().problem == there.check().problem == ""


def test_a_crash_after_a_file_was_full_leaves_the_chain_whole(tmp_path: Path) -> None:
    FileAudit(tmp_path, lambda: NOW, EACH).append([event(1), event(2)])
    (tmp_path / audit_file.FILE).rename(tmp_path / "audit-000000000002.jsonl")
    assert FileAudit(tmp_path, lambda: NOW).check().entries == 2

    (tmp_path / audit_file.FILE).write_bytes(b'{"n":3,')
    FileAudit(tmp_path, lambda: NOW, EACH).append([event(3)])

    assert numbers(tmp_path) == [1, 2, 3, 4]
    assert FileAudit(tmp_path, lambda: NOW).check().problem == ""


@pytest.mark.parametrize(("days", "files"), [(1, 0), (40, 1)])
def test_a_month_has_a_file_of_its_own(tmp_path: Path, days: int, files: int) -> None:
    audit = FileAudit(tmp_path, lambda: NOW, read_rotation("month"))
    audit.append([event(0)])
    audit.append([event(days * DAY)])

    assert len(full_files(tmp_path)) == files


def test_a_broken_place_is_named_with_its_file(tmp_path: Path) -> None:
    audit = FileAudit(tmp_path, lambda: NOW, EACH)
    for n in range(3):
        audit.append([event(n)])
    middle = full_files(tmp_path)[1]
    middle.write_text(middle.read_text().replace('"local"', '"somebody"', 1))

    assert audit.check().problem.startswith("audit-000000000002.jsonl, line 1 (entry 2)")


@pytest.mark.parametrize("index", [0, 1])
def test_a_file_that_nobody_may_remove_leaves_a_gap(tmp_path: Path, index: int) -> None:
    audit = FileAudit(tmp_path, lambda: NOW, EACH)
    for n in range(3):
        audit.append([event(n)])
    full_files(tmp_path)[index].unlink()

    assert "gone" in audit.check().problem
    with pytest.raises(StoreUnavailableError, match="nothing is removed"):
        audit.remove_before(NOW + DAY, LOCAL, NOW)


def test_a_rule_removes_old_files_and_says_from_where_on_the_log_is_complete(tmp_path: Path) -> None:
    audit = FileAudit(tmp_path, lambda: NOW, EACH)
    for day in range(4):
        audit.append([event(day * DAY), event(day * DAY)])

    assert audit.remove_before(NOW + 2 * DAY, LOCAL, NOW + 9 * DAY, dry_run=True) == 4
    assert numbers(tmp_path) == list(range(1, 9))
    assert audit.remove_before(NOW + 2 * DAY, LOCAL, NOW + 9 * DAY) == 4

    found = FileAudit(tmp_path, lambda: NOW).check()
    assert (found.problem, found.first and found.first.number) == ("", 5)
    assert numbers(tmp_path) == [5, 6, 7, 8, 9, 10]
    removals = [entry.event.arguments for entry in audit.entries() if entry.event.operation == REMOVED]
    assert [(each["entries"], each["through"]["number"]) for each in removals] == [(2, 2), (2, 4)]


def test_a_removal_that_was_interrupted_leaves_the_chain_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = FileAudit(tmp_path, lambda: NOW, EACH)
    for day in range(4):
        audit.append([event(day * DAY)])
    left = [1]

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if not left.pop():
            raise OSError(5, "Input/output error")
        os.unlink(path)

    with monkeypatch.context() as patch:
        left.insert(0, 0)
        patch.setattr(Path, "unlink", unlink)
        with pytest.raises(StoreUnavailableError):
            audit.remove_before(NOW + 3 * DAY, LOCAL, NOW + 9 * DAY)
    assert audit.check().problem == ""
    assert audit.remove_before(NOW + 3 * DAY, LOCAL, NOW + 9 * DAY) == 2
    assert audit.check().problem == ""


@pytest.mark.parametrize("text", ["", "64", "0MB", "64 GB", "weekly"])
def test_a_rotation_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="IMPACTGRAPH_AUDIT_ROTATE"):
        read_rotation(text)
