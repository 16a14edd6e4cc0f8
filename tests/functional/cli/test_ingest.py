"""`impactgraph ingest`: the import report, trying first, and taking back."""

import gzip
import os
import shutil
import threading
from pathlib import Path

import pytest

from tests.functional.cli.running import run
from tests.functional.cli.small import write

FAULTS = Path(__file__).parents[3] / "fixtures" / "faults"
RETAILER = FAULTS.parent / "topologies" / "retailer.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of the retailer, and a CSV file with rows that cannot be taken."""
    for name in ("c1.csv", "map2.yaml"):
        shutil.copy(FAULTS / "08-csv-rows-that-vanish" / name, tmp_path)
    assert run("apply", RETAILER, cwd=tmp_path).status == 0
    return tmp_path


def test_the_report_adds_up_to_the_rows_of_the_file(folder: Path):
    done = run("ingest", "c1.csv", "--mapping", "map2.yaml", "--format", "json", cwd=folder)

    (file,) = done.json["files"]
    assert (done.status, done.json["ingest"]) == (1, 1)
    assert {name: file[name] for name in ("file", "entries", "taken", "repeated", "quarantined")} == {
        "file": "c1.csv",
        "entries": 4,
        "taken": 2,
        "repeated": 0,
        "quarantined": 0,
    }
    assert [
        {name: row[name] for name in ("reason", "activity", "count", "example")} for row in file["passed"]
    ] == [
        {"reason": "row without id", "activity": "Pick", "count": 1, "example": "c1.csv:3"},
        {"reason": "unmapped activity", "activity": "pick", "count": 1, "example": "c1.csv:5"},
    ]


def test_the_report_is_printed_in_words(folder: Path):
    done = run("ingest", "c1.csv", "--mapping", "map2.yaml", cwd=folder)

    assert "c1.csv: 4 entries: 2 accepted, 0 duplicates, 0 quarantined, 2 passed over." in done.out
    assert "! 1 passed over: row without id, activity 'Pick' (first: c1.csv:3)." in done.out
    assert "unmapped activity, activity 'pick' (first: c1.csv:5). Did you mean 'Pick'?" in done.out
    assert "This was ingest 1. To take it back: `impactgraph ingest --undo 1`." in done.out


@pytest.mark.parametrize("store", [[], ["--store", "elsewhere"]])
def test_a_dry_run_reports_and_stores_nothing(folder: Path, store: list[str]):
    arguments = ("ingest", "c1.csv", "--mapping", "map2.yaml", *store)

    dry = run(*arguments, "--dry-run", "--format", "json", cwd=folder)
    told = run(*arguments, "--dry-run", cwd=folder)

    assert (dry.status, dry.json["ingest"], dry.json["dryRun"]) == (1, None, True)
    assert (dry.json["files"][0]["entries"], len(dry.json["events"])) == (4, 2)
    assert '"type":"order.placed"' in dry.json["events"][0]
    assert "The first events that it would produce:" in told.out and "Nothing was stored." in told.out
    assert not (folder / "elsewhere").exists()
    if not store:
        first = run(*arguments, "--format", "json", cwd=folder)
        assert (first.json["ingest"], first.json["taken"]) == (1, 2)
        again = run(*arguments, "--dry-run", "--format", "json", cwd=folder)
        assert again.json["files"][0]["repeated"] == 2


def test_an_ingest_is_taken_back_by_its_number(folder: Path):
    run("ingest", "c1.csv", "--mapping", "map2.yaml", cwd=folder)

    undone = run("ingest", "--undo", "1", cwd=folder)
    again = run("ingest", "--undo", "1", "--format", "json", cwd=folder)
    unknown = run("ingest", "--undo", "9", cwd=folder)

    assert (undone.status, again.status, unknown.status) == (0, 2, 2)
    assert "Ingest 1 was taken back: 2 events and 0 quarantined events" in undone.out
    assert "taken back already" in again.err and "There is no 'ingest 9'" in unknown.err
    assert run("why", "O-1", cwd=folder).status == 2


def test_a_corrected_mapping_replaces_what_the_old_one_made(folder: Path):
    run("ingest", "c1.csv", "--mapping", "map2.yaml", cwd=folder)
    mapping = folder / "map2.yaml"
    mapping.write_text(mapping.read_text().replace("Pick: pick", "Pick: pack"))
    with (folder / "c1.csv").open("a") as file:
        file.write("O-1,Ship,2026-03-02T09:05:00Z,EUR,10,store-001\n")

    mended = run("ingest", "c1.csv", "--mapping", "map2.yaml", "--format", "json", cwd=folder)
    story = run("why", "O-1", cwd=folder)

    assert (mended.json["ingest"], mended.json["replaces"], mended.json["taken"]) == (2, [1], 3)
    assert "pack begins" in story.out and "pick begins" not in story.out


def test_a_file_that_breaks_off_says_which_ingest_it_has_replaced_already(folder: Path):
    mapping = folder / "rules.yaml"
    mapping.write_text(
        'version: 2\nsource: /x\nactivity: "{activity}"\ntime: "{time}"\norder: "{order}"\n'
        "activities: {Pick: {fulfillment.entered: pick}, Ship: {fulfillment.entered: deliver}}\n"
    )
    run("ingest", "c1.csv", "--mapping", mapping, cwd=folder)
    mapping.write_text(mapping.read_text().replace("pick}", "pack}"))
    with (folder / "c1.csv").open("ab") as file:
        file.write(b"O-1,Ship,2026-03-02T09:05:00Z,EUR,10,store-001\n" * 20_500 + b"\xff\n")

    broken = run("ingest", "c1.csv", "--mapping", mapping, cwd=folder)

    assert broken.status == 2
    assert "It has taken back ingest 1 already, which it replaces" in broken.err
    assert "To take them back: `impactgraph ingest --undo 2`." in broken.err


def test_the_list_has_every_ingest(folder: Path):
    run("ingest", "c1.csv", "--mapping", "map2.yaml", cwd=folder)
    run("ingest", "--undo", "1", cwd=folder)
    write(folder)
    run("ingest", "events.ndjson", cwd=folder)

    listed = run("ingest", "--list", "--format", "json", cwd=folder)

    assert [(row["ingest"], row["undoneAt"] is None) for row in listed.json] == [(2, True), (1, False)]
    assert "taken back" in run("ingest", "--list", cwd=folder).out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--undo", "1", "c1.csv"],
        ["--undo", "1", "--dry-run"],
        ["--list", "c1.csv"],
        ["--list", "--undo", "1"],
    ],
)
def test_what_does_not_go_together_is_reported(folder: Path, arguments: list[str]):
    done = run("ingest", *arguments, cwd=folder)

    assert done.status == 2
    assert "stands alone" in done.err


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_gives_the_report_of_a_file(folder: Path, packed: bool):
    text = (folder / "c1.csv").read_bytes()
    arguments = ("--mapping", "map2.yaml", "--format", "json")

    piped = run("ingest", "-", *arguments, cwd=folder, given=gzip.compress(text) if packed else text)
    again = run("ingest", "c1.csv", *arguments, cwd=folder)

    (report,), (own,) = piped.json["files"], again.json["files"]
    assert (piped.status, piped.json["ingest"], report["file"]) == (1, 1, "-")
    assert (report["entries"], report["taken"], own["repeated"]) == (4, 2, 2)
    assert [row["example"] for row in report["passed"]] == ["standard input:3", "standard input:5"]


def test_standard_input_that_cannot_be_mapped_is_named(folder: Path):
    done = run("ingest", "-", "--mapping", "map2.yaml", cwd=folder, given=b"PK\x03\x04")
    taken_back = run("ingest", "--undo", "1", cwd=folder)

    assert (done.status, taken_back.status) == (2, 2)
    assert done.err.startswith("standard input: error: It is no") and "/" not in done.err.partition(":")[0]


def test_a_pipe_is_read_once(folder: Path):
    pipe, text = folder / "pipe", (folder / "c1.csv").read_bytes()
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(text,))
    writer.start()

    done = run("ingest", "pipe", "--mapping", "map2.yaml", cwd=folder)
    writer.join()

    assert "pipe: 4 entries: 2 accepted" in done.out and "(first: pipe:3)" in done.out
