"""Events that are written as a log of another system and read by a mapping make the same state."""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from impactgraph.demo.generate import generate
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.ingest_files import FileIngest
from tests.demo_store import NOW
from tests.event_logs import CSV_MAPPING, JSON_MAPPING, OCEL_MAPPING, csv_of, ocel_of
from tests.properties.test_events_commute import EVENTS
from tests.stores.events import DOCUMENTS, at
from tests.stores.seen import everything

_FORMATS = {"csv": (csv_of, CSV_MAPPING), "ocel": (ocel_of, OCEL_MAPPING)}


def _lines(events: Sequence[bytes]) -> str:
    return b"\n".join(events).decode()


def _xml(events: Sequence[bytes]) -> str:
    return _element("events", {"event": [json.loads(event) for event in events]})


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, each) for each in value)
    if isinstance(value, dict):
        text = "".join(_element(key, each) for key, each in value.items() if each not in (None, False))
    else:
        text = escape(value if isinstance(value, str) else json.dumps(value))
    return f"<{name}>{text}</{name}>"


def _store(documents: dict[str, str], now: int) -> EmbeddedStore:
    store = EmbeddedStore.in_memory(now=lambda: now)
    store.apply_topology(parse_topology(documents), documents, now - 10**10)
    return store


def _load(store: EmbeddedStore, text: str, mapping: str, name: str, now: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        log, rules = Path(folder) / name, Path(folder) / "mapping.yaml"
        log.write_text(text)
        rules.write_text(mapping)
        ingest = FileIngest(store, [str(log)], rules, now=now)
        for _ in ingest.run():
            pass
    (file,) = ingest.as_data()["files"]
    return file


def _assert_same_state(
    events: list[bytes],
    documents: dict[str, str],
    now: int,
    write: Callable[[Sequence[bytes]], str],
    mapping: str,
) -> None:
    expected, store = _store(documents, now), _store(documents, now)
    expected.ingest(events)

    file = _load(store, write(events), mapping, "log.csv" if write is csv_of else "log.json", now)

    assert file["entries"] == file["taken"] + file["repeated"] + file["quarantined"] + sum(
        row["count"] for row in file["passed"]
    )
    assert all("no event has" in finding for finding in file["findings"])
    assert len(store.quarantined()) == len(expected.quarantined())
    assert everything(store) == everything(expected)
    store.close()
    expected.close()


@pytest.mark.parametrize("format_", _FORMATS)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), orders=st.integers(1, 60))
def test_the_demo_as_a_log_makes_the_same_state(format_: str, seed: int, orders: int) -> None:
    demo = generate(orders, NOW, seed, history=0.5)
    events = [line for block in demo.events for line in block.splitlines()]

    _assert_same_state(events, dict(demo.documents), NOW, *_FORMATS[format_])


@pytest.mark.parametrize("form", ["json", "xml"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=st.lists(EVENTS, min_size=1, max_size=12))
def test_any_events_as_records_make_the_same_state(form: str, events: list[bytes]) -> None:
    """Edited, cancelled and rerouted orders, in any order of the records; in XML, lists of one member are
    objects.
    """
    orders = [event for event in events if json.loads(event)["data"].get("order")]
    write, head = (_lines, "") if form == "json" else (_xml, "json: {records: to_array(events.event)}\n")

    if orders:
        _assert_same_state(orders, DOCUMENTS, at(600), write, JSON_MAPPING + head)
