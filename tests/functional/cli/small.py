"""A topology and a day of events, small enough to count by hand."""

from pathlib import Path

import orjson

TOPOLOGY = """\
teams:
  orders: {name: Order platform, contact: "#oms-oncall"}
systems:
  oms: {owner: orders}
  wms: {owner: orders}
integrations:
  release: {from: oms, to: wms, transport: queue}
workflows:
  ship:
    steps:
      promise: {runs_on: oms, takes: 1m, then: [{step: pick, via: release}]}
      pick: {runs_on: wms, takes: 10m, emits: {postings: [{type: goods_issue, due: 1h, amount: value}]}}
"""

PLACED = "2026-03-02T09:00:00Z"


def event(identifier: str, kind: str, at: str, **data: object) -> bytes:
    return orjson.dumps(
        {"specversion": "1.0", "id": identifier, "source": "/oms", "type": kind, "time": at, "data": data}
    )


def orders(count: int) -> list[bytes]:
    """Each placed at 09:00 and in its first step; the release to the warehouse fails at 08:59, for two
    hours as is expected.
    """
    lines = [
        event(
            "f",
            "failure.reported",
            PLACED,
            failure="F-1",
            target="integration:release",
            **{"class": "outage"},
            started_at="2026-03-02T08:59:00Z",
            expected_end="2026-03-02T11:00:00Z",
        ),
    ]
    for number in range(1, count + 1):
        key = f"O-{number}"
        parts = [{"fulfillment": f"{key}/1", "workflow": "ship", "location": "dc-1"}]
        lines.append(
            event(
                f"p{number}",
                "order.placed",
                PLACED,
                order=key,
                channel="web",
                mode="ship",
                currency="EUR",
                value="10.00",
                fulfillments=parts,
            )
        )
        lines.append(
            event(
                f"e{number}", "fulfillment.entered", PLACED, order=key, fulfillment=f"{key}/1", step="promise"
            )
        )
    return lines


def write(folder: Path, count: int = 3) -> tuple[Path, Path]:
    """(topology, events) as files in the folder."""
    topology, events = folder / "topology.yaml", folder / "events.ndjson"
    topology.write_text(TOPOLOGY)
    events.write_bytes(b"\n".join(orders(count)))
    return topology, events
