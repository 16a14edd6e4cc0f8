"""Findings about records as rows."""

from collections.abc import Mapping

from impactgraph.cli.decode import nodes_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows

_COLUMNS = (
    "order",
    "fulfillment",
    "kind",
    "type",
    "effect",
    "due",
    "late_by",
    "amount",
    "currency",
    "expected_amount",
    "cause",
    "cause_element",
    "evidence",
    "listing",
)


def records_rows(page: Json) -> Rows:
    """A row for each finding."""
    return Rows(_COLUMNS, map(_row, nodes_in(page)))


def _row(finding: Json) -> Mapping[str, object]:
    amount, expected_amount, cause = finding["amount"], finding["expectedAmount"], finding["likelyCause"]
    row = {column: finding[column] for column in ("fulfillment", "kind", "type", "effect", "due")} | {
        "order": finding["order"]["id"],
        "late_by": finding["lateBy"],
        "amount": amount["amount"] if amount else None,
        "currency": amount["currency"] if amount else None,
        "expected_amount": expected_amount["amount"] if expected_amount else None,
        "listing": finding["listing"]["sentence"] if finding["listing"] else None,
    }
    if cause is None:
        return row
    return row | {
        "cause": cause["failure"]["id"] if cause["failure"] else None,
        "cause_element": cause["element"]["id"] if cause["element"] else None,
        "evidence": cause["evidence"],
    }
