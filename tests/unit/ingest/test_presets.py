"""Presets: documents of well-known systems become orders, without a mapping of one's own."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from graph_models.time import parse_moment
from impactgraph.errors import BadInputError
from impactgraph.ingest.mapping_files import load_mapping, load_record_mapper, presets
from impactgraph.ingest.rules_schema import mapping_schema
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import check_path
from impactgraph.usecases.ingest_files import FileIngest

FOLDER = Path(__file__).parents[3] / "fixtures" / "presets"
NOW = parse_moment("2026-03-10T00:00:00Z")
STATES: dict[str, dict[str, tuple[Any, ...]]] = {
    "orders-and-lines": {
        "1001": ("web", "59.80", ["completed deliver", "in_flight pick"], []),
        "1002": ("app", "12.00", ["cancelled -"], []),
    },
    "shopify": {
        "5501": ("web", "19.90", ["completed deliver"], ["payment 59.80", "refund 39.90", "shipped"]),
        "5502": ("store", "12.00", ["cancelled pick"], []),
    },
    "commercetools": {
        "o-1": ("web", "59.80", ["completed deliver", "in_flight announced"], ["payment", "shipped"]),
        "o-2": ("web", "1757", ["cancelled pick"], []),
    },
    "adobe-commerce": {
        "17": ("web", "59.80", ["in_flight deliver"], ["invoice 59.80", "refund 19.90", "shipped"]),
        "18": ("web", "12.00", ["cancelled -"], []),
    },
    "sap-idoc": {
        "4500000017": ("web", "59.80", ["in_flight deliver"], ["goods_issue", "invoice 59.80"]),
        "4500000018": ("sales", "12.00", ["in_flight deliver"], ["goods_issue"]),
    },
}
"""Of each order the channel, the value, the status and step of each fulfillment, and its records."""


def loaded(preset: str, file: Path) -> tuple[EmbeddedStore, FileIngest]:
    store = EmbeddedStore.in_memory(now=lambda: NOW)
    checked = check_path(FOLDER / "topology.yaml")
    store.apply_topology(checked.require_topology(), dict(checked.documents), NOW - 10**10)
    ingest = FileIngest(store, [str(file)], Path(f"preset:{preset}"), now=NOW)
    for _ in ingest.run():
        pass
    return store, ingest


def state(store: EmbeddedStore, key: str) -> tuple[Any, ...]:
    timeline = store.timeline(key)
    assert timeline is not None
    parts = [
        f"{part.status.value.lower()} {(part.step or '-').rpartition('/')[2]}"
        for part in timeline.order.fulfillments
    ]
    records = sorted(
        " ".join([record.type, *([f"{record.amount.amount:.2f}"] if record.amount else [])])
        for record in timeline.records
    )
    return timeline.order.channel, timeline.order.value.amount, parts, records


@pytest.mark.parametrize("preset", STATES)
def test_the_documents_of_a_preset_become_orders(preset: str) -> None:
    (file,) = [path for path in FOLDER.iterdir() if path.stem == preset]

    store, ingest = loaded(preset, file)

    assert not store.quarantined()
    assert not ingest.has_findings, ingest.as_data()
    for key, (channel, value, parts, records) in STATES[preset].items():
        assert state(store, key) == (channel, Decimal(value), parts, records)
    store.close()


def test_every_preset_has_documents_and_fits_the_schema() -> None:
    assert set(presets()) == set(STATES)
    for name, path in presets().items():
        assert (
            list(Draft202012Validator(mapping_schema()).iter_errors(yaml.safe_load(path.read_text()))) == []
        )
        assert load_record_mapper(Path(f"preset:{name}")).source


def test_a_preset_that_is_not_there_is_reported_with_those_that_are() -> None:
    with pytest.raises(BadInputError, match=r"There is no preset 'shopfy'; .*Did you mean 'shopify'\?"):
        load_mapping(Path("preset:shopfy"))
