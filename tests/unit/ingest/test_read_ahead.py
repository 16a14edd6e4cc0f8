"""A log that another process reads is the log that this one would read."""

import io
from pathlib import Path

import pytest

from impactgraph.errors import BadInputError
from impactgraph.ingest import read_ahead
from impactgraph.ingest.foreign_logs import ForeignLog, open_log
from impactgraph.ingest.mapping_files import load_mapping, parse_mapping
from impactgraph.ingest.read_ahead import LogAhead, open_ahead, send_log

_MAPPING = """version: 2
source: /log
activity: "{what}"
time: "{at}"
order: "{order}"
activities:
  picked: {fulfillment.entered: {step: pick}}
  billed: {posting.recorded: {type: invoice, amount: {from: sum, map: {"1": "2"}}}}
rules:
  never: {when: "what == 'nothing'", task.closed: {type: none}}
"""
_ROWS = """what,at,order,sum
picked,2026-03-02T09:00:00Z,A-1,
billed,2026-03-02T10:00:00Z,A-1,7
looked at,2026-03-02T11:00:00Z,A-1,
picked,2026-03-02T12:00:00Z,,
"""
Files = tuple[Path, Path]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A log, and the mapping that reads it."""
    log, mapping = tmp_path / "log.csv", tmp_path / "mapping.yaml"
    log.write_text(_ROWS)
    mapping.write_text(_MAPPING)
    return log, mapping


def _everything(log: ForeignLog) -> object:
    return list(log.blocks()), log.findings(), log.remarks()


def _sent(path: Path, mapping: Path) -> io.BytesIO:
    out = io.BytesIO()
    send_log(str(path), load_mapping(mapping), out)
    return io.BytesIO(out.getvalue())


def _received(stream: io.BytesIO) -> LogAhead:
    log = LogAhead(stream, "log.csv")
    assert log.is_ready()
    return log


def test_all_of_a_log_is_sent(files: Files) -> None:
    log, mapping = files

    assert _everything(_received(_sent(*files))) == _everything(open_log(str(log), load_mapping(mapping)))


def test_what_is_wrong_with_a_log_is_sent_with_its_place(files: Files) -> None:
    log, mapping = files
    log.write_text("what,at,number\n")

    with pytest.raises(BadInputError) as here:
        open_log(str(log), load_mapping(mapping))
    with pytest.raises(BadInputError) as there:
        list(_received(_sent(*files)).blocks())

    assert there.value.problems == here.value.problems


def test_a_log_of_which_the_end_does_not_come_is_an_error(files: Files) -> None:
    sent = _sent(*files).getvalue()

    with pytest.raises(BadInputError, match=r"log\.csv: The process that reads it ended early"):
        list(_received(io.BytesIO(sent[:-20])).blocks())


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every log is worth a process."""
    monkeypatch.setattr(read_ahead, "LEAST_SIZE", 0)
    monkeypatch.setattr(read_ahead.os, "cpu_count", lambda: 2)


@pytest.mark.usefixtures("two_processors")
def test_another_process_reads_a_large_log(files: Files) -> None:
    path, mapping = files
    log = open_ahead(str(path), load_mapping(mapping), mapping)

    assert isinstance(log, LogAhead)
    assert _everything(log) == _everything(open_log(str(path), load_mapping(mapping)))


@pytest.mark.usefixtures("two_processors")
def test_a_mapping_that_changed_meanwhile_is_read_as_it_was(files: Files) -> None:
    path, mapping = files
    earlier = parse_mapping(_MAPPING.replace("step: pick", "step: pack"))

    log = open_ahead(str(path), earlier, mapping)

    assert not isinstance(log, LogAhead)
    assert b"pack" in next(iter(log.blocks())).lines[0]


def test_a_small_log_is_read_in_this_process(files: Files) -> None:
    path, mapping = files

    assert not isinstance(open_ahead(str(path), load_mapping(mapping), mapping), LogAhead)
