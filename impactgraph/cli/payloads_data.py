"""Findings in payloads for programs: as JSON with GraphQL's names, or as rows."""

from collections.abc import Mapping, Sequence

from graph_models.diagnosis import PayloadFinding
from graph_models.orders import Page
from impactgraph.cli.encode import Encoder, Json, amount_text
from impactgraph.cli.output import Rows

_COLUMNS = (
    "kind",
    "sentence",
    "key",
    "count",
    "total",
    "from",
    "to",
    "value",
    "orders",
    "samples",
    "suspects",
)
_ENCODER = Encoder()


def payloads_json(page: Page[PayloadFinding]) -> Json:
    """GraphQL's PayloadFindingConnection."""
    return _ENCODER.connection(page)


def payloads_rows(findings: Sequence[PayloadFinding]) -> Rows:
    """A row for each finding."""
    return Rows(_COLUMNS, map(_row, findings))


def _row(finding: PayloadFinding) -> Mapping[str, object]:
    node: Json = _ENCODER.encode(finding)
    plain = {name: node[name] for name in ("kind", "sentence", "count", "total", "from", "to")}
    return plain | {
        "key": "; ".join(f"{name}={value}" for name, value in finding.key.items()),
        "value": "; ".join(f"{amount_text(money)} {money.currency}" for money in finding.value),
        "orders": "; ".join(finding.orders),
        "samples": "; ".join(finding.samples),
        "suspects": "; ".join(str(cause.element) for cause in finding.suspects),
    }
