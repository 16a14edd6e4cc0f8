"""A valid log without entries is accepted, and said to be empty, whatever its form."""

import gzip
import sqlite3
from pathlib import Path

import pytest

from impactgraph.errors import BadInputError
from tests.faults.loading import shop

OCEL_1 = '{"ocel:global-log": {}, "ocel:events": {}, "ocel:objects": {}}'
OCEL_2 = '{"objectTypes": [], "eventTypes": [], "objects": [], "events": []}'
ONE_OBJECT = '{"objects": [{"id": "O", "type": "Order"}], "events": []}'
OCEL_XML = "<?xml version='1.0'?><log><object-types/><event-types/><objects/><events/></log>"
XES = "<?xml version='1.0'?><log xes.version='1.0'></log>"
HEADER = "id,activity,time,order,total\n"
TABLES = "".join(
    f"create table {name} ({columns});"
    for name, columns in {
        "object": "ocel_id, ocel_type",
        "event": "ocel_id, ocel_type",
        "object_object": "ocel_source_id, ocel_target_id, ocel_qualifier",
        "event_object": "ocel_event_id, ocel_object_id, ocel_qualifier",
        "object_map_type": "ocel_type, ocel_type_map",
        "event_map_type": "ocel_type, ocel_type_map",
    }.items()
)
RULES = """
version: 2
source: /shop
activity: "{activity}"
id: "{id}"
time: "{time}"
order: "{order}"
activities:
  Create: {order.placed: {currency: EUR, value: "{total}", fulfillments: ship-from-store}}
"""
OCEL_RULES = RULES.replace('order: "{order}"', "ocel: {order: Order}").replace('id: "{id}"\n', "")
XES_RULES = RULES.replace('order: "{order}"\n', "").replace('id: "{id}"\ntime: "{time}"\n', "")
STEPS = """
source: /erp
order: {type: Order, currency: EUR, value: {attribute: total}, placed: [Create]}
fulfillment: {workflow: ship-from-store}
steps: {Pick: pick}
"""
EMPTY = ["the file is empty: it has no entries."]
LOGS = {
    "OCEL 2.0 in JSON": ("log.json", OCEL_2, OCEL_RULES),
    "OCEL 2.0 with an object": ("log.json", ONE_OBJECT, OCEL_RULES),
    "OCEL 1.0 in JSON": ("log.json", OCEL_1, OCEL_RULES),
    "OCEL in XML": ("log.xml", OCEL_XML, OCEL_RULES),
    "OCEL in SQLite": ("log.sqlite", TABLES, OCEL_RULES),
    "OCEL by a mapping of version 1": ("log.json", OCEL_2, STEPS),
    "XES": ("log.xes", XES, XES_RULES),
    "CSV with a header": ("log.csv", HEADER, RULES),
    "NDJSON": ("log.ndjson", "", RULES),
    "NDJSON of blank lines": ("log.ndjson", "\n \n", RULES),
    "CloudEvents": ("log.ndjson", "", ""),
    "an array of CloudEvents": ("log.json", "[]", ""),
}


def write(path: Path, content: str) -> None:
    if path.suffix != ".sqlite":
        path.write_text(content)
        return
    with sqlite3.connect(path) as connection:
        connection.executescript(content)
    connection.close()


@pytest.mark.parametrize("is_zipped", [False, True], ids=["plain", "zipped"])
@pytest.mark.parametrize("name", LOGS)
def test_an_empty_log_is_accepted_and_said_to_be_empty(tmp_path: Path, name: str, is_zipped: bool) -> None:
    file, content, rules = LOGS[name]
    path, mapping = tmp_path / file, tmp_path / "mapping.yaml"
    write(path, content)
    mapping.write_text(rules)
    if is_zipped:
        (tmp_path / f"{file}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path = tmp_path / f"{file}.gz"

    with shop() as loaded:
        loaded.load(path, mapping if rules else None)

        assert (loaded.counts, loaded.has_findings) == ((0, 0, 0, 0, 0), False)
        assert (loaded.file["findings"], loaded.file["remarks"]) == ([], EMPTY)


@pytest.mark.parametrize(
    ("file", "content", "rules", "reason"),
    [
        ("log.csv", "", RULES, "there is no header"),
        ("log.json", "", OCEL_RULES, "it is empty"),
        ("log.xml", "<log><object-types/></log>", OCEL_RULES, "no objects and no events"),
        ("log.csv", "id,activity\n", RULES, "There is no column"),
    ],
)
def test_what_is_no_log_is_refused_even_if_it_is_empty(
    tmp_path: Path, file: str, content: str, rules: str, reason: str
) -> None:
    write(tmp_path / file, content)
    (tmp_path / "mapping.yaml").write_text(rules)

    with shop() as loaded, pytest.raises(BadInputError, match=reason):
        loaded.load(tmp_path / file, tmp_path / "mapping.yaml")
