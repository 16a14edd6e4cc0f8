"""Findings about records for programs: as JSON with GraphQL's names, or as rows."""

from collections.abc import Mapping, Sequence

from graph_models.diagnosis import RateFinding, RecordFinding
from graph_models.orders import Page
from impactgraph.cli.encode import Encoder, Json, amount_text, iso_moment
from impactgraph.cli.output import Rows
from impactgraph.usecases.records import RecordAnswer

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
)
_ENCODER = Encoder()


def records_json(answer: RecordAnswer, page: Page[RecordFinding], rates: Sequence[RateFinding]) -> Json:
    """GraphQL's `records` and `recordRates`, and the totals."""
    return {
        "asOf": iso_moment(answer.findings.at),
        "totals": _ENCODER.encode(answer.totals()),
        "records": _ENCODER.encode(page),
        "recordRates": _ENCODER.encode(rates),
    }


def records_rows(answer: RecordAnswer) -> Rows:
    """A row for each finding."""
    return Rows(_COLUMNS, map(_row, answer.all()))


def _row(finding: RecordFinding) -> Mapping[str, object]:
    node: Json = _ENCODER.encode(finding)
    cause = finding.likely_cause
    row = {column: node[column] for column in ("fulfillment", "kind", "type", "effect", "due")} | {
        "order": node["order"]["id"],
        "late_by": node["lateBy"],
        "amount": amount_text(finding.amount),
        "currency": finding.amount.currency if finding.amount else None,
        "expected_amount": amount_text(finding.expected_amount),
    }
    if cause is None:
        return row
    return row | {
        "cause": f"failure:{cause.failure}" if cause.failure else None,
        "cause_element": cause.element,
        "evidence": cause.evidence,
    }
