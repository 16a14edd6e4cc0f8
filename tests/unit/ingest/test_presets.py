"""Presets: documents of well-known systems become orders, without a mapping of one's own."""

import json
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


def mapped(preset: str, tmp_path: Path, *documents: Any) -> tuple[EmbeddedStore, FileIngest]:
    """What a preset makes of documents; a text is a file in XML."""
    is_xml = isinstance(documents[0], str)
    file = tmp_path / ("log.xml" if is_xml else "log.json")
    file.write_text(documents[0] if is_xml else json.dumps(documents))
    return loaded(preset, file)


def idoc(type_: str, number: str, **segments: Any) -> dict[str, Any]:
    control = {"DOCNUM": number, "MESTYP": type_, "CREDAT": "20260302", "CRETIM": "090000"}
    return {"EDI_DC40": control, **segments}


ORDER = idoc(
    "ORDERS",
    "1",
    E1EDK01={"CURCY": "EUR", "BSART": "ZWEB", "BELNR": "45"},
    E1EDS01={"SUMID": "002", "SUMME": "59.80"},
)
DELIVERY = idoc("DELVRY", "2", E1EDL20={"VBELN": "800", "E1EDL24": {"VGBEL": "45"}})
INVOICE = idoc(
    "INVOIC",
    "3",
    E1EDK01={"CURCY": "EUR", "BELNR": "900"},
    E1EDK02={"QUALF": "001", "BELNR": "45"},
    E1EDS01={"SUMID": "010", "SUMME": "59.80-"},
)
IDOCS = (ORDER, DELIVERY, INVOICE)


def as_xml(name: str, value: Any) -> str:
    if isinstance(value, dict):
        inner = "".join(as_xml(each, field) for each, field in value.items())
        return f'<{name} SEGMENT="1">{inner}</{name}>'
    return f"<{name}>{value}</{name}>"


@pytest.mark.parametrize(
    "documents",
    [
        [{"IDOC": each} for each in IDOCS],
        [{"IDOC": [*IDOCS]}],
        [{"ORDERS05": {"IDOC": ORDER}}, {"DELVRY07": {"IDOC": [DELIVERY]}}, {"INVOIC02": {"IDOC": INVOICE}}],
        [*IDOCS],
        [f"<IDOCS>{''.join(as_xml('IDOC', each) for each in IDOCS)}</IDOCS>"],
    ],
)
def test_idocs_are_read_in_every_form_with_segments_that_are_no_lists(
    tmp_path: Path, documents: list[Any]
) -> None:
    """A converter from XML makes a list of segments only where there are several of a name."""
    store, ingest = mapped("sap-idoc", tmp_path, *documents)

    assert not ingest.has_findings, ingest.as_data()
    assert ingest.reports[0].taken == 3
    records = ["goods_issue", "invoice -59.80"]
    assert state(store, "45") == ("web", Decimal("59.80"), ["in_flight deliver"], records)
    store.close()


def test_a_number_of_sap_is_one_with_and_without_the_zeros_before_it(tmp_path: Path) -> None:
    """Exports drop them: the order 0000000045 was another one than that of its delivery."""
    order = {**ORDER, "E1EDK01": {**ORDER["E1EDK01"], "BELNR": "0000000045"}}

    store, ingest = mapped("sap-idoc", tmp_path, *({"IDOC": each} for each in (order, DELIVERY, INVOICE)))

    assert not ingest.has_findings, ingest.as_data()
    assert state(store, "45")[2:] == (["in_flight deliver"], ["goods_issue", "invoice -59.80"])
    assert store.timeline("0000000045") is None
    store.close()


def test_an_idoc_without_the_positions_of_its_delivery_is_a_finding(tmp_path: Path) -> None:
    store, ingest = mapped(
        "sap-idoc", tmp_path, idoc("DELVRY", "2", E1EDL20={"VBELN": "800"}), {"IDOC": None}
    )

    reasons = [each.reason for each in ingest.reports[0].passed.values() if not each.is_expected]
    assert reasons == [
        "it has no list where `for_each` of its rule looks for one",
        "it has no field that the mapping names",
    ]
    store.close()


SHOPIFY: list[dict[str, Any]] = json.loads((FOLDER / "shopify.json").read_text())


def test_shopify_documents_are_known_by_their_fields_whatever_the_values(tmp_path: Path) -> None:
    """A refund of the shipping costs has no lines; a transaction of an order is no fulfillment of it."""
    order, refund = SHOPIFY[0], next(each for each in SHOPIFY if "refund_line_items" in each)
    transaction = {"id": 1, "order_id": 5501, "kind": "sale", "status": "success", "created_at": "2026-03-02"}
    failed = refund | {"id": 2, "transactions": [refund["transactions"][0] | {"status": "failure"}]}
    store, ingest = mapped(
        "shopify",
        tmp_path,
        order | {"line_items": [], "financial_status": None},
        refund | {"refund_line_items": []},
        transaction,
        failed,
    )

    assert (ingest.reports[0].taken, ingest.reports[0].passed_count) == (2, 2)
    assert state(store, "5501") == ("web", Decimal("59.80"), ["in_flight pick"], ["refund 39.90"])
    store.close()


def test_an_export_around_the_documents_is_a_finding_that_says_where_they_are(tmp_path: Path) -> None:
    store, ingest = mapped("shopify", tmp_path, {"orders": SHOPIFY})

    assert ingest.has_findings
    assert "such as 'orders' or 'orders[]'" in ingest.reports[0].all_findings[0]
    store.close()


def test_two_messages_of_one_id_with_other_content_are_a_finding(tmp_path: Path) -> None:
    """The second was counted as repeated, since events of another activity say their ids."""
    message = json.loads((FOLDER / "commercetools.json").read_text())[3]
    other = message | {"createdAt": "2026-03-02T13:00:00Z"}
    store, ingest = mapped("commercetools", tmp_path, message, other, message)

    (passed,) = ingest.reports[0].passed.values()
    assert passed.reason == "an earlier entry has this id and other content"
    assert (passed.count, ingest.reports[0].repeated) == (1, 1)
    store.close()


def test_an_amount_in_minor_units_without_its_decimals_is_refused(tmp_path: Path) -> None:
    """It was taken as a hundred times as much."""
    message = json.loads((FOLDER / "commercetools.json").read_text())[0]
    del message["order"]["totalPrice"]["fractionDigits"]
    store, _ = mapped("commercetools", tmp_path, message)

    (entry,) = store.quarantined()
    assert "'5980 in minor units with no decimals' is no amount" in entry.reason
    store.close()
