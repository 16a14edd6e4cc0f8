"""Findings on the list of a system as rows."""

from collections.abc import Mapping

from impactgraph.cli.decode import nodes_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows

_COLUMNS = (
    "kind",
    "listed_id",
    "order",
    "fulfillment",
    "due",
    "late_by",
    "amount",
    "currency",
    "listed_amount",
    "listed_currency",
    "listed_state",
    "state",
    "step",
    "record",
    "recorded_at",
    "cause",
    "cause_element",
    "evidence",
    "sentence",
)


def reconcile_rows(page: Json) -> Rows:
    """A row for each finding."""
    return Rows(_COLUMNS, map(_row, nodes_in(page)))


def _row(finding: Json) -> Mapping[str, object]:
    listing, amount, cause = finding["listing"], finding["amount"], finding["likelyCause"]
    listed_amount = listing["amount"]
    row: dict[str, object] = {
        "kind": listing["kind"],
        "listed_id": listing["listedId"],
        "order": finding["order"]["id"] if finding["order"] else None,
        "fulfillment": finding["fulfillment"],
        "due": finding["due"],
        "late_by": finding["lateBy"],
        "amount": amount["amount"] if amount else None,
        "currency": amount["currency"] if amount else None,
        "listed_amount": listed_amount["amount"] if listed_amount else None,
        "listed_currency": listed_amount["currency"] if listed_amount else None,
        "listed_state": listing["state"],
        "state": listing["expectedState"],
        "step": listing["step"],
        "record": listing["record"],
        "recorded_at": listing["recordedAt"],
        "sentence": listing["sentence"],
    }
    if cause is None:
        return row
    return row | {
        "cause": cause["failure"]["id"] if cause["failure"] else None,
        "cause_element": cause["element"]["id"] if cause["element"] else None,
        "evidence": cause["evidence"],
    }
