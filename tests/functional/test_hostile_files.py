"""Hostile files of every kind are read, or refused with what is wrong; never half, never with a traceback."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from impactgraph.bootstrap import open_store
from tests.functional.http.shop import NOW, fill
from tests.hostile.endpoint import SLOW
from tests.hostile.files import (
    FILES,
    READERS,
    XML_ATTACKS,
    YAML,
    YAML_ATTACKS,
    FileEndpoint,
    HostileFile,
    resident_bytes,
)
from tests.hostile.logs import OCEL_STEPS, OCEL_XML, XES, XES_MAPPING, ocel_sqlite

MOST_GROWTH = 300 * 1024 * 1024


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileEndpoint]:
    store = open_store(str(tmp_path_factory.mktemp("hostile-files")), now=lambda: NOW)
    fill(store, 5)
    before = resident_bytes()
    yield FileEndpoint(store, tmp_path_factory.mktemp("files"))
    assert resident_bytes() < before + MOST_GROWTH
    with store.columns() as columns:
        assert len(columns.orders) >= 5
    store.close()


@settings(max_examples=120, suppress_health_check=SLOW)
@given(hostile=FILES)
def test_any_file_is_read_or_refused(reader: FileEndpoint, hostile: HostileFile) -> None:
    reader.read(hostile)


@pytest.mark.parametrize("name", [*YAML])
def test_files_that_are_right_are_read(reader: FileEndpoint, name: str) -> None:
    before = reader.outcomes[f"{name} read"]
    reader.read(HostileFile(name, name, YAML[name].encode()))

    assert reader.outcomes[f"{name} read"] == before + 1


@pytest.mark.parametrize(
    ("name", "content", "mapping"),
    [
        ("log.xml", OCEL_XML.encode(), OCEL_STEPS),
        ("log.xes", XES.encode(), XES_MAPPING),
        ("log.sqlite", ocel_sqlite("x"), OCEL_STEPS),
    ],
)
def test_logs_that_are_right_are_read(reader: FileEndpoint, name: str, content: bytes, mapping: str) -> None:
    before = reader.outcomes[f"{name} read"]
    reader.read(HostileFile(name, name, content, mapping))

    assert reader.outcomes[f"{name} read"] == before + 1


@pytest.mark.parametrize("number", range(len(YAML_ATTACKS)))
def test_an_attack_in_yaml(reader: FileEndpoint, number: int) -> None:
    for kind in [*READERS, "topology.yaml"]:
        reader.read(HostileFile(kind, kind, YAML_ATTACKS[number].encode()))


@pytest.mark.parametrize("number", range(len(XML_ATTACKS)))
def test_an_attack_in_xml(reader: FileEndpoint, number: int) -> None:
    for mapping in (OCEL_STEPS, XES_MAPPING):
        reader.read(HostileFile("log", "log.xml", XML_ATTACKS[number], mapping))
