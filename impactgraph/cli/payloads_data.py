"""Findings in payloads as rows."""

from collections.abc import Mapping

from impactgraph.cli.decode import key_in, nodes_in
from impactgraph.cli.encode.values import Json
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


def payloads_rows(page: Json) -> Rows:
    """A row for each finding."""
    return Rows(_COLUMNS, map(_row, nodes_in(page)))


def _row(finding: Json) -> Mapping[str, object]:
    plain = {name: finding[name] for name in ("kind", "sentence", "count", "total", "from", "to")}
    suspects = (cause["element"]["id"] for cause in finding["suspects"] if cause["element"])
    return plain | {
        "key": "; ".join(f"{name}={value}" for name, value in finding["key"].items()),
        "value": "; ".join(f"{money['amount']} {money['currency']}" for money in finding["value"]),
        "orders": "; ".join(key_in(order["id"]) for order in finding["orders"]),
        "samples": "; ".join(finding["samples"]),
        "suspects": "; ".join(suspects),
    }
