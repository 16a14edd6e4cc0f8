"""Wrong usage: the message says which argument, what with its value, and how to correct it."""

from pathlib import Path

import pytest

from tests.functional.cli.running import run

WRONG = {
    "why": ("ORDER is missing; `impactgraph why` needs it.", "impactgraph why --help"),
    "keys create --role viewer": (
        "--name is missing; `impactgraph keys create` needs it.",
        "keys create --help",
    ),
    "blast-radius --forecast -1h": ("--forecast has no value; give one.", "--forecast=VALUE"),
    "overdue --report x": ("--report is 'x'; give a whole number.", "impactgraph overdue --help"),
    "incidents done F-1 x": ("STEP is 'x'; give a whole number.", "incidents done --help"),
    "drift nosuch": ("`impactgraph drift` has no argument for 'nosuch'", "impactgraph drift --help"),
    "alerts rules check binary": ("binary: error: It is not text in UTF-8 (byte 0)", "save it in UTF-8"),
    "retention binary": ("binary: error: It is not text in UTF-8 (byte 0)", "save it in UTF-8"),
    "apply topology.yaml --store binary": ("binary is a file, and a store is a folder", "name another one"),
    "alerts waiting --store empty": ("No topology was applied yet.", "impactgraph apply PATH"),
    "failure resolve F-1 --store empty": ("There is no 'failure:F-1'.", ""),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("usage")
    (folder / "binary").write_bytes(b"\xff\xfe\x00")
    (folder / "topology.yaml").write_text("impactgraph: 1\nsystems: {oms: {}}\n")
    (folder / "events.ndjson").write_text("")
    run("ingest", "events.ndjson", "--store", "empty", cwd=folder)
    return folder


@pytest.mark.parametrize("line", WRONG)
def test_wrong_usage_names_the_argument_its_value_and_the_cure(line: str, folder: Path):
    ran = run(*line.split(), cwd=folder)

    assert ran.status == 2
    assert [words for words in WRONG[line] if words not in " ".join(ran.err.split())] == []
