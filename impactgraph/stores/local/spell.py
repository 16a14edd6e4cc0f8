"""Coded events back to the text of a CloudEvent."""

from typing import Any

import msgspec

from graph_models.time import moment
from impactgraph.columns import Ints
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.kinds import TYPES, Kind

_QUERY = """
select e.seq, e.step, e.kind, e.time, e.id, e.extra, o.id, f.id, word.source, word.step, word.location, word.fail_code, word.element
from events e
join orders o on o.number = e.order_number
join fulfillments f on f.number = e.fulfillment_number,
lateral (
  select max(word) filter (domain = 'source' and code = e.source) as source, max(word) filter (domain = 'step' and code = e.step) as step,
    max(word) filter (domain = 'location' and code = e.location) as location, max(word) filter (domain = 'fail_code' and code = e.code) as fail_code,
    max(word) filter (domain = 'element' and code = e.element) as element
  from words
) as word
where e.seq in (select unnest(?::bigint[]))
"""


def spelled(record: Record, seqs: Ints) -> list[tuple[int, int, bytes]]:
    """(sequence number, code of its step, text) of events that name a step, as they are in the record."""
    return [(row[0], row[1], _text(*row[2:])) for row in record.rows(_QUERY, [seqs.tolist()])]


def _text(kind: int, time: int, id_: str, extra: str | None, order: str, fulfillment: str, source: str, step: str,
          location: str | None, code: str | None, element: str | None) -> bytes:  # fmt: skip
    beyond: dict[str, Any] = msgspec.json.decode(extra) if extra else {}
    said = {
        "location": location,
        "code": code,
        "element": element,
        "message": beyond.pop("message", None),
        **beyond.pop("data", {}),
    }
    data = {"order": order, "fulfillment": fulfillment, "step": step} | {
        name: value for name, value in said.items() if value
    }
    head = {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": TYPES[Kind(kind)],
        "time": moment(time).isoformat(),
    }
    return msgspec.json.encode(head | beyond | {"data": data})
